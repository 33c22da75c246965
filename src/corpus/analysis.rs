//! What needs the samples: content, level, and the small spectrogram of a list row; remembered on disk.

use super::{Catalogue, Clip, CorpusError};
use crate::audio::Level;
use serde::{Deserialize, Serialize};
use std::path::Path;
use std::sync::Arc;

/// What the samples of one clip say.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SampleFacts {
    /// Hash of the decoded samples: equal for twins.
    pub content: u128,
    /// Samples per channel as decoded (a header may lie).
    pub frames: u64,
    /// Levels.
    pub level: Level,
    /// The row's sparkline: for each of [`SampleFacts::GLIMPSE`] equal stretches of the clip, energy
    /// (0-255 over 60 dB below the loudest stretch) and spectral centroid (0-255 over the mel scale up to 8 kHz).
    pub glimpse: Vec<(u8, u8)>,
    /// Why the samples could not be decoded, when the header was fine but the content is not.
    pub damage: Option<String>,
}

impl SampleFacts {
    /// Stretches in a glimpse.
    pub const GLIMPSE: usize = 24;
}

/// Facts remembered for files by path, size and time of change. Safe for many threads.
#[derive(Debug, Clone, Default)]
pub struct AnalysisCache {}

impl AnalysisCache {
    /// Reads what is remembered; absent or damaged entries are forgotten, never an error.
    pub fn load(_path: &Path) -> Self {
        unimplemented!()
    }

    /// What is remembered of this file, if it has not changed.
    pub fn get(&self, _path: &Path) -> Option<Arc<SampleFacts>> {
        unimplemented!()
    }

    /// The facts of one clip, remembered or measured now.
    pub fn facts(&self, _clip: &Clip) -> Arc<SampleFacts> {
        unimplemented!()
    }

    /// Writes what is remembered.
    ///
    /// # Errors
    /// What the file system says.
    pub fn save(&self) -> Result<(), CorpusError> {
        unimplemented!()
    }
}

/// Fills in the facts that are missing, on all cores. `progress(done, total, so_far)` is called now and
/// then, from one thread at a time, with the catalogue as it stands; returning false stops the analysis,
/// keeping what was measured. Saves the cache now and then and at the end.
///
/// # Errors
/// A cache that cannot be written.
pub fn analyse(
    _catalogue: &Catalogue,
    _cache: &AnalysisCache,
    _progress: &(dyn Fn(usize, usize, &dyn Fn() -> Catalogue) -> bool + Sync),
) -> Result<Catalogue, CorpusError> {
    unimplemented!()
}
