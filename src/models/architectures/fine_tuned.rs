//! `fine_tuned`: the upper layers of a speech encoder, trained further with a classifier on top.

use super::architecture::Architecture;
use super::check::Check;
use super::own_frames::OwnFrames;
use crate::encoders::{EncoderConfig, Family, Layer, Tail, TailConfig};
use crate::layers::{AttentiveStatistics, Dense, Init, KeyMask, Mode, dropout, own_average};
use crate::models::{ModelError, NOMINAL_FRAMES};
use burn::module::Module;
use burn::tensor::{Device, Tensor};
use serde::{Deserialize, Serialize};
use std::path::Path;

/// `[model.fine_tuned]`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FineTunedSettings {
    /// What the encoder's learning rate is, in parts of `training.learning_rate`.
    pub learning_rate_factor: f64,
    /// The probability with which a step passes by a layer of the encoder.
    pub layer_drop: f64,
    /// How the frames become one row.
    pub pool: FramePool,
    /// Units of the attention.
    pub attention_units: usize,
    /// Units of the dense layers before the output.
    pub units: Vec<usize>,
    /// Dropout of the pooled state, and after each dense layer.
    pub dropout: f64,
    /// The sizes of the recipe's encoder, which training fills in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tail: Option<TailConfig>,
}

/// How the frames of a clip become one row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FramePool {
    /// Their mean.
    Mean,
    /// Attentive statistics.
    Attentive,
}

const CHECK: Check = Check("fine_tuned");
/// The remedy where no encoder's states come in.
const NO_ENCODER: &str = "choose a recipe with an encoder, the number of a layer and pool = \"frames\"";

impl FineTunedSettings {
    /// The encoder's sizes; before a recipe has said which encoder, those of the last two layers of Whisper tiny.en.
    fn tail_of(&self, width: usize) -> TailConfig {
        self.tail.clone().unwrap_or(TailConfig {
            family: Family::Whisper,
            below: 2,
            layers: 2,
            width,
            heads: 6,
            feed_forward: 1536,
            epsilon: 1e-5,
            pre_norm: true,
            relative: None,
        })
    }
}

/// The transformer layers of a speech encoder above the hidden state that the recipe names, with their published weights as
/// first weights, and the norm behind the last where there is one; the mean over the clip's own frames, or attentive
/// statistics pooling (Okabe et al. 2018); dropout; dense layers (ReLU), each with dropout; one logit per class. What lies
/// below that state stays as it was published. Features are taken as they are, not standardised: they are states.
///
/// With the sizes that ship, layers 3 and 4 of Whisper tiny.en and 8 classes:
///
/// | layer | output | parameters |
/// |---|---|---|
/// | transformer layer, 6 heads, 1536 units | frames x 384 | 1,774,464 |
/// | transformer layer, 6 heads, 1536 units | frames x 384 | 1,774,464 |
/// | norm | frames x 384 | 768 |
/// | average over the clip's own frames; dropout | 384 | |
/// | dense 256; dropout | 256 | 98,560 |
/// | output | 8 | 2,056 |
///
/// 3,650,312 parameters. First weights of the dense layers are Keras': Glorot-uniform, biases zero.
#[derive(Module, Debug)]
pub struct FineTuned {
    tail: Tail,
    attention: Option<AttentiveStatistics>,
    dense: Vec<Dense>,
    output: Dense,
    #[module(skip)]
    masked: bool,
    #[module(skip)]
    sizes: FineTunedSettings,
}

impl Architecture for FineTuned {
    type Settings = FineTunedSettings;
    const ABOUT: &'static str = "the upper layers of a speech encoder, trained further, and dense layers";
    const PUBLISHED: ((usize, usize), usize) = ((NOMINAL_FRAMES, 384), 8);
    const UNEQUAL: bool = true;
    const STANDARDISED: bool = false;
    const FINE_TUNES: bool = true;
    const SIZES: &'static str = "\
# What the learning rate of the encoder's layers is, in parts of training.learning_rate; 0 leaves them as published.
learning_rate_factor = 0.1
# The probability with which a step passes by each of these layers; 0 to 1.
layer_drop = 0.0
# How frames become one row: \"mean\" or \"attentive\" (mean and deviation, each frame weighed by what it holds).
pool = \"mean\"
# Units of the attention of \"attentive\".
attention_units = 128
# Units of each dense layer before the output.
units = [256]
# Dropout of the pooled state and after each dense layer; 0 to 1.
dropout = 0.3
";

