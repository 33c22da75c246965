//! What can go wrong with corpora.

use super::layouts::{known_corpora, scheme_names};
use std::path::PathBuf;

/// What can go wrong with corpora; every message names the file and the remedy.
#[derive(Debug, thiserror::Error)]
pub enum CorpusError {
    /// A file or folder could not be read or written.
    #[error("{}: {source}", path.display())]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// What the file system said.
        source: std::io::Error,
    },
    /// A folder follows no naming scheme that is known.
    #[error("{}: no layout recognises this folder; set `layout` to one of {}, or describe the clips in a table (layout = \"table\")", path.display(), scheme_names())]
    Unrecognised {
        /// The folder.
        path: PathBuf,
    },
    /// Something lies in the data folder, and it is no corpus that is known.
    #[error("{}: holds {found}, and nothing that is understood; {remedy}; then scan again. No synthetic corpus is made beside them: `undertone demo FOLDER` writes one elsewhere", path.display())]
    NotUnderstood {
        /// The data folder.
        path: PathBuf,
        /// What was found, by kind.
        found: String,
        /// What would make it understood.
        remedy: String,
    },
    /// The data folder that the settings name holds no clips.
    #[error("{}: holds no clips; put a corpus into it ({}, or a table of your own), or set `data` or `corpora` to where one is. `undertone demo {}` writes a synthetic one there", path.display(), known_corpora(), path.join("demo").display())]
    NoClips {
        /// The folder.
        path: PathBuf,
    },
    /// A table of clips or speakers is wrong.
    #[error("{}:{line}: {problem}", path.display())]
    Table {
        /// The table.
        path: PathBuf,
        /// Line, from 1.
        line: u64,
        /// What is wrong, and the remedy.
        problem: String,
    },
    /// A value in the settings that cannot work.
    #[error("{key}: {problem}")]
    Settings {
        /// The key in workbench.toml.
        key: String,
        /// What is wrong and what would be right.
        problem: String,
    },
    /// A split that cannot be made.
    #[error("split: {0}")]
    Split(String),
    /// Dimensions that cannot be learnt.
    #[error("training.dimensions: {0}")]
    Dimensions(String),
    /// A sound file could not be written or read.
    #[error(transparent)]
    Audio(#[from] crate::audio::AudioError),
}

impl CorpusError {
    /// A value in the settings that cannot work.
    pub(super) fn settings(key: &str, problem: impl Into<String>) -> Self {
        Self::Settings {
            key: key.to_owned(),
            problem: problem.into(),
        }
    }
}
