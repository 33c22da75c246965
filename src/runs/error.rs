//! What can go wrong with run folders.

use crate::formats::NewerFormat;
use std::path::{Path, PathBuf};

/// What can go wrong with run folders.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// A file could not be read or written.
    #[error("{}: {source}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the file system said.
        source: std::io::Error,
    },
    /// No run has that name.
    #[error("no run `{name}` in {}; `undertone runs` lists them", folder.display())]
    Unknown {
        /// As asked.
        name: String,
        /// The folder of runs.
        folder: PathBuf,
    },
    /// Several runs begin with that name.
    #[error("`{name}` fits {} runs ({}); write more of the name", matches.len(), matches.join(", "))]
    Ambiguous {
        /// As asked.
        name: String,
        /// The runs it fits.
        matches: Vec<String>,
    },
    /// No deleted run has that name.
    #[error("no deleted run `{name}` in {}; it holds: {}", folder.display(), if known.is_empty() { "none".to_owned() } else { known.join(", ") })]
    NotInTrash {
        /// As asked.
        name: String,
        /// The folder of deleted runs.
        folder: PathBuf,
        /// The runs that are there.
        known: Vec<String>,
    },
    /// Another process holds the run.
    #[error("run {} is held by another process ({holder}); stop it first", path.display())]
    Held {
        /// The run folder.
        path: PathBuf,
        /// Host and process.
        holder: String,
    },
    /// Another process took the run over while this one was suspended.
    #[error("run {} was taken over by another process; this one writes no more", path.display())]
    Replaced {
        /// The run folder.
        path: PathBuf,
    },
    /// Another process keeps the queue locked.
    #[error("{}: another process has kept the queue locked for 10 s; try again, or end that process", path.display())]
    Busy {
        /// The lock.
        path: PathBuf,
    },
    /// A newer version of the program wrote it.
    #[error(transparent)]
    Newer(#[from] NewerFormat),
    /// A file holds something else than it should.
    #[error("{}: {problem}", path.display())]
    Malformed {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        problem: String,
    },
}

impl RunError {
    /// For `map_err`: what the file system said about `path`.
    pub fn io(path: &Path) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::Io { path, source }
    }
}
