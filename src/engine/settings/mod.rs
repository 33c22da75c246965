//! `workbench.toml`, assembled from each floor's own settings type.

mod augmentation;
mod edit;
mod imported;
mod layers;
mod notify;
mod on_disk;
mod parse;
mod presets;
mod provenance;
mod range;
mod rows;
mod setting;
mod shipped;
mod table;
mod tidy;
mod ui;

pub use edit::{ChangedLine, SettingsEdit, edited};
pub use imported::add_import;
pub use notify::NotifySettings;
pub(super) use on_disk::settings_on_disk;
pub use presets::Preset;
pub use provenance::Provenance;
pub use range::Range;
pub use rows::rows;
pub use setting::{Kind, Setting};
pub use tidy::{TidyRow, Tidying, tidied};
pub use ui::{CharacterChoice, GroundChoice, NotifyChoice, UiSettings};

use crate::corpus::demo::DemoSettings;
use crate::corpus::{
    CorpusError, CorpusSettings, FilterSettings, LabelSettings, SpeakerSettings, SplitKind, SplitSettings, is_published,
};
use crate::device::check_device_name;
use crate::features::{FeatureError, Recipe};
use crate::models::{ModelError, ModelSettings};
use crate::training::{AugmentationSettings, TrainingError, TrainingSettings};
use crate::tuning::{TuningError, TuningSettings};
use layers::Layers;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::path::{Path, PathBuf};

/// The file that is read when no other is named.
pub const FILE: &str = "workbench.toml";

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
    /// `auto`, `cpu`, `ndarray`, `cuda`, `cuda:1`, `wgpu`, ...
    pub device: String,
    /// Seed of every random choice of a run.
    pub seed: u64,
    /// Name of the preset that lies under what the file and `--set` say; empty for none.
    #[serde(default)]
    pub preset: String,
    /// Name of the recipe in `recipes`.
    pub recipe: String,
    /// The corpora.
    pub corpora: Vec<CorpusSettings>,
    /// The label map.
    pub labels: LabelSettings,
    /// Who speakers are.
    #[serde(default)]
    pub speakers: SpeakerSettings,
    /// Which clips take part.
    pub filter: FilterSettings,
    /// The split.
    pub split: SplitSettings,
    /// The model.
    pub model: ModelSettings,
    /// The training loop.
    pub training: TrainingSettings,
    /// More examples than there are clips.
    pub augmentation: AugmentationSettings,
    /// Tuning; a run that was made before there was tuning has none.
    #[serde(default)]
    pub tuning: TuningSettings,
    /// Who is told when something ends.
    #[serde(default)]
    pub notify: NotifySettings,
    /// The demo corpus.
    pub demo: DemoSettings,
    /// How the workbench looks; folders of runs leave it out.
    #[serde(default)]
    pub ui: UiSettings,
    /// The recipes by name.
    pub recipes: BTreeMap<String, Recipe>,
    /// The file and the changes that these came from, to resolve them again with more changes.
    #[serde(skip)]
    pub source: Source,
    /// Where each value came from, by dotted key.
    #[serde(skip)]
    pub origins: BTreeMap<String, Origin>,
}

/// What settings were resolved from.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Source {
    /// The file as named by `--config`; `None` is `workbench.toml` in the current folder, if there is one.
    pub file: Option<PathBuf>,
    /// The `--set`s.
    pub changes: Vec<(String, String)>,
    /// The presets that there are.
    pub presets: Vec<Preset>,
    /// Whose each recipe is.
    pub recipes: BTreeMap<String, Provenance>,
    /// Whether somebody chose the data folder: with `--set`, or another than the shipped one in a file.
    pub names_data: bool,
}

/// Where a value came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// What ships.
    Default,
    /// A file and line.
    File(PathBuf, usize),
    /// A preset.
    Preset(String),
    /// `--set`, or the Train form.
    Set,
}

impl fmt::Display for Origin {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default => write!(formatter, "default"),
            Self::File(path, line) => write!(formatter, "{}:{line}", path.display()),
            Self::Preset(name) => write!(formatter, "preset {name}"),
            Self::Set => write!(formatter, "--set"),
        }
    }
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

/// What ships, then `file` (by default `workbench.toml` in the current folder, when there is one), then the
/// preset that the changes name, then `changes`. A preset that the file names lies below the file's own values.
/// Relative paths in a file are taken from its folder.
///
/// # Errors
/// [`SettingsError`] with file, line, key and remedy.
pub fn load_settings(file: Option<&Path>, changes: &[(String, String)]) -> Result<Settings, SettingsError> {
    let path = file.unwrap_or(Path::new(FILE));
    match std::fs::read_to_string(path) {
        Ok(text) => assemble(file, Some(&text), changes),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound && file.is_none() => assemble(file, None, changes),
        Err(error) => Err(SettingsError {
            place: path.display().to_string(),
            key: "--config".to_owned(),
            problem: format!("{error}; name a readable file, or leave --config out"),
        }),
    }
}

