//! What can go wrong with an encoder.

use crate::download::DownloadError;
use std::path::PathBuf;

/// What can go wrong with an encoder.
#[derive(Debug, thiserror::Error)]
pub enum EncoderError {
    /// No encoder of that name is on this machine.
    #[error("encoder `{name}`: {problem}")]
    Unknown {
        /// As asked: a folder, or the name of a model of the hub.
        name: String,
        /// What was looked for where, and what would help.
        problem: String,
    },
    /// A file of an encoder cannot be read, or does not hold what the encoder needs.
    #[error("{}: {problem}", path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// The tensor or key, what is wrong, and what would help.
        problem: String,
    },
    /// A layer or a pooling that the encoder does not have.
    #[error("{key}: {problem}")]
    Settings {
        /// The key of the recipe.
        key: &'static str,
        /// What is wrong and what would be right.
        problem: String,
    },
    /// A file that cannot be fetched.
    #[error(transparent)]
    Download(#[from] DownloadError),
    /// A clip that the encoder cannot take.
    #[error("{0}")]
    Clip(String),
}
