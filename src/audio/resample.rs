//! Band-limited resampling.

use super::{AudioError, Wave};

/// The wave at another rate, by a band-limited filter (rubato); the same wave when the rate is
/// already right. Length is `ceil(len * rate / wave.rate)`, without delay, as librosa.resample.
///
/// # Errors
/// A rate of zero, or what the filter refuses.
pub fn resample(_wave: &Wave, _rate: u32) -> Result<Wave, AudioError> {
    unimplemented!()
}
