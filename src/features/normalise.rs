//! Whose statistics features are standardised by.

use super::{FeatureMatrix, Scaler};
use serde::{Deserialize, Serialize};

/// Whose statistics features are standardised by, before a network sees them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Normalise {
    /// All training clips'.
    #[default]
    Corpus,
    /// Each clip by its own frames.
    Utterance,
    /// Each speaker's by all clips of that speaker, without their labels; a clip of nobody known by its own frames.
    Speaker,
}

/// A deviation below this share of the mean is no more than the rounding of 32-bit numbers.
const ROUNDING: f32 = 1e-6;

impl Scaler {
    /// Statistics of one clip, or of one speaker's few: as [`Scaler::fit`], but a coefficient that only rounding keeps
    /// from being constant is centred and not stretched.
    pub fn of_few<'a>(matrices: impl IntoIterator<Item = &'a FeatureMatrix>) -> Self {
        let mut scaler = Self::fit(matrices);
        for (deviation, mean) in scaler.deviation.iter_mut().zip(&scaler.mean) {
            if *deviation <= ROUNDING * mean.abs() {
                *deviation = 1.0;
            }
        }
        scaler
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_only_rounding_moves_is_centred_and_not_stretched() {
        let values = [[300.0f32, 1e-7, 2.0], [300.000_03, -1e-7, 2.0], [300.0, 3e-7, 2.0]];
        let mut clip = FeatureMatrix {
            frames: 3,
            coefficients: 3,
            values: values.concat(),
        };
        let scaler = Scaler::of_few([&clip]);
        assert_eq!((scaler.deviation[0], scaler.deviation[2]), (1.0, 1.0));
        scaler.apply(&mut clip);
        assert!(clip.values.iter().all(|value| value.abs() < 2.0), "{clip:?}");
        assert!(
            (Scaler::fit([&clip]).deviation[1] - 1.0).abs() < 1e-5,
            "small is not the same as constant"
        );
    }
}
