//! `studies/.trash`: deleted studies, until they have been there for a week.

use super::folder::StudyFolder;
use crate::engine::EngineError;
use crate::files;
use crate::runs::RunError;
use crate::tuning::Lock;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use std::fs;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

/// How long a deleted study is kept.
const KEPT: SignedDuration = SignedDuration::from_hours(7 * 24);
/// The name of the study that was deleted last.
const LAST: &str = "last";

/// What a deleted study's folder says of its deletion.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Deleted {
    at: Timestamp,
    study: String,
}

/// The folder that deleted studies are moved to.
pub fn trash_folder(studies: &Path) -> PathBuf {
    studies.join(".trash")
}

/// How a journal was left: its length (bytes) and when it was written last.
pub fn state_of_journal(folder: &StudyFolder) -> Option<(u64, SystemTime)> {
    let journal = fs::metadata(folder.journal()).ok()?;
    Some((journal.len(), journal.modified().ok()?))
}

/// Moves a study there; without `with_runs` the folders of its trials' runs stay. `before` is how its journal was left.
///
/// # Errors
/// [`EngineError::State`] when somebody has written to the journal since; what the file system says. The study is where
/// it was then.
pub fn trash(
    studies: &Path,
    folder: &StudyFolder,
    before: Option<(u64, SystemTime)>,
    with_runs: bool,
) -> Result<(), EngineError> {
    let place = trash_folder(studies);
    let now = Timestamp::now();
    let target = place.join(format!("{}~{}", folder.name, now.strftime("%Y%m%d-%H%M%S%.6f")));
    fs::create_dir_all(&place).map_err(RunError::io(&place))?;
    let note = folder.path.join(NOTE);
    let deleted = Deleted {
        at: now,
        study: folder.name.clone(),
    };
    // Whoever wants to write waits for this lock, and then finds no study.
    let lock = Lock::take(&folder.journal())?;
    if state_of_journal(folder) != before {
        return Err(EngineError::State(format!(
            "{}: another program has just written to it; end that first, then delete the study",
            folder.journal().display()
        )));
    }
    serde_json::to_vec(&deleted)
        .map_err(std::io::Error::from)
        .and_then(|text| files::replace(&note, &text))
        .map_err(RunError::io(&note))?;
    fs::rename(&folder.path, &target).map_err(|error| {
        // It stays a study like any other.
        let _ = fs::remove_file(&note);
        RunError::io(&folder.path)(error)
    })?;
    drop(lock);
    let moved = StudyFolder {
        name: folder.name.clone(),
        path: target,
    };
    remove_lock(&moved);
    if !with_runs && moved.trials().is_dir() {
        fs::create_dir_all(&folder.path).map_err(RunError::io(&folder.path))?;
        fs::rename(moved.trials(), folder.trials()).map_err(RunError::io(&moved.trials()))?;
    }
    Ok(())
}

/// What a deleted study's folder says of its deletion.
const NOTE: &str = "deleted.json";

/// The lock that a journal was moved under, which nobody holds any more.
fn remove_lock(folder: &StudyFolder) {
    let mut lock = folder.journal().into_os_string();
    lock.push(".lock");
    let _ = fs::remove_file(lock);
}

