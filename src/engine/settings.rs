//! `workbench.toml`, assembled from each floor's own settings type.

use crate::corpus::demo::DemoSettings;
use crate::corpus::{CorpusSettings, FilterSettings, LabelSettings, SplitSettings};
use crate::features::Recipe;
use crate::models::ModelSettings;
use crate::training::TrainingSettings;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// All settings, resolved.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// Folder searched for corpora when none are listed.
    pub data: PathBuf,
    /// Folder of runs.
    pub runs: PathBuf,
    /// Folder of everything that can be made again.
    pub cache: PathBuf,
    /// `flex`, `ndarray`.
    pub device: String,
    /// Seed of every random choice of a run.
    pub seed: u64,
    /// Name of the recipe in `recipes`.
    pub recipe: String,
    /// The corpora.
    pub corpora: Vec<CorpusSettings>,
    /// The label map.
    pub labels: LabelSettings,
    /// Which clips take part.
    pub filter: FilterSettings,
    /// The recipes by name.
    pub recipes: BTreeMap<String, Recipe>,
    /// The split.
    pub split: SplitSettings,
    /// The model.
    pub model: ModelSettings,
    /// The training loop.
    pub training: TrainingSettings,
    /// The demo corpus.
    pub demo: DemoSettings,
    /// Where each value came from, by dotted key.
    #[serde(skip)]
    pub origins: BTreeMap<String, Origin>,
}

/// Where a value came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// The embedded `workbench.toml`.
    Default,
    /// A file and line.
    File(PathBuf, usize),
    /// `--set`, or the Train form.
    Set,
}

/// A mistake in the settings.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{place}: {key}: {problem}")]
pub struct SettingsError {
    /// `workbench.toml:12` or `--set`.
    pub place: String,
    /// Dotted key.
    pub key: String,
    /// What is wrong and the remedy.
    pub problem: String,
}

/// The embedded defaults, then `file` (by default `workbench.toml` in the current folder, when there is
/// one), then `changes`.
///
/// # Errors
/// [`SettingsError`] with file, line, key and remedy.
pub fn load_settings(_file: Option<&Path>, _changes: &[(String, String)]) -> Result<Settings, SettingsError> {
    unimplemented!()
}
