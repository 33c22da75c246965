//! A clip and what is known about it.

use super::{ColumnValues, Dimensions, ListenerVotes, Segment};
use crate::audio::{AudioError, Channel, Decoded, decode_channel};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

/// The emotion a clip is labelled with: one of the known names, or whatever a table brings.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Emotion(Arc<str>);

impl Emotion {
    /// The names that layouts give, in the order in which they are shown.
    pub const KNOWN: [&'static str; 9] = [
        "neutral",
        "calm",
        "happy",
        "sad",
        "angry",
        "fearful",
        "disgust",
        "surprised",
        "boredom",
    ];

    /// What a table states where there is no label: how programs write a missing value, and the words of corpora whose
    /// raters found none.
    const NONE: [&'static str; 16] = [
        "",
        "-",
        "--",
        "#n/a",
        "<na>",
        "n/a",
        "na",
        "nan",
        "no agreement",
        "no-agreement",
        "no_agreement",
        "none",
        "null",
        "oth",
        "unknown",
        "xxx",
    ];

    /// What clips without a label are counted under.
    pub const UNLABELLED: &'static str = "unlabelled";

    /// An emotion of this name: lower case, trimmed.
    pub fn new(name: &str) -> Self {
        Self(name.trim().to_lowercase().into())
    }

    /// An emotion over text that other clips share; the text must be lower case and trimmed.
    pub(super) fn shared(name: Arc<str>) -> Self {
        Self(name)
    }

    /// The name.
    pub fn name(&self) -> &str {
        &self.0
    }

    /// Whether it names something to be learnt: `nan`, `none`, `na`, `n/a`, `null`, `-`, `no_agreement`, `unknown`, IEMOCAP's
    /// `xxx` and `oth`, and an empty field say that there is no label.
    pub fn is_label(&self) -> bool {
        !Self::NONE.contains(&self.name())
    }

    /// Sorts as shown: known emotions in their order, then others by name.
    pub fn rank(&self) -> (usize, &str) {
        let known = Self::KNOWN.iter().position(|name| *name == self.name());
        (known.unwrap_or(Self::KNOWN.len()), self.name())
    }
}

impl fmt::Display for Emotion {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.name())
    }
}

/// A speaker's gender as the corpus states it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Gender {
    /// Female.
    Female,
    /// Male.
    Male,
    /// Anything else that a table states.
    Other,
}

impl Gender {
    /// Every gender.
    pub const ALL: [Self; 3] = [Self::Female, Self::Male, Self::Other];

    /// The name in settings, tables and on screens.
    pub fn name(self) -> &'static str {
        match self {
            Self::Female => "female",
            Self::Male => "male",
            Self::Other => "other",
        }
    }

    /// Reads what a table says: female or male (f, m, woman, man), anything else is [`Gender::Other`];
    /// nothing, or `unknown`, is no gender. Case does not matter.
    pub fn parse(text: &str) -> Option<Self> {
        match text.trim().to_lowercase().as_str() {
            "" | "unknown" => None,
            "f" | "female" | "woman" => Some(Self::Female),
            "m" | "male" | "man" => Some(Self::Male),
            _ => Some(Self::Other),
        }
    }
}

/// How strongly the emotion was to be shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Intensity {
    /// CREMA-D `LO`.
    Low,
    /// CREMA-D `MD`.
    Medium,
    /// RAVDESS `01`.
    Normal,
    /// CREMA-D `HI`.
    High,
    /// RAVDESS `02`.
    Strong,
}

impl Intensity {
    /// Every intensity, weakest first.
    pub const ALL: [Self; 5] = [Self::Low, Self::Medium, Self::Normal, Self::High, Self::Strong];

    /// The name in settings, tables and on screens.
    pub fn name(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Medium => "medium",
            Self::Normal => "normal",
            Self::High => "high",
            Self::Strong => "strong",
        }
    }

    /// Reads one of the names above, or CREMA-D's codes (LO, MD, HI); anything else is unknown.
    pub fn parse(text: &str) -> Option<Self> {
        match text.trim().to_lowercase().as_str() {
            "low" | "lo" => Some(Self::Low),
            "medium" | "md" => Some(Self::Medium),
            "normal" => Some(Self::Normal),
            "high" | "hi" => Some(Self::High),
            "strong" => Some(Self::Strong),
            _ => None,
        }
    }
}

