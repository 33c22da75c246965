//! One level for all recordings.

use serde::{Deserialize, Serialize};

/// How a wave's level is set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Normalise {
    /// It is left as recorded.
    None,
    /// The largest magnitude becomes 1, which matches librosa.util.normalize(y).
    Peak,
    /// The root mean square becomes 0.1 (-20 dB of full scale); single peaks may then be beyond full scale.
    Rms,
}

/// -20 dB of full scale, a usual level of speech.
const RMS: f64 = 0.1;

/// Scales the samples in place. Silence (a magnitude that f32 holds with less than full precision at
/// most) is left as it is.
pub fn normalise(samples: &mut [f32], how: Normalise) {
    let (is, wanted) = match how {
        Normalise::None => return,
        Normalise::Peak => {
            let peak = samples.iter().fold(0f32, |peak, sample| peak.max(sample.abs()));
            (f64::from(peak), 1.0)
        }
        Normalise::Rms => {
            let energy: f64 = samples.iter().map(|&sample| f64::from(sample).powi(2)).sum();
            ((energy / samples.len().max(1) as f64).sqrt(), RMS)
        }
    };
    if is >= f64::from(f32::MIN_POSITIVE) {
        for sample in samples {
            *sample = (f64::from(*sample) * (wanted / is)) as f32;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_peak_becomes_one_or_the_rms_a_tenth() {
        let mut samples = [0.1, -0.5, 0.25];
        normalise(&mut samples, Normalise::Peak);
        assert_eq!(samples, [0.2, -1.0, 0.5]);
        let mut samples = [0.5, -0.5, 0.5, -0.5];
        normalise(&mut samples, Normalise::Rms);
        assert_eq!(samples, [0.1, -0.1, 0.1, -0.1]);
        let mut samples = [0.3];
        normalise(&mut samples, Normalise::None);
        assert_eq!(samples, [0.3]);
    }

    #[test]
    fn silence_and_nothing_stay() {
        for how in [Normalise::Peak, Normalise::Rms] {
            let mut silence = [0.0, -0.0];
            normalise(&mut silence, how);
            assert_eq!(silence, [0.0, 0.0]);
            normalise(&mut [], how);
        }
    }
}
