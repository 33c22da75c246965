//! Being told of ends: a small process waits for a worker, whatever ends that, and then has the user's command run.
//!
//! What is still to be told is marked in the folder before the work begins; who takes the mark away tells, so that an end is told
//! once. A mark that outlives its watcher is that of a machine that went down: the next worker finds it.

use super::EngineError;
use super::runs::launch::spawn_watcher;
use crate::runs::{Liveness, RunError, RunFolder, list_runs, liveness};
use std::ffi::OsStr;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::process::ChildStdin;

/// In a folder whose end is still to be told.
pub const UNTOLD: &str = "untold";
/// In the folder of the first fold, while the end of all folds is still to be told.
pub const UNTOLD_FOLDS: &str = "untold-folds";

/// Starts the watcher of a run that this process holds; `group` is the folder of the first fold, where it is a fold.
///
/// # Errors
/// A folder that cannot be written, a process that cannot be started.
pub fn watch_run(run: &RunFolder, group: Option<&Path>) -> Result<(), EngineError> {
    mark(&run.path, UNTOLD)?;
    if let Some(group) = group.filter(|group| group.is_dir()) {
        mark(group, UNTOLD_FOLDS)?;
    }
    keep(start(&run.path, &run.log())?);
    Ok(())
}

/// Starts the watcher of a worker of a study; `place` is the worker's folder.
///
/// # Errors
/// As [`watch_run`].
pub fn watch_study(study: &Path, place: &Path) -> Result<(), EngineError> {
    mark(study, UNTOLD)?;
    keep(start(place, &place.join("log.txt"))?);
    Ok(())
}

/// Until this process ends, whatever ends it: then the system closes the pipe, which is what the watcher waits for.
fn keep(pipe: Option<ChildStdin>) {
    std::mem::forget(pipe);
}

fn start(watched: &Path, log: &Path) -> Result<Option<ChildStdin>, EngineError> {
    let arguments = [OsStr::new("worker"), OsStr::new("--tell"), watched.as_os_str()];
    let mut child = spawn_watcher(&arguments, log)?;
    Ok(child.stdin.take())
}

/// Has the ends told that nobody told: of runs whose machine went down with their watcher. It is done by processes of their
/// own; what cannot be read or started is left to the next one.
pub fn tell_lost(runs: &Path) {
    for run in list_runs(runs).unwrap_or_default() {
        let lost = run.path.join(UNTOLD).exists() && matches!(liveness(&run.path), Liveness::Gone(_));
        if lost {
            // Nothing holds its pipe, so it begins at once.
            let _ = start(&run.path, &run.log());
        }
    }
}

/// The same for studies.
pub fn tell_lost_studies(studies: &Path) {
    for study in folders(studies).filter(|study| study.join(UNTOLD).exists()) {
        let places: Vec<PathBuf> = folders(&study.join("workers")).collect();
        let lost = |place: &PathBuf| !matches!(liveness(place), Liveness::Held(_));
        if let (Some(place), true) = (places.last(), places.iter().all(lost)) {
            let _ = start(place, &place.join("log.txt"));
        }
    }
}

/// The folders in a folder; none where it cannot be read.
fn folders(parent: &Path) -> impl Iterator<Item = PathBuf> {
    let entries = fs::read_dir(parent).into_iter().flatten().flatten();
    entries.map(|entry| entry.path()).filter(|path| path.is_dir())
}

/// The end of a run that no process ever worked on.
pub fn tell_refused(run: &RunFolder) {
    if mark(&run.path, UNTOLD).is_ok() {
        let _ = start(&run.path, &run.log());
    }
}

fn mark(folder: &Path, name: &str) -> Result<(), RunError> {
    let path = folder.join(name);
    File::create(&path).map(|_| ()).map_err(RunError::io(&path))
}

/// Takes a mark away; false when another process did, or there was none.
pub fn claim(folder: &Path, name: &str) -> io::Result<bool> {
    match fs::remove_file(folder.join(name)) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_end_is_told_by_the_one_who_takes_its_mark_away() {
        let run = tempfile::tempdir().unwrap();
        assert!(
            !claim(run.path(), UNTOLD).unwrap(),
            "an older version's run is not told"
        );
        mark(run.path(), UNTOLD).unwrap();
        mark(run.path(), UNTOLD).unwrap();
        let claims = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..8)
                .map(|_| scope.spawn(|| claim(run.path(), UNTOLD).unwrap()))
                .collect();
            threads
                .into_iter()
                .filter_map(|thread| thread.join().ok())
                .filter(|told| *told)
                .count()
        });
        assert_eq!(claims, 1);
    }
}
