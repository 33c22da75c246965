//! Whatever a floor reports, on its way to the user.

/// Whatever a floor reports; the messages already name the file, the value and the remedy.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// Settings.
    #[error(transparent)]
    Settings(#[from] super::SettingsError),
    /// Sound files.
    #[error(transparent)]
    Audio(#[from] crate::audio::AudioError),
    /// Corpora.
    #[error(transparent)]
    Corpus(#[from] crate::corpus::CorpusError),
    /// Features.
    #[error(transparent)]
    Feature(#[from] crate::features::FeatureError),
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
    /// Anything that is wrong only in the joining of floors.
    #[error("{0}")]
    Other(String),
}
