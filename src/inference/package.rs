//! Weights, recipe, scaler and labels: all that a prediction needs, as a folder.

use super::{DimensionHead, InferenceError, dimension_rows, log_probabilities};
use crate::device::device;
use crate::features::{FEATURE_VERSION, FeatureMatrix, Normalise, Recipe, Scaler};
use crate::files;
use crate::formats::Format;
use crate::models::{ModelSettings, Network};
use serde::{Deserialize, Serialize};
use std::fmt::Display;
use std::fs;
use std::path::Path;

/// Which clips a network was refitted on, after its number of epochs was chosen on validation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FinalFit {
    /// None: it is the one that was chosen.
    #[default]
    None,
    /// Those of training and validation.
    TrainValidation,
    /// All: no clip is held out to evaluate it on.
    Everything,
}

/// `package.toml`: everything but the weights.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PackageMetadata {
    /// The labels, in the order of the outputs; empty where it has learnt dimensions.
    pub labels: Vec<String>,
    /// [`crate::features::FEATURE_VERSION`] of the program that made it; another one is refused.
    pub feature_version: u32,
    /// Version of the program that made it.
    pub program_version: String,
    /// Whether the training data was synthetic.
    pub synthetic: bool,
    /// Median level of the training clips (dBFS), to warn about clips far from it.
    pub training_rms_dbfs: f32,
    /// Whose statistics features are standardised by before the scaler's.
    #[serde(default)]
    pub normalise: Normalise,
    /// Which clips the network was refitted on, after it was chosen.
    #[serde(default)]
    pub final_fit: FinalFit,
    /// The recipe.
    pub recipe: Recipe,
    /// Statistics of the training clips.
    pub scaler: Scaler,
    /// Architecture and sizes.
    pub model: ModelSettings,
    /// What it gives in place of labels, where it has learnt dimensions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dimensions: Option<DimensionHead>,
}

impl PackageMetadata {
    /// How many numbers the network gives for each clip.
    pub fn outputs(&self) -> usize {
        self.dimensions
            .as_ref()
            .map_or(self.labels.len(), |head| head.names.len())
    }

    /// Architectures that an older version did not know are as shipped. What is wrong and the remedy, where it cannot be
    /// read.
    fn parse(path: &Path, text: &str) -> Result<Self, String> {
        let damaged =
            |error: toml::de::Error| format!("damaged or made by another version: {}", error.to_string().trim_end());
        let mut table: toml::Table = text.parse().map_err(damaged)?;
        Format::Package
            .check_toml(path, &table)
            .map_err(|newer| newer.problem())?;
        if let Some(model) = table.get_mut("model").and_then(toml::Value::as_table_mut) {
            ModelSettings::complete(model);
        }
        table.try_into().map_err(damaged)
    }

    /// What contradicts itself or this program, if anything does.
    fn contradiction(&self) -> Option<String> {
        let (_, coefficients) = self.recipe.shape();
        let scaler = &self.scaler;
        if self.feature_version != FEATURE_VERSION {
            Some(format!(
                "made with features of version {} (undertone {}), this program computes version {FEATURE_VERSION}; \
                 train again, or use that version of the program",
                self.feature_version, self.program_version
            ))
        } else if self.recipe.has_encoder() && self.recipe.resolved_encoder.is_none() {
            Some("says nothing of its encoder but the name; train again".to_owned())
        } else if self.outputs() == 0 {
            Some("names no labels; train again".to_owned())
        } else if self.dimensions.is_some() && !self.labels.is_empty() {
            Some("names labels and dimensions; train again".to_owned())
        } else if scaler.mean.len() != coefficients || scaler.deviation.len() != coefficients {
            Some(format!(
                "its scaler has {} means and {} deviations, its recipe gives {coefficients} numbers per frame; train again",
                scaler.mean.len(),
                scaler.deviation.len()
            ))
        } else if !scaler.mean.iter().all(|mean| mean.is_finite())
            || !scaler
                .deviation
                .iter()
                .all(|deviation| deviation.is_finite() && *deviation > 0.0)
        {
            Some("its scaler holds values that are no statistics; train again".to_owned())
        } else {
            self.recipe.validate().err().map(|error| error.to_string())
        }
    }
}