    fn validate(sizes: &Self::Settings) -> Result<(), ModelError> {
        CHECK.amount("learning_rate_factor", sizes.learning_rate_factor)?;
        CHECK.rate("layer_drop", sizes.layer_drop)?;
        CHECK.size("attention_units", sizes.attention_units)?;
        CHECK.each("units", &sizes.units)?;
        CHECK.rate("dropout", sizes.dropout)
    }

    fn new(
        sizes: &Self::Settings,
        (frames, width): (usize, usize),
        classes: usize,
        init: &mut Init,
    ) -> Result<Self, ModelError> {
        let tail = sizes.tail_of(width);
        let problem = (tail.width != width)
            .then(|| {
                format!(
                    "is of an encoder with {} numbers per frame, the recipe gives {width}",
                    tail.width
                )
            })
            .or_else(|| tail.problem());
        if let Some(problem) = problem {
            return Err(CHECK.refuse("tail", &format!("{problem}; {NO_ENCODER}")));
        }
        CHECK.weights("tail", [[1, 1, tail.weights()]])?;
        let attentive = sizes.pool == FramePool::Attentive;
        let inputs = if attentive { 2 * width } else { width };
        CHECK.dense("attention_units", width, &[sizes.attention_units])?;
        CHECK.dense("units", inputs, &sizes.units)?;
        let units = sizes.units.last().copied().unwrap_or(inputs);
        Ok(Self {
            tail: Tail::silent(&tail, &init.device),
            attention: attentive.then(|| AttentiveStatistics::new(width, sizes.attention_units, init)),
            dense: Dense::stack(inputs, &sizes.units, init),
            output: Dense::new(units, classes, init),
            masked: frames == 0,
            sizes: sizes.clone(),
        })
    }

    fn forward(&self, batch: Tensor<3>, mode: &mut Mode) -> Tensor<2> {
        let OwnFrames { values, mask } = OwnFrames::of(batch, self.masked);
        let [clips, frames, _] = values.dims();
        let keys = match &mask {
            Some(mask) => KeyMask::new(&lengths(mask), frames),
            None => KeyMask::new(&vec![frames; clips], frames),
        };
        let states = self.tail.forward(values, &keys, self.sizes.layer_drop, mode);
        let pooled = match &self.attention {
            Some(attention) => attention.forward(states, mask),
            None => own_average(states, mask),
        };
        let mut hidden = dropout(pooled, self.sizes.dropout, mode);
        for dense in &self.dense {
            hidden = dropout(dense.forward_relu(hidden), self.sizes.dropout, mode);
        }
        self.output.forward(hidden)
    }

    fn is_masked(&self) -> bool {
        self.masked
    }

    fn rate_factor(&self, field: &str) -> f64 {
        if field == "tail" {
            self.sizes.learning_rate_factor
        } else {
            1.0
        }
    }

    fn for_encoder(sizes: &Self::Settings, config: &EncoderConfig, state: Layer) -> Result<Self::Settings, ModelError> {
        Ok(FineTunedSettings {
            tail: Some(config.tail(state)?),
            ..sizes.clone()
        })
    }

    fn with_encoder(self, folder: &Path, device: &Device) -> Result<Self, ModelError> {
        let Some(tail) = &self.sizes.tail else {
            return Err(CHECK.refuse("tail", NO_ENCODER));
        };
        Ok(Self {
            tail: Tail::read(folder, tail, device)?,
            ..self
        })
    }
}

/// Own frames of each clip, from a mask (clips, frames, 1) of ones and zeros.
fn lengths(mask: &Tensor<3>) -> Vec<usize> {
    let lengths = mask.clone().sum_dim(1).into_data();
    lengths.iter::<f32>().map(|length| length.round() as usize).collect()
}
