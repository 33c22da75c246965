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
    let mut meter = LevelMeter::default();
    meter.update(&wave.samples);
    meter.level()
}

/// Measures a wave that comes in parts.
#[derive(Debug, Clone, Default)]
pub struct LevelMeter {
    samples: u64,
    peak: f32,
    energy: f64,
    clipped: u64,
    /// Samples at full scale up to here.
    run: u64,
    last: f32,
}

impl LevelMeter {
    /// Takes the samples that come next.
    pub fn update(&mut self, samples: &[f32]) {
        self.samples += samples.len() as u64;
        for &sample in samples {
            self.peak = self.peak.max(sample.abs());
            self.energy += f64::from(sample) * f64::from(sample);
            if is_full(sample) && self.run > 0 && (self.last > 0.0) == (sample > 0.0) {
                self.run += 1;
            } else {
                self.clipped += clipped(self.run);
                self.run = u64::from(is_full(sample));
            }
            self.last = sample;
        }
    }

    /// The level of all of them.
    pub fn level(&self) -> Level {
        let length = self.samples.max(1) as f64;
        let clipped = self.clipped + clipped(self.run);
        Level {
            peak: self.peak,
            rms_dbfs: (10.0 * (self.energy / length).log10()).max(FLOOR_DBFS) as f32,
            clipped: (clipped as f64 / length) as f32,
            silent: self.peak < 1e-4,
        }
    }
}

/// Of so many samples at full scale, those that count as clipped.
fn clipped(run: u64) -> u64 {
    if run >= 3 { run } else { 0 }
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
    fn parts_are_measured_as_the_whole() {
        let samples: Vec<f32> = (0..500)
            .map(|n| [1.0, 1.0, 1.0, -1.0, 0.3, 1.0][n % 6 * (n / 7) % 6])
            .collect();
        for size in [1, 2, 3, 7, 499] {
            let mut meter = LevelMeter::default();
            samples.chunks(size).for_each(|part| meter.update(part));
            assert_eq!(meter.level(), of(&samples), "{size}");
        }
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
