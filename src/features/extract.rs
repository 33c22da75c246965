//! A wave through a recipe.

use super::{FeatureError, FeatureMatrix, Recipe};
use crate::audio::Wave;

/// Raised whenever the same recipe would give other numbers; part of the cache's key.
pub const FEATURE_VERSION: u32 = 1;

/// What a user should know about one clip's features.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Note {
    /// The clip is shorter than the skip; the skip was cut to this many seconds so that frames remain.
    SkipClamped {
        /// What was skipped instead (s).
        to_seconds: f64,
    },
    /// Zeros were appended, this many seconds.
    Padded {
        /// Zeros appended (s).
        seconds: f64,
    },
}

/// Features of one clip, and what is worth knowing about them.
#[derive(Debug, Clone, PartialEq)]
pub struct Extracted {
    /// `recipe.shape()` numbers.
    pub matrix: FeatureMatrix,
    /// What is worth knowing.
    pub notes: Vec<Note>,
}

/// The recipe over a wave: resample, skip, take, pad, frame, features.
///
/// # Errors
/// [`FeatureError`] when the wave cannot be resampled.
pub fn extract(_wave: &Wave, _recipe: &Recipe) -> Result<Extracted, FeatureError> {
    unimplemented!()
}
