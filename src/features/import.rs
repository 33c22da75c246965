//! Features that were made elsewhere, instead of a recipe that computes them.

use super::FeatureError;
use serde::{Deserialize, Serialize};
use std::path::PathBuf;

/// `[recipes.NAME.import]`: features that were made elsewhere and are kept in the store. `undertone features
/// --import` writes it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Import {
    /// The folder with `X.npy` and `labels.csv` that they came from.
    pub folder: PathBuf,
    /// Frames of every matrix.
    pub frames: usize,
    /// Numbers per frame.
    pub coefficients: usize,
    /// Hash of what was imported: other arrays in the same folder are other features.
    pub fingerprint: String,
}

impl Import {
    /// Refuses shapes that hold nothing.
    ///
    /// # Errors
    /// [`FeatureError::Recipe`] with the key and the remedy.
    pub fn validate(&self) -> Result<(), FeatureError> {
        let refuse = |key: &str, problem: &str| {
            let problem = format!("{problem}; import the folder again: undertone features --import DIR");
            Err(FeatureError::recipe(&format!("import.{key}"), problem))
        };
        match self {
            Self { frames: 0, .. } => refuse("frames", "0 frames hold nothing"),
            Self { coefficients: 0, .. } => refuse("coefficients", "0 numbers per frame hold nothing"),
            Self { fingerprint, .. } if fingerprint.is_empty() => refuse("fingerprint", "it is empty"),
            _ => Ok(()),
        }
    }
}
