//! Another speed, and with it another pitch.

use crate::audio::{AudioError, Wave, resample};

/// The speed that is meant by a factor. Of whole hundredths there are few, and a resampler is prepared for each.
pub(super) fn hundredths(rate: f64) -> f64 {
    (100.0 * rate).round() / 100.0
}

/// `round(len / rate)` samples of the wave played `rate` times as fast, by the band-limited filter of [`resample`]:
/// sox `speed`, Kaldi's speed perturbation (Ko et al. 2015).
///
/// # Errors
/// What the resampling refuses.
pub(super) fn played(wave: &Wave, rate: f64) -> Result<Wave, AudioError> {
    let rate = hundredths(rate);
    let faster = Wave {
        samples: wave.samples.clone(),
        rate: (100.0 * rate).round() as u32,
    };
    let mut samples = resample(&faster, 100)?.samples;
    samples.truncate((wave.samples.len() as f64 / rate).round_ties_even() as usize);
    Ok(Wave {
        samples,
        rate: wave.rate,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::f32::consts::TAU;

    #[test]
    fn a_tone_becomes_shorter_and_higher_at_the_same_level() {
        let tone = |hertz: f32, length: usize| Wave {
            samples: (0..length)
                .map(|n| 0.5 * (TAU * hertz * n as f32 / 8_000.0).sin())
                .collect(),
            rate: 8_000,
        };
        for (rate, length) in [(1.25, 6_400), (0.9, 8_889), (1.118, 7_143)] {
            let played = played(&tone(400.0, 8_000), rate).unwrap();
            let expected = tone((400.0 * hundredths(rate)) as f32, length);
            assert_eq!((played.rate, played.samples.len()), (8_000, length));
            for (found, expected) in played
                .samples
                .iter()
                .zip(&expected.samples)
                .skip(500)
                .take(length - 1_000)
            {
                assert!((found - expected).abs() < 2e-3, "{rate}: {found} {expected}");
            }
        }
    }
}
