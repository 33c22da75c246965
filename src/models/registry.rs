//! The architectures by name.

use super::weights;
use super::{Conv1d, Conv1dSettings, ModelError};
use crate::random::{Stream, stream};
use burn::module::Module;
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

impl ModelSettings {
    /// Refuses an unknown architecture and sizes that cannot be built, whatever the input.
    ///
    /// # Errors
    /// [`ModelError::Settings`] with the key and the remedy.
    pub fn validate(&self) -> Result<(), ModelError> {
        match self.name.as_str() {
            "conv1d" => self.conv1d.validate(),
            name => Err(unknown(name)),
        }
    }
}

/// The names that `model.name` may have.
pub fn architecture_names() -> Vec<&'static str> {
    vec!["conv1d"]
}

fn unknown(name: &str) -> ModelError {
    ModelError::Settings {
        key: "model.name".to_owned(),
        problem: format!(
            "there is no architecture `{name}`; one of {}",
            architecture_names().join(", ")
        ),
    }
}

/// Any architecture.
#[derive(Module, Debug)]
pub enum Network {
    /// See [`Conv1d`].
    Conv1d(Conv1d),
}

impl Network {
    /// A new network with weights drawn from the seed as Keras would draw them.
    /// `input` is (frames, coefficients).
    ///
    /// # Errors
    /// An unknown architecture or an impossible size.
    pub fn new(
        settings: &ModelSettings,
        input: (usize, usize),
        classes: usize,
        seed: u64,
        device: &Device,
    ) -> Result<Self, ModelError> {
        let mut draw = stream(seed, "weights", 0);
        match settings.name.as_str() {
            "conv1d" => Conv1d::new(&settings.conv1d, input, classes, &mut draw, device).map(Self::Conv1d),
            name => Err(unknown(name)),
        }
    }

    /// Logits (batch, classes) of a batch (batch, frames, coefficients), without dropout.
    pub fn forward(&self, batch: Tensor<3>) -> Tensor<2> {
        match self {
            Self::Conv1d(network) => network.forward(batch, None),
        }
    }

    /// The same with dropout, whose masks come from `dropout`.
    pub fn forward_training(&self, batch: Tensor<3>, dropout: &mut Stream) -> Tensor<2> {
        match self {
            Self::Conv1d(network) => network.forward(batch, Some(dropout)),
        }
    }

    /// The architecture's name.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Conv1d(_) => "conv1d",
        }
    }

    /// Where the weights lie, and batches must.
    pub fn device(&self) -> Device {
        match self {
            Self::Conv1d(network) => network.device(),
        }
    }

    /// Number of trainable parameters.
    pub fn parameters(&self) -> usize {
        self.num_params()
    }

    /// Writes the weights (safetensors), whole or not at all.
    ///
    /// # Errors
    /// [`ModelError::Weights`].
    pub fn save(&self, path: &Path) -> Result<(), ModelError> {
        weights::save(self, self.name(), path)
    }

    /// Reads weights into this network.
    ///
    /// # Errors
    /// [`ModelError::Weights`] when the file is damaged or of another architecture.
    pub fn load(self, path: &Path) -> Result<Self, ModelError> {
        weights::load(self, path)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::models::device;

    fn settings(name: &str) -> ModelSettings {
        ModelSettings {
            name: name.to_owned(),
            conv1d: Conv1dSettings {
                filters: vec![128, 256],
                kernel_size: 5,
                pool_size: 2,
                dropout: 0.3,
                dense_units: 128,
                dense_dropout: 0.4,
            },
        }
    }

    #[test]
    fn every_name_builds_and_another_name_lists_them() {
        let device = device("flex").unwrap();
        for name in architecture_names() {
            settings(name).validate().unwrap();
            let network = Network::new(&settings(name), (108, 22), 8, 1, &device).unwrap();
            assert_eq!(network.name(), name);
        }
        let message = Network::new(&settings("transfomer"), (108, 22), 8, 1, &device)
            .unwrap_err()
            .to_string();
        assert_eq!(
            message,
            "model.name: there is no architecture `transfomer`; one of conv1d"
        );
        assert_eq!(message, settings("transfomer").validate().unwrap_err().to_string());
    }

    #[test]
    fn conv1d_has_as_many_parameters_as_in_keras() {
        let network = Network::new(&settings("conv1d"), (108, 22), 8, 1, &device("flex").unwrap()).unwrap();
        let convolutions = (5 * 22 * 128 + 128) + (5 * 128 * 256 + 256);
        let dense = (256 * 128 + 128) + (128 * 8 + 8);
        assert_eq!(network.parameters(), convolutions + dense);
    }

    #[test]
    fn the_seed_alone_decides_about_the_first_weights() {
        let logits = |seed| {
            let network = Network::new(&settings("conv1d"), (20, 4), 3, seed, &device("flex").unwrap()).unwrap();
            let batch = Tensor::ones([2, 20, 4], &network.device());
            network.forward(batch).into_data().try_into_vec::<f32>().unwrap()
        };
        assert_eq!(logits(1), logits(1));
        assert_ne!(logits(1), logits(2));
    }
}
