//! What can go wrong in training.

/// What can go wrong in training.
#[derive(Debug, thiserror::Error)]
pub enum TrainingError {
    /// The device.
    #[error(transparent)]
    Device(#[from] crate::device::DeviceError),
    /// The network or its weights.
    #[error(transparent)]
    Model(#[from] crate::models::ModelError),
    /// The package.
    #[error(transparent)]
    Inference(#[from] crate::inference::InferenceError),
    /// The features of a clip.
    #[error(transparent)]
    Feature(#[from] crate::features::FeatureError),
    /// The corpus.
    #[error(transparent)]
    Corpus(#[from] crate::corpus::CorpusError),
    /// The loss is no longer a number.
    #[error("the loss is {value} in epoch {epoch}; lower training.learning_rate or set training.gradient_clip_norm")]
    Diverged {
        /// From 1.
        epoch: usize,
        /// NaN or infinite.
        value: f64,
    },
    /// A value of `[training]` that cannot work.
    #[error("{key}: {problem}")]
    Settings {
        /// The key in workbench.toml.
        key: String,
        /// What is wrong and what would be right.
        problem: String,
    },
    /// Stopped as asked, while there was no model yet.
    #[error("stopped before the first epoch was done, so there is no model; start it again when there is time")]
    StoppedEarly,
    /// Nothing to learn from.
    #[error("{0}")]
    Data(String),
    /// A file of the run could not be written.
    #[error("{}: {source}", path.display())]
    Io {
        /// The file.
        path: std::path::PathBuf,
        /// What the file system said.
        source: std::io::Error,
    },
    /// The observer failed (a journal that cannot be written, a run taken over).
    #[error("{0}")]
    Observer(String),
}
