//! The corpus floor's part of `workbench.toml`.

use super::label_set::LabelSet;
use super::layouts::pattern::{Described, NamePattern, SpeakerFacts};
use super::{CorpusError, Gender, Intensity, Layout, Scale};
use crate::audio::Channel;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::path::PathBuf;

/// The column names of a table of clips.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Columns {
    /// Path, relative to the table's folder or absolute.
    pub path: String,
    /// Emotion.
    pub emotion: String,
    /// Speaker.
    pub speaker: String,
    /// Gender: female, male (f, m), or anything else.
    pub gender: String,
    /// Corpus.
    pub corpus: String,
    /// Sentence or its code.
    pub text: String,
    /// Intensity.
    pub intensity: String,
    /// Arousal, a number in whatever units; where it is called so, `activation` is read in its place.
    #[serde(skip_serializing_if = "is_arousal")]
    pub arousal: String,
    /// Dominance, a number in whatever units.
    #[serde(skip_serializing_if = "is_dominance")]
    pub dominance: String,
    /// Valence, a number in whatever units.
    #[serde(skip_serializing_if = "is_valence")]
    pub valence: String,
    /// Columns that count the listeners who chose the label by which the column is called.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub votes: Vec<String>,
    /// Age in years.
    pub age: String,
    /// Race or ethnicity.
    pub ethnicity: String,
    /// The part of a given split: train, validation (val, dev), test, or whatever the corpus calls it.
    #[serde(skip_serializing_if = "is_usual_split")]
    pub split: String,
    /// Where a segment begins: seconds, `00:00:01.2` or `0 days 00:00:01.2`.
    #[serde(skip_serializing_if = "is_start")]
    pub start: String,
    /// Where it ends.
    #[serde(skip_serializing_if = "is_end")]
    pub end: String,
}

// Left out of the files of runs where they say nothing: earlier versions do not know them.
fn is_usual_split(name: &str) -> bool {
    name == "split"
}

fn is_start(name: &str) -> bool {
    name == "start"
}

fn is_end(name: &str) -> bool {
    name == "end"
}

impl Default for Columns {
    fn default() -> Self {
        let name = str::to_owned;
        Self {
            path: name("path"),
            emotion: name("emotion"),
            speaker: name("speaker"),
            gender: name("gender"),
            corpus: name("corpus"),
            text: name("text"),
            intensity: name("intensity"),
            arousal: name("arousal"),
            dominance: name("dominance"),
            valence: name("valence"),
            votes: Vec::new(),
            age: name("age"),
            ethnicity: name("ethnicity"),
            split: name("split"),
            start: name("start"),
            end: name("end"),
        }
    }
}

// Programs that do not know these keys refuse them: they are written where they say something.
fn is_arousal(name: &str) -> bool {
    name == "arousal"
}

fn is_dominance(name: &str) -> bool {
    name == "dominance"
}

fn is_valence(name: &str) -> bool {
    name == "valence"
}

/// One corpus: `[[corpora]]`.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CorpusSettings {
    /// The name shown and used in filters.
    pub name: String,
    /// How the clips are named.
    #[serde(default)]
    pub layout: Layout,
    /// The folder; for `table`, the table (CSV, TSV, JSON lines) or the folder that holds one.
    pub path: PathBuf,
    /// CREMA-D's `VideoDemographics.csv`, when it is not beside the clips.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub demographics: Option<PathBuf>,
    /// Which channel of its recordings is used: `"mix"` (the mean of all), `"left"`, `"right"`, or a number from 1.
    #[serde(default, skip_serializing_if = "Channel::is_mix")]
    pub channel: Channel,
    /// The ends of the scale of arousal, dominance and valence, `[1, 5]`; where it is not stated, the least and the greatest
    /// value of each.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub range: Option<Scale>,
    /// The table's column names.
    #[serde(default)]
    pub columns: Columns,
    /// Whether each copy of a recording, by its name, is a clip: `split.duplicates = "keep"` says so of all corpora.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub copies: bool,
    /// For `pattern`: a regular expression of the whole name, or of the last folders and the name, with the groups `emotion`
    /// and, where known, `speaker`, `gender`, `age`, `intensity`, `text`, `split`; other groups are columns of that name.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub pattern: String,
    /// For `pattern`: from what it catches as emotion to the label; none where the names state the labels themselves.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub labels: BTreeMap<String, String>,
    /// For `pattern`: the same for other groups, by group.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub codes: BTreeMap<String, BTreeMap<String, String>>,
    /// For `pattern`: what is known of a speaker.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub speakers: BTreeMap<String, SpeakerFacts>,
    /// For `iemocap`: all, improvised or scripted dialogues.
    #[serde(default, skip_serializing_if = "DialoguePart::is_all")]
    pub part: DialoguePart,
}

