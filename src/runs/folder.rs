//! `runs/<id>/` and the files in it.

use super::{RunError, journal};
use crate::files;
use std::fs;
use std::io;
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
    /// The time is `created` in UTC, so that names sort by age and the runs of one group share it. `run_toml` is given
    /// the name that was found.
    ///
    /// # Errors
    /// [`RunError::Io`], and what `run_toml` says.
    pub fn create<E: From<RunError>>(
        runs: &Path,
        name: &str,
        created: jiff::Timestamp,
        run_toml: impl FnOnce(&str) -> Result<String, E>,
    ) -> Result<Self, E> {
        fs::create_dir_all(runs).map_err(RunError::io(runs))?;
        let time = created.strftime("%Y%m%d-%H%M%S");
        let folder = Self::claim(runs, &format!("{time}-{name}"))?;
        let written = run_toml(&folder.id).and_then(|text| Ok(folder.fill(&text)?));
        if written.is_err() {
            // Half a run is none; the first error is the one worth reporting.
            let _ = fs::remove_dir_all(&folder.path);
        }
        written.map(|()| folder)
    }

    /// Makes `runs/<id>`, with this `run.toml` in it.
    ///
    /// # Errors
    /// [`RunError::Io`]; also when there is a folder of that name.
    pub fn create_as(runs: &Path, id: &str, run_toml: &str) -> Result<Self, RunError> {
        let path = runs.join(id);
        fs::create_dir_all(runs)
            .and_then(|()| fs::create_dir(&path))
            .map_err(RunError::io(&path))?;
        let folder = Self {
            id: id.to_owned(),
            path,
        };
        let written = folder.fill(run_toml);
        if written.is_err() {
            // Half a run is none; the first error is the one worth reporting.
            let _ = fs::remove_dir_all(&folder.path);
        }
        written.map(|()| folder)
    }

    /// The settings last: they make it a run.
    fn fill(&self, run_toml: &str) -> Result<(), RunError> {
        journal::keep_reserve(&self.path)?;
        let path = self.settings();
        files::replace(&path, run_toml.as_bytes()).map_err(RunError::io(&path))
    }

    /// Sets space aside again for the last entry of a run that is to be resumed.
    ///
    /// # Errors
    /// [`RunError::Io`].
    pub fn keep_reserve(&self) -> Result<(), RunError> {
        journal::keep_reserve(&self.path)
    }

    /// Makes a folder of a name that nobody has, whoever else is making one right now.
    fn claim(runs: &Path, name: &str) -> Result<Self, RunError> {
        let mut id = name.to_owned();
        let mut number = 1;
        loop {
            let path = runs.join(&id);
            // A deleted run of that name needs its name when it is restored.
            let made = if trash_folder(runs).join(&id).exists() {
                Err(io::ErrorKind::AlreadyExists.into())
            } else {
                fs::create_dir(&path)
            };
            match made {
                Ok(()) => return Ok(Self { id, path }),
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                    number += 1;
                    id = format!("{name}-{number}");
                }
                Err(error) => return Err(RunError::io(&path)(error)),
            }
        }
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
    /// `usage.jsonl`.
    pub fn usage(&self) -> PathBuf {
        super::usage::usage_path(&self.path)
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

/// The folder of deleted runs.
pub fn trash_folder(runs: &Path) -> PathBuf {
    runs.join(".trash")
}

/// All run folders (those with a `run.toml`), oldest first.
///
/// # Errors
/// [`RunError::Io`]; an absent folder is empty.
pub fn list_runs(runs: &Path) -> Result<Vec<RunFolder>, RunError> {
    let entries = match fs::read_dir(runs) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(RunError::io(runs)(error)),
    };
    let mut folders = Vec::new();
    for entry in entries {
        let entry = entry.map_err(RunError::io(runs))?;
        let folder = RunFolder {
            id: entry.file_name().to_string_lossy().into_owned(),
            path: entry.path(),
        };
        if folder.settings().is_file() {
            folders.push(folder);
        }
    }
    folders.sort_by(|a, b| a.id.cmp(&b.id));
    Ok(folders)
}

