//! `studies/<name>/`: the journal in Optuna's format, the settings, the trials' runs, the workers.

use crate::engine::runs::file::RunMetadata;
use crate::engine::settings::settings_on_disk;
use crate::engine::{EngineError, Settings, load_settings};
use crate::files;
use crate::formats::Format;
use crate::runs::{Liveness, RunError, RunFolder, liveness};
use crate::tuning::lifecycle::run_of;
use crate::tuning::{Objective, Repaired, Space, Study, Value, repair};
use serde::{Deserialize, Serialize};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// The study's attribute with the number of trials it ends with.
pub const TRIALS_ATTRIBUTE: &str = "undertone:trials";
/// The study's attribute with the number of the trial that takes the settings as they are.
pub const BASELINE_ATTRIBUTE: &str = "undertone:baseline";
/// The study's attribute that lists the runs that trials were made into: `{trial, run, seed}`.
pub const PROMOTED_ATTRIBUTE: &str = "undertone:promoted";
/// What the heartbeat of a worker says while it does a trial, whose number follows.
pub const TRIAL: &str = "trial";

/// `study.json`: what is known of the data, and what the settings said when the study began.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Begun {
    /// What is known of the data.
    #[serde(flatten)]
    pub run: RunMetadata,
    /// What was put over the settings' search space with `--set`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub space_changes: Vec<(String, String)>,
}

/// A study's folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StudyFolder {
    /// The folder's name, and the study's in its journal.
    pub name: String,
    /// Where it is.
    pub path: PathBuf,
}

impl StudyFolder {
    /// The study of this folder.
    pub fn at(path: &Path) -> Self {
        Self {
            name: path.file_name().unwrap_or_default().to_string_lossy().into_owned(),
            path: path.to_owned(),
        }
    }

    /// All studies (folders with a journal), by name.
    ///
    /// # Errors
    /// What the file system says; an absent folder is empty.
    pub fn list(studies: &Path) -> Result<Vec<Self>, EngineError> {
        let entries = match fs::read_dir(studies) {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(RunError::io(studies)(error).into()),
        };
        let mut found = Vec::new();
        for entry in entries {
            let folder = Self::at(&entry.map_err(RunError::io(studies))?.path());
            if folder.journal().is_file() {
                found.push(folder);
            }
        }
        found.sort_by(|one, two| one.name.cmp(&two.name));
        Ok(found)
    }

    /// The study of that name, of which that is a unique beginning, or `last`: the one that was written last.
    ///
    /// # Errors
    /// No such study, or several.
    pub fn find(studies: &Path, name: &str) -> Result<Self, EngineError> {
        let mut found = Self::list(studies)?;
        let names = found
            .iter()
            .map(|study| study.name.as_str())
            .collect::<Vec<_>>()
            .join(", ");
        let unknown = || {
            let known = if names.is_empty() {
                "there is none yet; `undertone tune` starts one".to_owned()
            } else {
                format!("there are {names}")
            };
            EngineError::Unknown(format!("{}: no study `{name}`; {known}", studies.display()))
        };
        if name == "last" {
            let written = |study: &Self| fs::metadata(study.journal()).and_then(|begun| begun.modified()).ok();
            return found.into_iter().max_by_key(written).ok_or_else(unknown);
        }
        if let Some(place) = found.iter().position(|study| study.name == name) {
            return Ok(found.swap_remove(place));
        }
        found.retain(|study| !name.is_empty() && study.name.starts_with(name));
        match found.len() {
            1 => Ok(found.swap_remove(0)),
            0 => Err(unknown()),
            _ => Err(EngineError::Unknown(format!(
                "`{name}` fits several studies: {}",
                found
                    .iter()
                    .map(|study| study.name.as_str())
                    .collect::<Vec<_>>()
                    .join(", ")
            ))),
        }
    }

    /// The run of a trial, by its id or the number of the trial.
    ///
    /// # Errors
    /// No such study, trial or run.
    pub fn find_trial(studies: &Path, study: &str, run: &str) -> Result<RunFolder, EngineError> {
        // The runs of a deleted study may have been kept.
        let kept = Self::at(&studies.join(study));
        let folder = match !study.is_empty() && !kept.journal().is_file() && kept.trials().join(run).is_dir() {
            true => kept,
            false => Self::find(studies, study)?,
        };
        let mut id = run.to_owned();
        if let Ok(number) = run.parse::<usize>() {
            let study = folder.open_study()?;
            let of_number = study.trials().get(number).and_then(run_of);
            id = of_number
                .ok_or_else(|| EngineError::Unknown(format!("trial {number} of {} has no run here", folder.name)))?
                .to_owned();
        }
        let path = folder.trials().join(&id);
        let run = RunFolder { id, path };
        if run.settings().is_file() {
            return Ok(run);
        }
        Err(EngineError::Unknown(format!(
            "{}: no such run; name it as `{}/NUMBER` of a trial made here",
            run.path.display(),
            folder.name
        )))
    }

    /// `journal.log`, in Optuna's format.
    pub fn journal(&self) -> PathBuf {
        self.path.join("journal.log")
    }
    /// `study.toml`: the settings that all trials share, and the search space.
    pub fn settings_file(&self) -> PathBuf {
        self.path.join("study.toml")
    }
    /// `study.json`: what is known of the data, and how the study was begun.
    fn begun_file(&self) -> PathBuf {
        self.path.join("study.json")
    }
    /// `trials/`: one run folder each.
    pub fn trials(&self) -> PathBuf {
        self.path.join("trials")
    }
    /// `workers/`: one folder each, with lease and log.
    pub fn workers(&self) -> PathBuf {
        self.path.join("workers")
    }

