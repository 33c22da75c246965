//! How many clips a known corpus should have: `published_counts.toml`.

use super::{Emotion, Layout};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::LazyLock;

const FILE: &str = include_str!("published_counts.toml");

static PUBLISHED: LazyLock<BTreeMap<String, Published>> = LazyLock::new(|| toml::from_str(FILE).unwrap_or_default());

#[derive(Debug, Deserialize)]
struct Published {
    source: String,
    classes: BTreeMap<String, usize>,
}

/// How many clips of each class a known corpus has as published, held against those that are there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PublishedCounts {
    /// The corpus, by the name of its layout.
    pub corpus: String,
    /// Clips that are there.
    pub found: usize,
    /// Clips that were published.
    pub published: usize,
    /// How many of a class are missing.
    pub missing: BTreeMap<String, usize>,
    /// How many of a class there are more than were published.
    pub surplus: BTreeMap<String, usize>,
    /// Where the published numbers are from.
    pub source: String,
}

impl PublishedCounts {
    /// Holds the labels of a corpus's clips against what was published; none where nothing is known of it.
    pub(super) fn of<'a>(layout: Layout, labels: impl Iterator<Item = &'a str>) -> Option<Self> {
        let published = PUBLISHED.get(layout.name())?;
        let mut left = published.classes.clone();
        let mut surplus: BTreeMap<String, usize> = BTreeMap::new();
        let mut joined: BTreeMap<&str, Emotion> = BTreeMap::new();
        let mut found = 0;
        for label in labels {
            found += 1;
            let label = joined.entry(label).or_insert_with(|| Emotion::new(label).joined());
            match left.get_mut(label.name()) {
                Some(left) if *left > 0 => *left -= 1,
                _ => *surplus.entry(label.name().to_owned()).or_default() += 1,
            }
        }
        left.retain(|_, missing| *missing > 0);
        Some(Self {
            corpus: layout.name().to_owned(),
            found,
            published: published.classes.values().sum(),
            missing: left,
            surplus,
            source: published.source.clone(),
        })
    }

    /// Whether exactly what was published is there.
    pub fn is_complete(&self) -> bool {
        self.missing.is_empty() && self.surplus.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::iter::repeat_n;

    #[test]
    fn the_numbers_come_to_those_of_the_publications() {
        let file: BTreeMap<String, Published> = toml::from_str(FILE).unwrap();
        let sums: Vec<(&str, usize)> = file
            .iter()
            .map(|(name, published)| (name.as_str(), published.classes.values().sum()))
            .collect();
        let known = [
            ("cafe", 936),
            ("crema_d", 7_442),
            ("emodb", 535),
            ("emovo", 588),
            ("esd", 35_000),
            ("iemocap", 10_039),
            ("meld", 13_708),
            ("nemo", 4_481),
            ("ravdess", 1_440),
            ("savee", 480),
            ("tess", 2_800),
            ("urdu", 400),
        ];
        assert_eq!(sums, known);
        for (name, published) in &file {
            let layout: Layout = toml::Value::from(name.as_str()).try_into().unwrap();
            assert_eq!(layout.name(), name);
            assert!(!published.source.is_empty(), "{name}");
        }
    }

    #[test]
    fn what_is_missing_is_said_by_class_and_so_is_what_is_too_much() {
        let labels = |counts: &[(&'static str, usize)]| -> Vec<&'static str> {
            counts
                .iter()
                .flat_map(|(label, count)| repeat_n(*label, *count))
                .collect()
        };
        let all = [("neutral", 100), ("Anger", 100), ("happy", 100), ("sad", 100)];
        let counts = |all: &[(&'static str, usize)]| {
            let urdu: Layout = toml::Value::from("urdu").try_into().unwrap();
            PublishedCounts::of(urdu, labels(all).into_iter()).unwrap()
        };
        let complete = counts(&all);
        assert!(complete.is_complete() && complete.found == 400 && complete.published == 400);
        let partial = counts(&[("neutral", 98), ("angry", 100), ("happy", 101), ("calm", 2)]);
        assert_eq!((partial.found, partial.published), (301, 400));
        assert_eq!(
            partial.missing,
            [("neutral".to_owned(), 2), ("sad".to_owned(), 100)].into()
        );
        assert_eq!(
            partial.surplus,
            [("calm".to_owned(), 2), ("happy".to_owned(), 1)].into()
        );
        assert!(PublishedCounts::of(Layout::Table, std::iter::empty()).is_none());
    }
}