/// The name of the newest run.
const LAST: &str = "last";

/// As [`find_run`], but `last` is the newest run that has a model, where there is one.
///
/// # Errors
/// As [`find_run`].
pub fn find_predictor(runs: &Path, name: &str) -> Result<RunFolder, RunError> {
    if name == LAST {
        let newest = list_runs(runs)?.into_iter().rfind(|folder| folder.model().is_dir());
        if let Some(folder) = newest {
            return Ok(folder);
        }
    }
    find_run(runs, name)
}

/// The run of that name, of which that is a unique beginning, or `last`.
///
/// # Errors
/// [`RunError::Unknown`], [`RunError::Ambiguous`].
pub fn find_run(runs: &Path, name: &str) -> Result<RunFolder, RunError> {
    let mut folders = list_runs(runs)?;
    let unknown = || RunError::Unknown {
        name: name.to_owned(),
        folder: runs.to_owned(),
    };
    if name == LAST {
        return folders.pop().ok_or_else(unknown);
    }
    if let Some(index) = folders.iter().position(|folder| folder.id == name) {
        return Ok(folders.swap_remove(index));
    }
    folders.retain(|folder| !name.is_empty() && folder.id.starts_with(name));
    match folders.len() {
        0 => Err(unknown()),
        1 => Ok(folders.swap_remove(0)),
        _ => Err(RunError::Ambiguous {
            name: name.to_owned(),
            matches: folders.into_iter().map(|folder| folder.id).collect(),
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_made_in_the_same_second_get_names_of_their_own() {
        let runs = tempfile::tempdir().unwrap();
        let made: Vec<RunFolder> = (0..3)
            .map(|_| {
                RunFolder::create(runs.path(), "conv1d", jiff::Timestamp::now(), |id| {
                    Ok::<_, RunError>(format!("id = \"{id}\"\n"))
                })
                .unwrap()
            })
            .collect();
        let listed = list_runs(runs.path()).unwrap();
        assert_eq!(listed.len(), 3);
        for folder in &made {
            assert_eq!(
                fs::read_to_string(folder.settings()).unwrap(),
                format!("id = \"{}\"\n", folder.id)
            );
            assert!(listed.contains(folder));
        }
    }

    #[test]
    fn a_folder_without_settings_is_no_run_and_an_absent_folder_is_empty() {
        let runs = tempfile::tempdir().unwrap();
        fs::create_dir(runs.path().join("notes")).unwrap();
        fs::write(runs.path().join("file"), b"").unwrap();
        assert_eq!(list_runs(runs.path()).unwrap(), []);
        assert_eq!(list_runs(&runs.path().join("absent")).unwrap(), []);
    }

    #[test]
    fn a_run_is_found_by_name_unique_beginning_or_last() {
        let runs = tempfile::tempdir().unwrap();
        for id in ["20250101-000000-a", "20250101-000000-a-2", "20250202-000000-b"] {
            fs::create_dir(runs.path().join(id)).unwrap();
            fs::write(runs.path().join(id).join("run.toml"), b"").unwrap();
        }
        let id = |name| find_run(runs.path(), name).map(|folder| folder.id);
        assert_eq!(id("last").unwrap(), "20250202-000000-b");
        assert_eq!(id("202502").unwrap(), "20250202-000000-b");
        assert_eq!(id("20250101-000000-a").unwrap(), "20250101-000000-a");
        let predictor = || find_predictor(runs.path(), "last").unwrap();
        assert_eq!(predictor().id, "20250202-000000-b", "no run has a model");
        fs::create_dir(runs.path().join("20250101-000000-a-2").join("model")).unwrap();
        assert_eq!(predictor().id, "20250101-000000-a-2");
        assert!(matches!(id("2025"), Err(RunError::Ambiguous { matches, .. }) if matches.len() == 3));
        for name in ["", "x", "../x", "/"] {
            assert!(matches!(id(name), Err(RunError::Unknown { .. })), "{name:?}");
        }
    }
}
