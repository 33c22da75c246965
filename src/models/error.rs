//! What can go wrong with a network.

use std::path::PathBuf;

/// What can go wrong with a network.
#[derive(Debug, thiserror::Error)]
pub enum ModelError {
    /// The speech encoder whose layers are trained further.
    #[error(transparent)]
    Encoder(#[from] crate::encoders::EncoderError),
    /// An impossible size.
    #[error("{key}: {problem}")]
    Settings {
        /// The key in workbench.toml.
        key: String,
        /// What is wrong and what would be right.
        problem: String,
    },
    /// Weights cannot be written or read, or belong to another architecture.
    #[error("weights {}: {problem}", path.display())]
    Weights {
        /// The file.
        path: PathBuf,
        /// What is wrong and what would help.
        problem: String,
    },
}
