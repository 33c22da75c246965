//! The architectures by name.

use super::weights;
use super::{
    Conv1d, Conv1dSettings, Crnn, CrnnSettings, DeepConv1d, DeepConv1dSettings, DeepMelConv2d, DeepMelConv2dSettings,
    ModelError,
};
use crate::random::{Stream, stream};
use burn::module::{Module, ModuleVisitor, Param};
use burn::tensor::{Device, Tensor};
use serde::{Deserialize, Serialize};
use std::path::Path;

/// `[model]`: which architecture, and the sizes of each.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ModelSettings {
    /// The architecture: one of [`architecture_names`].
    pub name: String,
    /// Sizes of `conv1d`.
    pub conv1d: Conv1dSettings,
    /// Sizes of `deep_conv1d`.
    pub deep_conv1d: DeepConv1dSettings,
    /// Sizes of `deep_mel_conv2d`.
    pub deep_mel_conv2d: DeepMelConv2dSettings,
    /// Sizes of `crnn`.
    pub crnn: CrnnSettings,
}

impl ModelSettings {
    /// Refuses an unknown architecture and sizes that cannot be built, whatever the input.
    ///
    /// # Errors
    /// [`ModelError::Settings`] with the key and the remedy.
    pub fn validate(&self) -> Result<(), ModelError> {
        match self.name.as_str() {
            "conv1d" => self.conv1d.validate(),
            "deep_conv1d" => self.deep_conv1d.validate(),
            "deep_mel_conv2d" => self.deep_mel_conv2d.validate(),
            "crnn" => self.crnn.validate(),
            name => Err(unknown(name)),
        }
    }
}

/// The names that `model.name` may have.
pub fn architecture_names() -> Vec<&'static str> {
    vec!["conv1d", "deep_conv1d", "deep_mel_conv2d", "crnn"]
}