/// Brings a deleted study back, beside the runs of its trials that were kept; its name.
///
/// # Errors
/// [`EngineError::Unknown`] when it is not there, [`EngineError::State`] when there is a study of that name by now; what
/// the file system says.
pub fn restore(studies: &Path, name: &str) -> Result<String, EngineError> {
    let all = entries(studies);
    let found = all
        .iter()
        .filter(|entry| name == LAST || entry.deleted.study == name)
        .max_by_key(|entry| entry.deleted.at);
    let Some(found) = found else {
        let names: Vec<&str> = all.iter().map(|entry| entry.deleted.study.as_str()).collect();
        let known = match names.is_empty() {
            true => "it is empty".to_owned(),
            false => format!("it holds {}", names.join(", ")),
        };
        let missing = match name {
            LAST => "no deleted study".to_owned(),
            name => format!("no deleted study `{name}`"),
        };
        return Err(EngineError::Unknown(format!(
            "{}: {missing}; {known}",
            trash_folder(studies).display()
        )));
    };
    let target = StudyFolder::at(&studies.join(&found.deleted.study));
    if target.journal().is_file() {
        return Err(EngineError::State(format!(
            "{}: a study of this name exists; rename or delete it first",
            target.path.display()
        )));
    }
    fs::create_dir_all(target.trials()).map_err(RunError::io(&target.path))?;
    move_all(&found.path.join("trials"), &target.trials(), &[])?;
    // The journal last: with it, and not before, the folder is a study.
    move_all(&found.path, &target.path, &["trials", "journal.log", NOTE])?;
    let journal = found.path.join("journal.log");
    fs::rename(&journal, target.journal()).map_err(RunError::io(&journal))?;
    let _ = fs::remove_dir_all(&found.path);
    Ok(found.deleted.study.clone())
}

/// Moves what is in one folder to another, but for these names; what is there already is replaced, unless it is a folder
/// that holds something.
fn move_all(from: &Path, to: &Path, except: &[&str]) -> Result<(), EngineError> {
    let entries = fs::read_dir(from).into_iter().flatten().flatten();
    for entry in entries.filter(|entry| except.iter().all(|name| entry.file_name() != *name)) {
        fs::rename(entry.path(), to.join(entry.file_name())).map_err(RunError::io(&entry.path()))?;
    }
    Ok(())
}

/// Removes what has been there for longer than a week. What cannot be removed stays until the next time.
pub fn empty_expired(studies: &Path) {
    let now = Timestamp::now();
    for entry in entries(studies) {
        if now.duration_since(entry.deleted.at) > KEPT {
            let _ = fs::remove_dir_all(&entry.path);
        }
    }
}

/// Removes all that is there.
///
/// # Errors
/// What the file system says.
pub fn empty(studies: &Path) -> Result<(), EngineError> {
    let place = trash_folder(studies);
    match fs::remove_dir_all(&place) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(RunError::io(&place)(error).into()),
        _ => Ok(()),
    }
}

/// Names of the studies that are there.
pub fn names(studies: &Path) -> Vec<String> {
    entries(studies).into_iter().map(|entry| entry.deleted.study).collect()
}

struct Entry {
    path: PathBuf,
    deleted: Deleted,
}

/// What is there, by name. One whose date cannot be read has just been deleted, as far as anyone knows.
fn entries(studies: &Path) -> Vec<Entry> {
    let folders = fs::read_dir(trash_folder(studies)).into_iter().flatten().flatten();
    let mut entries: Vec<Entry> = folders
        .map(|folder| {
            let text = fs::read(folder.path().join(NOTE)).ok();
            let deleted = text.and_then(|text| serde_json::from_slice(&text).ok());
            let name = folder.file_name().to_string_lossy().into_owned();
            let study = name
                .rsplit_once('~')
                .map_or(name.as_str(), |(study, _)| study)
                .to_owned();
            Entry {
                deleted: deleted.unwrap_or(Deleted {
                    at: Timestamp::now(),
                    study,
                }),
                path: folder.path(),
            }
        })
        .collect();
    entries.sort_by(|one, two| (&one.deleted.study, one.deleted.at).cmp(&(&two.deleted.study, two.deleted.at)));
    entries
}

#[cfg(test)]
mod tests {
    use super::*;

    fn study(studies: &Path, name: &str) -> StudyFolder {
        let folder = StudyFolder::at(&studies.join(name));
        fs::create_dir_all(folder.trials().join("t1")).unwrap();
        fs::create_dir_all(folder.workers().join("w1")).unwrap();
        fs::write(folder.journal(), format!("the journal of {name}\n")).unwrap();
        fs::write(folder.settings_file(), "seed = 1\n").unwrap();
        fs::write(folder.trials().join("t1/model"), name).unwrap();
        folder
    }

