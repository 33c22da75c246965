//! Which clips are listed, and in which order: a fuzzy filter and a sort that stay quick over 100,000 clips.

use crate::engine::{Catalogue, Clip};
use crate::present::filter::clips::{ClipSearch, KnownClip};
use crate::present::filter::{Query, Searched};
use nucleo_matcher::Utf32String;
use std::cmp::Ordering;
use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

/// A property to sort by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Sort {
    /// As scanned; with a filter, the best match first.
    #[default]
    Corpus,
    /// Emotion.
    Emotion,
    /// Corpus and speaker.
    Speaker,
    /// Gender.
    Gender,
    /// Length.
    Length,
    /// Level (RMS).
    Level,
    /// File name.
    File,
}

impl Sort {
    const ALL: [Self; 7] = [
        Self::Corpus,
        Self::Emotion,
        Self::Speaker,
        Self::Gender,
        Self::Length,
        Self::Level,
        Self::File,
    ];

    /// The property after this one.
    pub fn next(self) -> Self {
        Self::ALL[(self as usize + 1) % Self::ALL.len()]
    }

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Corpus => "corpus",
            Self::Emotion => "emotion",
            Self::Speaker => "speaker",
            Self::Gender => "gender",
            Self::Length => "length",
            Self::Level => "level",
            Self::File => "file",
        }
    }
}

/// The listed clips, as indices into the catalogue.
#[derive(Default)]
pub struct Order {
    /// In the order to be shown.
    pub rows: Vec<u32>,
    clips: Arc<Vec<Clip>>,
    /// What the filter searches, one text per clip; made when a filter is first typed.
    texts: Vec<Utf32String>,
    query: Query,
    /// (clip, score) of everything that passes.
    matches: Vec<(u32, u32)>,
}

impl fmt::Debug for Order {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            formatter,
            "Order({} of {} clips, {:?})",
            self.rows.len(),
            self.clips.len(),
            self.query.text()
        )
    }
}

impl Order {
    /// Lists the catalogue again; with `only`, no other clips than these, which in the order of a scan are by the numbers
    /// that they have there.
    pub fn update(
        &mut self,
        catalogue: &Catalogue,
        query: &Query,
        (sort, reversed): (Sort, bool),
        only: Option<&HashMap<u32, usize>>,
    ) {
        let changed = !Arc::ptr_eq(&self.clips, &catalogue.clips);
        if changed {
            self.clips = Arc::clone(&catalogue.clips);
            self.texts.clear();
        }
        // Levels come in while samples are analysed.
        if changed || *query != self.query || self.matches.is_empty() || query.names("level") {
            self.filter(catalogue, query, changed);
        }
        self.sort(catalogue, (sort, reversed), only);
    }

    fn filter(&mut self, catalogue: &Catalogue, query: &Query, changed: bool) {
        let before = self.query.text();
        let narrower = !changed && !before.is_empty() && query.narrows() && query.text().starts_with(before);
        self.query = query.clone();
        if query.is_empty() {
            self.matches = (0..self.clips.len() as u32).map(|clip| (clip, 0)).collect();
            return;
        }
        let known = |clip: u32| {
            let analysis = catalogue.analysis.get(clip as usize);
            Some(KnownClip {
                clip: self.clips.get(clip as usize)?,
                analysis: analysis.and_then(Option::as_deref),
            })
        };
        if self.texts.len() != self.clips.len() {
            let all = (0..self.clips.len() as u32).filter_map(known);
            self.texts = all.map(|clip| Utf32String::from(clip.text())).collect();
        }
        let mut search = ClipSearch::new(query);
        let mut score = |clip: u32| {
            let text = self.texts.get(clip as usize)?;
            let score = search.score(known(clip)?, text.slice(..))?;
            Some((clip, score))
        };
        self.matches = if narrower {
            self.matches.iter().filter_map(|(clip, _)| score(*clip)).collect()
        } else {
            (0..self.clips.len() as u32).filter_map(score).collect()
        };
    }

    fn sort(&mut self, catalogue: &Catalogue, (sort, reversed): (Sort, bool), only: Option<&HashMap<u32, usize>>) {
        let mut matches = self.matches.clone();
        if let Some(only) = only {
            matches.retain(|(clip, _)| only.contains_key(clip));
            matches.sort_by_key(|(clip, _)| only.get(clip));
        }
        let clips = &self.clips;
        let of = |entry: &(u32, u32)| &clips[entry.0 as usize];
        match sort {
            Sort::Corpus => matches.sort_by_key(|entry| std::cmp::Reverse(entry.1)),
            Sort::Emotion => matches.sort_by(|a, b| of(a).emotion.rank().cmp(&of(b).emotion.rank())),
            Sort::Speaker => matches.sort_by(|a, b| {
                let key = |entry| (of(entry).speaker.is_none(), &of(entry).corpus, &of(entry).speaker);
                key(a).cmp(&key(b))
            }),
            Sort::Gender => matches.sort_by_key(|entry| (of(entry).gender.is_none(), of(entry).gender)),
            Sort::Length => matches.sort_by(|a, b| of(a).seconds().total_cmp(&of(b).seconds())),
            Sort::Level => matches.sort_by_key(|entry| {
                let details = catalogue.analysis.get(entry.0 as usize).and_then(Option::as_ref);
                details.map_or(i64::MAX, |details| (f64::from(details.level.rms_dbfs) * 100.0) as i64)
            }),
            Sort::File => matches.sort_by(|a, b| file_order(of(a), of(b))),
        }
        self.rows = matches.into_iter().map(|(clip, _)| clip).collect();
        if reversed {
            self.rows.reverse();
        }
    }
}

