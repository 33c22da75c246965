//! Folders to clips, with every file that was refused and why.

use super::{AnalysisCache, Clip, CorpusError, CorpusSettings, SampleFacts};
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};
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
    pub facts: Vec<Option<Arc<SampleFacts>>>,
    /// The files that are no clips.
    pub refused: Arc<Vec<Refused>>,
}

/// What the last scan knew of every file (size, time, header), so that a rescan reads only what changed.
#[derive(Debug, Default)]
pub struct ScanIndex {}

impl ScanIndex {
    /// Reads the index; an absent or damaged one is empty.
    pub fn load(_path: &Path) -> Self {
        unimplemented!()
    }

    /// Writes the index whole.
    ///
    /// # Errors
    /// What the file system says.
    pub fn save(&self, _path: &Path) -> Result<(), CorpusError> {
        unimplemented!()
    }
}

/// Reads the headers of every corpus on all cores, in order of corpus and path.
/// `progress(done, found)` is called now and then from any thread. Facts that `analysis` remembers
/// for unchanged files are filled in.
///
/// # Errors
/// A corpus folder or table that cannot be read at all; single files never fail a scan, they are listed in [`Catalogue::refused`].
pub fn scan(
    _corpora: &[CorpusSettings],
    _index: &mut ScanIndex,
    _analysis: &AnalysisCache,
    _progress: &(dyn Fn(usize, usize) + Sync),
) -> Result<Catalogue, CorpusError> {
    unimplemented!()
}
