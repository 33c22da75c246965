//! What `undertone worker --tell FOLDER` does: it waits for the end of whoever started it, and tells what that was.

mod command;

use crate::engine::notify::{UNTOLD, UNTOLD_FOLDS, claim};
use crate::engine::runs::book::RunBook;
use crate::engine::runs::file::RunFile;
use crate::engine::runs::launch::leave_terminal;
use crate::engine::runs::page::tail;
use crate::engine::studies::book::StudyBook;
use crate::engine::studies::folder::StudyFolder;
use crate::engine::{EngineError, RunState, RunSummary};
use crate::runs::{Liveness, RunError, RunFolder, liveness, read_stop};
use crate::tuning::{Objective, TrialState};
use command::Told;
use std::io;
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

/// How long a folder may look alive after its worker's pipe was closed.
const SETTLING: Duration = Duration::from_secs(10);
/// Time between two looks at it.
const POLL_INTERVAL: Duration = Duration::from_millis(100);

/// Waits until standard input is closed, then tells the end of the run of this folder, and of all folds with it; or of the study, for the
/// folder of one of its workers. Does nothing when another process has told it, or somebody works on it again.
///
/// # Errors
/// What cannot be read; a command that failed.
pub fn tell_end(folder: &Path) -> Result<(), EngineError> {
    leave_terminal()?;
    // A pipe that breaks is one that has ended.
    let _ = io::copy(&mut io::stdin(), &mut io::sink());
    match (folder.parent(), folder.parent().and_then(Path::parent)) {
        (Some(runs), _) if folder.join("run.toml").is_file() => run(folder, runs),
        (_, Some(study)) => of_study(study, folder),
        _ => Ok(()),
    }
}

fn run(folder: &Path, runs: &Path) -> Result<(), EngineError> {
    let id = folder.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let mut book = RunBook::new(runs);
    let begun = Instant::now();
    let row = loop {
        book.refresh()?;
        match book.row(&id) {
            Some(row) if row.state.is_over() => break row,
            Some(_) if begun.elapsed() < SETTLING => thread::sleep(POLL_INTERVAL),
            _ => return Ok(()),
        }
    };
    let path = folder.to_owned();
    let command = RunFile::read(&RunFolder { id, path })?.settings.notify.command;
    let mut outcome = Ok(());
    if claim(folder, UNTOLD).map_err(RunError::io(folder))? {
        outcome = of_run(&row, folder).by(&command);
    }
    let Some((.., group)) = &row.fold else { return outcome };
    let folds: Vec<RunSummary> = book
        .summaries()
        .into_iter()
        .filter(|other| other.fold.as_ref().is_some_and(|(.., of)| of == group))
        .collect();
    let first = runs.join(group);
    let all_over = folds.iter().all(|fold| fold.state.is_over());
    if all_over && claim(&first, UNTOLD_FOLDS).map_err(RunError::io(&first))? {
        outcome = of_folds(&folds, group, &first).by(&command).and(outcome);
    }
    outcome
}

fn of_run(row: &RunSummary, folder: &Path) -> Told {
    Told {
        kind: "run",
        id: row.id.clone(),
        state: row.state.name().to_owned(),
        uar: row.test_uar,
        validation_uar: row.best_validation_uar,
        reason: row.end.as_ref().map(ToString::to_string).unwrap_or_default(),
        folder: folder.to_owned(),
    }
}

/// All of them are over; their state is that of the first, that is not finished, the worst first.
fn of_folds(folds: &[RunSummary], group: &str, first: &Path) -> Told {
    let states = [RunState::Dead, RunState::Failed, RunState::Stopped];
    let worst = states
        .into_iter()
        .find(|state| folds.iter().any(|fold| fold.state == *state));
    let finished = folds.iter().filter(|fold| fold.state == RunState::Finished).count();
    let together = folds.iter().find_map(|fold| fold.folds.as_ref());
    Told {
        kind: "folds",
        id: group.to_owned(),
        state: worst.unwrap_or(RunState::Finished).name().to_owned(),
        uar: together.map(|folds| folds.uar),
        validation_uar: None,
        reason: format!("{finished} of {} folds are finished", folds.len()),
        folder: first.to_owned(),
    }
}

fn of_study(path: &Path, place: &Path) -> Result<(), EngineError> {
    let folder = StudyFolder::at(path);
    let is_held = || {
        folder
            .worker_folders()
            .iter()
            .any(|place| matches!(liveness(place), Liveness::Held(_)))
    };
    let begun = Instant::now();
    while is_held() {
        if begun.elapsed() > SETTLING {
            // The last worker's watcher tells.
            return Ok(());
        }
        thread::sleep(POLL_INTERVAL);
    }
    let settings = folder.settings(&[])?;
    if !claim(&folder.path, UNTOLD).map_err(RunError::io(&folder.path))? {
        return Ok(());
    }
    let mut book = StudyBook::open(folder.clone(), &settings.runs)?;
    book.refresh()?;
    let page = book.page();
    let ended = [TrialState::Complete, TrialState::Pruned];
    let done = page.trials.iter().filter(|trial| ended.contains(&trial.state)).count();
    let complete = page.wanted.is_some_and(|wanted| done >= wanted) || page.coverage.is_some_and(|all| all.exhausted);
    let died = matches!(liveness(place), Liveness::Gone(Some(last)) if !last.released);
    let words = tail(&place.join("log.txt")).pop().unwrap_or_default();
    let (state, reason) = match () {
        () if complete => ("finished", format!("{done} trials are done")),
        () if died => ("dead", format!("its worker died after {done} trials: no heartbeat")),
        () if read_stop(place).is_some() => ("stopped", format!("stopped by the user after {done} trials")),
        () => ("failed", format!("after {done} trials: {words}")),
    };
    let best = page.best.last().map(|(_, value)| *value);
    Told {
        kind: "study",
        id: folder.name.clone(),
        state: state.to_owned(),
        // Trials are never evaluated on the test set.
        uar: None,
        validation_uar: best.filter(|_| settings.tuning.objective == Objective::Uar),
        reason,
        folder: folder.path.clone(),
    }
    .by(&settings.notify.command)
}
