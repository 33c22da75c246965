//! Recipes whose features are the hidden states of a speech encoder.

use super::recipe_limits::within;
use super::{FeatureError, Recipe, ResolvedEncoder};
use crate::encoders::{EncoderConfig, Found, Layer, Pool, locate};
use serde::Serialize;

/// What is written of such a recipe.
#[derive(Serialize)]
pub(super) struct Embedding<'a> {
    encoder: &'a str,
    layer: Layer,
    pool: Pool,
    padded: bool,
    /// Left out where nothing is cut off, as before there was a choice.
    #[serde(skip_serializing_if = "Option::is_none")]
    trim_db: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    resolved_encoder: Option<&'a ResolvedEncoder>,
}

impl Recipe {
    /// Whether the features are the hidden states of an encoder.
    pub fn has_encoder(&self) -> bool {
        !self.encoder.is_empty()
    }

    /// Whether every clip has as many rows as its own length gives: frames of an encoder.
    pub fn has_unequal_frames(&self) -> bool {
        self.has_encoder() && self.pool == Pool::Frames
    }

    /// Rate that a clip is resampled to for its features (Hz): the encoder's, once that was found, or the recipe's own.
    pub fn rate(&self) -> u32 {
        match &self.resolved_encoder {
            Some(encoder) if self.has_encoder() => encoder.rate,
            _ => self.sample_rate,
        }
    }

    /// The rate of the encoder (Hz), from its files if need be.
    pub(super) fn encoder_rate(&self) -> Result<u32, FeatureError> {
        match &self.resolved_encoder {
            Some(encoder) => Ok(encoder.rate),
            None => Ok(EncoderConfig::read(&locate(&self.encoder)?)?.rate),
        }
    }

