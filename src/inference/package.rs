//! Weights, recipe, scaler and labels: all that a prediction needs, as a folder.

use super::{InferenceError, log_probabilities};
use crate::features::{FEATURE_VERSION, FeatureMatrix, Recipe, Scaler};
use crate::files;
use crate::models::{ModelSettings, Network, device};
use serde::{Deserialize, Serialize};
use std::fmt::Display;
use std::fs;
use std::path::Path;

/// `package.toml`: everything but the weights.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PackageFacts {
    /// The labels, in the order of the outputs.
    pub labels: Vec<String>,
    /// [`crate::features::FEATURE_VERSION`] of the program that made it; another one is refused.
    pub feature_version: u32,
    /// Version of the program that made it.
    pub program_version: String,
    /// Whether the training data was synthetic.
    pub synthetic: bool,
    /// Median level of the training clips (dBFS), to warn about clips far from it.
    pub training_rms_dbfs: f32,
    /// The recipe.
    pub recipe: Recipe,
    /// Statistics of the training clips.
    pub scaler: Scaler,
    /// Architecture and sizes.
    pub model: ModelSettings,
}

impl PackageFacts {
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
        } else if self.labels.is_empty() {
            Some("names no labels; train again".to_owned())
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
    pub facts: PackageFacts,
    /// The network with its weights.
    pub network: Network,
}

const FACTS: &str = "package.toml";
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
        let path = folder.join(FACTS);
        let text = toml::to_string(&self.facts).map_err(|error| refuse(&path, &error))?;
        files::replace(&path, text.as_bytes()).map_err(|error| refuse(&path, &error))
    }

    /// Reads a package for a device by name.
    ///
    /// # Errors
    /// [`InferenceError::Package`] naming the file and the remedy.
    pub fn load(folder: &Path, device_name: &str) -> Result<Self, InferenceError> {
        let path = folder.join(FACTS);
        let refuse = |problem: String| InferenceError::Package {
            path: path.clone(),
            problem,
        };
        let text = fs::read_to_string(&path).map_err(|error| {
            refuse(format!(
                "cannot be read: {error}; a run has a model once its first epoch is done"
            ))
        })?;
        let facts: PackageFacts = toml::from_str(&text).map_err(|error| {
            refuse(format!(
                "damaged or made by another version: {}",
                error.to_string().trim_end()
            ))
        })?;
        if let Some(problem) = facts.contradiction() {
            return Err(refuse(problem));
        }
        let device = device(device_name)?;
        // The seed is of no matter: all weights are read.
        let network = Network::new(&facts.model, facts.recipe.shape(), facts.labels.len(), 0, &device)?;
        let network = network.load(&folder.join(WEIGHTS))?;
        Ok(Self { facts, network })
    }

    /// Probability of every label, one row per matrix (as extracted by the package's recipe, not
    /// scaled): finite, and each row sums to 1.
    ///
    /// # Errors
    /// [`InferenceError::Refused`] for matrices of another shape or with values that are no numbers.
    pub fn probabilities<'a>(
        &self,
        matrices: impl IntoIterator<Item = &'a FeatureMatrix>,
    ) -> Result<Vec<Vec<f32>>, InferenceError> {
        let shape = self.facts.recipe.shape();
        let matrices: Vec<&FeatureMatrix> = matrices.into_iter().collect();
        for matrix in &matrices {
            if (matrix.frames, matrix.coefficients) != shape {
                return Err(InferenceError::Refused(format!(
                    "features of {} x {} do not fit the model's recipe, which gives {} x {}",
                    matrix.frames, matrix.coefficients, shape.0, shape.1
                )));
            }
            if !matrix.values.iter().all(|value| value.is_finite()) {
                return Err(InferenceError::Refused("its features are no finite numbers".to_owned()));
            }
        }
        let rows = log_probabilities(&self.network, &self.facts.scaler, &matrices)?;
        Ok(rows.iter().map(|row| to_probabilities(row)).collect())
    }
}

/// `exp`, made to sum to 1 in double precision.
pub(super) fn to_probabilities(log_probabilities: &[f32]) -> Vec<f32> {
    let values: Vec<f64> = log_probabilities.iter().map(|value| f64::from(*value).exp()).collect();
    let sum: f64 = values.iter().sum();
    values.iter().map(|value| (value / sum) as f32).collect()
}
