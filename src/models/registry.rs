//! The architectures by name.

use super::{Conv1dSettings, ModelError};
use burn::tensor::{Device, Tensor};
use serde::{Deserialize, Serialize};
use std::path::Path;

/// `[model]`: which architecture, and the sizes of each.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ModelSettings {
    /// The architecture: `conv1d`.
    pub name: String,
    /// Sizes of `conv1d`.
    pub conv1d: Conv1dSettings,
}

/// Any architecture.
#[derive(Debug, Clone)]
pub enum Network {
    /// See [`super::Conv1d`].
    Conv1d(super::Conv1d),
}

impl Network {
    /// A new network with weights drawn from the seed as Keras would draw them.
    /// `input` is (frames, coefficients).
    ///
    /// # Errors
    /// An unknown architecture or an impossible size.
    pub fn new(
        _settings: &ModelSettings,
        _input: (usize, usize),
        _classes: usize,
        _seed: u64,
        _device: &Device,
    ) -> Result<Self, ModelError> {
        unimplemented!()
    }

    /// Logits (batch, classes) of a batch (batch, frames, coefficients), without dropout.
    pub fn forward(&self, _batch: Tensor<3>) -> Tensor<2> {
        unimplemented!()
    }

    /// Number of trainable parameters.
    pub fn parameters(&self) -> usize {
        unimplemented!()
    }

    /// Writes the weights (safetensors), whole or not at all.
    ///
    /// # Errors
    /// [`ModelError::Weights`].
    pub fn save(&self, _path: &Path) -> Result<(), ModelError> {
        unimplemented!()
    }

    /// Reads weights into this network.
    ///
    /// # Errors
    /// [`ModelError::Weights`] when the file is damaged or of another architecture.
    pub fn load(self, _path: &Path) -> Result<Self, ModelError> {
        unimplemented!()
    }
}
