//! The features that a recipe can name.

use super::Recipe;
use serde::{Deserialize, Serialize};

/// A feature computed per frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Feature {
    /// Zero-crossing rate, 1 number.
    Zcr,
    /// Root mean square energy, 1 number.
    Rms,
    /// Mel spectrogram in decibels, `n_mels` numbers.
    LogMel,
    /// Mel-frequency cepstral coefficients, `n_mfcc` numbers.
    Mfcc,
}

impl Feature {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Zcr, Self::Rms, Self::LogMel, Self::Mfcc];

    /// Its name in a recipe.
    pub fn name(self) -> &'static str {
        match self {
            Self::Zcr => "zcr",
            Self::Rms => "rms",
            Self::LogMel => "log_mel",
            Self::Mfcc => "mfcc",
        }
    }

    /// Whether it needs the Fourier transform.
    pub(super) fn is_spectral(self) -> bool {
        !matches!(self, Self::Zcr | Self::Rms)
    }

    /// Numbers per frame.
    pub(super) fn per_frame(self, recipe: &Recipe) -> usize {
        match self {
            Self::Zcr | Self::Rms => 1,
            Self::LogMel => recipe.n_mels,
            Self::Mfcc => recipe.n_mfcc,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_in_a_recipe() {
        for feature in Feature::ALL {
            assert_eq!(
                serde_json::to_string(&feature).unwrap(),
                format!("\"{}\"", feature.name())
            );
        }
    }
}
