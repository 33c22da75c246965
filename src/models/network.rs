//! A network of any architecture: passes, sizes, and weights on disk.

use super::nominal::nominal;
use super::weights;
use super::{ModelError, ModelSettings, Network};
use crate::device::cpu;
use crate::layers::{LayerSummary, Mode, TrainingPass, layers_passed, trainable};
use burn::module::Module;
use burn::tensor::{Device, Tensor};
use std::path::Path;

impl Network {
    /// Where the weights lie, and batches must.
    pub fn device(&self) -> Device {
        self.devices().first().cloned().unwrap_or_else(cpu)
    }

    /// Logits (batch, classes) of a batch (batch, frames, coefficients), as in inference; of clips of unequal length
    /// with a last column that is 1 in a clip's own frames and 0 in those that pad it.
    pub fn forward(&self, batch: Tensor<3>) -> Tensor<2> {
        self.pass(batch, &mut Mode::Inference)
    }

    /// The same as in training: with batch statistics, noise and dropout. The next pass counts one step more.
    pub fn forward_training(&self, batch: Tensor<3>, pass: &mut TrainingPass) -> Tensor<2> {
        let logits = self.pass(batch, &mut Mode::Training(pass));
        pass.steps += 1;
        logits
    }

    /// Number of parameters, running statistics of batch normalisation included.
    pub fn parameters(&self) -> usize {
        self.num_params()
    }

    /// Number of parameters that training changes by their gradient; the network must be on a training device.
    pub fn trainable(&self) -> usize {
        trainable(self)
    }

    /// The layers that a clip of (frames, coefficients) passes, in their order: one is sent through, of
    /// [`super::NOMINAL_FRAMES`] where lengths are unequal.
    pub fn layers(&self, input: (usize, usize)) -> Vec<LayerSummary> {
        let [frames, columns] = nominal(input);
        let clip = Tensor::ones([1, frames, columns], &self.device());
        layers_passed(|| self.forward(clip)).1
    }

    /// The layers of the settings' network for clips of (frames, coefficients), in their order: it is built, and a
    /// clip is sent through.
    ///
    /// # Errors
    /// An unknown architecture or an impossible size.
    pub fn layers_of(
        settings: &ModelSettings,
        input: (usize, usize),
        classes: usize,
    ) -> Result<Vec<LayerSummary>, ModelError> {
        let network = Self::new(settings, input, classes, 0, &cpu().autodiff())?;
        Ok(network.layers(input))
    }

    /// Multiply-adds of the products of one clip's forward pass (as [`Self::layers`]); the backward pass has about twice as many.
    pub fn multiply_adds(&self, input: (usize, usize)) -> usize {
        self.layers(input).iter().map(|layer| layer.multiply_adds).sum()
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::device::device;
    use crate::models::fixture::settings;
    use crate::models::{Published, architectures, published};

    fn network(name: &str) -> Network {
        let Published { input, classes, .. } = published(name).unwrap();
        let device = device("flex").unwrap().autodiff();
        Network::new(&settings(name), input, classes, 1, &device).unwrap()
    }

    #[test]
    fn multiply_adds_are_counted_from_the_layers() {
        let counted = |name| network(name).multiply_adds(published(name).unwrap().input);
        let conv1d = 108 * 5 * 22 * 128 + 54 * 5 * 128 * 256 + 256 * 128 + 128 * 8;
        assert_eq!(counted("conv1d"), conv1d);
        let first = 2376 * 5 * 512 + 1188 * 5 * 512 * 512 + 594 * 5 * 512 * 256;
        let last = 297 * 3 * 256 * 256 + 149 * 3 * 256 * 128 + 9600 * 512 + 512 * 7;
        assert_eq!(counted("deep_conv1d"), first + last);
        let convolutions = 143 * 40 * 9 * 32 + 143 * 20 * 9 * 32 * 64;
        assert_eq!(counted("crnn"), convolutions + 143 * 2 * (640 + 128) * 512 + 256 * 8);
    }

    #[test]
    fn the_layers_add_up_to_the_network() {
        for Published {
            name, input, classes, ..
        } in architectures()
        {
            let network = network(name);
            let layers = network.layers(input);
            let sum = |of: fn(&LayerSummary) -> usize| layers.iter().map(of).sum::<usize>();
            assert_eq!(sum(|layer| layer.trainable), network.trainable(), "{name}");
            assert_eq!(
                sum(|layer| layer.trainable + layer.fixed),
                network.parameters(),
                "{name}"
            );
            assert_eq!(layers.last().unwrap().output, [classes], "{name}");
        }
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