/// A package in memory.
#[derive(Debug, Clone)]
pub struct Package {
    /// Everything but the weights.
    pub metadata: PackageMetadata,
    /// The network with its weights.
    pub network: Network,
}

const METADATA: &str = "package.toml";
const WEIGHTS: &str = "weights.safetensors";

impl Package {
    /// Writes `package.toml` and `weights.safetensors` into `folder`, each whole or not at all.
    ///
    /// # Errors
    /// [`InferenceError`].
    pub fn save(&self, folder: &Path) -> Result<(), InferenceError> {
        let refuse = |path: &Path, error: &dyn Display| InferenceError::Package {
            path: path.to_owned(),
            problem: format!("cannot be written: {error}"),
        };
        fs::create_dir_all(folder).map_err(|error| refuse(folder, &error))?;
        self.network.save(&folder.join(WEIGHTS))?;
        let path = folder.join(METADATA);
        let text =
            toml::to_string(&Format::Package.versioned(&self.metadata)).map_err(|error| refuse(&path, &error))?;
        files::replace(&path, text.as_bytes()).map_err(|error| refuse(&path, &error))
    }

    /// Reads a package for a device by name.
    ///
    /// # Errors
    /// [`InferenceError::Package`] naming the file and the remedy; [`InferenceError::Feature`] when the encoder of its
    /// recipe is not here, or has other weights.
    pub fn load(folder: &Path, device_name: &str) -> Result<Self, InferenceError> {
        let path = folder.join(METADATA);
        let refuse = |problem: String| InferenceError::Package {
            path: path.clone(),
            problem,
        };
        let text = fs::read_to_string(&path).map_err(|error| {
            refuse(format!(
                "cannot be read: {error}; a run has a model once its first epoch is done"
            ))
        })?;
        let metadata = PackageMetadata::parse(&path, &text).map_err(refuse)?;
        if let Some(problem) = metadata.contradiction() {
            return Err(refuse(problem));
        }
        metadata.recipe.check_encoder()?;
        let device = device(device_name)?;
        // The seed does not matter: all weights are read.
        let network = Network::new(&metadata.model, metadata.recipe.shape(), metadata.outputs(), 0, &device)?;
        let network = network.load(&folder.join(WEIGHTS))?;
        Ok(Self { metadata, network })
    }

    /// Probability of every label, one row per matrix (as extracted by the package's recipe and standardised as
    /// [`PackageMetadata::normalise`] says, not scaled): finite, and each row sums to 1. Of a model that has learnt
    /// dimensions the value of each, on 0 to 1, a little beyond the ends of the scale at times.
    ///
    /// # Errors
    /// [`InferenceError::Refused`] for matrices of another shape or with values that are no numbers.
    pub fn rows<'a>(
        &self,
        matrices: impl IntoIterator<Item = &'a FeatureMatrix>,
    ) -> Result<Vec<Vec<f32>>, InferenceError> {
        let shape = self.metadata.recipe.shape();
        let matrices: Vec<&FeatureMatrix> = matrices.into_iter().collect();
        for matrix in &matrices {
            let fits = match shape.0 {
                0 => matrix.frames > 0 && matrix.coefficients == shape.1,
                _ => (matrix.frames, matrix.coefficients) == shape,
            };
            if !fits {
                return Err(InferenceError::Refused(format!(
                    "features of {} x {} do not fit the model's recipe, which gives {} x {}",
                    matrix.frames, matrix.coefficients, shape.0, shape.1
                )));
            }
            if !matrix.values.iter().all(|value| value.is_finite()) {
                return Err(InferenceError::Refused("its features are no finite numbers".to_owned()));
            }
        }
        if self.metadata.dimensions.is_some() {
            return dimension_rows(&self.network, &self.metadata.scaler, &matrices);
        }
        let rows = log_probabilities(&self.network, &self.metadata.scaler, &matrices)?;
        Ok(rows.iter().map(|row| to_probabilities(row)).collect())
    }
}