    /// The folders of all workers that there ever were.
    pub fn worker_folders(&self) -> Vec<PathBuf> {
        let entries = fs::read_dir(self.workers()).into_iter().flatten().flatten();
        entries.map(|entry| entry.path()).collect()
    }

    /// Refuses a study that a worker, or a trial that has outlived its worker, works on; `then` is what may be done after
    /// they were stopped.
    ///
    /// # Errors
    /// The folder of the process, and the remedy.
    pub fn check_idle(&self, then: &str) -> Result<(), EngineError> {
        let places = [self.workers(), self.trials()];
        let mut entries = places.iter().flat_map(fs::read_dir).flatten().flatten();
        match entries.find(|entry| matches!(liveness(&entry.path()), Liveness::Held(_))) {
            None => Ok(()),
            Some(entry) => Err(EngineError::State(format!(
                "{}: a process works on it; `undertone study stop {}` first, then {then}",
                entry.path().display(),
                self.name
            ))),
        }
    }

    /// Refuses a journal that is damaged; one that is not there yet is sound.
    ///
    /// # Errors
    /// The line, and the remedy.
    pub fn check_journal(&self) -> Result<(), EngineError> {
        Ok(Study::check_journal(&self.journal())?)
    }

    /// Writes settings and facts.
    ///
    /// # Errors
    /// What the file system says; values that TOML cannot hold.
    pub fn write(&self, settings: &Settings, begun: &Begun) -> Result<(), EngineError> {
        let malformed = |error: String| EngineError::Unsuitable(format!("the settings cannot be written: {error}"));
        let table = settings_on_disk(settings).map_err(|error| malformed(error.to_string()))?;
        let text = toml::to_string(&table).map_err(|error| malformed(error.to_string()))?;
        let begun =
            serde_json::to_vec_pretty(&Format::Study.versioned(begun)).map_err(|error| malformed(error.to_string()))?;
        fs::create_dir_all(&self.path).map_err(RunError::io(&self.path))?;
        let (settings_file, begun_file) = (self.settings_file(), self.begun_file());
        files::replace(&begun_file, &begun).map_err(RunError::io(&begun_file))?;
        Ok(files::replace(&settings_file, text.as_bytes()).map_err(RunError::io(&settings_file))?)
    }

    /// The settings that all trials share, with these changes.
    ///
    /// # Errors
    /// A file that is missing or damaged, or that a newer version of the program wrote; a change that makes no sense.
    pub fn settings(&self, changes: &[(String, String)]) -> Result<Settings, EngineError> {
        self.check_version()?;
        Ok(load_settings(Some(&self.settings_file()), changes)?)
    }

    /// Refuses a study that a newer version of the program wrote; one of another program has no version.
    fn check_version(&self) -> Result<(), RunError> {
        let path = self.begun_file();
        Ok(fs::read(&path).map_or(Ok(()), |text| Format::Study.check_json(&path, &text))?)
    }

    /// What was known when the study began.
    ///
    /// # Errors
    /// A file that is missing or damaged, or that a newer version of the program wrote.
    pub fn begun(&self) -> Result<Begun, EngineError> {
        let path = self.begun_file();
        let text = fs::read(&path).map_err(RunError::io(&path))?;
        Format::Study.check_json(&path, &text).map_err(RunError::from)?;
        serde_json::from_slice(&text).map_err(|error| EngineError::File {
            path,
            problem: format!("{error}; start a study of another name"),
        })
    }

    /// The study in the journal: the one of the folder's name, else the first.
    ///
    /// # Errors
    /// No study in it, one with several objectives, or one that a newer version of the program wrote.
    pub fn open_study(&self) -> Result<Study, EngineError> {
        self.check_version()?;
        let path = self.journal();
        let names = Study::list(&path)?;
        let name = names.iter().find(|(name, _)| *name == self.name).or(names.first());
        Ok(Study::open(&path, name.map_or(&self.name, |(name, _)| name))?)
    }

    /// The same, begun when there is none.
    ///
    /// # Errors
    /// A study that exists and goes the other way.
    pub fn begin_study(&self, objective: Objective) -> Result<Study, EngineError> {
        let path = self.journal();
        let names = Study::list(&path)?;
        let name = names.iter().find(|(name, _)| *name == self.name).or(names.first());
        let name = name.map_or(self.name.clone(), |(name, _)| name.clone());
        Ok(Study::open_or_create(&path, &name, objective.direction())?)
    }

    /// Mends the journal; `None` when it is sound.
    ///
    /// # Errors
    /// What the file system says; a lock that is never free.
    pub fn repair(&self) -> Result<Option<Repaired>, EngineError> {
        Ok(repair(&self.journal())?)
    }
}

/// The search space of the study's architecture.
///
/// # Errors
/// When there is none.
pub fn space_of(settings: &Settings) -> Result<&Space, EngineError> {
    let name = &settings.model.name;
    settings
        .tuning
        .space
        .get(name)
        .filter(|space| !space.parameters().is_empty())
        .ok_or_else(|| {
            EngineError::Unsuitable(format!(
                "there is no search space for `{name}`; write [tuning.space.{name}], or choose another model.name"
            ))
        })
}

/// How many trials the study is to end with, which may change while it goes on.
pub fn wanted(study: &Study, settings: &Settings) -> usize {
    let noted = study
        .attributes()
        .and_then(|attributes| attributes.get(TRIALS_ATTRIBUTE))
        .and_then(Value::integer);
    noted
        .and_then(|trials| usize::try_from(trials).ok())
        .unwrap_or(settings.tuning.trials)
}
