//! Clips to features and labels.

use super::TrainingError;
use crate::corpus::{Selection, Split};
use crate::features::{FeatureCache, FeatureMatrix};

/// Features and labels of every selected clip, in the order of the selection.
#[derive(Debug, Clone)]
pub struct Dataset {
    /// One matrix per clip, as extracted (not scaled).
    pub matrices: Vec<FeatureMatrix>,
    /// Index into `labels` per clip.
    pub targets: Vec<usize>,
    /// The labels, in order of [`crate::corpus::Emotion::rank`].
    pub labels: Vec<String>,
    /// The sides.
    pub split: Split,
    /// How many matrices the cache already had.
    pub cached: usize,
    /// How many clips are shorter than the recipe's skip (`Note::SkipClamped`).
    pub skip_clamped: usize,
}

/// Extracts or reads the features of every selected clip, on all cores; `progress(done, total)`
/// returning false stops it.
///
/// # Errors
/// A clip that cannot be read any more, a cache that cannot be written, fewer than two labels, or being stopped.
pub fn build_dataset(
    _selection: &Selection,
    _split: Split,
    _cache: &FeatureCache,
    _progress: &(dyn Fn(usize, usize) -> bool + Sync),
) -> Result<Dataset, TrainingError> {
    unimplemented!()
}
