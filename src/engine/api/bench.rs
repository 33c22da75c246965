//! What can be measured, and what was: plain data.

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
    /// A network: steps of training, and inference.
    Model {
        /// The architecture; `None` is the settings'.
        name: Option<String>,
        /// Clips of a batch.
        batch: usize,
        /// The device; `None` is the settings'.
        device: Option<String>,
        /// Steps that the clock runs for.
        steps: usize,
        /// Whether to report where a step's time goes.
        profile: bool,
    },
}

/// What was measured.
#[derive(Debug, Clone, PartialEq)]
pub enum Measured {
    /// Of [`Bench::Features`].
    Features(FeatureSpeed),
    /// Of [`Bench::Model`].
    Model(ModelSpeed),
}

/// How fast a recipe is, and where its time goes. The files are in the system's cache when the clock runs, so
/// that the disk is not measured; of several rounds the median one counts.
#[derive(Debug, Clone, PartialEq)]
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
    /// Most memory that the process held while all cores were at it (bytes); 0 where the system does not report it.
    pub memory_peak: u64,
}

/// One stage of the work.
#[derive(Debug, Clone, PartialEq)]
pub struct StageTime {
    /// Its name.
    pub stage: String,
    /// Mean time per clip (ms).
    pub milliseconds: f64,
    /// Share of the time of all stages.
    pub share: f64,
}

/// The whole work on so many threads.
#[derive(Debug, Clone, Copy, PartialEq)]
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
    pub(in crate::engine) fn new(threads: usize, clips: usize, audio_seconds: f64, seconds: f64) -> Self {
        let seconds = seconds.max(1e-9);
        Self {
            threads,
            seconds,
            clips_per_second: clips as f64 / seconds,
            times_real_time: audio_seconds / seconds,
        }
    }
}

/// How fast a network is, on clips of random numbers. Times are medians; a step's arithmetic is counted as three
/// times that of its way forwards.
#[derive(Debug, Clone, PartialEq)]
pub struct ModelSpeed {
    /// The architecture.
    pub model: String,
    /// The device.
    pub device: String,
    /// Threads that the CPU's work is dealt to.
    pub threads: usize,
    /// (frames, coefficients).
    pub input: (usize, usize),
    /// Classes.
    pub classes: usize,
    /// Parameters, and how many of them are trained.
    pub parameters: (usize, usize),
    /// Clips of a batch.
    pub batch: usize,
    /// Steps that the clock ran for.
    pub steps: usize,
    /// The first step, in which devices may prepare what later ones find ready (ms).
    pub first_step_milliseconds: f64,
    /// A step of training.
    pub train: BatchSpeed,
    /// Prediction of a batch.
    pub inference: BatchSpeed,
    /// Prediction of one clip.
    pub one_clip: BatchSpeed,
    /// The fastest of several large matrix products, taken between the steps (GFLOP/s).
    pub peak_gflops: f64,
    /// Most memory that the process held up to the last step (bytes); 0 where the system does not report it.
    pub memory_peak: u64,
    /// Where a step's time goes, when it was asked for.
    pub profile: Vec<SpanTime>,
}

/// The time of one batch.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct BatchSpeed {
    /// The median (ms).
    pub milliseconds: f64,
    /// The shortest (ms).
    pub fastest_milliseconds: f64,
    /// Clips per second.
    pub clips_per_second: f64,
    /// Arithmetic per second (GFLOP/s).
    pub gflops: f64,
}

/// One operation's part of a step.
#[derive(Debug, Clone, PartialEq)]
pub struct SpanTime {
    /// `forward`, `backward` or `optimizer`.
    pub phase: String,
    /// The operation and the shape of its output; `other operations` is what Burn's own took.
    pub operation: String,
    /// Calls per step.
    pub calls: f64,
    /// Mean time per step (ms).
    pub milliseconds: f64,
    /// Share of the step.
    pub share: f64,
}

impl BatchSpeed {
    /// From the times of several batches (s) of so many clips and so much arithmetic each; the clock counts
    /// whole nanoseconds.
    pub(in crate::engine) fn new(mut seconds: Vec<f64>, clips: usize, operations: f64) -> Self {
        seconds.sort_by(f64::total_cmp);
        let at = |index: usize| seconds.get(index).copied().unwrap_or_default().max(1e-9);
        let median = at(seconds.len() / 2);
        Self {
            milliseconds: 1e3 * median,
            fastest_milliseconds: 1e3 * at(0),
            clips_per_second: clips as f64 / median,
            gflops: operations / median / 1e9,
        }
    }
}
