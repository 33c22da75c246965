//! The synthetic demo corpus.

use super::CorpusError;
use serde::{Deserialize, Serialize};
use std::path::Path;

/// `[demo]`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DemoSettings {
    /// Clips to write, about.
    pub clips: usize,
    /// Speakers, over all four naming schemes.
    pub speakers: usize,
    /// Seed of every random choice.
    pub seed: u64,
}

/// What was written.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DemoSummary {
    /// Clips.
    pub clips: usize,
    /// Speakers.
    pub speakers: usize,
    /// Total length of the clips (s).
    pub seconds: f64,
}

/// Name of the file that marks a folder as synthetic; a scan reads it.
pub const MARKER: &str = "SYNTHETIC.txt";

/// Writes the demo corpus under `folder`, deterministically from the seed, on all cores.
/// A folder that holds anything but an earlier demo corpus is refused.
///
/// # Errors
/// What the file system says.
pub fn write_demo(
    _folder: &Path,
    _settings: &DemoSettings,
    _progress: &(dyn Fn(usize, usize) + Sync),
) -> Result<DemoSummary, CorpusError> {
    unimplemented!()
}
