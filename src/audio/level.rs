//! How loud a wave is, and whether there is anything in it.

use super::Wave;
use serde::{Deserialize, Serialize};

/// Levels of a wave.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Level {
    /// Largest magnitude, full scale at 1.0.
    pub peak: f32,
    /// Root mean square in dB relative to full scale; negative infinity is stored as -200.
    pub rms_dbfs: f32,
    /// Share of samples at or above 0.999 of full scale, in runs of at least 3: clipped.
    pub clipped: f32,
    /// Digital silence from end to end (peak below 1e-4, 80 dB below full scale).
    pub silent: bool,
}

/// Measures a wave.
pub fn level(_wave: &Wave) -> Level {
    unimplemented!()
}