/// (frames, coefficients) and classes that an architecture was published with; `None` for an unknown one.
pub fn published_sizes(name: &str) -> Option<((usize, usize), usize)> {
    match name {
        "conv1d" => Some(((108, 22), 8)),
        "deep_conv1d" => Some(((108, 22), 7)),
        "deep_mel_conv2d" => Some(((256, 64), 8)),
        "crnn" => Some(((143, 40), 8)),
        _ => None,
    }
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
    /// See [`DeepConv1d`].
    DeepConv1d(DeepConv1d),
    /// See [`DeepMelConv2d`].
    DeepMelConv2d(DeepMelConv2d),
    /// See [`Crnn`].
    Crnn(Crnn),
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
            "deep_conv1d" => {
                DeepConv1d::new(&settings.deep_conv1d, input, classes, &mut draw, device).map(Self::DeepConv1d)
            }
            "deep_mel_conv2d" => DeepMelConv2d::new(&settings.deep_mel_conv2d, input, classes, &mut draw, device)
                .map(Self::DeepMelConv2d),
            "crnn" => Crnn::new(&settings.crnn, input, classes, &mut draw, device).map(Self::Crnn),
            name => Err(unknown(name)),
        }
    }

    /// Logits (batch, classes) of a batch (batch, frames, coefficients), as in inference.
    pub fn forward(&self, batch: Tensor<3>) -> Tensor<2> {
        match self {
            Self::Conv1d(network) => network.forward(batch, None),
            Self::DeepConv1d(network) => network.forward(batch, None),
            Self::DeepMelConv2d(network) => network.forward(batch),
            Self::Crnn(network) => network.forward(batch, None),
        }
    }

    /// The same as in training: with batch statistics, noise and dropout, which come from `dropout`.
    pub fn forward_training(&self, batch: Tensor<3>, dropout: &mut Stream) -> Tensor<2> {
        match self {
            Self::Conv1d(network) => network.forward(batch, Some(dropout)),
            Self::DeepConv1d(network) => network.forward(batch, Some(dropout)),
            Self::DeepMelConv2d(network) => network.forward(batch),
            Self::Crnn(network) => network.forward(batch, Some(dropout)),
        }
    }

    /// What the loss is to grow by because of the weights themselves, where the settings ask for it.
    pub fn penalty(&self) -> Option<Tensor<1>> {
        match self {
            Self::Crnn(network) => network.penalty(),
            Self::Conv1d(_) | Self::DeepConv1d(_) | Self::DeepMelConv2d(_) => None,
        }
    }

    /// The architecture's name.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Conv1d(_) => "conv1d",
            Self::DeepConv1d(_) => "deep_conv1d",
            Self::DeepMelConv2d(_) => "deep_mel_conv2d",
            Self::Crnn(_) => "crnn",
        }
    }

    /// Where the weights lie, and batches must.
    pub fn device(&self) -> Device {
        match self {
            Self::Conv1d(network) => network.device(),
            Self::DeepConv1d(network) => network.device(),
            Self::DeepMelConv2d(network) => network.device(),
            Self::Crnn(network) => network.device(),
        }
    }

    /// Number of parameters, running statistics of batch normalisation included.
    pub fn parameters(&self) -> usize {
        self.num_params()
    }

    /// Number of parameters that training changes by their gradient.
    pub fn trainable(&self) -> usize {
        let mut count = Trainable(0);
        self.visit(&mut count);
        count.0
    }

    /// Multiply-adds of the products of one clip's way forwards; the way back has about twice as many.
    pub fn multiply_adds(&self, input: (usize, usize)) -> usize {
        match self {
            Self::Conv1d(network) => network.multiply_adds(input),
            Self::DeepConv1d(network) => network.multiply_adds(input),
            Self::DeepMelConv2d(network) => network.multiply_adds(input),
            Self::Crnn(network) => network.multiply_adds(input),
        }
    }

    /// The weights as the content of a safetensors file. The same weights give the same bytes.
    ///
    /// # Errors
    /// [`ModelError::Weights`].
    pub fn to_bytes(&self) -> Result<Vec<u8>, ModelError> {
        weights::to_bytes(self, self.name()).map_err(|problem| weights::unwritable(Path::new("weights"), &problem))
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

struct Trainable(usize);

impl ModuleVisitor for Trainable {
    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        if param.is_require_grad() {
            self.0 += param.shape().num_elements();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::models::device;
    use crate::models::fixture::settings;

    fn network(name: &str) -> Network {
        let (input, classes) = published_sizes(name).unwrap();
        let device = device("flex").unwrap().autodiff();
        Network::new(&settings(name), input, classes, 1, &device).unwrap()
    }

    #[test]
    fn every_name_builds_and_another_name_lists_them() {
        for name in architecture_names() {
            settings(name).validate().unwrap();
            assert_eq!(network(name).name(), name);
        }
        let device = device("flex").unwrap();
        let message = Network::new(&settings("transfomer"), (108, 22), 8, 1, &device)
            .unwrap_err()
            .to_string();
        assert_eq!(
            message,
            "model.name: there is no architecture `transfomer`; one of conv1d, deep_conv1d, deep_mel_conv2d, crnn"
        );
        assert_eq!(message, settings("transfomer").validate().unwrap_err().to_string());
    }

    #[test]
    fn parameters_are_those_of_the_published_networks() {
        let counts = |name| (network(name).parameters(), network(name).trainable());
        assert_eq!(counts("deep_conv1d"), (7_193_223, 7_188_871));
        assert_eq!(counts("deep_mel_conv2d"), (1_437_448, 1_437_448));
        assert_eq!(counts("crnn"), (808_712, 808_520));
    }

    #[test]
    fn multiply_adds_are_counted_from_the_layers() {
        let counted = |name| network(name).multiply_adds(published_sizes(name).unwrap().0);
        let conv1d = 108 * 5 * 22 * 128 + 54 * 5 * 128 * 256 + 256 * 128 + 128 * 8;
        assert_eq!(counted("conv1d"), conv1d);
        let first = 2376 * 5 * 512 + 1188 * 5 * 512 * 512 + 594 * 5 * 512 * 256;
        let last = 297 * 3 * 256 * 256 + 149 * 3 * 256 * 128 + 9600 * 512 + 512 * 7;
        assert_eq!(counted("deep_conv1d"), first + last);
        let convolutions = 143 * 40 * 9 * 32 + 143 * 20 * 9 * 32 * 64;
        assert_eq!(counted("crnn"), convolutions + 143 * 2 * (640 + 128) * 512 + 256 * 8);
    }

    #[test]
    fn conv1d_has_as_many_parameters_as_in_keras() {
        let network = network("conv1d");
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