    fn gone(studies: &Path, folder: &StudyFolder, with_runs: bool) {
        trash(studies, folder, state_of_journal(folder), with_runs).unwrap();
        assert!(!folder.journal().exists() && !folder.settings_file().exists() && !folder.workers().exists());
        assert_eq!(folder.trials().join("t1/model").is_file(), !with_runs);
    }

    #[test]
    fn a_deleted_study_comes_back_whole_with_its_runs_or_to_them() {
        let place = tempfile::tempdir().unwrap();
        let studies = place.path();
        for with_runs in [true, false] {
            let folder = study(studies, "crnn");
            gone(studies, &folder, with_runs);
            assert_eq!(names(studies), ["crnn"]);
            assert_eq!(StudyFolder::list(studies).unwrap(), []);
            assert_eq!(restore(studies, "last").unwrap(), "crnn");
            assert_eq!(fs::read_to_string(folder.journal()).unwrap(), "the journal of crnn\n");
            assert!(folder.settings_file().is_file() && folder.workers().join("w1").is_dir());
            assert_eq!(fs::read_to_string(folder.trials().join("t1/model")).unwrap(), "crnn");
            assert!(!folder.path.join(NOTE).exists() && names(studies).is_empty());
            let files: Vec<_> = fs::read_dir(&folder.path)
                .unwrap()
                .map(|entry| entry.unwrap().file_name())
                .collect();
            assert!(
                files.iter().all(|name| !name.to_string_lossy().contains("lock")),
                "{files:?}"
            );
        }
    }

    #[test]
    fn the_newest_of_a_name_comes_back_and_takes_no_place_of_another() {
        let place = tempfile::tempdir().unwrap();
        let studies = place.path();
        for text in ["first", "second"] {
            let folder = study(studies, "crnn");
            fs::write(folder.journal(), text).unwrap();
            gone(studies, &folder, false);
        }
        let folder = study(studies, "crnn");
        assert!(matches!(restore(studies, "crnn"), Err(EngineError::State(_))));
        assert!(matches!(restore(studies, "other"), Err(EngineError::Unknown(_))));
        fs::remove_dir_all(&folder.path).unwrap();
        restore(studies, "crnn").unwrap();
        assert_eq!(fs::read_to_string(folder.journal()).unwrap(), "second");
        assert_eq!(names(studies), ["crnn"]);
        empty(studies).unwrap();
        assert!(names(studies).is_empty());
        empty(studies).unwrap();
    }

    #[test]
    fn a_journal_that_was_written_to_since_stays() {
        let place = tempfile::tempdir().unwrap();
        let folder = study(place.path(), "crnn");
        let before = state_of_journal(&folder);
        fs::write(folder.journal(), "the journal of crnn\nand more\n").unwrap();
        let refused = trash(place.path(), &folder, before, true);
        assert!(matches!(refused, Err(EngineError::State(_))), "{refused:?}");
        assert!(folder.journal().is_file() && !folder.path.join(NOTE).exists());
        assert!(folder.path.join("journal.log.lock").symlink_metadata().is_err());
    }

    #[test]
    fn a_week_later_it_goes_for_good() {
        let place = tempfile::tempdir().unwrap();
        let studies = place.path();
        for (name, days) in [("new", 0), ("old", 8), ("ahead", -300), ("undated", 8)] {
            gone(studies, &study(studies, name), true);
            let entry = entries(studies)
                .into_iter()
                .find(|entry| entry.deleted.study == name)
                .unwrap();
            let deleted = Deleted {
                at: Timestamp::now() - SignedDuration::from_hours(24 * days),
                study: name.to_owned(),
            };
            let text = if name == "undated" {
                Vec::new()
            } else {
                serde_json::to_vec(&deleted).unwrap()
            };
            fs::write(entry.path.join(NOTE), text).unwrap();
        }
        empty_expired(studies);
        assert_eq!(names(studies), ["ahead", "new", "undated"]);
    }
}