/// [`load_settings`] with the text of the file, where there is one.
fn assemble(file: Option<&Path>, text: Option<&str>, changes: &[(String, String)]) -> Result<Settings, SettingsError> {
    let shipped = Layers::defaults()?;
    let mut layers = shipped.clone();
    let path = file.unwrap_or(Path::new(FILE));
    let asked = changes.iter().rev().find(|(key, _)| key == "preset");
    if let Some(text) = text {
        layers.file(path, text)?;
        let named = layers.named_preset();
        if !named.is_empty() && asked.is_none() {
            layers.preset(&named)?;
            layers.file(path, text)?;
        }
    }
    if let Some((key, value)) = asked {
        layers.set(key, value)?;
        let named = layers.named_preset();
        if !named.is_empty() {
            layers.preset(&named)?;
        }
    }
    for (key, value) in changes {
        layers.set(key, value)?;
    }
    let mut settings = resolve(&layers)?;
    settings.source = Source {
        file: file.map(Path::to_owned),
        changes: changes.to_vec(),
        presets: layers.all_presets()?,
        recipes: layers.recipes(&shipped),
        names_data: layers.origin("data") == Origin::Set || layers.table.get("data") != shipped.table.get("data"),
    };
    settings.absolute_paths(&layers);
    settings.origins = layers.origins;
    Ok(settings)
}

impl Settings {
    /// The same settings with more changes on top.
    ///
    /// # Errors
    /// [`SettingsError`] as [`load_settings`].
    pub fn with(&self, changes: &[(String, String)]) -> Result<Self, SettingsError> {
        let mut all = self.source.changes.clone();
        all.extend_from_slice(changes);
        load_settings(self.source.file.as_deref(), &all)
    }

    /// The seed that deals the clips: that of the run, unless the split has its own.
    pub fn split_seed(&self) -> u64 {
        self.split.seed(self.seed)
    }

    /// The values alone, to be compared.
    pub fn without_source(mut self) -> Self {
        (self.source, self.origins) = Default::default();
        self
    }

    /// The recipe that `recipe` names.
    ///
    /// # Errors
    /// [`SettingsError`] when there is none of that name.
    pub fn recipe(&self) -> Result<&Recipe, SettingsError> {
        self.recipes.get(&self.recipe).ok_or_else(|| SettingsError {
            place: "settings".to_owned(),
            key: "recipe".to_owned(),
            problem: format!("no recipe `{}`", self.recipe),
        })
    }

    /// A worker must find everything wherever it was started, so every path is made absolute.
    fn absolute_paths(&mut self, layers: &Layers) {
        let folder = self
            .source
            .file
            .as_deref()
            .and_then(Path::parent)
            .unwrap_or(Path::new(""))
            .to_owned();
        let absolute = |path: &mut PathBuf, key: &str| {
            let joined = match (path.strip_prefix("~"), std::env::var_os("HOME"), layers.origin(key)) {
                (Ok(rest), Some(home), _) => Path::new(&home).join(rest),
                (_, _, Origin::Set) => path.clone(),
                _ => folder.join(&path),
            };
            *path = std::path::absolute(&joined).unwrap_or(joined);
        };
        absolute(&mut self.data, "data");
        absolute(&mut self.runs, "runs");
        absolute(&mut self.cache, "cache");
        absolute(&mut self.tuning.studies, "tuning.studies");
        let wave = &mut self.augmentation.wave;
        for (folder, key) in [
            (&mut wave.noise.folder, "augmentation.wave.noise.folder"),
            (&mut wave.room.folder, "augmentation.wave.room.folder"),
        ] {
            // An empty one names none.
            if !folder.as_os_str().is_empty() {
                absolute(folder, key);
            }
        }
        let file = &mut self.split.file;
        if !file.as_os_str().is_empty() && !is_published(file) {
            absolute(file, "split.file");
        }
        for (name, recipe) in &mut self.recipes {
            // Names of models look like paths; one is meant where there is such a folder.
            let mut path = PathBuf::from(&recipe.encoder);
            absolute(&mut path, &format!("recipes.{name}.encoder"));
            if let Some(path) = path.to_str().filter(|_| recipe.has_encoder() && path.is_dir()) {
                recipe.encoder = path.to_owned();
            }
        }
        for corpus in &mut self.corpora {
            absolute(&mut corpus.path, "corpora");
            if let Some(demographics) = &mut corpus.demographics {
                absolute(demographics, "corpora");
            }
        }
    }
}

