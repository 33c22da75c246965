//! What every architecture offers, so that the registry need not know which one it has.

use super::ModelError;
use super::layers::{Dense, TrainingPass};
use crate::random::Stream;
use burn::module::Module;
use burn::tensor::{Device, Tensor};

/// A network that turns a clip's features into one logit per class. Its layers note themselves as a clip passes
/// them ([`super::layers::LayerFacts`]), which is where summaries and multiply-adds come from.
pub trait Architecture: Module + Sized {
    /// `[model.NAME]`.
    type Settings;
    /// What it is, in one line.
    const ABOUT: &'static str;
    /// (frames, coefficients) and classes that it was published with.
    const PUBLISHED: ((usize, usize), usize);
    /// The sizes of [`Architecture::Settings`] that ship, as TOML; the comment above each says what it is.
    const SIZES: &'static str;

    /// The network for an input of (frames, coefficients), with first weights from the stream.
    ///
    /// # Errors
    /// [`ModelError::Settings`] with the key and the remedy.
    fn new(
        settings: &Self::Settings,
        input: (usize, usize),
        classes: usize,
        stream: &mut Stream,
        device: &Device,
    ) -> Result<Self, ModelError>;

    /// Logits (batch, classes) of a batch (batch, frames, coefficients). With a pass as in training: noise, batch
    /// statistics and dropout.
    fn forward(&self, batch: Tensor<3>, pass: Option<&mut TrainingPass>) -> Tensor<2>;

    /// The layer that the logits come from.
    fn output(&self) -> &Dense;

    /// What the loss is to grow by because of the weights themselves, where the settings ask for it.
    fn penalty(&self) -> Option<Tensor<1>> {
        None
    }

    /// The network told how many training clips each class has, before its first step.
    fn with_class_counts(self, _counts: &[usize]) -> Self {
        self
    }
}
