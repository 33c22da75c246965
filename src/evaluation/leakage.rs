//! What the test side shares with the training side.

use serde::{Deserialize, Serialize};

/// Where a clip comes from, as far as leakage is concerned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Provenance {
    /// `corpus/speaker`.
    pub speaker: Option<String>,
    /// `corpus/text`.
    pub text: Option<String>,
    /// Hash of the samples.
    pub content: Option<u128>,
}

/// What two sides share.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Leakage {
    /// Speakers on the training side.
    pub train_speakers: usize,
    /// Speakers on the test side.
    pub test_speakers: usize,
    /// Speakers on both.
    pub shared_speakers: usize,
    /// Sentences on the test side.
    pub test_texts: usize,
    /// Sentences on both.
    pub shared_texts: usize,
    /// Test clips whose samples are on the training side as well.
    pub shared_clips: usize,
}

/// Compares the test side with the training side.
pub fn leakage(_train: &[Provenance], _test: &[Provenance]) -> Leakage {
    unimplemented!()
}
