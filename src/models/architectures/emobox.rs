//! `emobox`: frames through one dense layer, averaged, and a linear output.

use super::architecture::Architecture;
use super::check::Check;
use super::own_frames::OwnFrames;
use crate::layers::{Dense, Init, Mode, clip_norm, own_average};
use crate::models::{ModelError, NOMINAL_FRAMES};
use burn::module::Module;
use burn::tensor::Tensor;
use serde::{Deserialize, Serialize};

/// `[model.emobox]`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EmoBoxSettings {
    /// Units of the dense layer over each frame.
    pub units: usize,
}

const CHECK: Check = Check("emobox");

/// The classifier that EmoBox puts on every frozen encoder (Ma et al. 2024, "EmoBox: multilingual multi-corpus speech
/// emotion recognition toolkit and benchmark"): a clip's features normalised over all its frames and columns together, as
/// they are and not standardised before; a dense layer (ReLU) over each frame, the average over the clip's frames, one
/// logit per class. Frames of unequal length are taken, those that pad a clip left out of both means.
///
/// With the sizes that ship, frames of 768 numbers and 8 classes:
///
/// | layer | output | parameters |
/// |---|---|---|
/// | normalisation over the clip | frames x 768 | |
/// | dense 128 | frames x 128 | 98,432 |
/// | average over the clip's own frames | 128 | |
/// | output | 8 | 1,032 |
///
/// 99,464 parameters. First weights are PyTorch's for `Linear`, biases zero.
#[derive(Module, Debug)]
pub struct EmoBox {
    dense: Dense,
    output: Dense,
    #[module(skip)]
    masked: bool,
}

impl Architecture for EmoBox {
    type Settings = EmoBoxSettings;
    const ABOUT: &'static str = "EmoBox's classifier: normalised frames, a dense layer, their average";
    const PUBLISHED: ((usize, usize), usize) = ((NOMINAL_FRAMES, 768), 8);
    const UNEQUAL: bool = true;
    const STANDARDISED: bool = false;
    const SIZES: &'static str = "\
# Units of the dense layer over each frame.
units = 128
";

    fn validate(sizes: &Self::Settings) -> Result<(), ModelError> {
        CHECK.size("units", sizes.units)
    }

    fn new(
        sizes: &Self::Settings,
        (frames, coefficients): (usize, usize),
        classes: usize,
        init: &mut Init,
    ) -> Result<Self, ModelError> {
        CHECK.dense("units", coefficients, &[sizes.units])?;
        Ok(Self {
            dense: Dense::small(coefficients, sizes.units, init),
            output: Dense::small(sizes.units, classes, init),
            masked: frames == 0,
        })
    }

    fn forward(&self, batch: Tensor<3>, _mode: &mut Mode) -> Tensor<2> {
        let OwnFrames { values, mask } = OwnFrames::of(batch, self.masked);
        let hidden = self.dense.forward_steps_relu(clip_norm(values, mask.clone()));
        self.output.forward(own_average(hidden, mask))
    }

    fn is_masked(&self) -> bool {
        self.masked
    }
}
