//! Windows of the short-time Fourier transform, and what lies beyond the ends of a wave.

use serde::{Deserialize, Serialize};
use std::f64::consts::TAU;

/// The weights of a frame's samples; periodic, as scipy.signal.get_window(name, n, fftbins=True).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Window {
    /// `0.5 - 0.5 cos(2 pi n / N)`.
    Hann,
    /// `0.54 - 0.46 cos(2 pi n / N)`.
    Hamming,
    /// `0.42 - 0.5 cos(2 pi n / N) + 0.08 cos(4 pi n / N)`.
    Blackman,
    /// 1 (scipy's `boxcar`).
    Rectangular,
}

impl Window {
    /// The weights for frames of `length` samples.
    pub fn weights(self, length: usize) -> Vec<f32> {
        (0..length).map(|n| self.weight(n, length) as f32).collect()
    }

    /// The weight of sample `n` of `length`.
    pub(super) fn weight(self, n: usize, length: usize) -> f64 {
        let phase = TAU * n as f64 / length as f64;
        match self {
            Self::Hann => 0.5 - 0.5 * phase.cos(),
            Self::Hamming => 0.54 - 0.46 * phase.cos(),
            Self::Blackman => 0.42 - 0.5 * phase.cos() + 0.08 * (2.0 * phase).cos(),
            Self::Rectangular => 1.0,
        }
    }
}

/// What a centred frame sees beyond the first and the last sample, by the modes of numpy.pad.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PadMode {
    /// Zeros.
    Constant,
    /// The wave mirrored at its first and last sample, which are not repeated.
    Reflect,
    /// The first or last sample, repeated.
    Edge,
}

impl PadMode {
    /// The sample at any index, inside or outside; 0 where there is nothing to repeat.
    pub(super) fn at(self, samples: &[f32], index: isize) -> f32 {
        let length = samples.len() as isize;
        let inside = match self {
            Self::Constant => index,
            Self::Edge => index.clamp(0, (length - 1).max(0)),
            Self::Reflect => {
                let period = (2 * (length - 1)).max(1);
                let phase = index.rem_euclid(period);
                phase.min(period - phase)
            }
        };
        usize::try_from(inside)
            .ok()
            .and_then(|index| samples.get(index))
            .copied()
            .unwrap_or(0.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn windows_are_periodic_and_at_their_height_in_the_middle() {
        for (window, ends) in [
            (Window::Hann, 0.0),
            (Window::Hamming, 0.08),
            (Window::Blackman, 0.0),
            (Window::Rectangular, 1.0),
        ] {
            let weights = window.weights(8);
            assert!(
                (weights[0] - ends).abs() < 1e-6 && (weights[4] - 1.0).abs() < 1e-6,
                "{window:?}"
            );
            assert!((1..4).all(|n| (weights[n] - weights[8 - n]).abs() < 1e-6), "{window:?}");
        }
    }

    #[test]
    fn beyond_the_ends_lies_what_numpy_puts_there() {
        let padded =
            |mode: PadMode, samples: &[f32]| -> Vec<f32> { (-4..7).map(|index| mode.at(samples, index)).collect() };
        let samples = [1.0, 2.0, 3.0];
        assert_eq!(
            padded(PadMode::Constant, &samples),
            [0.0, 0.0, 0.0, 0.0, 1.0, 2.0, 3.0, 0.0, 0.0, 0.0, 0.0]
        );
        assert_eq!(
            padded(PadMode::Edge, &samples),
            [1.0, 1.0, 1.0, 1.0, 1.0, 2.0, 3.0, 3.0, 3.0, 3.0, 3.0]
        );
        assert_eq!(
            padded(PadMode::Reflect, &samples),
            [1.0, 2.0, 3.0, 2.0, 1.0, 2.0, 3.0, 2.0, 1.0, 2.0, 3.0]
        );
        assert_eq!(padded(PadMode::Reflect, &[5.0]), [5.0; 11]);
        for mode in [PadMode::Constant, PadMode::Edge, PadMode::Reflect] {
            assert_eq!(padded(mode, &[]), [0.0; 11]);
        }
    }
}
