//! What an encoder is, from the two files beside its weights.

use super::json::{Json, refusal};
use super::wav2vec2::Wav2vec2Config;
use super::whisper::WhisperConfig;
use super::{EncoderError, Family, Layer, Pool};
use std::path::Path;

/// Holds sizes and names of the network.
pub(super) const CONFIG: &str = "config.json";
/// Holds what becomes of a wave before the network.
pub(super) const PREPROCESSOR: &str = "preprocessor_config.json";

/// What an encoder is: `config.json` and `preprocessor_config.json`, without weights.
#[derive(Debug, Clone, PartialEq)]
pub struct EncoderConfig {
    /// How it is built.
    pub family: Family,
    /// Transformer layers.
    pub layers: usize,
    /// Numbers per frame of a hidden state.
    pub width: usize,
    /// Sampling rate of the clips that it takes (Hz).
    pub rate: u32,
    /// What only the family knows.
    pub(super) details: Details,
}

/// What only a family knows of its encoders.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Details {
    Whisper(WhisperConfig),
    Wav2vec2(Wav2vec2Config),
}

impl EncoderConfig {
    /// Reads both files in the folder of an encoder.
    ///
    /// # Errors
    /// [`EncoderError::File`] for a file that is missing or damaged, a size that cannot be, and a family that is not
    /// known.
    pub fn read(folder: &Path) -> Result<Self, EncoderError> {
        let model = Json::read(&folder.join(CONFIG))?;
        let preprocessor = folder.join(PREPROCESSOR);
        if !preprocessor.exists() {
            return Err(refusal(
                &preprocessor,
                "is missing: the model was published without it, or the folder is not complete. Copy it from the model that \
                 this one was made from; it says at which rate and level waves are taken"
                    .to_owned(),
            ));
        }
        let wave = Json::read(&preprocessor)?;
        let known = Family::MODEL_TYPES.map(|(name, _)| name).join(", ");
        let family = match model.text("model_type")? {
            Some(name) => Family::of_model_type(name).ok_or_else(|| {
                model.refuse(format!(
                    "`model_type` is {name}, which is no encoder known here; known are {known}"
                ))
            })?,
            None => return Err(model.refuse(format!("lacks `model_type`, which must be one of {known}"))),
        };
        if family == Family::Whisper {
            let config = WhisperConfig::read(&model, &wave)?;
            return Ok(Self {
                family,
                layers: config.layers,
                width: config.width,
                rate: config.rate,
                details: Details::Whisper(config),
            });
        }
        let config = Wav2vec2Config::read(family, &model, &wave)?;
        Ok(Self {
            family,
            layers: config.layers,
            width: config.width,
            rate: config.rate,
            details: Details::Wav2vec2(config),
        })
    }

    /// Hidden states: one more than there are transformer layers, since the input of the first is one.
    pub fn states(&self) -> usize {
        self.layers + 1
    }

    /// Frames of a clip of so many samples at [`Self::rate`]; 0 where it is too short for one. A clip that is longer
    /// than a window has the frames of all its windows.
    pub fn frames(&self, samples: usize) -> usize {
        let window = self.window();
        let rest = self.window_frames(samples % window);
        (samples / window) * self.window_frames(window) + rest
    }

    /// Seconds that go through at once, 30 of published encoders; longer clips go through in windows of that length.
    pub fn window_seconds(&self) -> f64 {
        self.window() as f64 / f64::from(self.rate.max(1))
    }

    /// Samples that go through at once: 30 s.
    pub(super) fn window(&self) -> usize {
        match &self.details {
            Details::Whisper(config) => config.window(),
            Details::Wav2vec2(config) => config.window(),
        }
    }

    /// Frames of a clip that is no longer than a window.
    fn window_frames(&self, samples: usize) -> usize {
        match &self.details {
            Details::Whisper(config) => config.frames(samples),
            Details::Wav2vec2(config) => config.frames(samples),
        }
    }

    /// Numbers per row that [`super::Encoder::embed`] gives.
    ///
    /// # Errors
    /// [`EncoderError::Settings`] for a layer that the encoder does not have, and for all layers' single frames.
    pub fn embedding_width(&self, layer: Layer, pool: Pool) -> Result<usize, EncoderError> {
        let states = match layer {
            Layer::Index(index) if index > self.layers => {
                return Err(EncoderError::Settings {
                    key: "layer",
                    problem: format!(
                        "{index} is not there: the encoder's states are 0 to {}; name one of them, \"last\" or \"all\"",
                        self.layers
                    ),
                });
            }
            Layer::Index(_) | Layer::Last => 1,
            Layer::All if pool == Pool::Frames => {
                return Err(EncoderError::Settings {
                    key: "pool",
                    problem: "the single frames of all layers would be too much; \
                              set `pool` to \"mean\" or \"mean_std\", or `layer` to one layer"
                        .to_owned(),
                });
            }
            Layer::All => self.states(),
        };
        let times = if pool == Pool::MeanStd { 2 } else { 1 };
        Ok(states * times * self.width)
    }
}
