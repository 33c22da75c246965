//! `attentive_pooling`: attentive statistics of the frames, and dense layers.

use super::architecture::Architecture;
use super::check::Check;
use super::own_frames::OwnFrames;
use crate::layers::{AttentiveStatistics, Dense, Init, Mode, dropout};
use crate::models::{ModelError, NOMINAL_FRAMES};
use burn::module::Module;
use burn::tensor::Tensor;
use serde::{Deserialize, Serialize};

/// `[model.attentive_pooling]`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AttentivePoolingSettings {
    /// Units of the attention.
    pub attention_units: usize,
    /// Units of the dense layers before the output.
    pub units: Vec<usize>,
    /// Dropout of the statistics, and after each dense layer.
    pub dropout: f64,
}

const CHECK: Check = Check("attentive_pooling");

/// Attentive statistics pooling (Okabe et al. 2018: mean and deviation of each column over the frames, each frame weighed
/// by what it holds) and dropout; dense layers (ReLU), each with dropout; one logit per class. Frames of unequal length are
/// taken, those that pad a clip have no weight.
///
/// With the sizes that ship, frames of 768 numbers and 8 classes:
///
/// | layer | output | parameters |
/// |---|---|---|
/// | attentive mean and deviation; dropout | 1536 | 98,561 |
/// | dense 256; dropout | 256 | 393,472 |
/// | output | 8 | 2,056 |
///
/// 494,089 parameters. First weights are Keras': Glorot-uniform, biases zero.
#[derive(Module, Debug)]
pub struct AttentivePooling {
    attention: AttentiveStatistics,
    dense: Vec<Dense>,
    output: Dense,
    #[module(skip)]
    masked: bool,
    #[module(skip)]
    dropout: f64,
}

impl Architecture for AttentivePooling {
    type Settings = AttentivePoolingSettings;
    const ABOUT: &'static str = "attentive mean and deviation of the frames, and dense layers";
    const PUBLISHED: ((usize, usize), usize) = ((NOMINAL_FRAMES, 768), 8);
    const UNEQUAL: bool = true;
    const SIZES: &'static str = "\
# Units of the attention.
attention_units = 128
# Units of each dense layer before the output.
units = [256]
# Dropout of the statistics and after each dense layer; 0 to 1.
dropout = 0.3
";

    fn validate(sizes: &Self::Settings) -> Result<(), ModelError> {
        CHECK.size("attention_units", sizes.attention_units)?;
        CHECK.each("units", &sizes.units)?;
        CHECK.rate("dropout", sizes.dropout)
    }

    fn new(
        sizes: &Self::Settings,
        (frames, coefficients): (usize, usize),
        classes: usize,
        init: &mut Init,
    ) -> Result<Self, ModelError> {
        let inputs = 2 * coefficients;
        CHECK.dense("attention_units", coefficients, &[sizes.attention_units])?;
        CHECK.dense("units", inputs, &sizes.units)?;
        let units = sizes.units.last().copied().unwrap_or(inputs);
        Ok(Self {
            attention: AttentiveStatistics::new(coefficients, sizes.attention_units, init),
            dense: Dense::stack(inputs, &sizes.units, init),
            output: Dense::new(units, classes, init),
            masked: frames == 0,
            dropout: sizes.dropout,
        })
    }

    fn forward(&self, batch: Tensor<3>, mode: &mut Mode) -> Tensor<2> {
        let OwnFrames { values, mask } = OwnFrames::of(batch, self.masked);
        let mut hidden = dropout(self.attention.forward(values, mask), self.dropout, mode);
        for dense in &self.dense {
            hidden = dropout(dense.forward_relu(hidden), self.dropout, mode);
        }
        self.output.forward(hidden)
    }

    fn is_masked(&self) -> bool {
        self.masked
    }
}
