//! Names described by a regular expression with named groups, a label map and a table of speakers: the schemes that ship as
//! data, and a corpus's own under `layout = "pattern"`.

use super::{Labels, Refusal};
use crate::corpus::{Gender, Intensity};
use regex::{Captures, Regex};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::path::{Component, Path};

/// From what a name states to what it stands for.
pub(crate) type Codes = BTreeMap<String, String>;

/// What is known of a speaker.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SpeakerFacts {
    /// Gender.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gender: Option<Gender>,
    /// Age in years.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub age: Option<u16>,
    /// Race or ethnicity.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ethnicity: Option<String>,
}

/// A description of names, as a settings file or the file of shipped schemes writes it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Described {
    pub pattern: String,
    pub labels: Codes,
    pub codes: BTreeMap<String, Codes>,
    pub speakers: BTreeMap<String, SpeakerFacts>,
}

/// Reads names as a description says.
#[derive(Debug, Clone)]
pub(crate) struct NamePattern {
    whole: Regex,
    /// Of how many folders and the name the pattern may speak.
    parts: usize,
    described: Described,
}

impl NamePattern {
    /// Makes ready what reads these names.
    ///
    /// # Errors
    /// A pattern that is no regular expression or has no group `emotion`; in words.
    pub fn new(described: Described) -> Result<Self, String> {
        let pattern = &described.pattern;
        // By itself first, for brackets of its own must not close those around it.
        let whole = Regex::new(pattern).and_then(|_| Regex::new(&format!("^(?:{pattern})$")));
        let whole = whole.map_err(|error| {
            let why = error.to_string();
            let last = why.lines().last().unwrap_or_default().trim_start_matches("error: ");
            format!("`{pattern}` is no regular expression: {last}")
        })?;
        if !whole.capture_names().flatten().any(|name| name == "emotion") {
            return Err(format!(
                "`{pattern}` does not say where the emotion stands; put (?<emotion>…) around it"
            ));
        }
        Ok(Self {
            parts: pattern.matches('/').count() + 1,
            whole,
            described,
        })
    }

    /// The labels that a path states; the extension plays no part. A pattern is that of the whole name, or, where it has `/`,
    /// of as many folders before it as it has.
    pub fn read(&self, path: &Path) -> Result<Labels, Refusal> {
        let stem = path.with_extension("");
        let names = stem.components().filter_map(|part| match part {
            Component::Normal(name) => Some(name.to_string_lossy()),
            _ => None,
        });
        let names: Vec<_> = names.collect();
        let last = |count: usize| names.len().checked_sub(count).map(|from| names[from..].join("/"));
        let texts = (1..=self.parts).map_while(last);
        for text in texts {
            if let Some(groups) = self.whole.captures(&text) {
                return self.labels(&groups);
            }
        }
        Err(Refusal::Foreign)
    }

    fn labels(&self, groups: &Captures) -> Result<Labels, Refusal> {
        let mut labels = Labels {
            emotion: self.emotion(stated(groups, "emotion").unwrap_or_default())?.into(),
            ..Labels::default()
        };
        if let Some(speaker) = stated(groups, "speaker") {
            if let Some(facts) = looked_up(&self.described.speakers, speaker) {
                (labels.gender, labels.age) = (facts.gender, facts.age);
                labels.ethnicity.clone_from(&facts.ethnicity);
            }
            labels.speaker = Some(speaker.to_owned());
        }
        let mut further = Vec::new();
        for group in self.whole.capture_names().flatten() {
            let Some(value) = stated(groups, group).and_then(|text| self.value(group, text)) else {
                continue;
            };
            match group {
                "emotion" | "speaker" => {}
                "gender" => labels.gender = labels.gender.or(Gender::parse(value)),
                "age" => labels.age = labels.age.or(value.parse().ok()),
                "intensity" => labels.intensity = Intensity::parse(value),
                "text" => labels.text = Some(value.to_owned().into()),
                "split" => labels.given_split = Some(value.to_owned()),
                _ => further.push((group, value)),
            }
        }
        labels.columns = further.into_iter().collect();
        Ok(labels)
    }

    /// What a code of an emotion stands for; where no labels are listed, a name states the emotion itself.
    fn emotion(&self, code: &str) -> Result<String, Refusal> {
        let labels = &self.described.labels;
        match looked_up(labels, code) {
            Some(label) => Ok(label.clone()),
            None if labels.is_empty() => Ok(code.to_owned()),
            None => {
                let known: Vec<&str> = labels.keys().map(String::as_str).collect();
                Err(Refusal::stated(format!(
                    "emotion `{code}` is not among its labels ({})",
                    known.join(", ")
                )))
            }
        }
    }

    /// What a group's text stands for; none where codes are listed and it is not among them.
    fn value<'a>(&'a self, group: &str, text: &'a str) -> Option<&'a str> {
        match self.described.codes.get(group) {
            Some(codes) => looked_up(codes, text).map(String::as_str),
            None => Some(text),
        }
    }
}

/// What a group caught, if anything.
fn stated<'a>(groups: &Captures<'a>, group: &str) -> Option<&'a str> {
    let caught = groups.name(group)?.as_str();
    (!caught.is_empty()).then_some(caught)
}

