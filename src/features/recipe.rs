//! Which features at which sizes: one value describes them and keys the cache.

use super::FeatureError;
use serde::{Deserialize, Serialize};
use xxhash_rust::xxh3::xxh3_64;

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

impl Feature {
    /// Its name in a recipe.
    pub fn name(self) -> &'static str {
        match self {
            Self::Zcr => "zcr",
            Self::Rms => "rms",
            Self::Mfcc => "mfcc",
        }
    }
}

impl Recipe {
    /// (frames, coefficients) of every matrix this recipe gives, known before any sample is decoded.
    pub fn shape(&self) -> (usize, usize) {
        let coefficients = self.features.iter().map(|&feature| self.width(feature));
        (1 + self.take_samples() / self.hop_length.max(1), coefficients.sum())
    }

    /// Numbers per frame of one feature.
    pub fn width(&self, feature: Feature) -> usize {
        match feature {
            Feature::Zcr | Feature::Rms => 1,
            Feature::Mfcc => self.n_mfcc,
        }
    }

    /// Samples taken of every clip, at the recipe's rate.
    pub(super) fn take_samples(&self) -> usize {
        (self.take_seconds * f64::from(self.sample_rate)).round() as usize
    }

    /// The same for equal recipes and different for others; the name of a recipe plays no part.
    pub(super) fn key(&self) -> u64 {
        // A struct of numbers has one serialisation, and it cannot fail.
        serde_json::to_vec(self).map_or(0, |bytes| xxh3_64(&bytes))
    }

    /// Refuses what cannot be computed.
    ///
    /// # Errors
    /// [`FeatureError::Recipe`] with the key and the remedy.
    pub fn validate(&self) -> Result<(), FeatureError> {
        within("sample_rate", self.sample_rate, 1_000, 192_000, "Hz")?;
        within("skip_seconds", self.skip_seconds, 0.0, 3600.0, "s")?;
        within("take_seconds", self.take_seconds, 0.01, 600.0, "s")?;
        within("frame_length", self.frame_length, 16, 65_536, "samples")?;
        if !self.frame_length.is_multiple_of(2) {
            let even = self.frame_length + 1;
            return refuse(
                "frame_length",
                format!("{} is odd; use an even number such as {even}", self.frame_length),
            );
        }
        within(
            "hop_length",
            self.hop_length,
            1,
            self.frame_length,
            "samples (frame_length)",
        )?;
        within("n_mels", self.n_mels, 1, 1_024, "bands")?;
        within("n_mfcc", self.n_mfcc, 1, self.n_mels, "coefficients (n_mels)")?;
        if self.features.is_empty() {
            return refuse(
                "features",
                "the list is empty; name at least one of zcr, rms, mfcc".into(),
            );
        }
        for (index, feature) in self.features.iter().enumerate() {
            if self.features[..index].contains(feature) {
                let name = format!("{feature:?}").to_lowercase();
                return refuse("features", format!("{name} is listed twice; name each feature once"));
            }
        }
        Ok(())
    }
}

fn within<T: PartialOrd + std::fmt::Display>(
    key: &str,
    value: T,
    least: T,
    most: T,
    unit: &str,
) -> Result<(), FeatureError> {
    // Written so that a NaN is refused too.
    if value >= least && value <= most {
        return Ok(());
    }
    refuse(key, format!("{value} is out of range; use {least} to {most} {unit}"))
}

fn refuse(key: &str, problem: String) -> Result<(), FeatureError> {
    Err(FeatureError::Recipe {
        key: key.into(),
        problem,
    })
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// The recipe of the papers.
    pub(in crate::features) fn papers() -> Recipe {
        Recipe {
            sample_rate: 22_050,
            skip_seconds: 0.6,
            take_seconds: 2.5,
            frame_length: 2_048,
            hop_length: 512,
            n_mels: 128,
            n_mfcc: 20,
            features: vec![Feature::Zcr, Feature::Rms, Feature::Mfcc],
        }
    }

    #[test]
    fn the_recipe_of_the_papers_is_108_by_22() {
        assert_eq!(papers().shape(), (108, 22));
        papers().validate().unwrap();
    }

    #[test]
    fn what_cannot_be_computed_is_refused_by_key_value_and_remedy() {
        type Change = fn(&mut Recipe);
        let changes: [(&str, &str, Change); 11] = [
            ("sample_rate", "1000 to 192000", |r| r.sample_rate = 0),
            ("skip_seconds", "-1", |r| r.skip_seconds = -1.0),
            ("skip_seconds", "NaN", |r| r.skip_seconds = f64::NAN),
            ("take_seconds", "600", |r| r.take_seconds = 1e9),
            ("frame_length", "65536", |r| r.frame_length = 1 << 20),
            ("frame_length", "1024", |r| r.frame_length = 1023),
            ("hop_length", "1 to 2048", |r| r.hop_length = 0),
            ("n_mels", "0", |r| r.n_mels = 0),
            ("n_mfcc", "1 to 128", |r| r.n_mfcc = 129),
            ("features", "empty", |r| r.features.clear()),
            ("features", "rms is listed twice", |r| {
                r.features = vec![Feature::Rms, Feature::Zcr, Feature::Rms]
            }),
        ];
        for (key, words, change) in changes {
            let mut recipe = papers();
            change(&mut recipe);
            let message = recipe.validate().unwrap_err().to_string();
            assert!(message.starts_with(key) && message.contains(words), "{message}");
        }
    }

    #[test]
    fn equal_recipes_share_a_key_and_any_change_gives_another() {
        assert_eq!(papers().key(), papers().key());
        assert_ne!(papers().key(), Recipe { n_mfcc: 13, ..papers() }.key());
        assert_ne!(
            papers().key(),
            Recipe {
                take_seconds: 2.6,
                ..papers()
            }
            .key()
        );
    }
}