/// By the names of the files, and within a file by time.
fn file_order(one: &Clip, other: &Clip) -> Ordering {
    let names = one.path.file_name().cmp(&other.path.file_name());
    names.then_with(|| one.segment.cmp(&other.segment))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::{Emotion, Gender};
    use crate::present::filter::clips::fields;
    use std::time::Instant;

    fn query(text: &str) -> Query {
        Query::read(text, &fields()).unwrap()
    }

    fn catalogue(count: u32) -> Catalogue {
        let clip = |index: u32| Clip {
            path: format!(
                "/data/corpus/{index:06}_{}.wav",
                ["ANG", "SAD", "HAP"][index as usize % 3]
            )
            .into(),
            corpus: ["ravdess", "crema-d"][index as usize % 2].into(),
            synthetic: false,
            speaker: Some(format!("{:03}", index % 91).into()),
            gender: Some([Gender::Female, Gender::Male][index as usize % 2]),
            age: None,
            ethnicity: None,
            emotion: Emotion::new(["angry", "sad", "happy"][index as usize % 3]),
            given_split: None,
            columns: Default::default(),
            intensity: None,
            dimensions: Default::default(),
            votes: None,
            text: Some("it's eleven o'clock".into()),
            container: "wav".into(),
            frames: u64::from(index * 7919 % 50_000 + 8000),
            rate: 16_000,
            channels: 1,
            decoded: None,
            channel: Default::default(),
            segment: None,
        };
        Catalogue {
            clips: Arc::new((0..count).map(clip).collect()),
            ..Catalogue::default()
        }
    }

    #[test]
    fn typing_on_narrows_to_what_the_whole_query_finds() {
        let catalogue = catalogue(3000);
        let (mut typed, mut whole) = (Order::default(), Order::default());
        let whole_query = "crem ang 04";
        for end in 1..=whole_query.len() {
            typed.update(&catalogue, &query(&whole_query[..end]), (Sort::Corpus, false), None);
        }
        whole.update(&catalogue, &query(whole_query), (Sort::Corpus, false), None);
        assert!(!whole.rows.is_empty() && whole.rows.len() < 3000);
        assert_eq!(typed.rows, whole.rows);
        typed.update(&catalogue, &query("'sad !ravdess"), (Sort::File, false), None);
        assert!(!typed.rows.is_empty());
        for row in &typed.rows {
            let clip = &catalogue.clips[*row as usize];
            assert!(clip.emotion.name() == "sad" && &*clip.corpus == "crema-d");
        }
        typed.update(&catalogue, &query(""), (Sort::Corpus, false), None);
        assert_eq!(typed.rows.len(), 3000);
        typed.update(
            &catalogue,
            &query("crem seconds<1 speaker=004"),
            (Sort::Corpus, false),
            None,
        );
        let found = |clip: &Clip| {
            &*clip.corpus == "crema-d" && clip.seconds() < 0.995 && clip.speaker.as_deref() == Some("004")
        };
        let all: Vec<u32> = (0..3000)
            .filter(|clip| found(&catalogue.clips[*clip as usize]))
            .collect();
        assert!(!all.is_empty() && typed.rows == all, "{:?}", typed.rows);
    }

    #[test]
    fn sorting_follows_the_property_and_reverses() {
        let catalogue = catalogue(500);
        let mut order = Order::default();
        order.update(&catalogue, &query(""), (Sort::Length, false), None);
        let lengths: Vec<f64> = order
            .rows
            .iter()
            .map(|row| catalogue.clips[*row as usize].seconds())
            .collect();
        assert!(lengths.windows(2).all(|pair| pair[0] <= pair[1]));
        order.update(&catalogue, &query(""), (Sort::Emotion, true), None);
        assert_eq!(catalogue.clips[order.rows[0] as usize].emotion.name(), "angry");
        let mut sort = Sort::default();
        for _ in 0..Sort::ALL.len() {
            sort = sort.next();
            order.update(&catalogue, &query(""), (sort, false), None);
            assert_eq!(order.rows.len(), 500);
        }
        assert_eq!(sort, Sort::default());
    }

    #[test]
    fn a_hundred_thousand_clips_are_filtered_between_two_keystrokes() {
        let catalogue = catalogue(100_000);
        let mut order = Order::default();
        order.update(&catalogue, &query(""), (Sort::Speaker, false), None);
        order.update(&catalogue, &query("a"), (Sort::Corpus, false), None);
        let start = Instant::now();
        order.update(&catalogue, &query("ang"), (Sort::Corpus, false), None);
        let seconds = start.elapsed().as_secs_f64();
        assert!(order.rows.len() > 30_000);
        assert!(seconds < 1.0, "{seconds} s even on a busy machine");
    }
}
