//! Distributions and cross-tables of the clips.

use super::Catalogue;
use serde::{Deserialize, Serialize};

/// Counts per name, in the order to be shown.
pub type Distribution = Vec<(String, usize)>;

/// What the clips are like.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Statistics {
    /// Number of clips.
    pub clips: usize,
    /// Total length in seconds.
    pub seconds: f64,
    /// Clips per emotion.
    pub emotions: Distribution,
    /// Clips per gender (`unknown` last).
    pub genders: Distribution,
    /// Clips per corpus.
    pub corpora: Distribution,
    /// Clips per sampling rate.
    pub rates: Distribution,
    /// Clips per speaker (`corpus/speaker`), with gender and age where known.
    pub speakers: Vec<SpeakerRow>,
    /// Rows: emotions; columns: corpora.
    pub emotion_by_corpus: CrossTable,
    /// Rows: emotions; columns: genders.
    pub emotion_by_gender: CrossTable,
    /// Lengths.
    pub lengths: Lengths,
}

/// One speaker.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SpeakerRow {
    /// Corpus.
    pub corpus: String,
    /// Speaker.
    pub speaker: String,
    /// Gender name or `unknown`.
    pub gender: String,
    /// Age in years.
    pub age: Option<u16>,
    /// Clips.
    pub clips: usize,
    /// Seconds.
    pub seconds: f64,
    /// Clips per emotion, in the order of [`Statistics::emotions`].
    pub emotions: Vec<usize>,
}

/// Counts by two properties.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct CrossTable {
    /// Row names.
    pub rows: Vec<String>,
    /// Column names.
    pub columns: Vec<String>,
    /// `counts[row][column]`.
    pub counts: Vec<Vec<usize>>,
}

/// How long the clips are (s).
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Lengths {
    /// Shortest.
    pub minimum: f64,
    /// Median.
    pub median: f64,
    /// Mean.
    pub mean: f64,
    /// Longest.
    pub maximum: f64,
    /// Clips per bin: (lower edge in s, upper edge in s, clips).
    pub histogram: Vec<(f64, f64, usize)>,
}

/// Computes everything in one pass over the clips.
pub fn statistics(_catalogue: &Catalogue) -> Statistics {
    unimplemented!()
}
