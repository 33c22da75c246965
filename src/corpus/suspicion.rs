//! Clips that are read but deserve a second look.

use super::Catalogue;
use serde::{Deserialize, Serialize};

/// What is odd about a clip.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SuspicionKind {
    /// Digital silence: kept out of training.
    Silent,
    /// The same samples under another label: kept out of training.
    ConflictingTwin,
    /// The same samples as another clip: never on two sides of a split.
    Twin,
    /// The samples cannot be decoded: kept out of training.
    Damaged,
    /// The container is not what the extension says.
    Extension,
    /// More than one channel; the mean is used.
    Stereo,
    /// Not the sampling rate of most of its corpus.
    Rate,
    /// Clipped samples.
    Clipping,
    /// Much shorter or longer than the rest of its corpus.
    Length,
}

/// One clip that deserves a second look.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Suspicion {
    /// Index into [`Catalogue::clips`].
    pub clip: usize,
    /// What is odd.
    pub kind: SuspicionKind,
    /// In words, with figures (`same samples as 1006_TIE_NEU_XX.wav, which is labelled neutral`).
    pub detail: String,
}

/// Everything odd, worst kinds first.
pub fn suspicions(_catalogue: &Catalogue) -> Vec<Suspicion> {
    unimplemented!()
}
