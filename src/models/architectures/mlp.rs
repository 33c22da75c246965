//! `mlp`: dense layers over one vector per clip.

use super::architecture::Architecture;
use super::check::Check;
use crate::layers::{BatchNorm, Dense, Init, Mode, dropout, penalty};
use crate::models::ModelError;
use burn::module::Module;
use burn::tensor::Tensor;
use serde::{Deserialize, Serialize};

/// `[model.mlp]`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MlpSettings {
    /// Units of the dense layers before the output.
    pub units: Vec<usize>,
    /// Which of them have batch normalisation.
    pub norms: Norms,
    /// Dropout after each of them.
    pub dropout: f64,
    /// What the loss grows by per sum of the absolute weights.
    pub l1: f64,
    /// What the loss grows by per sum of the squared weights.
    pub l2: f64,
}

/// Which dense layers have batch normalisation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Norms {
    /// Each.
    All,
    /// The first alone.
    First,
    /// None.
    None,
}

impl Norms {
    /// The layers that have one, of so many.
    fn of(self, layers: usize) -> usize {
        match self {
            Self::All => layers,
            Self::First => layers.min(1),
            Self::None => 0,
        }
    }
}

const CHECK: Check = Check("mlp");

/// All numbers of a clip (one row of functionals or of an embedding, or several frames one after the other); dense
/// layers (ReLU), each or the first of them with batch normalisation, each with dropout; one logit per class.
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
    #[module(skip)]
    sizes: MlpSettings,
}

impl Architecture for Mlp {
    type Settings = MlpSettings;
    const ABOUT: &'static str = "dense layers over one vector per clip";
    const PUBLISHED: ((usize, usize), usize) = ((1, 246), 8);
    const SIZES: &'static str = "\
# Units of each dense layer before the output.
units = [512, 256, 128]
# Which of them have batch normalisation: all, first or none.
norms = \"all\"
# Dropout after each of them; 0 to 1.
dropout = 0.3
# What the loss grows by per sum of the absolute weights.
l1 = 0.0
# What the loss grows by per sum of the squared weights.
l2 = 0.0
";

    fn validate(sizes: &Self::Settings) -> Result<(), ModelError> {
        CHECK.each("units", &sizes.units)?;
        CHECK.rate("dropout", sizes.dropout)?;
        CHECK.amount("l1", sizes.l1)?;
        CHECK.amount("l2", sizes.l2)
    }

    fn new(sizes: &Self::Settings, input: (usize, usize), classes: usize, init: &mut Init) -> Result<Self, ModelError> {
        let inputs = input.0 * input.1;
        CHECK.dense("units", inputs, &sizes.units)?;
        let units = sizes.units.last().copied().unwrap_or(inputs);
        Ok(Self {
            dense: Dense::stack(inputs, &sizes.units, init),
            norms: BatchNorm::each(&sizes.units[..sizes.norms.of(sizes.units.len())], init),
            output: Dense::new(units, classes, init),
            sizes: sizes.clone(),
        })
    }

    fn forward(&self, batch: Tensor<3>, mode: &mut Mode) -> Tensor<2> {
        let mut hidden: Tensor<2> = batch.flatten(1, 2);
        for (layer, dense) in self.dense.iter().enumerate() {
            hidden = dense.forward_relu(hidden);
            if let Some(norm) = self.norms.get(layer) {
                hidden = norm.forward(hidden, mode.steps());
            }
            hidden = dropout(hidden, self.sizes.dropout, mode);
        }
        self.output.forward(hidden)
    }

    /// Over the weights of every layer, biases and norms left out.
    fn penalty(&self) -> Option<Tensor<1>> {
        let layers = self.dense.iter().chain([&self.output]);
        penalty(
            self.sizes.l1,
            self.sizes.l2,
            layers.map(|layer| layer.kernel.val().flatten(0, 1)),
        )
    }
}
