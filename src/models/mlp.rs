//! `mlp`: dense layers over one vector per clip.

use super::ModelError;
use super::architecture::Architecture;
use super::check::Check;
use super::layers::{BatchNorm, Dense, TrainingPass, dropout, penalty};
use crate::random::Stream;
use burn::module::Module;
use burn::tensor::{Device, Tensor};
use serde::{Deserialize, Serialize};

/// `[model.mlp]`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MlpSettings {
    /// Units of the dense layers before the output.
    pub units: Vec<usize>,
    /// Dropout after each of them.
    pub dropout: f64,
    /// What the loss grows by per sum of the absolute weights.
    pub l1: f64,
    /// What the loss grows by per sum of the squared weights.
    pub l2: f64,
}

const CHECK: Check = Check("mlp");

impl MlpSettings {
    /// Refuses sizes that cannot be built, whatever the input.
    ///
    /// # Errors
    /// [`ModelError::Settings`] with the key and the remedy.
    pub fn validate(&self) -> Result<(), ModelError> {
        let units = self.units.iter();
        units.copied().try_for_each(|units| CHECK.size("units", units))?;
        CHECK.rate("dropout", self.dropout)?;
        CHECK.amount("l1", self.l1)?;
        CHECK.amount("l2", self.l2)
    }
}

/// All numbers of a clip (one row of functionals or of an embedding, or several frames one after the other); dense
/// layers (ReLU), each with batch normalisation and dropout; one logit per class.
///
/// With the sizes that ship, 246 functionals and 8 classes:
///
/// | layer | output | parameters |
/// |---|---|---|
/// | dense 512; norm; dropout | 512 | 128,512 |
/// | dense 256; norm; dropout | 256 | 132,352 |
/// | dense 128; norm; dropout | 128 | 33,408 |
/// | output | 8 | 1,032 |
///
/// 295,304 parameters, 1,792 of them running statistics. First weights are Keras': Glorot-uniform, biases zero.
#[derive(Module, Debug)]
pub struct Mlp {
    dense: Vec<Dense>,
    norms: Vec<BatchNorm>,
    output: Dense,
    dropout: f64,
    l1: f64,
    l2: f64,
}

impl Architecture for Mlp {
    type Settings = MlpSettings;
    const ABOUT: &'static str = "dense layers over one vector per clip";
    const PUBLISHED: ((usize, usize), usize) = ((1, 246), 8);
    const SIZES: &'static str = "\
# Units of each dense layer before the output.
units = [512, 256, 128]
# Dropout after each of them; 0 to 1.
dropout = 0.3
# What the loss grows by per sum of the absolute weights.
l1 = 0.0
# What the loss grows by per sum of the squared weights.
l2 = 0.0
";

    fn new(
        settings: &Self::Settings,
        input: (usize, usize),
        classes: usize,
        stream: &mut Stream,
        device: &Device,
    ) -> Result<Self, ModelError> {
        settings.validate()?;
        let inputs = input.0 * input.1;
        CHECK.dense("units", inputs, &settings.units)?;
        let units = settings.units.last().copied().unwrap_or(inputs);
        let norms = settings.units.iter().map(|units| BatchNorm::new(*units, device));
        Ok(Self {
            dense: Dense::stack(inputs, &settings.units, stream, device),
            norms: norms.collect(),
            output: Dense::new(units, classes, stream, device),
            dropout: settings.dropout,
            l1: settings.l1,
            l2: settings.l2,
        })
    }

    fn output(&self) -> &Dense {
        &self.output
    }

    fn forward(&self, batch: Tensor<3>, mut pass: Option<&mut TrainingPass>) -> Tensor<2> {
        let training = pass.as_deref().map(|pass| pass.steps);
        let mut hidden: Tensor<2> = batch.flatten(1, 2);
        for (dense, norm) in self.dense.iter().zip(&self.norms) {
            hidden = norm.forward(dense.forward_relu(hidden), training);
            hidden = dropout(hidden, self.dropout, pass.as_deref_mut());
        }
        self.output.forward(hidden)
    }

    /// Over the weights of every layer, biases and norms left out.
    fn penalty(&self) -> Option<Tensor<1>> {
        let layers = self.dense.iter().chain([&self.output]);
        penalty(self.l1, self.l2, layers.map(|layer| layer.kernel.val().flatten(0, 1)))
    }
}
