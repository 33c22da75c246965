//! What can go wrong between a wave and its features.

use crate::encoders::EncoderError;
use std::path::{Path, PathBuf};

/// What can go wrong between a wave and its features.
#[derive(Debug, thiserror::Error)]
pub enum FeatureError {
    /// The wave cannot be read or resampled.
    #[error(transparent)]
    Audio(#[from] crate::audio::AudioError),
    /// There are no features of such a wave.
    #[error("the recording has no features: {problem}")]
    Wave {
        /// What is wrong with it.
        problem: String,
    },
    /// The cache folder cannot be written.
    #[error("feature cache {}: {source}; free space there, or set `cache` in workbench.toml to another folder", path.display())]
    Cache {
        /// The folder or file.
        path: PathBuf,
        /// What the file system said.
        source: std::io::Error,
    },
    /// An array of features that other programs wrote cannot be used.
    #[error("{}: {problem}", path.display())]
    Array {
        /// The file.
        path: PathBuf,
        /// What is wrong and what would be right.
        problem: String,
    },
    /// Features that were imported cannot be computed.
    #[error(
        "its features come from {}, not from its sound, and are not in the store for it; \
         import them again (undertone features --import), leave it out by [filter], or choose another recipe",
        folder.display()
    )]
    Imported {
        /// Where the others came from.
        folder: PathBuf,
    },
    /// The encoder of a recipe is not here or cannot be used, or cannot take a clip.
    #[error(transparent)]
    Encoder(EncoderError),
    /// A recipe asks for the impossible.
    #[error("{key}: {problem}")]
    Recipe {
        /// The key within the recipe's table.
        key: String,
        /// What is wrong and what would be right.
        problem: String,
    },
}

impl From<EncoderError> for FeatureError {
    fn from(error: EncoderError) -> Self {
        match error {
            EncoderError::Settings { key, problem } => Self::recipe(key, problem),
            other => Self::Encoder(other),
        }
    }
}

impl FeatureError {
    /// The error for a key of a recipe.
    pub(super) fn recipe(key: &str, problem: impl Into<String>) -> Self {
        Self::Recipe {
            key: key.into(),
            problem: problem.into(),
        }
    }

    /// The message without the path of this file, to stand beside it.
    pub fn beside(&self, file: &Path) -> String {
        let (message, prefix) = (self.to_string(), format!("{}: ", file.display()));
        message.strip_prefix(&prefix).unwrap_or(&message).to_owned()
    }

    /// Whether it is the fault of this file: the samples cannot be read, or there are no features of them. Others are
    /// not concerned.
    pub fn is_of(&self, file: &Path) -> bool {
        match self {
            Self::Audio(error) => error.is_of(file),
            Self::Wave { .. } | Self::Encoder(EncoderError::Clip(_)) => true,
            Self::Encoder(_)
            | Self::Cache { .. }
            | Self::Array { .. }
            | Self::Imported { .. }
            | Self::Recipe { .. } => false,
        }
    }
}