impl CorpusSettings {
    /// What reads its names under `pattern`.
    ///
    /// # Errors
    /// [`CorpusError::Settings`] where there is no pattern, or none that works.
    pub(super) fn name_pattern(&self) -> Result<NamePattern, CorpusError> {
        let refused = |problem: String| CorpusError::settings("corpora.pattern", format!("{}: {problem}", self.name));
        if self.pattern.is_empty() {
            let example = r"(?<speaker>s\d+)_(?<emotion>[a-z]+)_\d+";
            return Err(refused(format!(
                "layout = \"pattern\" needs a pattern of the names, for example pattern = '{example}'"
            )));
        }
        let described = Described {
            pattern: self.pattern.clone(),
            labels: self.labels.clone(),
            codes: self.codes.clone(),
            speakers: self.speakers.clone(),
        };
        NamePattern::new(described).map_err(refused)
    }
}

/// Which of IEMOCAP's dialogues are read.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DialoguePart {
    /// All.
    #[default]
    All,
    /// Those that the actors made up.
    Improvised,
    /// Those that they had learnt.
    Scripted,
}

impl DialoguePart {
    pub(super) fn is_all(&self) -> bool {
        *self == Self::All
    }
}

/// What becomes of labels: `[labels]`.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LabelSettings {
    /// A named set of classes: what is not in it is left out.
    #[serde(default)]
    pub set: LabelSet,
    /// From an emotion to the one it counts as; an empty string drops its clips.
    pub map: BTreeMap<String, String>,
    /// What labels a clip that listeners have voted on.
    #[serde(default)]
    pub source: LabelSource,
}

/// What labels a clip that listeners have voted on.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LabelSource {
    /// What the corpus states: what was to be acted, or what its makers agreed on.
    #[default]
    Stated,
    /// What most listeners heard.
    Votes,
}

/// Which clips take part: `[filter]`. An empty list lets everything pass.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FilterSettings {
    /// Corpora by name.
    pub corpus: Vec<String>,
    /// Genders: female, male, other.
    pub gender: Vec<String>,
    /// Speakers, as `speaker` or `corpus/speaker`.
    pub speaker: Vec<String>,
    /// Emotions, after the label map.
    pub emotion: Vec<String>,
    /// Intensities.
    pub intensity: Vec<String>,
}

impl FilterSettings {
    /// Refuses genders and intensities that no clip can have.
    ///
    /// # Errors
    /// [`CorpusError::Settings`] with the key and the names there are.
    pub fn validate(&self) -> Result<(), CorpusError> {
        known("filter.gender", &self.gender, &Gender::ALL.map(Gender::name))?;
        known(
            "filter.intensity",
            &self.intensity,
            &Intensity::ALL.map(Intensity::name),
        )
    }
}

fn known(key: &str, values: &[String], names: &[&str]) -> Result<(), CorpusError> {
    match values
        .iter()
        .find(|value| !names.contains(&value.to_lowercase().as_str()))
    {
        Some(value) => Err(CorpusError::settings(
            key,
            format!("no `{value}`; there are {}", names.join(", ")),
        )),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_channel_is_named_or_numbered_and_left_out_where_nothing_is_said() {
        let read = |line: &str| toml::from_str::<CorpusSettings>(&format!("name = \"x\"\npath = \"y\"\n{line}"));
        let written = |line: &str| toml::to_string(&read(line).unwrap()).unwrap();
        assert_eq!(read("channel = \"right\"").unwrap().channel, Channel::One(2));
        assert_eq!(read("channel = 3").unwrap().channel, Channel::One(3));
        assert!(written("channel = 1").contains("channel = \"left\""));
        assert!(!written("channel = \"mix\"").contains("channel"));
        assert_eq!(written("channel = \"mix\""), written(""));
        let error = read("channel = \"middle\"").unwrap_err().to_string();
        assert!(error.contains("middle") && error.contains("left"), "{error}");
    }
}
