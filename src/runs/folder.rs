//! `runs/<id>/` and the files in it.

use super::RunError;
use std::path::{Path, PathBuf};

/// One run's folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunFolder {
    /// The folder's name.
    pub id: String,
    /// Where it is.
    pub path: PathBuf,
}

impl RunFolder {
    /// Makes `runs/<time>-<name>` (a number is appended until the name is free), with `run.toml` in it.
    ///
    /// # Errors
    /// [`RunError::Io`].
    pub fn create(_runs: &Path, _name: &str, _run_toml: &str) -> Result<Self, RunError> {
        unimplemented!()
    }

    /// `run.toml`.
    pub fn settings(&self) -> PathBuf {
        self.path.join("run.toml")
    }
    /// `split.csv`.
    pub fn split(&self) -> PathBuf {
        self.path.join("split.csv")
    }
    /// `checkpoints/`.
    pub fn checkpoints(&self) -> PathBuf {
        self.path.join("checkpoints")
    }
    /// `model/`.
    pub fn model(&self) -> PathBuf {
        self.path.join("model")
    }
    /// `report.json`.
    pub fn report(&self) -> PathBuf {
        self.path.join("report.json")
    }
    /// `predictions.csv`.
    pub fn predictions(&self) -> PathBuf {
        self.path.join("predictions.csv")
    }
    /// `log.txt`.
    pub fn log(&self) -> PathBuf {
        self.path.join("log.txt")
    }
}

/// All run folders (those with a `run.toml`), oldest first.
///
/// # Errors
/// [`RunError::Io`]; an absent folder is empty.
pub fn list_runs(_runs: &Path) -> Result<Vec<RunFolder>, RunError> {
    unimplemented!()
}

/// The run of that name, of which that is a unique beginning, or `last`.
///
/// # Errors
/// [`RunError::Unknown`], [`RunError::Ambiguous`].
pub fn find_run(_runs: &Path, _name: &str) -> Result<RunFolder, RunError> {
    unimplemented!()
}
