//! What every architecture implements: all that the registry knows of it.

use crate::encoders::{EncoderConfig, Layer};
use crate::layers::{Init, Mode};
use crate::models::ModelError;
use burn::module::Module;
use burn::tensor::{Device, Tensor};
use std::path::Path;

/// A network that turns a clip's features into one logit per class. Its layers note themselves as a clip passes
/// them ([`crate::layers::LayerSummary`]), which is where summaries and multiply-adds come from.
pub trait Architecture: Module + Sized {
    /// `[model.NAME]`.
    type Settings: Clone;
    /// What it is, in one line.
    const ABOUT: &'static str;
    /// (frames, coefficients) and classes that it was published with.
    const PUBLISHED: ((usize, usize), usize);
    /// The sizes of [`Architecture::Settings`] that ship, as TOML; the comment above each says what it is.
    const SIZES: &'static str;
    /// Whether it can be built for frames of unequal length: an input of 0 frames.
    const UNEQUAL: bool = false;
    /// Whether its input is standardised by the training clips' statistics; otherwise it sees features as they are.
    const STANDARDISED: bool = true;
    /// Whether it holds the upper layers of the recipe's speech encoder.
    const FINE_TUNES: bool = false;

    /// Refuses sizes that cannot be built, whatever the input.
    ///
    /// # Errors
    /// [`ModelError::Settings`] with the key and the remedy.
    fn validate(sizes: &Self::Settings) -> Result<(), ModelError>;

    /// The network for an input of (frames, coefficients), with first weights drawn by `init`; the settings have
    /// passed [`Self::validate`]. 0 frames stand for clips of unequal length, and only come where it is
    /// [`Self::UNEQUAL`].
    ///
    /// # Errors
    /// [`ModelError::Settings`] with the key and the remedy, where the sizes cannot be built for this input.
    fn new(sizes: &Self::Settings, input: (usize, usize), classes: usize, init: &mut Init) -> Result<Self, ModelError>;

    /// Logits (batch, classes) of a batch (batch, frames, coefficients); where it [`Self::is_masked`], of one with
    /// another column that is 1 in a clip's own frames and 0 in those that pad it to the longest.
    fn forward(&self, batch: Tensor<3>, mode: &mut Mode) -> Tensor<2>;

    /// What the learning rate of the parameters in one of its fields is multiplied by.
    fn rate_factor(&self, _field: &str) -> f64 {
        1.0
    }

    /// The settings for hidden states of this encoder, where it [`Self::FINE_TUNES`].
    ///
    /// # Errors
    /// [`ModelError::Encoder`] for a state that no layer stands above.
    fn for_encoder(
        sizes: &Self::Settings,
        _config: &EncoderConfig,
        _state: Layer,
    ) -> Result<Self::Settings, ModelError> {
        Ok(sizes.clone())
    }

    /// The network before its first step, with the weights of the encoder in that folder where it [`Self::FINE_TUNES`].
    ///
    /// # Errors
    /// [`ModelError::Encoder`] for weights that cannot be read.
    fn with_encoder(self, _folder: &Path, _device: &Device) -> Result<Self, ModelError> {
        Ok(self)
    }

    /// Whether it was built for clips of unequal length.
    fn is_masked(&self) -> bool {
        false
    }

    /// How its weights are found.
    fn fitting(_sizes: &Self::Settings) -> Fitting<'_> {
        Fitting::Steps
    }

    /// What it needs to know of how a recipe lays out a clip's features.
    fn input_layout(_sizes: &Self::Settings) -> InputLayout {
        InputLayout::default()
    }

    /// What the loss is to grow by because of the weights themselves, where the settings ask for it.
    fn penalty(&self) -> Option<Tensor<1>> {
        None
    }

    /// The network with the solution of a [`Fitting::Optimum`]: weights (inputs, classes) and biases (classes).
    fn with_solution(self, _weights: Vec<f32>, _biases: Vec<f32>) -> Self {
        self
    }

    /// What its weights say for people, where they say something.
    fn finding(&self) -> Option<String> {
        None
    }

    /// The network before its first step, given how many training clips each class has.
    fn with_class_counts(self, _counts: &[usize]) -> Self {
        self
    }
}

/// How an architecture's weights are found.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Fitting<'a> {
    /// Step by step along the gradient, for as many epochs as the settings allow.
    Steps,
    /// At once: its objective has one optimum, which is solved for.
    Optimum(Optimum<'a>),
}

/// The objective `Σ loss + ||W||² / (2 C)` of a linear classifier, biases left out, and how C is chosen.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Optimum<'a> {
    /// What C may be; of several the one with the best unweighted average recall on inner folds is taken.
    pub c: &'a [f64],
    /// Inner folds of the training clips.
    pub folds: usize,
}

/// The sizes of a recipe that the settings of an architecture repeat, since it takes a clip's features apart by them.
/// Each is named as its key under `[model.NAME]`; one that is absent may be any.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct InputLayout {
    /// Mel bands.
    pub bands: Option<usize>,
    /// Parts of a clip that functionals are taken of.
    pub parts: Option<usize>,
    /// Functionals of each column.
    pub functionals: Option<usize>,
    /// States of a speech encoder, side by side in a row.
    pub states: Option<usize>,
}
