//! Standardisation with the training clips' statistics.

use super::FeatureMatrix;
use serde::{Deserialize, Serialize};

/// Mean and deviation per feature (one pair per coefficient, over all frames of the clips it was fitted on).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Scaler {
    /// Mean per coefficient.
    pub mean: Vec<f32>,
    /// Standard deviation (divisor n) per coefficient, as sklearn's StandardScaler; 1 where it is 0.
    pub deviation: Vec<f32>,
}

/// Sums of one coefficient, of differences from its first value: nothing cancels when the mean is large
/// beside the deviation, and a constant has a deviation of exactly 0.
#[derive(Clone, Default)]
struct Sums {
    origin: f64,
    first: f64,
    second: f64,
}

impl Scaler {
    /// Statistics over all frames of all given matrices; sums in f64. Empty when there are none.
    pub fn fit<'a>(matrices: impl IntoIterator<Item = &'a FeatureMatrix>) -> Self {
        let mut sums: Vec<Sums> = Vec::new();
        let mut frames = 0u64;
        for matrix in matrices {
            for frame in matrix.values.chunks_exact(matrix.coefficients.max(1)) {
                if frames == 0 {
                    sums = frame
                        .iter()
                        .map(|&value| Sums {
                            origin: value.into(),
                            ..Sums::default()
                        })
                        .collect();
                }
                frames += 1;
                for (sums, &value) in sums.iter_mut().zip(frame) {
                    let difference = f64::from(value) - sums.origin;
                    sums.first += difference;
                    sums.second += difference * difference;
                }
            }
        }
        let count = frames.max(1) as f64;
        let deviation = |sums: &Sums| {
            let variance = sums.second / count - (sums.first / count).powi(2);
            let deviation = variance.max(0.0).sqrt() as f32;
            if deviation > 0.0 { deviation } else { 1.0 }
        };
        Self {
            mean: sums
                .iter()
                .map(|sums| (sums.origin + sums.first / count) as f32)
                .collect(),
            deviation: sums.iter().map(deviation).collect(),
        }
    }

    /// One that changes nothing, of so many coefficients.
    pub fn identity(coefficients: usize) -> Self {
        Self {
            mean: vec![0.0; coefficients],
            deviation: vec![1.0; coefficients],
        }
    }

    /// `(x - mean) / deviation` in place.
    pub fn apply(&self, matrix: &mut FeatureMatrix) {
        for frame in matrix.values.chunks_exact_mut(matrix.coefficients.max(1)) {
            for ((value, mean), deviation) in frame.iter_mut().zip(&self.mean).zip(&self.deviation) {
                *value = (*value - mean) / deviation;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matrix(values: &[[f32; 2]]) -> FeatureMatrix {
        FeatureMatrix {
            frames: values.len(),
            coefficients: 2,
            values: values.concat(),
        }
    }

    #[test]
    fn statistics_run_over_all_frames_of_all_clips_with_divisor_n() {
        let scaler = Scaler::fit([&matrix(&[[1.0, 7.0], [2.0, 7.0]]), &matrix(&[[6.0, 7.0]])]);
        assert_eq!(scaler.mean, [3.0, 7.0]);
        assert!((scaler.deviation[0] - (14f32 / 3.0).sqrt()).abs() < 1e-6);
        assert_eq!(scaler.deviation[1], 1.0, "a constant is only centred");
    }

    #[test]
    fn applying_gives_mean_0_and_deviation_1() {
        let mut clip = matrix(&[[1.0, -400.0], [2.0, -400.5], [6.0, -399.0]]);
        let scaler = Scaler::fit([&clip]);
        scaler.apply(&mut clip);
        let again = Scaler::fit([&clip]);
        assert!(again.mean.iter().all(|mean| mean.abs() < 1e-4), "{again:?}");
        assert!(
            again.deviation.iter().all(|deviation| (deviation - 1.0).abs() < 1e-5),
            "{again:?}"
        );
    }

    #[test]
    fn a_small_deviation_beside_a_large_mean_is_not_lost() {
        let frames: Vec<[f32; 2]> = (0..1000).map(|n| [1e6 + (n % 2) as f32, 0.0]).collect();
        let scaler = Scaler::fit([&matrix(&frames)]);
        assert!((scaler.deviation[0] - 0.5).abs() < 1e-6);
    }

    #[test]
    fn nothing_to_fit_gives_an_empty_scaler() {
        assert!(Scaler::fit([]).mean.is_empty());
    }
}
