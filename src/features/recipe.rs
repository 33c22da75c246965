//! Which features at which sizes: one value describes them and keys the cache.

use super::{Feature, FeatureError, Functional, Import, PitchSettings, ResolvedEncoder};
use crate::audio::{Align, MelBands, MelScale, Normalise, PadMode, Window};
use crate::encoders::{Layer, Pool};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use xxhash_rust::xxh3::xxh3_64;

/// No utterance is longer (s).
pub(super) const MOST_SECONDS: f64 = 600.0;

/// What 0 dB is in a mel spectrogram.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DbReference {
    /// Power 1; matches librosa.power_to_db(ref=1.0): a louder recording has larger values.
    One,
    /// The clip's loudest value; matches librosa.power_to_db(ref=np.max).
    Max,
}

/// Which part of a clip is taken, and which features of it at which sizes.
///
/// The steps in their order: resample, trim, normalise, skip, take, pad (see [`super::prepare`]); frames and
/// their features; functionals over the frames, if there are any. With an `encoder` the whole clip goes through it, and
/// `trim_db` says which of its frames are pooled.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default, remote = "Self")]
pub struct Recipe {
    /// Rate that clips are resampled to (Hz).
    pub sample_rate: u32,
    /// Silence at both ends is cut off where it is this much below the loudest frame (dB); 0 keeps it. An encoder takes the
    /// whole clip all the same, and its states there are not pooled.
    pub trim_db: f64,
    /// How the level is set, after trimming.
    pub normalise: Normalise,
    /// What is skipped at the start (s); clamped for a clip shorter than this.
    pub skip_seconds: f64,
    /// What is taken after that, padded with zeros (s). 0 stands for the longest selected clip
    /// ([`Recipe::resolved`]); with functionals for all there is.
    pub take_seconds: f64,
    /// Which part of a longer clip is taken.
    pub cut_align: Align,
    /// Where a shorter clip lies among the zeros.
    pub pad_align: Align,
    /// Samples per frame; also the length of the Fourier transform.
    pub frame_length: usize,
    /// Samples from one frame to the next.
    pub hop_length: usize,
    /// Window of the Fourier transform.
    pub window: Window,
    /// What the Fourier transform sees beyond both ends.
    pub pad_mode: PadMode,
    /// The mel scale.
    pub mel_scale: MelScale,
    /// Mel bands, of the mel spectrogram and behind the MFCC.
    pub n_mels: usize,
    /// Where the lowest mel band begins (Hz).
    pub mel_low: f64,
    /// Where the highest mel band ends (Hz); 0 stands for half the rate.
    pub mel_high: f64,
    /// What is 0 dB in the mel spectrogram (the MFCC's is always power 1).
    pub db_reference: DbReference,
    /// Mel powers this far below the clip's loudest are raised to that (dB).
    pub top_db: f64,
    /// MFCC kept.
    pub n_mfcc: usize,
    /// Liftering of the MFCC, as in librosa.feature.mfcc; 0 switches it off.
    pub lifter: usize,
    /// Chroma is moved to the recording's own tuning; matches librosa.feature.chroma_stft(tuning=None); otherwise A4 is
    /// 440 Hz (tuning=0.0).
    pub estimate_tuning: bool,
    /// Lowest F0 that is looked for (Hz).
    pub f0_low: f64,
    /// Highest F0 that is looked for (Hz).
    pub f0_high: f64,
    /// The features, in the order of the columns.
    pub features: Vec<Feature>,
    /// What is kept of each feature's contour over the frames; none keeps the frames.
    pub functionals: Vec<Functional>,
    /// Functionals are taken of the whole contour and then of each of so many equal parts of it; 0 takes the whole alone.
    pub parts: usize,
    /// Features that were made elsewhere; nothing else of the recipe matters then.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub import: Option<Import>,
    /// A speech encoder whose hidden states are the features: a folder, or the name of a model of the hub; empty for
    /// none. But for the keys below and `trim_db` nothing else of the recipe matters then, or is written.
    #[serde(skip_serializing)]
    pub encoder: String,
    /// Which hidden states.
    #[serde(skip_serializing)]
    pub layer: Layer,
    /// How they are pooled over the clip's frames.
    #[serde(skip_serializing)]
    pub pool: Pool,
    /// Whisper as published: the wave is padded to 30 s, and states are pooled over the clip's own frames. Others pad
    /// nothing.
    #[serde(skip_serializing)]
    pub padded: bool,
    /// What is known of the encoder once it was found ([`Recipe::resolved`]).
    #[serde(skip_serializing)]
    pub resolved_encoder: Option<ResolvedEncoder>,
}

