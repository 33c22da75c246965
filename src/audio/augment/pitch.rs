//! Pitch shift: stretched in time, then resampled to the old length.

use super::interpolate::resampled;
use super::vocoder::stretch_below;

/// librosa.effects.pitch_shift with 12 steps per octave: with `rate = 2^(-semitones / 12)`, a stretch by `rate`
/// and resampling by it, cut or padded to the old length.
///
/// What the resampling could not hold is left out of the vocoder's spectra, so that nothing is left to fold
/// back and the resampling needs no filter of its own.
pub(super) fn shift(samples: &[f32], semitones: f64) -> Vec<f32> {
    let rate = 2f64.powf(-semitones / 12.0);
    let stretched = stretch_below(samples, rate, rate.min(1.0));
    resampled(&stretched, rate, samples.len())
}
