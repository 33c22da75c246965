//! What every architecture implements: all that the registry knows of it.

use crate::layers::{Init, Mode};
use crate::models::ModelError;
use burn::module::Module;
use burn::tensor::Tensor;

/// A network that turns a clip's features into one logit per class. Its layers note themselves as a clip passes
/// them ([`crate::layers::LayerSummary`]), which is where summaries and multiply-adds come from.
pub trait Architecture: Module + Sized {
    /// `[model.NAME]`.
    type Settings;
    /// What it is, in one line.
    const ABOUT: &'static str;
    /// (frames, coefficients) and classes that it was published with.
    const PUBLISHED: ((usize, usize), usize);
    /// The sizes of [`Architecture::Settings`] that ship, as TOML; the comment above each says what it is.
    const SIZES: &'static str;

    /// Refuses sizes that cannot be built, whatever the input.
    ///
    /// # Errors
    /// [`ModelError::Settings`] with the key and the remedy.
    fn validate(sizes: &Self::Settings) -> Result<(), ModelError>;

    /// The network for an input of (frames, coefficients), with first weights drawn by `init`; the settings have
    /// passed [`Self::validate`].
    ///
    /// # Errors
    /// [`ModelError::Settings`] with the key and the remedy, where the sizes cannot be built for this input.
    fn new(sizes: &Self::Settings, input: (usize, usize), classes: usize, init: &mut Init) -> Result<Self, ModelError>;

    /// Logits (batch, classes) of a batch (batch, frames, coefficients).
    fn forward(&self, batch: Tensor<3>, mode: &mut Mode) -> Tensor<2>;

    /// What it needs to know of how a recipe lays out a clip's features.
    fn input_layout(_sizes: &Self::Settings) -> InputLayout {
        InputLayout::default()
    }

    /// What the loss is to grow by because of the weights themselves, where the settings ask for it.
    fn penalty(&self) -> Option<Tensor<1>> {
        None
    }

    /// The network before its first step, given how many training clips each class has.
    fn with_class_counts(self, _counts: &[usize]) -> Self {
        self
    }
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
}
