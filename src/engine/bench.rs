//! What can be measured, and what was: plain data.

use serde::Serialize;
use std::path::PathBuf;

/// What can be measured.
#[derive(Debug, Clone, PartialEq)]
pub enum Bench {
    /// A recipe over clips, from their files to their features, without the cache.
    Features {
        /// Clips, evenly spaced over the selection; all of it when it is smaller, 200 when nothing is said.
        clips: Option<usize>,
        /// Name of the recipe; `None` is the settings'.
        recipe: Option<String>,
    },
}

/// What was measured.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Measured {
    /// Of [`Bench::Features`].
    Features(FeatureSpeed),
}

/// How fast a recipe is, and where its time goes. The files are in the system's cache when the clock runs, so
/// that the disk is not measured; of several rounds the median one is told.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct FeatureSpeed {
    /// The recipe's name.
    pub recipe: String,
    /// (frames, coefficients).
    pub shape: (usize, usize),
    /// Whether clips of the demo corpus are among the measured ones.
    pub synthetic: bool,
    /// Clips measured.
    pub clips: usize,
    /// Their length together (s).
    pub audio_seconds: f64,
    /// How many clips have which rate (Hz), rising.
    pub rates: Vec<(u32, usize)>,
    /// Clips that cannot be measured, with the reason.
    pub refused: Vec<(PathBuf, String)>,
    /// The stages on one thread, in the order of the work.
    pub stages: Vec<StageTime>,
    /// One thread, then all cores.
    pub speeds: Vec<Speed>,
    /// Most memory that the process held while all cores were at it (bytes); 0 where the system does not tell.
    pub memory_peak: u64,
}

/// One stage of the work.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct StageTime {
    /// Its name.
    pub stage: String,
    /// Mean time per clip (ms).
    pub milliseconds: f64,
    /// Share of the time of all stages.
    pub share: f64,
}

/// The whole work on so many threads.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Speed {
    /// Threads.
    pub threads: usize,
    /// Time for all clips (s).
    pub seconds: f64,
    /// Clips per second.
    pub clips_per_second: f64,
    /// Seconds of sound per second.
    pub times_real_time: f64,
}

impl Speed {
    /// So many clips of so much sound in so much time; a clock that stood still counts as a nanosecond.
    pub(super) fn new(threads: usize, clips: usize, audio_seconds: f64, seconds: f64) -> Self {
        let seconds = seconds.max(1e-9);
        Self {
            threads,
            seconds,
            clips_per_second: clips as f64 / seconds,
            times_real_time: audio_seconds / seconds,
        }
    }
}
