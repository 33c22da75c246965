//! The architectures by name. A new one is a file here, its `mod` line and its row in `architectures!` below.

mod architecture;
mod attentive_crnn;
mod attentive_pooling;
mod check;
mod conv1d;
mod crnn;
mod deep_conv1d;
mod deep_mel_conv2d;
mod emobox;
mod fine_tuned;
mod logistic;
mod mel_conv2d;
mod mlp;
mod own_frames;
mod parts;
mod time_conv1d;
mod weighted_mlp;

pub use architecture::{Architecture, Fitting, InputLayout, Optimum};
pub use check::LARGEST;
pub use fine_tuned::FramePool;
pub use mlp::Norms;

use super::ModelError;
use crate::encoders::{EncoderConfig, Layer};
use crate::layers::{Init, Mode};
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
    /// Number of classes.
    pub classes: usize,
    /// Its sizes as they ship: `[model.NAME]` as TOML, with a comment above each.
    pub sizes: &'static str,
}

/// All that names every architecture; the order is that of lists.
macro_rules! architectures {
    ($($name:ident: $network:ident, $settings:ident;)+) => {
        $(pub use $name::{$network, $settings};)+

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
                    $(stringify!($name) => $network::validate(&self.$name),)+
                    name => Err(unknown(name)),
                }
            }

            /// See [`Architecture::input_layout`]; of a name that is none, any.
            pub fn input_layout(&self) -> InputLayout {
                match self.name.as_str() {
                    $(stringify!($name) => $network::input_layout(&self.$name),)+
                    _ => InputLayout::default(),
                }
            }

            /// See [`Architecture::fitting`]; of a name that is none, step by step.
            pub fn fitting(&self) -> Fitting<'_> {
                match self.name.as_str() {
                    $(stringify!($name) => $network::fitting(&self.$name),)+
                    _ => Fitting::Steps,
                }
            }

            /// See [`Architecture::FINE_TUNES`].
            pub fn fine_tunes(&self) -> bool {
                match self.name.as_str() {
                    $(stringify!($name) => $network::FINE_TUNES,)+
                    _ => false,
                }
            }

            /// See [`Architecture::for_encoder`].
            ///
            /// # Errors
            /// [`ModelError::Encoder`] for a state that no layer stands above.
            pub fn for_encoder(&self, config: &EncoderConfig, state: Layer) -> Result<Self, ModelError> {
                let mut settings = self.clone();
                match self.name.as_str() {
                    $(stringify!($name) => settings.$name = $network::for_encoder(&self.$name, config, state)?,)+
                    _ => {}
                }
                Ok(settings)
            }

            /// See [`Architecture::STANDARDISED`].
            pub fn is_standardised(&self) -> bool {
                match self.name.as_str() {
                    $(stringify!($name) => $network::STANDARDISED,)+
                    _ => true,
                }
            }
        }

        /// The architectures that take clips of unequal length.
        fn of_unequal_lengths() -> Vec<&'static str> {
            let all = [$((stringify!($name), $network::UNEQUAL)),+];
            all.into_iter().filter(|(_, unequal)| *unequal).map(|(name, _)| name).collect()
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
            /// A new network with weights drawn from the seed, with the distributions of Keras.
            /// `input` is (frames, coefficients); 0 frames stand for clips of unequal length.
            ///
            /// # Errors
            /// An unknown architecture, an impossible size, or one length of all clips needed and not given.
            pub fn new(
                settings: &ModelSettings,
                input: (usize, usize),
                classes: usize,
                seed: u64,
                device: &Device,
            ) -> Result<Self, ModelError> {
                settings.validate()?;
                if input.0 == 0 && !of_unequal_lengths().contains(&settings.name.as_str()) {
                    return Err(needs_one_length(&settings.name));
                }
                let mut init = Init::new(seed, device);
                match settings.name.as_str() {
                    $(stringify!($name) => {
                        $network::new(&settings.$name, input, classes, &mut init).map(Self::$network)
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

            /// See [`Architecture::rate_factor`]; of the parameter of this path in the network.
            pub fn rate_factor(&self, path: &[String]) -> f64 {
                // The path begins with the architecture.
                let field = path.get(1).map_or("", String::as_str);
                match self {
                    $(Self::$network(network) => network.rate_factor(field),)+
                }
            }

            /// See [`Architecture::with_encoder`].
            ///
            /// # Errors
            /// [`ModelError::Encoder`] for weights that cannot be read.
            pub fn with_encoder(self, folder: &Path) -> Result<Self, ModelError> {
                let device = self.device();
                match self {
                    $(Self::$network(network) => network.with_encoder(folder, &device).map(Self::$network),)+
                }
            }

            /// See [`Architecture::is_masked`].
            pub fn is_masked(&self) -> bool {
                match self {
                    $(Self::$network(network) => network.is_masked(),)+
                }
            }

            /// See [`Architecture::with_solution`].
            pub fn with_solution(self, weights: Vec<f32>, biases: Vec<f32>) -> Self {
                match self {
                    $(Self::$network(network) => Self::$network(network.with_solution(weights, biases)),)+
                }
            }

            /// See [`Architecture::finding`].
            pub fn finding(&self) -> Option<String> {
                match self {
                    $(Self::$network(network) => network.finding(),)+
                }
            }

            /// See [`Architecture::forward`].
            pub(super) fn pass(&self, batch: Tensor<3>, mode: &mut Mode) -> Tensor<2> {
                match self {
                    $(Self::$network(network) => network.forward(batch, mode),)+
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
    logistic: Logistic, LogisticSettings;
    weighted_mlp: WeightedMlp, WeightedMlpSettings;
    attentive_pooling: AttentivePooling, AttentivePoolingSettings;
    emobox: EmoBox, EmoBoxSettings;
    fine_tuned: FineTuned, FineTunedSettings;
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

fn needs_one_length(name: &str) -> ModelError {
    ModelError::Settings {
        key: "model.name".to_owned(),
        problem: format!(
            "`{name}` takes clips of one length, and the recipe gives frames of unequal length; choose one of {}, or \
             a recipe that pools them (pool = \"mean\")",
            of_unequal_lengths().join(", ")
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
pub(in crate::models) fn shipped() -> toml::Table {
    let architectures = architectures();
    let name = architectures
        .first()
        .map(|first| ("name".to_owned(), first.name.into()));
    let sizes = architectures.iter().filter_map(|architecture| {
        let sizes = architecture.sizes.parse().ok()?;
        Some((architecture.name.to_owned(), toml::Value::Table(sizes)))
    });
    name.into_iter().chain(sizes).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::device::device;
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
             deep_mel_conv2d, crnn, mlp, attentive_crnn, logistic, weighted_mlp, attentive_pooling, emobox, fine_tuned"
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
        assert_eq!(counts("logistic"), (6_152, 6_152));
        assert_eq!(counts("weighted_mlp"), (100_621, 100_621));
        assert_eq!(counts("attentive_pooling"), (494_089, 494_089));
        assert_eq!(counts("emobox"), (99_464, 99_464));
        assert_eq!(counts("fine_tuned"), (3_650_312, 3_650_312));
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
}
