//! `run.toml`: everything a run was started with.

use crate::corpus::{Dealing, Naming};
use crate::engine::settings::{settings_of_run, settings_on_disk};
use crate::engine::{EngineError, Settings};
use crate::formats::Format;
use crate::runs::{RunError, RunFolder};
use serde::{Deserialize, Serialize};
use std::path::PathBuf;

/// `[run]`: what is no setting.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RunMetadata {
    /// The folder's name when it was made.
    pub id: String,
    /// When.
    pub created: jiff::Timestamp,
    /// Id of the first of the folds; its own for a run that stands alone.
    pub group: String,
    /// From 0.
    pub fold: usize,
    /// How many folds its group has.
    pub folds: usize,
    /// Version of the program.
    pub version: String,
    /// Names of the corpora.
    pub corpora: Vec<String>,
    /// Whether there is synthetic data among the clips.
    pub synthetic: bool,
    /// Clips that took part.
    pub clips: usize,
    /// Hash over the clips that took part: equal when they are the same files with the same labels.
    pub fingerprint: String,
    /// How its speakers were dealt to the sides.
    #[serde(default = "Dealing::unrecorded")]
    pub dealing: Dealing,
    /// Which names its labels and speakers have.
    #[serde(default = "Naming::unrecorded")]
    pub naming: Naming,
    /// What would start it again.
    pub command: String,
    /// Seed of weights, order and dropout, where it is not the split's too.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub training_seed: Option<u64>,
    /// Of a trial that was promoted: what its settings were chosen from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub searched: Option<String>,
    /// The trial that the run is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trial: Option<TrialReference>,
}

impl RunMetadata {
    /// The same for a run of this name, made by this program.
    pub fn of(&self, id: &str, group: &str, created: jiff::Timestamp) -> Self {
        Self {
            id: id.to_owned(),
            created,
            group: group.to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            ..self.clone()
        }
    }
}

/// Where the trial that a run is has its place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TrialReference {
    /// Folder of the study.
    pub study: PathBuf,
    /// The trial's number in it.
    pub number: usize,
}

/// `run.toml`: the facts, and the settings fully resolved.
#[derive(Debug, Clone, PartialEq)]
pub struct RunFile {
    /// What is no setting.
    pub run: RunMetadata,
    /// The settings; paths are absolute, corpora are listed.
    pub settings: Settings,
}

impl RunFile {
    /// As TOML.
    ///
    /// # Errors
    /// A value that TOML cannot hold.
    pub fn to_toml(&self) -> Result<String, EngineError> {
        let write = || -> Result<String, toml::ser::Error> {
            let mut table = settings_on_disk(&self.settings)?;
            let run = toml::Value::try_from(Format::Run.versioned(&self.run))?;
            table.insert("run".to_owned(), run);
            toml::to_string(&table)
        };
        write().map_err(|error| EngineError::Unsuitable(format!("the settings cannot be written as TOML: {error}")))
    }

    /// From a run's folder. What an older version of the program did not know is as by default.
    ///
    /// # Errors
    /// [`RunError::Newer`] for a file that a newer version of the program wrote, [`RunError::Malformed`] for one that is
    /// damaged.
    pub fn read(folder: &RunFolder) -> Result<Self, RunError> {
        let path = folder.settings();
        let text = std::fs::read_to_string(&path).map_err(|source| RunError::Io {
            path: path.clone(),
            source,
        })?;
        let malformed = |problem: String| RunError::Malformed {
            path: path.clone(),
            problem: format!("{problem}; was it written by another version?"),
        };
        let damaged = |error: toml::de::Error| malformed(error.message().trim().to_owned());
        let mut table: toml::Table = text.parse().map_err(damaged)?;
        let run = table.remove("run").unwrap_or(toml::Value::Table(toml::Table::new()));
        if let Some(run) = run.as_table() {
            Format::Run.check_toml(&path, run)?;
        }
        let run = run.try_into().map_err(damaged)?;
        let settings = settings_of_run(table).map_err(|error| malformed(error.to_string()))?;
        Ok(Self { run, settings })
    }

    /// Whether a newer version of the program wrote it, which is then the one to go on with the run.
    pub fn is_newer(folder: &RunFolder) -> bool {
        matches!(Self::read(folder), Err(RunError::Newer(_)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::load_settings;

    #[test]
    fn a_run_file_comes_back_as_written() {
        let runs = tempfile::tempdir().unwrap();
        let changes = [
            ("corpora", r#"[{ name = "a", path = "/clips" }]"#),
            ("labels.map", r#"{ calm = "neutral" }"#),
        ];
        let changes = changes.map(|(key, value)| (key.to_owned(), value.to_owned()));
        let mut settings = load_settings(None, &changes).unwrap();
        let run = |id: &str| RunMetadata {
            id: id.to_owned(),
            created: jiff::Timestamp::UNIX_EPOCH,
            group: id.to_owned(),
            fold: 1,
            folds: 5,
            version: "0.1.0".to_owned(),
            corpora: vec!["a".to_owned()],
            synthetic: false,
            clips: 12,
            fingerprint: "00ff".to_owned(),
            dealing: Dealing::NEWEST,
            naming: Naming::NEWEST,
            command: "undertone train --set split.kfold=5".to_owned(),
            training_seed: Some(7),
            searched: Some("settings of trial 3".to_owned()),
            trial: Some(TrialReference {
                study: "studies/a".into(),
                number: 3,
            }),
        };
        let folder = RunFolder::create(runs.path(), "conv1d", jiff::Timestamp::now(), |id| {
            RunFile {
                run: run(id),
                settings: settings.clone(),
            }
            .to_toml()
        })
        .unwrap();
        let read = RunFile::read(&folder).unwrap();
        // Where a value came from is of no interest any more.
        (settings.origins, settings.source) = Default::default();
        assert_eq!(
            read,
            RunFile {
                run: run(&folder.id),
                settings
            }
        );

        let text = std::fs::read_to_string(folder.settings()).unwrap();
        let mut older: toml::Table = text.parse().unwrap();
        older.remove("augmentation").unwrap();
        let recipes = older["recipes"].as_table_mut().unwrap();
        recipes["mfcc_zcr_rms"]
            .as_table_mut()
            .unwrap()
            .remove("trim_db")
            .unwrap();
        std::fs::write(folder.settings(), older.to_string()).unwrap();
        assert_eq!(
            RunFile::read(&folder).unwrap(),
            read,
            "what was not known then is as by default"
        );

        older["run"].as_table_mut().unwrap().remove("dealing").unwrap();
        older["run"].as_table_mut().unwrap().remove("naming").unwrap();
        std::fs::write(folder.settings(), older.to_string()).unwrap();
        let unrecorded = RunFile::read(&folder).unwrap();
        assert_eq!(
            unrecorded.run.dealing,
            Dealing::BySpeakers,
            "as it was then, not as it is now"
        );
        assert_eq!(unrecorded.run.naming, Naming::AsStated);

        std::fs::write(folder.settings(), "seed = 1\n").unwrap();
        let error = RunFile::read(&folder).unwrap_err().to_string();
        assert!(error.contains("run.toml") && error.contains("missing field"), "{error}");
    }
}