impl Serialize for Recipe {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.embedding() {
            Some(embedding) => embedding.serialize(serializer),
            None => Self::serialize(self, serializer),
        }
    }
}

impl<'de> Deserialize<'de> for Recipe {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::deserialize(deserializer)
    }
}

/// `mfcc_zcr_rms`, the recipe of the papers.
impl Default for Recipe {
    fn default() -> Self {
        Self {
            sample_rate: 22_050,
            trim_db: 0.0,
            normalise: Normalise::None,
            skip_seconds: 0.6,
            take_seconds: 2.5,
            cut_align: Align::Left,
            pad_align: Align::Left,
            frame_length: 2_048,
            hop_length: 512,
            window: Window::Hann,
            pad_mode: PadMode::Constant,
            mel_scale: MelScale::Slaney,
            n_mels: 128,
            mel_low: 0.0,
            mel_high: 0.0,
            db_reference: DbReference::One,
            top_db: 80.0,
            n_mfcc: 20,
            lifter: 0,
            estimate_tuning: true,
            f0_low: 65.0,
            f0_high: 500.0,
            features: vec![Feature::Zcr, Feature::Rms, Feature::Mfcc],
            functionals: Vec::new(),
            parts: 0,
            import: None,
            encoder: String::new(),
            layer: Layer::default(),
            pool: Pool::default(),
            padded: false,
            resolved_encoder: None,
        }
    }
}

impl Recipe {
    /// The recipe with the length that `take_seconds = 0` stands for: that of the longest selected clip, less
    /// the skip. The same recipe when it says a length itself, or when functionals need none. With an encoder, what is
    /// known of that.
    ///
    /// # Errors
    /// [`FeatureError::Recipe`] when that clip is longer than a recipe may take; [`FeatureError::Encoder`] for an encoder
    /// that is not here.
    pub fn resolved(&self, longest_seconds: f64) -> Result<Self, FeatureError> {
        if self.has_encoder() {
            return self.with_encoder();
        }
        if self.is_resolved() {
            return Ok(self.clone());
        }
        let frame = self.frame_length as f64 / f64::from(self.sample_rate.max(1));
        let take_seconds = (longest_seconds - self.skip_seconds).max(frame);
        if take_seconds > MOST_SECONDS {
            return Err(FeatureError::recipe(
                "take_seconds",
                format!(
                    "0 stands for the longest clip, which has {longest_seconds:.0} s; \
                     cut it into utterances or give up to {MOST_SECONDS} s"
                ),
            ));
        }
        Ok(Self {
            take_seconds,
            ..self.clone()
        })
    }

    /// The mel bands.
    pub(super) fn mel_bands(&self) -> MelBands {
        let half = f64::from(self.sample_rate) / 2.0;
        MelBands {
            rate: self.sample_rate,
            n_fft: self.frame_length,
            n_mels: self.n_mels,
            low: self.mel_low,
            high: if self.mel_high == 0.0 { half } else { self.mel_high },
            scale: self.mel_scale,
        }
    }

    /// How F0 is looked for.
    pub(super) fn pitch_settings(&self) -> PitchSettings {
        PitchSettings {
            rate: self.sample_rate,
            frame_length: self.frame_length,
            hop_length: self.hop_length,
            low: self.f0_low,
            high: self.f0_high,
        }
    }

    /// Whether the number of samples it gives is known, or of no matter.
    pub(super) fn is_resolved(&self) -> bool {
        match self.has_encoder() {
            true => self.resolved_encoder.is_some(),
            false => self.take_seconds > 0.0 || !self.functionals.is_empty() || self.import.is_some(),
        }
    }

    /// Refuses a recipe of unknown shape.
    pub(super) fn must_be_resolved(&self) -> Result<(), FeatureError> {
        if self.is_resolved() {
            return Ok(());
        }
        if self.has_encoder() {
            return Err(FeatureError::recipe("encoder", "it has not been looked for yet"));
        }
        let problem = "0 stands for the longest selected clip, and no clips are selected here; give the seconds";
        Err(FeatureError::recipe("take_seconds", problem))
    }

    /// The key of the recipe that this one may have been [`Recipe::resolved`] from.
    pub(super) fn family(&self) -> u64 {
        let unresolved = Self {
            take_seconds: 0.0,
            resolved_encoder: None,
            ..self.clone()
        };
        unresolved.key()
    }