/// As it is written, else in any case.
fn looked_up<'a, T>(codes: &'a BTreeMap<String, T>, code: &str) -> Option<&'a T> {
    let any_case = || codes.iter().find(|(known, _)| known.eq_ignore_ascii_case(code));
    codes.get(code).or_else(|| any_case().map(|(_, value)| value))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn pattern(pattern: &str) -> Result<NamePattern, String> {
        NamePattern::new(Described {
            pattern: pattern.into(),
            ..Described::default()
        })
    }

    #[test]
    fn groups_say_what_a_name_states() {
        let read = NamePattern::new(Described {
            pattern: r"(?<speaker>s\d)(?<gender>[fm])(?<age>\d\d)_(?<emotion>[A-Z])_(?<intensity>\d)_(?<text>[a-z]+)(?<room>\d*)(?:_(?<split>\w+))?".into(),
            labels: [("W", "angry"), ("X", "")].map(|(from, to)| (from.into(), to.into())).into(),
            codes: [("intensity".into(), [("2".into(), "high".into())].into())].into(),
            speakers: [(
                "S1".to_owned(),
                SpeakerFacts {
                    age: Some(40),
                    ethnicity: Some("x".into()),
                    ..SpeakerFacts::default()
                },
            )]
            .into(),
        })
        .unwrap();
        let of = |name: &str| read.read(Path::new(name));
        let expected = Labels {
            speaker: Some("s1".into()),
            gender: Some(Gender::Female),
            age: Some(40),
            ethnicity: Some("x".into()),
            emotion: "angry".into(),
            intensity: Some(Intensity::High),
            text: Some("two".into()),
            given_split: Some("dev".into()),
            columns: [("room", "12")].into_iter().collect(),
            ..Labels::default()
        };
        assert_eq!(of("mine/deep/s1f33_W_2_two12_dev.wav"), Ok(expected));
        let other = of("s2m33_X_1_two").unwrap();
        assert_eq!((other.age, other.gender), (Some(33), Some(Gender::Male)));
        assert_eq!((other.intensity, &*other.emotion), (None, ""));
        assert!(
            matches!(of("s2m33_Z_1_two"), Err(Refusal::Stated(why)) if why.contains("`Z`") && why.contains("W, X"))
        );
        for foreign in ["s2m33_X_1_two_", "as1f33_W_2_two x", "", "/", ".."] {
            assert_eq!(of(foreign), Err(Refusal::Foreign), "{foreign}");
        }
    }

    #[test]
    fn folders_are_read_where_the_pattern_has_them_and_only_there() {
        let name = pattern(r"(?<speaker>[^_]+)_(?<emotion>.+)").unwrap();
        let labels = name.read(Path::new("a_b/c_d/anna_sad.wav")).unwrap();
        assert_eq!((labels.speaker.as_deref(), &*labels.emotion), (Some("anna"), "sad"));
        let folder = pattern(r"(?<speaker>\w+)/(?:(?<room>\w+)/)?(?<emotion>[a-z]+)\d*").unwrap();
        for (path, speaker) in [
            ("x/anna/sad1.wav", "x"),
            ("anna/sad1.wav", "anna"),
            ("q/x/anna/sad1.wav", "x"),
        ] {
            let labels = folder.read(Path::new(path));
            // Fewer folders are tried first.
            let expected = if path.contains("anna/") { "anna" } else { speaker };
            assert_eq!(labels.unwrap().speaker.as_deref(), Some(expected), "{path}");
        }
        assert!(folder.read(Path::new("sad1.wav")).is_err());
    }

    #[test]
    fn a_pattern_that_cannot_work_says_why() {
        let why = |text: &str| pattern(text).unwrap_err();
        assert!(
            why("(?<emotion>[a-z]").contains("unclosed group"),
            "{}",
            why("(?<emotion>[a-z]")
        );
        assert!(why("(?<speaker>[a-z]+)").contains("(?<emotion>…)"));
        // Too large to be made, and not tried for minutes.
        assert!(why("(?<emotion>(?:(?:\\w{500}){500}){500})").contains("size limit"));
    }

    proptest! {
        #[test]
        fn any_pattern_over_any_name_is_read_or_refused(
            text in "(\\(\\?<(emotion|speaker|text)>[a-z+*?./\\[\\]]{0,6}\\)|\\PC){0,5}",
            name in "\\PC{0,24}",
        ) {
            if let Ok(pattern) = pattern(&text) {
                let _ = pattern.read(Path::new(&name));
            }
        }

        /// Against the fields that the name was put together from.
        #[test]
        fn what_was_put_into_a_name_comes_out(
            folders in prop::collection::vec("[a-z_0-9]{1,5}", 0..3),
            speaker in "[a-z0-9é]{1,5}", emotion in "[a-zß]{1,6}", number in 0u32..1000,
        ) {
            let pattern = pattern(r"(?<speaker>[^_]+)_(?<emotion>[^_]+)_(?<text>\d+)").unwrap();
            let mut path: std::path::PathBuf = folders.iter().collect();
            path.push(format!("{speaker}_{emotion}_{number}.wav"));
            let labels = pattern.read(&path).unwrap();
            prop_assert_eq!(labels.speaker, Some(speaker));
            prop_assert_eq!(labels.emotion, emotion);
            prop_assert_eq!(labels.text.as_deref(), Some(&*number.to_string()));
        }
    }
}
