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

/// The level of nothing at all (dB).
const FLOOR_DBFS: f64 = -200.0;

/// Measures a wave.
pub fn level(wave: &Wave) -> Level {
    let peak = wave.samples.iter().fold(0f32, |peak, sample| peak.max(sample.abs()));
    let energy: f64 = wave
        .samples
        .iter()
        .map(|&sample| f64::from(sample) * f64::from(sample))
        .sum();
    let length = wave.samples.len().max(1) as f64;
    let full = wave
        .samples
        .chunk_by(|a, b| is_full(*a) && is_full(*b) && (*a > 0.0) == (*b > 0.0));
    let clipped: usize = full.filter(|run| run.len() >= 3).map(<[f32]>::len).sum();
    Level {
        peak,
        rms_dbfs: (10.0 * (energy / length).log10()).max(FLOOR_DBFS) as f32,
        clipped: (clipped as f64 / length) as f32,
        silent: peak < 1e-4,
    }
}

fn is_full(sample: f32) -> bool {
    sample.abs() >= 0.999
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(samples: &[f32]) -> Level {
        level(&Wave {
            samples: samples.to_vec(),
            rate: 16_000,
        })
    }

    #[test]
    fn a_square_wave_at_half_scale_is_six_decibels_down() {
        let level = of(&[0.5, -0.5, 0.5, -0.5]);
        assert_eq!(level.peak, 0.5);
        assert!((level.rms_dbfs + 6.0206).abs() < 1e-3);
        assert_eq!((level.clipped, level.silent), (0.0, false));
    }

    #[test]
    fn only_runs_of_three_at_the_same_rail_are_clipped() {
        assert_eq!(of(&[1.0, 1.0, 0.0, 0.0]).clipped, 0.0);
        assert_eq!(of(&[1.0, -1.0, 1.0, -1.0]).clipped, 0.0);
        assert_eq!(of(&[0.0, -1.0, -1.0, -0.9995]).clipped, 0.75);
    }

    #[test]
    fn silence_and_nothing_are_silent() {
        for samples in [&[][..], &[0.0; 4], &[9e-5, -9e-5]] {
            assert!(of(samples).silent);
        }
        assert_eq!(of(&[]).rms_dbfs, -200.0);
        assert!(!of(&[2e-4, 0.0]).silent);
    }
}
