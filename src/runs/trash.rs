//! `runs/.trash`: deleted runs, until they have been there for a week.

use super::{RunError, RunFolder, list_runs, trash_folder};
use crate::files;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// How long a deleted run is kept.
const KEPT: jiff::SignedDuration = jiff::SignedDuration::from_hours(7 * 24);
/// The name of the run that was deleted last.
const LAST: &str = "last";

/// What a deleted run's folder says of its deletion.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Deleted {
    at: jiff::Timestamp,
    /// The id of the first run of its fold group.
    group: String,
}

fn deleted_path(run: &Path) -> PathBuf {
    run.join("deleted.json")
}

/// Moves a run there; nothing of it is lost. For who holds the run's lease. Runs that are deleted `at` the same time are
/// deleted together.
///
/// # Errors
/// [`RunError::Io`]; the run is where it was then. A full disk has no room for the date of its deletion.
pub fn trash(runs: &Path, run: &RunFolder, group: &str, at: jiff::Timestamp) -> Result<(), RunError> {
    let folder = trash_folder(runs);
    fs::create_dir_all(&folder).map_err(RunError::io(&folder))?;
    let (note, target) = (deleted_path(&run.path), folder.join(&run.id));
    let deleted = Deleted {
        at,
        group: group.to_owned(),
    };
    serde_json::to_vec(&deleted)
        .map_err(io::Error::from)
        .and_then(|text| files::replace(&note, &text))
        .map_err(RunError::io(&note))?;
    fs::rename(&run.path, &target).map_err(|error| {
        // It stays a run like any other.
        let _ = fs::remove_file(&note);
        RunError::io(&run.path)(error)
    })
}

/// Brings a deleted run back, with its whole fold group: the run of that id, of which that is a unique beginning, or
/// the one deleted last, with all that were deleted together with it. Their ids.
///
/// # Errors
/// [`RunError::NotInTrash`], [`RunError::Ambiguous`], [`RunError::Io`]; a run of that id that exists by now is left as
/// it is.
pub fn restore(runs: &Path, name: &str) -> Result<Vec<String>, RunError> {
    let all = entries(runs)?;
    let last = all.iter().map(|entry| entry.deleted.at).max();
    let found: Vec<&Entry> = match all.iter().find(|entry| entry.folder.id == name) {
        _ if name == LAST => all.iter().filter(|entry| Some(entry.deleted.at) == last).collect(),
        Some(entry) => vec![entry],
        None => all
            .iter()
            .filter(|entry| !name.is_empty() && entry.folder.id.starts_with(name))
            .collect(),
    };
    if found.is_empty() {
        return Err(RunError::NotInTrash {
            name: name.to_owned(),
            folder: trash_folder(runs),
            known: all.into_iter().map(|entry| entry.folder.id).collect(),
        });
    }
    let groups: BTreeSet<&str> = found.iter().map(|entry| &*entry.deleted.group).collect();
    if name != LAST && groups.len() > 1 {
        return Err(RunError::Ambiguous {
            name: name.to_owned(),
            matches: found.into_iter().map(|entry| entry.folder.id.clone()).collect(),
        });
    }
    let found = all.iter().filter(|entry| groups.contains(&*entry.deleted.group));
    let mut restored = Vec::new();
    for entry in found {
        let target = runs.join(&entry.folder.id);
        if target.exists() {
            let error = io::Error::new(
                io::ErrorKind::AlreadyExists,
                "a run of this name exists; delete or rename it first",
            );
            return Err(RunError::io(&target)(error));
        }
        fs::rename(&entry.folder.path, &target).map_err(RunError::io(&entry.folder.path))?;
        // What is left of it would only say that the run was deleted once.
        let _ = fs::remove_file(deleted_path(&target));
        restored.push(entry.folder.id.clone());
    }
    Ok(restored)
}

/// Removes what has been there for longer than a week. What cannot be removed stays until the next time.
pub fn empty_expired(runs: &Path) {
    let now = jiff::Timestamp::now();
    for entry in entries(runs).unwrap_or_default() {
        if now.duration_since(entry.deleted.at) > KEPT {
            let _ = fs::remove_dir_all(&entry.folder.path);
        }
    }
}

/// Size of everything that is there (bytes).
pub fn trash_size(runs: &Path) -> u64 {
    files::size(&trash_folder(runs)).unwrap_or_default()
}

struct Entry {
    folder: RunFolder,
    deleted: Deleted,
}

