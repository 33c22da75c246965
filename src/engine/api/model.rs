//! Which architectures there are, and one of them layer by layer: plain data.

use crate::layers::LayerSummary;

/// An architecture among all, at the sizes of the settings and for the clips that it was published with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ModelRow {
    /// Its name in the settings.
    pub name: String,
    /// What it is, in one line.
    pub about: String,
    /// (frames, coefficients) of a clip.
    pub input: (usize, usize),
    /// Number of classes.
    pub classes: usize,
    /// Parameters, running statistics included.
    pub parameters: usize,
    /// Multiply-adds of one clip, forwards.
    pub multiply_adds: usize,
}

/// One architecture for the clips of a recipe, layer by layer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ModelSummary {
    /// Its name in the settings.
    pub name: String,
    /// What it is, in one line.
    pub about: String,
    /// The recipe's name.
    pub recipe: String,
    /// (frames, coefficients) that the recipe gives.
    pub input: (usize, usize),
    /// Classes, as it was published.
    pub classes: usize,
    /// The layers, in the order that a clip passes them.
    pub layers: Vec<LayerSummary>,
    /// Parameters that training changes by their gradient.
    pub trainable: usize,
    /// Parameters that it does not.
    pub fixed: usize,
    /// Multiply-adds of one clip, forwards.
    pub multiply_adds: usize,
}
