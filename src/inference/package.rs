//! Weights, recipe, scaler and labels: all that a prediction needs, as a folder.

use super::InferenceError;
use crate::features::{Recipe, Scaler};
use crate::models::{ModelSettings, Network};
use serde::{Deserialize, Serialize};
use std::path::Path;

/// `package.toml`: everything but the weights.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PackageFacts {
    /// The labels, in the order of the outputs.
    pub labels: Vec<String>,
    /// The recipe.
    pub recipe: Recipe,
    /// Statistics of the training clips.
    pub scaler: Scaler,
    /// Architecture and sizes.
    pub model: ModelSettings,
    /// [`crate::features::FEATURE_VERSION`] of the program that made it; another one is refused.
    pub feature_version: u32,
    /// Version of the program that made it.
    pub program_version: String,
    /// Whether the training data was synthetic.
    pub synthetic: bool,
    /// Median level of the training clips (dBFS), to warn about clips far from it.
    pub training_rms_dbfs: f32,
}

/// A package in memory.
#[derive(Debug, Clone)]
pub struct Package {
    /// Everything but the weights.
    pub facts: PackageFacts,
    /// The network with its weights.
    pub network: Network,
}

impl Package {
    /// Writes `package.toml` and `weights.safetensors` into `folder`, each whole or not at all.
    ///
    /// # Errors
    /// [`InferenceError`].
    pub fn save(&self, _folder: &Path) -> Result<(), InferenceError> {
        unimplemented!()
    }

    /// Reads a package for a device by name.
    ///
    /// # Errors
    /// [`InferenceError::Package`] naming the file and the remedy.
    pub fn load(_folder: &Path, _device: &str) -> Result<Self, InferenceError> {
        unimplemented!()
    }
}