/// `exp`, made to sum to 1 in double precision.
pub(super) fn to_probabilities(log_probabilities: &[f32]) -> Vec<f32> {
    let values: Vec<f64> = log_probabilities.iter().map(|value| f64::from(*value).exp()).collect();
    let sum: f64 = values.iter().sum();
    values.iter().map(|value| (value / sum) as f32).collect()
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::features::Feature;
    use crate::models::Conv1dSettings;
    use crate::models::fixture::settings;

    /// An untrained package: 11 frames of 4 numbers, three labels.
    pub fn package() -> Package {
        let metadata = PackageMetadata {
            labels: ["neutral", "happy", "sad"].map(str::to_owned).to_vec(),
            feature_version: FEATURE_VERSION,
            program_version: "0.1.0".to_owned(),
            synthetic: false,
            training_rms_dbfs: -20.5,
            recipe: Recipe {
                sample_rate: 8_000,
                skip_seconds: 0.1,
                take_seconds: 0.5,
                frame_length: 512,
                hop_length: 400,
                n_mels: 20,
                n_mfcc: 4,
                features: vec![Feature::Mfcc],
                ..Recipe::default()
            },
            scaler: Scaler {
                mean: vec![0.1, -7.0, 1e-7, 3.0],
                deviation: vec![1.0, 12.3, 0.7, 1e3],
            },
            normalise: Normalise::Corpus,
            final_fit: FinalFit::None,
            model: ModelSettings {
                conv1d: Conv1dSettings {
                    filters: vec![6, 8],
                    kernel_size: 3,
                    pool_size: 2,
                    dropout: 0.3,
                    dense_units: 5,
                    dense_dropout: 0.4,
                },
                ..settings("conv1d")
            },
            dimensions: None,
        };
        let device = device("flex").unwrap();
        let network = Network::new(&metadata.model, metadata.recipe.shape(), 3, 7, &device).unwrap();
        Package { metadata, network }
    }

    fn matrices(count: usize) -> Vec<FeatureMatrix> {
        let values = |clip: usize| (0..44).map(move |index| (index as f32 * 0.3 + clip as f32).sin() * 50.0);
        let matrix = |clip| FeatureMatrix {
            frames: 11,
            coefficients: 4,
            values: values(clip).collect(),
        };
        (0..count).map(matrix).collect()
    }

    #[test]
    fn a_package_comes_back_exactly_on_every_device() {
        let folder = tempfile::tempdir().unwrap();
        let saved = package();
        saved.save(folder.path()).unwrap();
        saved.save(folder.path()).unwrap();
        let loaded = Package::load(folder.path(), "flex").unwrap();
        assert_eq!(loaded.metadata, saved.metadata);
        let clips = matrices(3);
        let expected = saved.rows(&clips).unwrap();
        assert_eq!(loaded.rows(&clips).unwrap(), expected);
        let other = Package::load(folder.path(), "ndarray").unwrap().rows(&clips).unwrap();
        for (one, two) in expected.iter().flatten().zip(other.iter().flatten()) {
            assert!((one - two).abs() < 1e-5);
        }
        let message = Package::load(folder.path(), "abacus").unwrap_err().to_string();
        assert!(message.starts_with("device `abacus`"), "{message}");
    }

    #[test]
    fn a_package_may_be_used_by_any_thread() {
        fn shared<T: Send + Sync>() {}
        shared::<Package>();
    }

    #[test]
    fn rows_sum_to_one_and_do_not_depend_on_their_company() {
        let package = package();
        let mut clips = matrices(150);
        clips[3].values.iter_mut().for_each(|value| *value *= 1e6);
        let rows = package.rows(&clips).unwrap();
        assert_eq!(rows.len(), 150);
        for (row, clip) in rows.iter().zip(&clips) {
            assert!((row.iter().map(|value| f64::from(*value)).sum::<f64>() - 1.0).abs() < 1e-6);
            let alone = package.rows([clip]).unwrap();
            assert!(row.iter().zip(&alone[0]).all(|(one, two)| (one - two).abs() < 1e-5));
        }
        assert_eq!(package.rows([]).unwrap(), Vec::<Vec<f32>>::new());
    }

    #[test]
    fn the_scaler_is_applied_to_copies() {
        let package = package();
        let clips = matrices(2);
        let data =
            super::super::standardised(&clips.iter().collect::<Vec<_>>(), &package.metadata.scaler, false).unwrap();
        let values: Vec<f32> = data.iter::<f32>().collect();
        let scaler = &package.metadata.scaler;
        for (index, value) in values.iter().enumerate() {
            let (clip, position) = (&clips[index / 44], index % 44);
            let expected = (clip.values[position] - scaler.mean[position % 4]) / scaler.deviation[position % 4];
            assert!((value - expected).abs() <= 1e-6 * expected.abs().max(1.0));
        }
        assert_eq!(clips, matrices(2));
    }

    #[test]
    fn matrices_that_do_not_fit_are_refused() {
        let refusal = |change: fn(&mut FeatureMatrix)| {
            let mut clips = matrices(2);
            change(&mut clips[1]);
            package().rows(&clips).unwrap_err().to_string()
        };
        assert!(refusal(|clip| clip.frames = 12).contains("12 x 4 do not fit the model's recipe, which gives 11 x 4"));
        assert!(refusal(|clip| clip.coefficients = 5).contains("11 x 5"));
        assert!(refusal(|clip| clip.values.truncate(43)).contains("do not fit"));
        assert!(refusal(|clip| clip.values[7] = f32::NAN).contains("no finite numbers"));
    }

    #[test]
    fn damaged_packages_are_refused_with_file_and_remedy() {
        let folder = tempfile::tempdir().unwrap();
        let refusal = |change: &dyn Fn(&Path, &mut PackageMetadata)| {
            let mut changed = package();
            changed.save(folder.path()).unwrap();
            change(folder.path(), &mut changed.metadata);
            if folder.path().join(METADATA).exists() && changed.metadata != package().metadata {
                fs::write(
                    folder.path().join(METADATA),
                    toml::to_string(&changed.metadata).unwrap(),
                )
                .unwrap();
            }
            Package::load(folder.path(), "flex").unwrap_err().to_string()
        };
        let remove =
            |name: &'static str| move |path: &Path, _: &mut PackageMetadata| fs::remove_file(path.join(name)).unwrap();
        let write = |text: &'static str| {
            move |path: &Path, _: &mut PackageMetadata| fs::write(path.join(METADATA), text).unwrap()
        };
        assert!(refusal(&remove(METADATA)).contains("package.toml: cannot be read"));
        assert!(refusal(&remove(WEIGHTS)).contains("weights.safetensors: cannot be read"));
        assert!(refusal(&write("labels = [")).contains("package.toml: damaged"));
        assert!(refusal(&write("labels = [\"happy\"]")).contains("missing field"));
        let message = refusal(&|_, metadata| metadata.feature_version = 99);
        assert!(
            message.contains("package.toml: made with features of version 99 (undertone 0.1.0)"),
            "{message}"
        );
        assert!(refusal(&|_, metadata| metadata.labels.clear()).contains("names no labels"));
        assert!(refusal(&|_, metadata| metadata.scaler.mean.truncate(3)).contains("3 means and 4 deviations"));
        assert!(refusal(&|_, metadata| metadata.scaler.deviation[1] = 0.0).contains("no statistics"));
        assert!(refusal(&|_, metadata| metadata.recipe.hop_length = 0).contains("hop_length"));
        assert!(refusal(&|_, metadata| metadata.labels.truncate(2)).contains("weights.safetensors: made by another"));
        assert!(refusal(&|_, metadata| metadata.model.name = "rnn".to_owned()).contains("no architecture `rnn`"));
    }

    #[test]
    fn a_folder_that_cannot_be_made_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("file");
        fs::write(&file, b"kept").unwrap();
        let message = package().save(&file.join("model")).unwrap_err().to_string();
        assert!(message.contains("model: cannot be written"), "{message}");
        assert_eq!(fs::read(&file).unwrap(), b"kept");
    }
}
