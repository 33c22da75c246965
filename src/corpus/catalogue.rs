//! What a scan finds: clips, what their samples say, and the files that are no clips.

use super::{Clip, Names, Reading, SampleAnalysis};
use serde::{Deserialize, Serialize};
use std::path::PathBuf;
use std::sync::Arc;

/// A file that is no clip.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refused {
    /// The corpus in whose folder it lies.
    pub corpus: Arc<str>,
    /// The file.
    pub path: PathBuf,
    /// Why, and what would help.
    pub reason: String,
}

/// Everything that a scan found.
#[derive(Debug, Clone, Default)]
pub struct Catalogue {
    /// The clips, by corpus and path.
    pub clips: Arc<Vec<Clip>>,
    /// What the samples say, for the clips (same order) that have been analysed so far.
    pub analysis: Vec<Option<Arc<SampleAnalysis>>>,
    /// The files that are no clips.
    pub refused: Arc<Vec<Refused>>,
    /// How every corpus was read, in the order of the settings.
    pub readings: Arc<Vec<Reading>>,
    /// What the corpora state, where the clips have it otherwise.
    pub names: Arc<Names>,
}