/// One recording. Text is shared between clips, so that 100,000 of them stay small in memory.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Clip {
    /// Where it is.
    pub path: PathBuf,
    /// The corpus it belongs to, by the name in the settings.
    pub corpus: Arc<str>,
    /// Whether the corpus is generated by a program and no human voice (the demo corpus).
    pub synthetic: bool,
    /// The speaker, unique within the corpus.
    pub speaker: Option<Arc<str>>,
    /// The speaker's gender.
    pub gender: Option<Gender>,
    /// The speaker's age in years.
    pub age: Option<u16>,
    /// The speaker's race or ethnicity as the corpus states it (CREMA-D: `Race` or `Race, Ethnicity`).
    pub ethnicity: Option<Arc<str>>,
    /// The label.
    pub emotion: Emotion,
    /// The part of the corpus's own split that it belongs to, as its table or its folder calls it (`train`, `dev`, `Test1`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub given_split: Option<Arc<str>>,
    /// What the other columns of its table state.
    #[serde(default, skip_serializing_if = "ColumnValues::is_empty")]
    pub columns: ColumnValues,
    /// How strongly it was to be shown.
    pub intensity: Option<Intensity>,
    /// Arousal, dominance and valence, in the corpus's units.
    #[serde(default, skip_serializing_if = "Dimensions::is_none")]
    pub dimensions: Dimensions,
    /// How many listeners chose which label, as the corpus calls them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub votes: Option<ListenerVotes>,
    /// The sentence, or its code.
    pub text: Option<Arc<str>>,
    /// The container as the content says (`wav`, `aiff`, `ogg`, …).
    pub container: Arc<str>,
    /// Samples per channel of the file, as its header states them.
    pub frames: u64,
    /// Samples per channel of the clip as decoded, where they are known and say more than the header: it may be mistaken.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decoded: Option<u64>,
    /// Samples per second (Hz).
    pub rate: u32,
    /// Channels as stored.
    pub channels: u16,
    /// The channel that stands for it.
    #[serde(default, skip_serializing_if = "Channel::is_mix")]
    pub channel: Channel,
    /// The part of the file that it is; none is the whole file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub segment: Option<Segment>,
}

impl Clip {
    /// Samples per channel: as decoded where that is known, else those of its segment, or as the header states them.
    pub fn length(&self) -> u64 {
        let stated = self.segment.map_or(self.frames, |segment| segment.count);
        self.decoded.unwrap_or(stated)
    }

    /// Length in seconds.
    pub fn seconds(&self) -> f64 {
        self.length() as f64 / f64::from(self.rate.max(1))
    }

    /// Whether its length is only what the header of a compressed file says, for nothing of it was decoded yet.
    pub fn is_estimated(&self) -> bool {
        self.decoded.is_none() && self.segment.is_none() && !matches!(&*self.container, "wav" | "w64" | "sph" | "aiff")
    }

    /// Its samples, of the channel that stands for it.
    ///
    /// # Errors
    /// As [`crate::audio::decode`]; a file without that channel, or that ends before the segment does.
    pub fn decode(&self) -> Result<Decoded, AudioError> {
        self.decode_of(self.channel)
    }

    /// As [`Clip::decode`], of another channel.
    ///
    /// # Errors
    /// As [`Clip::decode`].
    pub(super) fn decode_of(&self, channel: Channel) -> Result<Decoded, AudioError> {
        let whole = decode_channel(&self.path, channel)?;
        match self.segment {
            Some(segment) => whole.cut(&self.path, segment.range()),
            None => Ok(whole),
        }
    }

    /// The speaker, unique among all corpora (`corpus/speaker`).
    pub fn speaker_key(&self) -> Option<String> {
        let speaker = self.speaker.as_ref()?;
        Some(format!("{}/{speaker}", self.corpus))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_emotions_are_shown_first_and_in_their_order() {
        let mut emotions = ["zest", "boredom", "awe", "sad", " Neutral "].map(Emotion::new);
        emotions.sort_by(|a, b| a.rank().cmp(&b.rank()));
        assert_eq!(
            emotions.each_ref().map(Emotion::name),
            ["neutral", "sad", "boredom", "awe", "zest"]
        );
    }

    #[test]
    fn the_decoded_length_counts_and_that_of_a_compressed_files_header_is_an_estimate() {
        let mut clip = Clip {
            container: "flac".into(),
            ..super::super::fixture::clip("a.flac", "sad")
        };
        assert_eq!((clip.seconds(), clip.is_estimated()), (2.0, true));
        clip.decoded = Some(64_000);
        assert_eq!((clip.seconds(), clip.is_estimated()), (4.0, false));
        assert!(!super::super::fixture::clip("a.wav", "sad").is_estimated());
    }

    #[test]
    fn names_of_gender_and_intensity_are_read_back() {
        for gender in [Gender::Female, Gender::Male, Gender::Other] {
            assert_eq!(Gender::parse(gender.name()), Some(gender));
        }
        for intensity in [
            Intensity::Low,
            Intensity::Medium,
            Intensity::Normal,
            Intensity::High,
            Intensity::Strong,
        ] {
            assert_eq!(Intensity::parse(intensity.name()), Some(intensity));
        }
        assert_eq!(Gender::parse(" F "), Some(Gender::Female));
        assert_eq!(Gender::parse("non-binary"), Some(Gender::Other));
        assert_eq!(Gender::parse("Unknown"), None);
        assert_eq!(Intensity::parse("7"), None);
    }
}
