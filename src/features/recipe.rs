//! Which features at which sizes: one value describes them and keys the cache.

use super::FeatureError;
use serde::{Deserialize, Serialize};

/// A feature computed per frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Feature {
    /// Zero-crossing rate, 1 number.
    Zcr,
    /// Root mean square energy, 1 number.
    Rms,
    /// Mel-frequency cepstral coefficients, `n_mfcc` numbers.
    Mfcc,
}

/// Which part of a clip is taken, and which features of it at which sizes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Recipe {
    /// Rate that clips are resampled to (Hz).
    pub sample_rate: u32,
    /// What is skipped at the start (s); clamped for a clip shorter than this.
    pub skip_seconds: f64,
    /// What is taken after that, padded with zeros (s).
    pub take_seconds: f64,
    /// Samples per frame; also the length of the Fourier transform.
    pub frame_length: usize,
    /// Samples from one frame to the next.
    pub hop_length: usize,
    /// Mel bands behind the MFCC.
    pub n_mels: usize,
    /// MFCC kept.
    pub n_mfcc: usize,
    /// The features, in the order of the columns.
    pub features: Vec<Feature>,
}

impl Recipe {
    /// (frames, coefficients) of every matrix this recipe gives, known before any sample is decoded.
    pub fn shape(&self) -> (usize, usize) {
        let samples = (self.take_seconds * f64::from(self.sample_rate)).round() as usize;
        let coefficients = self.features.iter().map(|feature| match feature {
            Feature::Zcr | Feature::Rms => 1,
            Feature::Mfcc => self.n_mfcc,
        });
        (1 + samples / self.hop_length.max(1), coefficients.sum())
    }

    /// Refuses what cannot be computed.
    ///
    /// # Errors
    /// [`FeatureError::Recipe`] with the key and the remedy.
    pub fn validate(&self) -> Result<(), FeatureError> {
        unimplemented!()
    }
}
