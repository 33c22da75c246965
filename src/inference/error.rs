//! What can go wrong between a package and a prediction.

use std::path::PathBuf;

/// What can go wrong between a package and a prediction.
#[derive(Debug, thiserror::Error)]
pub enum InferenceError {
    /// The package is incomplete, damaged or made by an incompatible program.
    #[error("model package {}: {problem}", path.display())]
    Package {
        /// The folder or file.
        path: PathBuf,
        /// What is wrong and what would help.
        problem: String,
    },
    /// The clip cannot be predicted at all (silence, no samples).
    #[error("{0}")]
    Refused(String),
    /// The device.
    #[error(transparent)]
    Device(#[from] crate::device::DeviceError),
    /// The network.
    #[error(transparent)]
    Model(#[from] crate::models::ModelError),
    /// The encoder.
    #[error(transparent)]
    Encoder(#[from] crate::encoders::EncoderError),
    /// The features.
    #[error(transparent)]
    Feature(#[from] crate::features::FeatureError),
}