/// The settings in a run's file, with paths as they stand; what it does not name is as by default.
pub(super) fn settings_of_run(table: toml::Table) -> Result<Settings, SettingsError> {
    let mut layers = Layers::defaults()?;
    layers.merge(table, BTreeMap::new())?;
    resolve(&layers)
}

fn resolve(layers: &Layers) -> Result<Settings, SettingsError> {
    let table = toml::Value::Table(layers.table.clone());
    let settings: Settings = serde_path_to_error::deserialize(table).map_err(|error| {
        let key = error.path().to_string();
        let message = error.into_inner().to_string();
        layers.error(&key, message.lines().next().unwrap_or_default())
    })?;
    validate(&settings).map_err(|(key, problem)| layers.error(&key, problem))?;
    for (name, recipe) in &settings.recipes {
        let key = format!("recipes.{name}.encoder");
        if !recipe.has_encoder() && layers.lookup(&key).is_some() {
            return Err(layers.error(&key, "is empty; name a model of the hub, or a folder"));
        }
    }
    validate_spaces(&settings, layers)?;
    Ok(settings)
}

/// What no type can refuse: (key, problem with remedy).
fn validate(settings: &Settings) -> Result<(), (String, String)> {
    let refuse = |key: String, problem: String| Err((key, problem));
    let Settings { recipe, recipes, .. } = settings;
    if !recipes.contains_key(recipe) {
        let names: Vec<_> = recipes.keys().map(String::as_str).collect();
        return refuse(
            "recipe".to_owned(),
            format!("no recipe `{recipe}`; there are {}", names.join(", ")),
        );
    }
    let mut names = BTreeSet::new();
    for (index, corpus) in settings.corpora.iter().enumerate() {
        if corpus.name.trim().is_empty() || !names.insert(&corpus.name) {
            let problem = format!(
                "`{}` is empty or taken; every corpus needs a name of its own",
                corpus.name
            );
            return refuse(format!("corpora[{index}].name"), problem);
        }
    }
    // Whether it is here is seen when it is used: a run of another machine can be read on this one.
    if let Err(error) = check_device_name(&settings.device) {
        return refuse("device".to_owned(), error.to_string());
    }
    let (least, most) = UiSettings::BYTES_PER_SECOND;
    if !(least..=most).contains(&settings.ui.bytes_per_second) {
        let problem = format!("must be at least {least} and at most {most}; 64000 suits most lines");
        return refuse("ui.bytes_per_second".to_owned(), problem);
    }
    if let Err(problem) = settings.ui.zone() {
        return refuse("ui.time_zone".to_owned(), problem);
    }
    for (name, recipe) in recipes {
        if let Err(FeatureError::Recipe { key, problem }) = recipe.validate() {
            return refuse(format!("recipes.{name}.{key}"), problem);
        }
    }
    let corpus = settings
        .filter
        .validate()
        .and(settings.speakers.validate())
        .and(settings.split.validate())
        .and(settings.demo.validate());
    if let Err(CorpusError::Settings { key, problem }) = corpus {
        return refuse(key, problem);
    }
    if let Err(ModelError::Settings { key, problem }) = settings.model.validate() {
        return refuse(key, problem);
    }
    let training = settings.training.validate().and(settings.augmentation.validate());
    if let Err(TrainingError::Settings { key, problem }) = training {
        return refuse(key, problem);
    }
    if settings.augmentation.leak_copies_across_sides && settings.split.kind != SplitKind::Random {
        let problem = "is true while split.kind deals speakers; set split.kind to `random`, or this to false";
        return refuse("augmentation.leak_copies_across_sides".to_owned(), problem.to_owned());
    }
    if let Some(recipe) = recipes.get(recipe) {
        augmentation::check(&settings.recipe, recipe, &settings.augmentation)?;
    }
    match settings.tuning.validate() {
        Err(TuningError::Settings { key, problem }) => refuse(key, problem),
        _ => Ok(()),
    }
}

/// Every searched parameter must be a setting: a typing mistake should not wait for the first trial.
fn validate_spaces(settings: &Settings, layers: &Layers) -> Result<(), SettingsError> {
    for (architecture, space) in &settings.tuning.space {
        for parameter in space.parameters() {
            let name = &parameter.name;
            if !layers.is_setting(name) || name.starts_with("tuning.") {
                let key = format!("{}.{architecture}.{name}", layers::SPACES);
                let problem = format!("there is no setting `{name}`; `undertone config` lists them");
                return Err(layers.error(&key, problem));
            }
        }
    }
    Ok(())
}
