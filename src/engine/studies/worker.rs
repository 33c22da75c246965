//! What `undertone tune --worker` does: trial after trial, each in a process of its own.

use super::folder::{StudyFolder, TRIAL, space_of, wanted};
use super::lost::settle;
use super::trial::trial_settings;
use crate::engine::notify::{tell_lost_studies, watch_study};
use crate::engine::runs::command::command;
use crate::engine::runs::file::{RunFile, RunMetadata, TrialReference};
use crate::engine::runs::launch::{leave_terminal, spawn};
use crate::engine::{EngineError, Settings};
use crate::runs::{Lease, RunError, RunFolder, Stop, read_stop, request_stop};
use crate::tuning::lifecycle::failure_of;
use crate::tuning::{Limits, Outcome, Space, Study, TrialState, TuningError};
use jiff::Timestamp;
use std::ffi::OsStr;
use std::fs;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::ExitStatus;
use std::thread;
use std::time::Duration;

/// So many failures one after the other are no accident.
const FAILURES: usize = 5;
/// Time between two polls.
const POLL_INTERVAL: Duration = Duration::from_millis(100);
/// Polls from one search for lost trials to the next, while there is nothing to begin.
const IDLE: usize = 10;

/// Works on a study until it has its trials, or is asked to stop. `slot` names the folder of this worker; by default the
/// first that is free.
///
/// A trial is trained by a process of its own: one that runs out of memory takes no worker with it.
///
/// # Errors
/// A study that cannot be read or written; several trials that failed one after the other.
pub fn work_on_study(path: &Path, slot: Option<&str>) -> Result<(), EngineError> {
    leave_terminal()?;
    let folder = StudyFolder::at(path);
    folder.check_journal()?;
    let settings = folder.settings(&[])?;
    let space = space_of(&settings)?.clone();
    let (lease, place) = take_slot(&folder, slot)?;
    if !settings.notify.command.is_empty() {
        tell_lost_studies(&settings.tuning.studies);
        // Without it the trials go on all the same.
        let _ = watch_study(&folder.path, &place);
    }
    Worker {
        metadata: folder.begun()?.run,
        study: folder.begin_study(settings.tuning.objective)?,
        folder,
        settings,
        space,
        lease,
        place,
    }
    .work()
}

/// As [`work_on_study`], for a study by its name.
///
/// # Errors
/// No such study; else as there.
pub fn work_on_named_study(settings: &Settings, name: &str) -> Result<(), EngineError> {
    work_on_study(&StudyFolder::find(&settings.tuning.studies, name)?.path, None)
}

fn take_slot(folder: &StudyFolder, slot: Option<&str>) -> Result<(Lease, PathBuf), EngineError> {
    let take = |name: &str| {
        let place = folder.workers().join(name);
        fs::create_dir_all(&place).map_err(RunError::io(&place))?;
        Lease::take(&place).map(|lease| (lease, place))
    };
    if let Some(name) = slot {
        return Ok(take(name)?);
    }
    let mut number = 1;
    loop {
        match take(&format!("w{number}")) {
            Err(RunError::Held { .. }) => number += 1,
            outcome => return Ok(outcome?),
        }
    }
}

struct Worker {
    folder: StudyFolder,
    settings: Settings,
    metadata: RunMetadata,
    space: Space,
    study: Study,
    lease: Lease,
    place: PathBuf,
}

