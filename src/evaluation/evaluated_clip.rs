//! A test clip as it was predicted.

use serde::{Deserialize, Serialize};
use std::path::PathBuf;

/// A clip's value of a dimension, in the units of its corpus.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct DimensionValue {
    /// What the corpus states; none where it states nothing.
    pub truth: Option<f32>,
    /// What is predicted; none where the corpus has no scale of this dimension.
    pub prediction: Option<f32>,
}

/// The prediction of one test clip.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct EvaluatedClip {
    /// The clip.
    pub path: PathBuf,
    /// Its corpus.
    pub corpus: String,
    /// Its speaker.
    pub speaker: Option<String>,
    /// Its speaker's gender.
    pub gender: Option<String>,
    /// Index of the true label.
    pub truth: usize,
    /// Probability per label; none of a model that has learnt dimensions.
    pub probabilities: Vec<f32>,
    /// Its dimensions, of a model that has learnt these.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub dimensions: Vec<DimensionValue>,
}

impl EvaluatedClip {
    /// Index of the most probable label (the first of equals).
    pub fn prediction(&self) -> usize {
        let mut best = 0;
        for (index, value) in self.probabilities.iter().enumerate() {
            if *value > self.probabilities[best] {
                best = index;
            }
        }
        best
    }
}