    pub(super) fn embedding(&self) -> Option<Embedding<'_>> {
        self.has_encoder().then_some(Embedding {
            encoder: &self.encoder,
            layer: self.layer,
            pool: self.pool,
            padded: self.padded,
            trim_db: Some(self.trim_db).filter(|trim_db| *trim_db > 0.0),
            resolved_encoder: self.resolved_encoder.as_ref(),
        })
    }

    /// Rows and numbers per row of such a recipe: one row of what is pooled, 0 of frames, which are as many as the clip
    /// has. No numbers before the encoder was found.
    pub(super) fn embedding_shape(&self) -> (usize, usize) {
        let rows = usize::from(self.pool != Pool::Frames);
        let width = self.resolved_encoder.as_ref().map_or(0, |encoder| {
            let states = match self.layer {
                Layer::All => encoder.states,
                Layer::Index(_) | Layer::Last => 1,
            };
            let statistics = if self.pool == Pool::MeanStd { 2 } else { 1 };
            encoder.width.saturating_mul(states).saturating_mul(statistics)
        });
        (rows, width)
    }

    /// `layer3_0` (state and number, counted from 0), `layer3_0_mean`, then `layer3_0_std`.
    pub(super) fn embedding_names(&self) -> Vec<String> {
        let Some(encoder) = &self.resolved_encoder else {
            return Vec::new();
        };
        let states = match self.layer {
            Layer::All => 0..encoder.states,
            Layer::Index(index) => index..index + 1,
            Layer::Last => encoder.states.saturating_sub(1)..encoder.states,
        };
        let statistics: &[&str] = match self.pool {
            Pool::Mean => &["_mean"],
            Pool::MeanStd => &["_mean", "_std"],
            Pool::Frames => &[""],
        };
        let of_state = |state: usize| {
            let numbers =
                move |statistic| (0..encoder.width).map(move |index| format!("layer{state}_{index}{statistic}"));
            statistics.iter().copied().flat_map(numbers)
        };
        states.flat_map(of_state).collect()
    }

    /// The recipe with what is known of its encoder, which is looked for unless that was done before.
    pub(super) fn with_encoder(&self) -> Result<Self, FeatureError> {
        if self.resolved_encoder.is_some() {
            return Ok(self.clone());
        }
        let found = Found::new(&self.encoder)?;
        found.config.embedding_width(self.layer, self.pool)?;
        Ok(Self {
            resolved_encoder: Some(ResolvedEncoder {
                fingerprint: found.fingerprint,
                states: found.config.states(),
                width: found.config.width,
                rate: found.config.rate,
            }),
            ..self.clone()
        })
    }

    /// Refuses what no encoder can give; whether this one is here is seen when it is used.
    pub(super) fn validate_encoder(&self) -> Result<(), FeatureError> {
        if self.import.is_some() {
            let problem = format!(
                "its features come from the encoder {}; leave one of both out",
                self.encoder
            );
            return Err(FeatureError::recipe("import", problem));
        }
        if (self.layer, self.pool) == (Layer::All, Pool::Frames) {
            let problem =
                "\"all\" side by side for every frame is more than fits; name one layer, or set pool to \"mean\"";
            return Err(FeatureError::recipe("layer", problem));
        }
        within("trim_db", self.trim_db, 0.0, 200.0, "dB (0 switches it off)")?;
        if self.trim_db > 0.0 && self.pool == Pool::Frames {
            let problem = "frames are kept as they are; set it to 0, or set pool to \"mean\" or \"mean_std\"";
            return Err(FeatureError::recipe("trim_db", problem));
        }
        let Some(encoder) = &self.resolved_encoder else {
            return Ok(());
        };
        within("resolved_encoder.states", encoder.states, 1, 1_000, "states")?;
        within("resolved_encoder.width", encoder.width, 1, 100_000, "numbers")?;
        within("resolved_encoder.rate", encoder.rate, 1_000, 192_000, "Hz")?;
        match self.layer {
            Layer::Index(index) => within("layer", index, 0, encoder.states - 1, "(the last one)"),
            Layer::Last | Layer::All => Ok(()),
        }
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// A recipe whose encoder has three states of four numbers.
    pub(in crate::features) fn resolved(layer: Layer, pool: Pool) -> Recipe {
        Recipe {
            encoder: "some/encoder".to_owned(),
            layer,
            pool,
            resolved_encoder: Some(ResolvedEncoder {
                fingerprint: "ab".to_owned(),
                states: 3,
                width: 4,
                rate: 16_000,
            }),
            ..Recipe::default()
        }
    }

    #[test]
    fn the_shape_and_the_names_follow_layer_and_pooling() {
        for (layer, pool, shape, first, last) in [
            (Layer::Last, Pool::Mean, (1, 4), "layer2_0_mean", "layer2_3_mean"),
            (Layer::Index(1), Pool::MeanStd, (1, 8), "layer1_0_mean", "layer1_3_std"),
            (Layer::All, Pool::Mean, (1, 12), "layer0_0_mean", "layer2_3_mean"),
            (Layer::All, Pool::MeanStd, (1, 24), "layer0_0_mean", "layer2_3_std"),
            (Layer::Index(0), Pool::Frames, (0, 4), "layer0_0", "layer0_3"),
        ] {
            let recipe = resolved(layer, pool);
            assert_eq!(recipe.shape(), shape, "{layer:?} {pool:?}");
            let names = recipe.column_names();
            assert_eq!(names.len(), shape.1);
            assert_eq!((names[0].as_str(), names[shape.1 - 1].as_str()), (first, last));
            recipe.validate().unwrap();
        }
        let recipe = resolved(Layer::Last, Pool::Mean);
        assert_eq!((recipe.rate(), recipe.has_unequal_frames()), (16_000, false));
        let unknown = Recipe {
            resolved_encoder: None,
            ..recipe
        };
        assert_eq!(unknown.shape(), (1, 0));
        unknown.validate().unwrap();
        assert!(unknown.must_be_resolved().is_err());
    }

    #[test]
    fn what_no_encoder_can_give_is_refused_by_key() {
        let refused = |recipe: Recipe| recipe.validate().unwrap_err().to_string();
        assert!(refused(resolved(Layer::Index(3), Pool::Mean)).starts_with("layer: 3 is out of range; use 0 to 2"));
        let unknown = Recipe {
            resolved_encoder: None,
            ..resolved(Layer::All, Pool::Frames)
        };
        assert!(refused(unknown).starts_with("layer: "));
        for (trim_db, pool) in [(30.0, Pool::Frames), (-1.0, Pool::Mean), (f64::NAN, Pool::Mean)] {
            let trimmed = Recipe {
                trim_db,
                ..resolved(Layer::Last, pool)
            };
            assert!(refused(trimmed).starts_with("trim_db: "));
        }
        for change in [
            |encoder: &mut ResolvedEncoder| encoder.states = 0,
            |encoder: &mut ResolvedEncoder| encoder.width = usize::MAX,
            |encoder: &mut ResolvedEncoder| encoder.rate = 0,
        ] {
            let mut recipe = resolved(Layer::All, Pool::MeanStd);
            change(recipe.resolved_encoder.as_mut().unwrap());
            recipe.shape();
            assert!(refused(recipe).starts_with("resolved_encoder."));
        }
    }

    #[test]
    fn only_the_keys_of_the_encoder_are_written_and_key_the_store() {
        let recipe = resolved(Layer::Index(1), Pool::MeanStd);
        let text = toml::to_string(&recipe).unwrap();
        assert_eq!(
            text,
            "encoder = \"some/encoder\"\nlayer = 1\npool = \"mean_std\"\npadded = false\n\n\
             [resolved_encoder]\nfingerprint = \"ab\"\nstates = 3\nwidth = 4\nrate = 16000\n"
        );
        assert_eq!(toml::from_str::<Recipe>(&text).unwrap(), recipe);
        let written: Recipe = toml::from_str("encoder = 'some/encoder'\nlayer = '1'\npool = 'mean_std'").unwrap();
        assert_eq!(written.layer, Layer::Index(1));
        assert_eq!(written.key(), recipe.family(), "as the settings have it");
        let mut other = recipe.clone();
        other.resolved_encoder.as_mut().unwrap().fingerprint = "cd".to_owned();
        assert_ne!(other.key(), recipe.key(), "other weights are other features");
        assert_eq!(other.family(), recipe.family());
        let padded = Recipe {
            padded: true,
            ..recipe.clone()
        };
        assert_ne!(padded.key(), recipe.key());
        let trimmed = Recipe {
            trim_db: 30.0,
            ..recipe.clone()
        };
        assert_ne!(trimmed.key(), recipe.key());
        let text = toml::to_string(&trimmed).unwrap();
        assert!(text.contains("padded = false\ntrim_db = 30.0\n"), "{text}");
        assert_eq!(toml::from_str::<Recipe>(&text).unwrap(), trimmed);
        // What plays no part in it changes nothing.
        let n_mels = Recipe {
            n_mels: 7,
            ..recipe.clone()
        };
        assert_eq!(n_mels.key(), recipe.key());
    }
}