impl Worker {
    fn work(&mut self) -> Result<(), EngineError> {
        let (mut failures, mut looks) = (0, 0);
        let sampler = self.settings.tuning.chosen_sampler();
        let tuning = self.settings.tuning.clone();
        loop {
            self.lease.progress("asking", 0, 0);
            if read_stop(&self.place).is_some() {
                return Ok(());
            }
            self.lease.check()?;
            self.study.refresh()?;
            if looks % IDLE == 0 {
                settle(&self.folder, &mut self.study, tuning.objective, tuning.retries)?;
            }
            looks += 1;
            let wanted = wanted(&self.study, &self.settings);
            let time = Timestamp::now().strftime("%Y%m%d-%H%M%S").to_string();
            let name = |number: usize| format!("{time}-t{number:04}");
            let limits = Limits {
                trials: wanted,
                repeats: tuning.repeats,
            };
            let asked = self.study.ask_within(limits, &self.space, &sampler, tuning.seed, name);
            let number = match asked {
                Ok(Some(number)) => number,
                Ok(None) if self.finished() >= wanted => return Ok(()),
                // Others work on the last ones; what they lose is to be done again.
                Ok(None) => {
                    self.lease.progress("waiting", 0, 0);
                    thread::sleep(POLL_INTERVAL);
                    continue;
                }
                Err(TuningError::Exhausted { .. }) if self.study.running_runs().next().is_none() => return Ok(()),
                Err(TuningError::Exhausted { .. }) => {
                    thread::sleep(POLL_INTERVAL);
                    continue;
                }
                Err(error) => return Err(error.into()),
            };
            looks = 0;
            if let Err(error) = self.trial(number) {
                self.fail(number, &error.to_string())?;
            }
            failures = match self.study.trials().get(number) {
                Some(trial) if trial.state == TrialState::Failed => failures + 1,
                _ => 0,
            };
            if failures >= FAILURES {
                let reason = self
                    .study
                    .trials()
                    .get(number)
                    .and_then(failure_of)
                    .unwrap_or("unknown");
                return Err(EngineError::Process(format!(
                    "{FAILURES} trials failed one after the other; the last: {reason}"
                )));
            }
        }
    }

    fn finished(&self) -> usize {
        let counts = |state| matches!(state, TrialState::Complete | TrialState::Pruned);
        self.study.trials().iter().filter(|trial| counts(trial.state)).count()
    }

    /// Makes the run's folder, and waits for the process that trains it.
    fn trial(&mut self, number: usize) -> Result<(), EngineError> {
        let trial = self.study.trials().get(number);
        let (Some(trial), Some((_, id))) = (
            trial,
            self.study.running_runs().find(|(trial, _)| trial.number == number),
        ) else {
            return Err(EngineError::State("another process ended it".to_owned()));
        };
        let settings = trial_settings(&self.folder, &self.settings, &trial.parameters)?;
        let id = id.to_owned();
        let run = RunMetadata {
            fold: 0,
            folds: 1,
            command: command(&settings),
            trial: Some(TrialReference {
                study: self.folder.path.clone(),
                number,
            }),
            ..self.metadata.of(&id, &id, Timestamp::now())
        };
        let text = RunFile { run, settings }.to_toml()?;
        let run = RunFolder::create_as(&self.folder.trials(), &id, &text)?;
        let mut child = spawn(&[OsStr::new("worker"), run.path.as_os_str()], &run.log())?;
        let mut stopping = false;
        let status = loop {
            self.lease.progress(TRIAL, number as u64, 0);
            if !stopping && read_stop(&self.place) == Some(Stop::Now) {
                request_stop(&run.path, Stop::Now)?;
                stopping = true;
            }
            match child.try_wait() {
                Ok(Some(status)) => break status,
                Ok(None) => thread::sleep(POLL_INTERVAL),
                Err(error) => return Err(EngineError::Process(format!("its process cannot be watched: {error}"))),
            }
        };
        self.study.refresh()?;
        let ended = self
            .study
            .trials()
            .get(number)
            .is_none_or(|trial| trial.state != TrialState::Running);
        if !ended {
            // Killed, it may have been by chance, and is tried again as often as a lost one; else it would fail again.
            match killed(status) {
                Some(reason) => {
                    let retries = self.settings.tuning.retries;
                    self.study.fail_lost(&[(number, id)], &reason, retries)?;
                }
                None => self.fail(
                    number,
                    &format!("its process died unexpectedly ({status}); log.txt may say why"),
                )?,
            }
        }
        Ok(())
    }

    /// A trial that somebody ended meanwhile needs no more words.
    fn fail(&mut self, number: usize, reason: &str) -> Result<(), EngineError> {
        match self.study.tell(number, &Outcome::Failed(reason.to_owned())) {
            Ok(()) | Err(TuningError::State { .. }) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }
}

/// Why, when a signal ended it.
fn killed(status: ExitStatus) -> Option<String> {
    const KILL: i32 = 9;
    const ABORT: i32 = 6;
    let signal = status.signal()?;
    Some(match signal {
        KILL => "its process was killed (signal 9): by a user, or because memory ran out; \
                 lower training.batch_size or tuning.workers if it happens again"
            .to_owned(),
        ABORT => "its process aborted (signal 6), as when memory runs out; lower training.batch_size".to_owned(),
        other => format!("its process was ended by signal {other}"),
    })
}
