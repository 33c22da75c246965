//! Changes of a feature over time.

/// Frames over which a change is measured.
const WIDTH: usize = 9;

/// First or second derivative over time (per frame, per frame squared) of `frames * width` numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Delta {
    /// Slope of the line through nine frames.
    First,
    /// Twice the bend of the parabola through nine frames.
    Second,
}

impl Delta {
    /// The derivative of every column of `values` (frame after frame, `width` numbers each) by Savitzky and Golay's
    /// least squares over nine frames; the first and last four frames have that of the nine at the ends.
    /// As librosa.feature.delta (width=9, order=1 or 2, mode='interp').
    ///
    /// Of fewer than nine frames, which librosa refuses, the largest odd number is fitted; of fewer than three
    /// nothing changes and all is 0.
    pub fn of(self, values: &[f32], width: usize) -> Vec<f32> {
        let mut deltas = vec![0.0; values.len()];
        let frames = values.len().checked_div(width).unwrap_or(0);
        let fitted = if frames >= WIDTH {
            WIDTH
        } else {
            frames.saturating_sub(1) / 2 * 2 + 1
        };
        if frames < 3 {
            return deltas;
        }
        let half = fitted / 2;
        let weights = self.weights(half);
        for (frame, deltas) in deltas.chunks_exact_mut(width).enumerate() {
            let first = frame.clamp(half, frames - 1 - half) - half;
            let rows = values[first * width..].chunks_exact(width);
            for (weight, row) in weights.iter().zip(rows) {
                for (delta, value) in deltas.iter_mut().zip(row) {
                    *delta += weight * value;
                }
            }
        }
        deltas
    }

    /// Least squares over `-half..=half`.
    fn weights(self, half: usize) -> Vec<f32> {
        let half = half as i32;
        let offsets = (-half..=half).map(f64::from);
        let count = f64::from(2 * half + 1);
        let mean_square = offsets.clone().map(|offset| offset * offset).sum::<f64>() / count;
        let base: Vec<f64> = match self {
            Self::First => offsets.collect(),
            Self::Second => offsets.map(|offset| offset * offset - mean_square).collect(),
        };
        let norm: f64 = base.iter().map(|weight| weight * weight).sum();
        let order = match self {
            Self::First => 1.0,
            Self::Second => 2.0,
        };
        base.iter().map(|weight| (order * weight / norm) as f32).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_has_its_slope_and_a_parabola_its_bend() {
        for frames in [3, 4, 8, 9, 30] {
            let line: Vec<f32> = (0..frames).flat_map(|t| [3.0 * t as f32 - 7.0, 5.0]).collect();
            for row in Delta::First.of(&line, 2).chunks(2) {
                assert!((row[0] - 3.0).abs() < 1e-5 && row[1].abs() < 1e-5, "{frames}");
            }
            let parabola: Vec<f32> = (0..frames).map(|t| 0.5 * (t * t) as f32 - t as f32).collect();
            for second in Delta::Second.of(&parabola, 1) {
                assert!((second - 1.0).abs() < 1e-4, "{frames}: {second}");
            }
        }
    }

    #[test]
    fn one_frame_two_and_none_do_not_change() {
        assert_eq!(Delta::First.of(&[4.0, 9.0], 1), [0.0, 0.0]);
        assert_eq!(Delta::Second.of(&[4.0], 1), [0.0]);
        assert!(Delta::First.of(&[], 3).is_empty());
        assert!(Delta::First.of(&[], 0).is_empty());
    }
}
