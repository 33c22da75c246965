//! The architectures by name.

use super::architecture::Architecture;
use super::device::cpu;
use super::layers::{LayerFacts, TrainingPass, layers_passed, trainable};
use super::weights;
use super::{
    AttentiveCrnn, AttentiveCrnnSettings, Conv1d, Conv1dSettings, Crnn, CrnnSettings, DeepConv1d, DeepConv1dSettings,
    DeepMelConv2d, DeepMelConv2dSettings, MelConv2d, MelConv2dSettings, Mlp, MlpSettings, ModelError, TimeConv1d,
    TimeConv1dSettings,
};
use crate::random::stream;
use burn::module::Module;
use burn::tensor::{Device, Tensor};
use serde::{Deserialize, Serialize};
use std::path::Path;

/// An architecture as it was published.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Published {
    /// Its name in the settings.
    pub name: &'static str,
    /// What it is, in one line.
    pub about: &'static str,
    /// (frames, coefficients) of a clip.
    pub input: (usize, usize),
    /// Classes that it told apart.
    pub classes: usize,
    /// Its sizes as they ship: `[model.NAME]` as TOML, with a comment above each.
    pub sizes: &'static str,
}

/// All that names every architecture; the order is that of lists.
macro_rules! architectures {
    ($($name:ident: $network:ident, $settings:ident;)+) => {
        /// `[model]`: which architecture, and the sizes of each.
        #[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
        #[serde(deny_unknown_fields)]
        pub struct ModelSettings {
            /// The architecture: one of [`architecture_names`].
            pub name: String,
            $(
                #[doc = concat!("Sizes of `", stringify!($name), "`.")]
                pub $name: $settings,
            )+
        }

        impl ModelSettings {
            /// Refuses an unknown architecture and sizes that cannot be built, whatever the input.
            ///
            /// # Errors
            /// [`ModelError::Settings`] with the key and the remedy.
            pub fn validate(&self) -> Result<(), ModelError> {
                match self.name.as_str() {
                    $(stringify!($name) => self.$name.validate(),)+
                    name => Err(unknown(name)),
                }
            }
        }

        /// The architectures that there are.
        pub fn architectures() -> Vec<Published> {
            vec![$({
                let (input, classes) = <$network as Architecture>::PUBLISHED;
                Published {
                    name: stringify!($name),
                    about: <$network as Architecture>::ABOUT,
                    input,
                    classes,
                    sizes: <$network as Architecture>::SIZES,
                }
            }),+]
        }

        /// Any architecture.
        #[derive(Module, Debug)]
        // A program holds a few networks, and their weights lie elsewhere.
        #[allow(clippy::large_enum_variant)]
        pub enum Network {
            $(
                #[doc = concat!("See [`", stringify!($network), "`].")]
                $network($network),
            )+
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
                    $(stringify!($name) => {
                        $network::new(&settings.$name, input, classes, &mut draw, device).map(Self::$network)
                    })+
                    name => Err(unknown(name)),
                }
            }

            /// The architecture's name.
            pub fn name(&self) -> &'static str {
                match self {
                    $(Self::$network(_) => stringify!($name),)+
                }
            }

            /// See [`Architecture::forward`].
            fn pass(&self, batch: Tensor<3>, pass: Option<&mut TrainingPass>) -> Tensor<2> {
                match self {
                    $(Self::$network(network) => network.forward(batch, pass),)+
                }
            }

            /// See [`Architecture::penalty`].
            pub fn penalty(&self) -> Option<Tensor<1>> {
                match self {
                    $(Self::$network(network) => network.penalty(),)+
                }
            }

            /// See [`Architecture::with_class_counts`].
            pub fn with_class_counts(self, counts: &[usize]) -> Self {
                match self {
                    $(Self::$network(network) => Self::$network(network.with_class_counts(counts)),)+
                }
            }

            /// Where the weights lie, and batches must.
            pub fn device(&self) -> Device {
                match self {
                    $(Self::$network(network) => network.output().bias.val().device(),)+
                }
            }
        }
    };
}

architectures! {
    conv1d: Conv1d, Conv1dSettings;
    deep_conv1d: DeepConv1d, DeepConv1dSettings;
    mel_conv2d: MelConv2d, MelConv2dSettings;
    time_conv1d: TimeConv1d, TimeConv1dSettings;
    deep_mel_conv2d: DeepMelConv2d, DeepMelConv2dSettings;
    crnn: Crnn, CrnnSettings;
    mlp: Mlp, MlpSettings;
    attentive_crnn: AttentiveCrnn, AttentiveCrnnSettings;
}

