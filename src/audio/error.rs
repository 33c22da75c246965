//! What can go wrong with a sound file.

use std::path::{Path, PathBuf};

/// What can go wrong with a sound file; every message names the file and what to do.
#[derive(Debug, thiserror::Error)]
pub enum AudioError {
    /// The file could not be opened or read.
    #[error("{}: {source}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the file system said.
        source: std::io::Error,
    },
    /// The content is of no format that is understood.
    #[error("{}: not a sound file ({found}); wav, aiff, flac, ogg, opus, mp3, m4a, webm, w64 and NIST SPHERE are read", path.display())]
    NotAudio {
        /// The file.
        path: PathBuf,
        /// What the content looks like.
        found: String,
    },
    /// The file is a sound file but is damaged, cut short or of an unsupported kind.
    #[error("{}: {what}", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong, and the remedy.
        what: String,
    },
    /// There is not one sample in it.
    #[error("{}: holds no samples", path.display())]
    Empty {
        /// The file.
        path: PathBuf,
    },
    /// Samples cannot be brought from one rate to another.
    #[error("resampling from {from} to {to} Hz: {problem}")]
    Resample {
        /// The rate of the samples (Hz).
        from: u32,
        /// The rate that was asked for (Hz).
        to: u32,
        /// What is wrong, and the remedy.
        problem: String,
    },
    /// A change that cannot be made to a wave.
    #[error("augmentation: {0}")]
    Augmentation(String),
    /// A value of `[augmentation.wave]` that cannot work.
    #[error("{key}: {problem}")]
    Settings {
        /// The key in workbench.toml.
        key: String,
        /// What is wrong and what would be right.
        problem: String,
    },
}

impl AudioError {
    /// Whether it is the fault of this file: others are not concerned.
    pub fn is_of(&self, file: &Path) -> bool {
        match self {
            Self::Io { path, .. } | Self::NotAudio { path, .. } | Self::Damaged { path, .. } | Self::Empty { path } => {
                path == file
            }
            Self::Resample { .. } => true,
            Self::Augmentation(_) | Self::Settings { .. } => false,
        }
    }
}
