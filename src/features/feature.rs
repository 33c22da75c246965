//! The features that a recipe can name.

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
    /// Its first difference over time, `n_mels` numbers.
    LogMelDelta,
    /// Its second difference over time, `n_mels` numbers.
    #[serde(rename = "log_mel_delta2")]
    LogMelDelta2,
    /// Mel-frequency cepstral coefficients, `n_mfcc` numbers.
    Mfcc,
    /// Their first difference over time, `n_mfcc` numbers.
    MfccDelta,
    /// Their second difference over time, `n_mfcc` numbers.
    #[serde(rename = "mfcc_delta2")]
    MfccDelta2,
    /// Share of each of the twelve pitch classes from C on, the largest 1; 12 numbers.
    Chroma,
    /// Spectral contrast of seven bands (dB), 7 numbers.
    Contrast,
    /// Spectral centroid (Hz), 1 number.
    Centroid,
    /// Spectral bandwidth (Hz), 1 number.
    Bandwidth,
    /// Spectral roll-off at 85 % (Hz), 1 number.
    Rolloff,
    /// Spectral flatness, 0 to 1; 1 number.
    Flatness,
    /// Fundamental frequency by pYIN (Hz), 0 where the voice rests; 1 number. Its functionals are those of the
    /// voiced frames alone, and 0 when there are none.
    F0,
    /// Probability of a voice by pYIN, 1 number.
    Voicing,
}

impl Feature {
    /// All of them.
    pub const ALL: [Self; 16] = [
        Self::Zcr,
        Self::Rms,
        Self::LogMel,
        Self::LogMelDelta,
        Self::LogMelDelta2,
        Self::Mfcc,
        Self::MfccDelta,
        Self::MfccDelta2,
        Self::Chroma,
        Self::Contrast,
        Self::Centroid,
        Self::Bandwidth,
        Self::Rolloff,
        Self::Flatness,
        Self::F0,
        Self::Voicing,
    ];

    /// Its name in a recipe.
    pub fn name(self) -> &'static str {
        match self {
            Self::Zcr => "zcr",
            Self::Rms => "rms",
            Self::LogMel => "log_mel",
            Self::LogMelDelta => "log_mel_delta",
            Self::LogMelDelta2 => "log_mel_delta2",
            Self::Mfcc => "mfcc",
            Self::MfccDelta => "mfcc_delta",
            Self::MfccDelta2 => "mfcc_delta2",
            Self::Chroma => "chroma",
            Self::Contrast => "contrast",
            Self::Centroid => "centroid",
            Self::Bandwidth => "bandwidth",
            Self::Rolloff => "rolloff",
            Self::Flatness => "flatness",
            Self::F0 => "f0",
            Self::Voicing => "voicing",
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