/// The names that `model.name` may have.
pub fn architecture_names() -> Vec<&'static str> {
    architectures().iter().map(|architecture| architecture.name).collect()
}

/// An architecture as it was published.
///
/// # Errors
/// [`ModelError::Settings`] for a name that is none; the message lists those that there are.
pub fn published(name: &str) -> Result<Published, ModelError> {
    let mut all = architectures().into_iter();
    all.find(|architecture| architecture.name == name)
        .ok_or_else(|| unknown(name))
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

impl ModelSettings {
    /// Puts the shipped sizes into a `[model]` for all that it leaves out, as one that an older version of the
    /// program wrote does.
    pub fn complete(model: &mut toml::Table) {
        let shipped = shipped();
        for (name, value) in shipped {
            match (model.get_mut(&name), value) {
                (Some(toml::Value::Table(sizes)), toml::Value::Table(shipped)) => {
                    for (key, value) in shipped {
                        sizes.entry(key).or_insert(value);
                    }
                }
                (Some(_), _) => {}
                (None, value) => {
                    model.insert(name, value);
                }
            }
        }
    }
}

/// `[model]` as it ships, with the first architecture chosen.
pub(super) fn shipped() -> toml::Table {
    let architectures = architectures();
    let name = architectures
        .first()
        .map(|first| ("name".to_owned(), first.name.into()));
    let sizes = |architecture: &Published| Some((architecture.name.to_owned(), architecture.sizes.parse().ok()?));
    name.into_iter()
        .chain(
            architectures
                .iter()
                .filter_map(|each| sizes(each).map(|(name, sizes)| (name, toml::Value::Table(sizes)))),
        )
        .collect()
}

impl Network {
    /// Logits (batch, classes) of a batch (batch, frames, coefficients), as in inference.
    pub fn forward(&self, batch: Tensor<3>) -> Tensor<2> {
        self.pass(batch, None)
    }

    /// The same as in training: with batch statistics, noise and dropout. The next pass counts one step more.
    pub fn forward_training(&self, batch: Tensor<3>, pass: &mut TrainingPass) -> Tensor<2> {
        let logits = self.pass(batch, Some(pass));
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

    /// The layers that a clip of (frames, coefficients) passes, in their order: one is sent through.
    pub fn layers(&self, (frames, coefficients): (usize, usize)) -> Vec<LayerFacts> {
        let clip = Tensor::zeros([1, frames, coefficients], &self.device());
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
    ) -> Result<Vec<LayerFacts>, ModelError> {
        let network = Self::new(settings, input, classes, 0, &cpu().autodiff())?;
        Ok(network.layers(input))
    }

    /// Multiply-adds of the products of one clip's way forwards; the way back has about twice as many.
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
    use crate::models::device;
    use crate::models::fixture::settings;

    fn network(name: &str) -> Network {
        let Published { input, classes, .. } = published(name).unwrap();
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
            "model.name: there is no architecture `transfomer`; one of conv1d, deep_conv1d, mel_conv2d, time_conv1d, \
             deep_mel_conv2d, crnn, mlp, attentive_crnn"
        );
        assert_eq!(message, settings("transfomer").validate().unwrap_err().to_string());
    }

    #[test]
    fn parameters_are_those_of_the_published_networks() {
        let counts = |name| (network(name).parameters(), network(name).trainable());
        assert_eq!(counts("deep_conv1d"), (7_193_223, 7_188_871));
        assert_eq!(counts("deep_mel_conv2d"), (1_437_448, 1_437_448));
        assert_eq!(counts("crnn"), (808_712, 808_520));
        assert_eq!(counts("conv1d"), (212_232, 212_232));
        assert_eq!(counts("mel_conv2d"), (4_288_136, 4_288_136));
        assert_eq!(counts("time_conv1d"), (48_150, 48_150));
        assert_eq!(counts("mlp"), (295_304, 293_512));
        assert_eq!(counts("attentive_crnn"), (143_849, 143_625));
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
            let sum = |of: fn(&LayerFacts) -> usize| layers.iter().map(of).sum::<usize>();
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
    fn what_an_older_version_left_out_is_as_shipped() {
        let mut model: toml::Table = "name = 'conv1d'\nconv1d = { filters = [7] }".parse().unwrap();
        ModelSettings::complete(&mut model);
        let model: ModelSettings = model.try_into().unwrap();
        let mut expected = settings("conv1d");
        expected.conv1d.filters = vec![7];
        assert_eq!(model, expected);
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