    /// Refuses features that were made elsewhere.
    pub(super) fn must_be_computed(&self) -> Result<(), FeatureError> {
        match &self.import {
            Some(import) => Err(FeatureError::Imported {
                folder: import.folder.clone(),
            }),
            None => Ok(()),
        }
    }

    /// Samples taken of a clip at most, at the recipe's rate.
    pub(super) fn most_samples(&self) -> usize {
        let seconds = if self.take_seconds > 0.0 {
            self.take_seconds
        } else {
            MOST_SECONDS
        };
        (seconds * f64::from(self.sample_rate)).round() as usize
    }

    /// Samples that a shorter clip is padded to. Functionals need no padding, which would only dilute them.
    pub(super) fn least_samples(&self) -> usize {
        if self.take_seconds > 0.0 && self.functionals.is_empty() {
            self.most_samples()
        } else {
            0
        }
    }

    /// The same for equal recipes and different for others; the name of a recipe plays no part.
    pub fn key(&self) -> u64 {
        // Both have one serialisation, and it cannot fail.
        let bytes = match &self.import {
            Some(import) => serde_json::to_vec(import),
            None => serde_json::to_vec(self),
        };
        bytes.map_or(0, |bytes| xxh3_64(&bytes))
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// The recipe of the papers.
    pub(in crate::features) fn papers() -> Recipe {
        Recipe::default()
    }

    #[test]
    fn the_recipe_of_the_papers_is_108_by_22() {
        assert_eq!(papers().shape(), (108, 22));
        papers().validate().unwrap();
    }

    #[test]
    fn a_recipe_without_an_encoder_is_written_as_before_there_were_any() {
        let written = r#"{"sample_rate":22050,"trim_db":0.0,"normalise":"none","skip_seconds":0.6,"take_seconds":2.5,"#
            .to_owned()
            + r#""cut_align":"left","pad_align":"left","frame_length":2048,"hop_length":512,"window":"hann","#
            + r#""pad_mode":"constant","mel_scale":"slaney","n_mels":128,"mel_low":0.0,"mel_high":0.0,"#
            + r#""db_reference":"one","top_db":80.0,"n_mfcc":20,"lifter":0,"estimate_tuning":true,"f0_low":65.0,"#
            + r#""f0_high":500.0,"features":["zcr","rms","mfcc"],"functionals":[],"parts":0}"#;
        assert_eq!(serde_json::to_string(&papers()).unwrap(), written);
        // The key in the name of every pack of it.
        assert_eq!(papers().key(), 0x97e0_d091_2dc0_0668);
        let unnamed: Recipe = serde_json::from_str(r#"{"encoder": ""}"#).unwrap();
        assert_eq!(unnamed, papers());
    }

    #[test]
    fn equal_recipes_share_a_key_and_any_change_gives_another() {
        assert_eq!(papers().key(), papers().key());
        let changed = [
            Recipe { n_mfcc: 13, ..papers() },
            Recipe {
                take_seconds: 2.6,
                ..papers()
            },
            Recipe {
                pad_align: Align::Centre,
                ..papers()
            },
            Recipe {
                functionals: vec![Functional::Mean],
                ..papers()
            },
        ];
        for other in changed {
            assert_ne!(papers().key(), other.key());
        }
    }

    #[test]
    fn the_longest_clip_gives_the_length_that_a_recipe_leaves_open() {
        let open = Recipe {
            take_seconds: 0.0,
            ..papers()
        };
        assert_eq!(open.shape(), (0, 22));
        let resolved = open.resolved(5.6).unwrap();
        assert_eq!(resolved.shape(), (1 + 5 * 22_050 / 512, 22));
        assert_eq!(resolved.resolved(9.0).unwrap(), resolved);
        // All clips end within the skip, which is then cut: a frame remains.
        assert_eq!(open.resolved(0.2).unwrap().shape(), (5, 22));
        let message = open.resolved(7_200.0).unwrap_err().to_string();
        assert!(
            message.starts_with("take_seconds") && message.contains("7200 s"),
            "{message}"
        );
    }

    #[test]
    fn a_package_from_before_a_key_existed_has_its_default() {
        let before: Recipe = serde_json::from_str(r#"{"sample_rate": 8000, "features": ["rms"]}"#).unwrap();
        assert_eq!((before.sample_rate, before.trim_db), (8_000, 0.0));
        assert!(serde_json::from_str::<Recipe>(r#"{"sample_rat": 8000}"#).is_err());
    }
}