/// What is there, oldest runs first. One whose date cannot be read has just been deleted, as far as anyone knows.
fn entries(runs: &Path) -> Result<Vec<Entry>, RunError> {
    let folders = list_runs(&trash_folder(runs))?;
    Ok(folders
        .into_iter()
        .map(|folder| {
            let text = fs::read(deleted_path(&folder.path)).ok();
            let deleted = text.and_then(|text| serde_json::from_slice(&text).ok());
            Entry {
                deleted: deleted.unwrap_or_else(|| Deleted {
                    at: jiff::Timestamp::now(),
                    group: folder.id.clone(),
                }),
                folder,
            }
        })
        .collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(runs: &Path, id: &str) -> RunFolder {
        let run = RunFolder::create_as(runs, id, "kept = 1\n").unwrap();
        fs::create_dir(run.model()).unwrap();
        fs::write(run.model().join("weights"), id).unwrap();
        run
    }

    fn trash(runs: &Path, run: &RunFolder, group: &str) -> Result<(), RunError> {
        super::trash(runs, run, group, jiff::Timestamp::now())
    }

    fn run_folder(runs: &Path, id: &str) -> RunFolder {
        let mut all = list_runs(runs).unwrap();
        all.retain(|run| run.id == id);
        all.remove(0)
    }

    fn ids(runs: &Path) -> Vec<String> {
        list_runs(runs).unwrap().into_iter().map(|run| run.id).collect()
    }

    #[test]
    fn a_deleted_run_comes_back_whole_and_with_its_fold_group() {
        let runs = tempfile::tempdir().unwrap();
        let runs = runs.path();
        for id in ["fold-1", "fold-2"] {
            trash(runs, &run(runs, id), "fold-1").unwrap();
        }
        trash(runs, &run(runs, "alone"), "alone").unwrap();
        assert!(ids(runs).is_empty() && trash_size(runs) > 0);
        assert_eq!(restore(runs, "last").unwrap(), ["alone"]);
        assert_eq!(restore(runs, "fold-2").unwrap(), ["fold-1", "fold-2"]);
        assert_eq!(ids(runs), ["alone", "fold-1", "fold-2"]);
        assert_eq!(fs::read_to_string(runs.join("fold-2/model/weights")).unwrap(), "fold-2");
        assert!(!runs.join("fold-2/deleted.json").exists());
        assert!(ids(&trash_folder(runs)).is_empty());
    }

    #[test]
    fn what_was_deleted_together_comes_back_together() {
        let runs = tempfile::tempdir().unwrap();
        let runs = runs.path();
        trash(runs, &run(runs, "before"), "before").unwrap();
        let at = jiff::Timestamp::now();
        for (id, group) in [("a", "a"), ("fold-1", "fold-1"), ("fold-2", "fold-1")] {
            super::trash(runs, &run(runs, id), group, at).unwrap();
        }
        assert_eq!(restore(runs, "a").unwrap(), ["a"], "one by its name comes back alone");
        super::trash(runs, &run_folder(runs, "a"), "a", at).unwrap();
        assert_eq!(restore(runs, "last").unwrap(), ["a", "fold-1", "fold-2"]);
        assert_eq!(restore(runs, "last").unwrap(), ["before"]);
    }

    #[test]
    fn what_is_not_there_or_not_alone_is_told() {
        let runs = tempfile::tempdir().unwrap();
        let runs = runs.path();
        assert!(matches!(restore(runs, "last"), Err(RunError::NotInTrash { known, .. }) if known.is_empty()));
        for id in ["a-1", "a-2"] {
            trash(runs, &run(runs, id), id).unwrap();
        }
        assert!(matches!(restore(runs, "b"), Err(RunError::NotInTrash { known, .. }) if known == ["a-1", "a-2"]));
        assert!(matches!(restore(runs, ""), Err(RunError::NotInTrash { .. })));
        assert!(matches!(restore(runs, "a-"), Err(RunError::Ambiguous { .. })));
        let present = run(runs, "a-1");
        fs::write(present.settings(), "newer = 1\n").unwrap();
        assert!(restore(runs, "a-1").is_err());
        assert_eq!(fs::read_to_string(present.settings()).unwrap(), "newer = 1\n");
        assert_eq!(ids(&trash_folder(runs)), ["a-1", "a-2"]);
    }

    #[test]
    fn a_week_later_it_goes_for_good() {
        let runs = tempfile::tempdir().unwrap();
        let runs = runs.path();
        for (id, days) in [("new", 0), ("old", 8), ("ahead", -300), ("undated", 8)] {
            trash(runs, &run(runs, id), id).unwrap();
            let deleted = Deleted {
                at: jiff::Timestamp::now() - jiff::SignedDuration::from_hours(24 * days),
                group: id.to_owned(),
            };
            let text = if id == "undated" {
                Vec::new()
            } else {
                serde_json::to_vec(&deleted).unwrap()
            };
            fs::write(deleted_path(&trash_folder(runs).join(id)), text).unwrap();
        }
        empty_expired(runs);
        assert_eq!(ids(&trash_folder(runs)), ["ahead", "new", "undated"]);
    }
}
