//! Masks over time and over coefficients.

use super::FeatureMatrix;
use crate::random::Stream;
use rand::RngExt;
use serde::{Deserialize, Serialize};

/// SpecAugment without time warping (Park et al. 2019, "SpecAugment: a simple data augmentation method for
/// automatic speech recognition"). On MFCC and other features a mask over frequencies is one over coefficients.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SpecAugment {
    /// Masks over coefficients (the paper's `m_F`).
    pub frequency_masks: usize,
    /// Most coefficients of one of them (`F`).
    pub frequency_width: usize,
    /// Masks over frames (`m_T`).
    pub time_masks: usize,
    /// Most frames of one of them (`T`).
    pub time_width: usize,
    /// No mask covers more than this share of the frames (`p`).
    pub time_share: f64,
}

impl SpecAugment {
    /// Whether it does anything.
    pub fn is_active(&self) -> bool {
        self.frequency_masks * self.frequency_width > 0 || self.time_masks * self.time_width > 0
    }

    /// Masks a matrix in place: a mask of `f` coefficients, `f` drawn from `0..=F`, begins at one of
    /// `0..=coefficients - f`, and likewise over frames. `fill` (one value per coefficient) takes the place
    /// of what is masked; the paper takes the mean.
    pub fn apply(&self, matrix: &mut FeatureMatrix, fill: &[f32], draw: &mut Stream) {
        let coefficients = matrix.coefficients.max(1);
        for _ in 0..self.frequency_masks {
            let (from, to) = mask(matrix.coefficients, self.frequency_width, draw);
            for row in matrix.values.chunks_exact_mut(coefficients) {
                for (value, fill) in row.iter_mut().zip(fill).take(to).skip(from) {
                    *value = *fill;
                }
            }
        }
        let most = self.time_width.min((self.time_share * matrix.frames as f64) as usize);
        for _ in 0..self.time_masks {
            let (from, to) = mask(matrix.frames, most, draw);
            for row in matrix.values.chunks_exact_mut(coefficients).take(to).skip(from) {
                for (value, fill) in row.iter_mut().zip(fill) {
                    *value = *fill;
                }
            }
        }
    }
}

/// Beginning and end of a mask of at most `width` of `size`.
fn mask(size: usize, width: usize, draw: &mut Stream) -> (usize, usize) {
    let width = draw.random_range(0..=width.min(size));
    let from = draw.random_range(0..=size - width);
    (from, from + width)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::stream;

    const FILL: [f32; 3] = [-1.0, -2.0, -3.0];

    fn masked(settings: &SpecAugment, index: u64) -> FeatureMatrix {
        let mut matrix = FeatureMatrix {
            frames: 20,
            coefficients: 3,
            values: vec![1.0; 60],
        };
        settings.apply(&mut matrix, &FILL, &mut stream(1, "test", index));
        matrix
    }

    #[test]
    fn masks_are_whole_rows_and_columns_of_the_fill_within_their_widths() {
        let settings = SpecAugment {
            frequency_masks: 1,
            frequency_width: 2,
            time_masks: 1,
            time_width: 15,
            time_share: 0.5,
        };
        let (mut widest_time, mut widest_frequency) = (0, 0);
        for index in 0..500 {
            let matrix = masked(&settings, index);
            let rows: Vec<&[f32]> = matrix.values.chunks_exact(3).collect();
            let frames: Vec<usize> = (0..20).filter(|&frame| rows[frame] == FILL).collect();
            let open: Vec<&&[f32]> = rows.iter().filter(|row| **row != FILL).collect();
            let columns = (0..3).filter(|&column| open[0][column] != 1.0).count();
            assert!(open.iter().all(|row| row == &open[0]));
            assert!(frames.windows(2).all(|pair| pair[1] == pair[0] + 1));
            widest_time = widest_time.max(frames.len());
            widest_frequency = widest_frequency.max(columns);
        }
        assert_eq!((widest_time, widest_frequency), (10, 2));
    }

    #[test]
    fn without_masks_or_widths_nothing_happens() {
        let mut settings = SpecAugment {
            frequency_masks: 2,
            frequency_width: 0,
            time_masks: 0,
            time_width: 9,
            time_share: 1.0,
        };
        assert!(!settings.is_active());
        assert_eq!(masked(&settings, 0).values, [1.0; 60]);
        settings.frequency_width = 99;
        assert!(settings.is_active());
        masked(&settings, 0);
    }
}
