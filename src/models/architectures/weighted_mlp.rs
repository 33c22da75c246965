//! `weighted_mlp`: a learnt mixture of an encoder's states, and dense layers.

use super::architecture::{Architecture, InputLayout};
use super::check::Check;
use crate::layers::{Dense, Init, Mode, WeightedSum, dropout};
use crate::models::ModelError;
use burn::module::Module;
use burn::tensor::Tensor;
use serde::{Deserialize, Serialize};

/// `[model.weighted_mlp]`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WeightedMlpSettings {
    /// States that lie side by side in a row.
    pub states: usize,
    /// Units of the dense layers before the output.
    pub units: Vec<usize>,
    /// Dropout after each of them.
    pub dropout: f64,
}

const CHECK: Check = Check("weighted_mlp");

/// The states of a speech encoder, side by side in one row (a recipe with `layer = "all"`), mixed by one weight each, whose
/// softmax is learnt (SUPERB: Yang et al. 2021); dense layers (ReLU), each with dropout; one logit per class. The states are
/// standardised before, so that none outweighs the others by its size.
///
/// With the sizes that ship, 5 states of 384 numbers and 8 classes:
///
/// | layer | output | parameters |
/// |---|---|---|
/// | weighted sum of 5 states | 384 | 5 |
/// | dense 256; dropout | 256 | 98,560 |
/// | output | 8 | 2,056 |
///
/// 100,621 parameters. First weights are Keras': Glorot-uniform, biases zero; all states weigh alike.
#[derive(Module, Debug)]
pub struct WeightedMlp {
    mixture: WeightedSum,
    dense: Vec<Dense>,
    output: Dense,
    #[module(skip)]
    dropout: f64,
}

impl Architecture for WeightedMlp {
    type Settings = WeightedMlpSettings;
    const ABOUT: &'static str = "a learnt mixture of all states of a speech encoder, and dense layers";
    const PUBLISHED: ((usize, usize), usize) = ((1, 1_920), 8);
    const SIZES: &'static str = "\
# States that lie side by side in a row, as many as the recipe's encoder has: its layers and their input.
states = 5
# Units of each dense layer before the output.
units = [256]
# Dropout after each of them; 0 to 1.
dropout = 0.3
";

    fn validate(sizes: &Self::Settings) -> Result<(), ModelError> {
        CHECK.size("states", sizes.states)?;
        CHECK.each("units", &sizes.units)?;
        CHECK.rate("dropout", sizes.dropout)
    }

    fn new(sizes: &Self::Settings, input: (usize, usize), classes: usize, init: &mut Init) -> Result<Self, ModelError> {
        let (states, columns) = (sizes.states, input.0 * input.1);
        if columns == 0 || !columns.is_multiple_of(states) {
            let problem = format!(
                "is {states}, which does not divide the {columns} numbers of a clip; give the states of the recipe's \
                 encoder, which has layer = \"all\""
            );
            return Err(CHECK.refuse("states", &problem));
        }
        let width = columns / states;
        CHECK.dense("units", width, &sizes.units)?;
        let units = sizes.units.last().copied().unwrap_or(width);
        Ok(Self {
            mixture: WeightedSum::new(states, init),
            dense: Dense::stack(width, &sizes.units, init),
            output: Dense::new(units, classes, init),
            dropout: sizes.dropout,
        })
    }

    fn input_layout(sizes: &Self::Settings) -> InputLayout {
        InputLayout {
            states: Some(sizes.states),
            ..InputLayout::default()
        }
    }

    fn forward(&self, batch: Tensor<3>, mode: &mut Mode) -> Tensor<2> {
        let mut hidden = self.mixture.forward(batch.flatten(1, 2));
        for dense in &self.dense {
            hidden = dropout(dense.forward_relu(hidden), self.dropout, mode);
        }
        self.output.forward(hidden)
    }

    /// The shares of the states.
    fn finding(&self) -> Option<String> {
        let shares = self.mixture.shares();
        let shares = shares
            .iter()
            .enumerate()
            .map(|(state, share)| format!("{state}: {:.1} %", 100.0 * share));
        Some(format!(
            "shares of the encoder's states: {}",
            shares.collect::<Vec<_>>().join(", ")
        ))
    }
}
