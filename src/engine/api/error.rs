//! Whatever a floor reports, on its way to the user.

/// Whatever a floor reports; the messages already name the file, the value and the remedy.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// Settings.
    #[error(transparent)]
    Settings(#[from] crate::engine::settings::SettingsError),
    /// Sound files.
    #[error(transparent)]
    Audio(#[from] crate::audio::AudioError),
    /// Corpora.
    #[error(transparent)]
    Corpus(#[from] crate::corpus::CorpusError),
    /// Encoders.
    #[error(transparent)]
    Encoder(#[from] crate::encoders::EncoderError),
    /// Published corpora.
    #[error(transparent)]
    Published(#[from] crate::published::PublishedError),
    /// Features.
    #[error(transparent)]
    Feature(#[from] crate::features::FeatureError),
    /// Devices.
    #[error(transparent)]
    Device(#[from] crate::device::DeviceError),
    /// Networks.
    #[error(transparent)]
    Model(#[from] crate::models::ModelError),
    /// Packages and predictions.
    #[error(transparent)]
    Inference(#[from] crate::inference::InferenceError),
    /// Training.
    #[error(transparent)]
    Training(#[from] crate::training::TrainingError),
    /// Run folders.
    #[error(transparent)]
    Run(#[from] crate::runs::RunError),
    /// Studies.
    #[error(transparent)]
    Tuning(#[from] crate::tuning::TuningError),
    /// Nothing has that name, or several things have.
    #[error("{0}")]
    Unknown(String),
    /// What was asked for does not go with what a run or a study is at.
    #[error("{0}")]
    State(String),
    /// Settings, data or values that do not go together.
    #[error("{0}")]
    Unsuitable(String),
    /// A file or folder that cannot be read, written or understood.
    #[error("{}: {problem}", path.display())]
    File {
        /// Which.
        path: std::path::PathBuf,
        /// What is wrong with it, and what would help.
        problem: String,
    },
    /// A process that cannot be started, or did not do its work.
    #[error("{0}")]
    Process(String),
    /// The engine was dropped before the work was done.
    #[error("cancelled: the program ends")]
    Cancelled,
}
