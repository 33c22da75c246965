//! What `undertone worker RUN` does.

mod fit;
mod left_out;
mod observer;
mod prepare;
pub(in crate::engine) mod protocol;
pub(in crate::engine) mod report;

use crate::device::{choose_device, device_address};
use crate::engine::notify::{tell_lost, tell_lost_studies, watch_run};
use crate::engine::runs::file::RunFile;
use crate::engine::runs::launch::leave_terminal;
use crate::engine::runs::usage::UsageRecorder;
use crate::engine::studies::report::TrialReporter;
use crate::engine::{EndReason, EngineError, EpochMetrics, JournalEntry, Task};
use crate::runs::queue::{self, Entry, Queue};
use crate::runs::{Journal, Lease, RunError, RunFolder, host_name, read_entries, read_stop};
use crate::tuning::Outcome;
use jiff::Timestamp;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

/// How a run came to its end.
enum Ending {
    /// Why no epoch followed.
    Finished(EndReason),
    Stopped,
}

/// Trains the run of a folder in this process, which first leaves its terminal (setsid). `lane` is the folder of the
/// queue's lane that is kept busy by it.
///
/// # Errors
/// A run that cannot be taken up; what ended it when it failed.
pub fn work(run: &Path, lane: Option<&Path>) -> Result<(), EngineError> {
    leave_terminal()?;
    let _busy = lane.map(queue::occupy).transpose()?;
    let mut run = Run::take(run)?;
    run.watch();
    run.work()
}

/// One run that this process holds.
struct Run {
    folder: RunFolder,
    lease: Lease,
    journal: Journal<EpochMetrics>,
    /// The trial that the run is.
    trial: Option<TrialReporter>,
    /// The last epoch that the journal knows, when the run is one that goes on.
    resumed: Option<usize>,
}

impl Run {
    /// Takes it out of the queue as well.
    ///
    /// # Errors
    /// A run that another process holds, that a newer version of the program wrote, or that was taken up before and is not to go on: it would be overwritten.
    fn take(path: &Path) -> Result<Self, EngineError> {
        let id = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let folder = RunFolder {
            id,
            path: path.to_owned(),
        };
        if let Err(newer @ RunError::Newer(_)) = RunFile::read(&folder) {
            return Err(newer.into());
        }
        let lease = Lease::take(path)?;
        progress(&lease, &Task::Queued, 0, 0);
        let entries = read_entries::<EpochMetrics>(path, 0)?.0;
        let resumed = matches!(entries.last(), Some(JournalEntry::Resumed { .. }));
        if !entries.is_empty() && !resumed {
            return Err(EngineError::State(format!(
                "run {id} was begun before; `undertone resume {id}` continues it, or start a new run",
                id = folder.id
            )));
        }
        let last = entries.iter().rev().find_map(|entry| match entry {
            JournalEntry::Epoch { metrics, .. } => Some(metrics.epoch),
            _ => None,
        });
        let journal = Journal::open(path)?;
        if let (Some(_), Some(runs)) = (Entry::read(path), path.parent()) {
            Queue::lock(runs)?.leave(path)?;
        }
        Ok(Self {
            folder,
            lease,
            journal,
            trial: None,
            resumed: resumed.then_some(last.unwrap_or(0)),
        })
    }

    /// Has its end told, where somebody wants that; that of a trial is the study's affair. A run goes on without it.
    fn watch(&mut self) {
        let (Ok(RunFile { run, settings }), Some(runs)) = (RunFile::read(&self.folder), self.folder.path.parent())
        else {
            return;
        };
        if settings.notify.command.is_empty() || run.trial.is_some() {
            return;
        }
        tell_lost(runs);
        tell_lost_studies(&settings.tuning.studies);
        let group = (run.folds > 1).then(|| runs.join(&run.group));
        if let Err(error) = watch_run(&self.folder, group.as_deref()) {
            // What cannot be noted now is told by the entries that follow, if they can be.
            let _ = self.note(format!("nobody will be told of the end: {error}"));
        }
    }

    /// From here on the journal says how it ends, whatever happens.
    fn work(&mut self) -> Result<(), EngineError> {
        let outcome = catch_unwind(AssertUnwindSafe(|| self.train())).unwrap_or_else(|panic| {
            let words = panic.downcast_ref::<String>().cloned();
            let words = words.or_else(|| panic.downcast_ref::<&str>().map(ToString::to_string));
            let words = words.unwrap_or_else(|| "no words".to_owned());
            Err(EngineError::Process(format!(
                "a bug in the program ({words}); log.txt says where"
            )))
        });
        let pruned = self.trial.as_ref().is_some_and(TrialReporter::is_pruned);
        let outcome = match self.trial.take() {
            Some(trial) => self.tell(trial, outcome),
            None => outcome,
        };
        let at = Timestamp::now();
        let (last, outcome) = match outcome {
            Ok(Ending::Finished(why)) => (JournalEntry::Finished { at, why: Some(why) }, Ok(())),
            Ok(Ending::Stopped) => {
                // A journal that cannot be read is no reason for not saying in it that this is the end.
                let epoch = self.epochs_done().ok();
                let why = epoch.map(|epoch| match pruned {
                    true => EndReason::Pruned { epoch },
                    false => EndReason::Stopped { epoch },
                });
                (JournalEntry::Stopped { at, why }, Ok(()))
            }
            Err(error) => (
                JournalEntry::Failed {
                    at,
                    reason: error.to_string(),
                },
                Err(error),
            ),
        };
        self.journal.append(&self.lease, &last)?;
        outcome
    }

    /// Tells the study how its trial ended; the run's journal says the same in words.
    fn tell(&mut self, mut trial: TrialReporter, ending: Result<Ending, EngineError>) -> Result<Ending, EngineError> {
        let outcome = match &ending {
            Ok(ending) => trial.outcome(matches!(ending, Ending::Stopped)),
            Err(error) => Outcome::Failed(error.to_string()),
        };
        self.note(trial.words(&outcome))?;
        trial.tell(&outcome)?;
        ending
    }

    fn train(&mut self) -> Result<Ending, EngineError> {
        let start = JournalEntry::Started {
            at: Timestamp::now(),
            host: host_name(),
            pid: std::process::id(),
        };
        self.journal.append(&self.lease, &start)?;
        if let (Some(words), None) = (self.lease.note(), &self.resumed) {
            self.note(words)?;
        }
        let RunFile { run, settings } = RunFile::read(&self.folder)?;
        if let Some(trial) = &run.trial {
            self.trial = Some(TrialReporter::open(trial, &settings.tuning)?);
        }
        let device = choose_device(&settings.device)?;
        let chosen = JournalEntry::Device {
            at: Timestamp::now(),
            device: device.key.clone(),
            note: device.note,
        };
        self.journal.append(&self.lease, &chosen)?;

        let usage = UsageRecorder::start(&self.lease);
        if read_stop(&self.folder.path).is_some() {
            // Nothing has begun, so there is no epoch to wait for either.
            return Ok(Ending::Stopped);
        }
        let Some(mut prepared) = prepare::prepare(self, &run, &settings, &device.key)? else {
            return Ok(Ending::Stopped);
        };
        let address = device_address(&device.key);
        if device.key.starts_with("cuda") || address.is_some() {
            usage.watch_gpu(address);
        }
        match fit::fit(self, &run, &settings, &device.key, &mut prepared)? {
            Some(trained) => report::report(self, &run, &settings, prepared, &trained),
            None => Ok(Ending::Stopped),
        }
    }

    /// As the journal has them.
    fn epochs_done(&self) -> Result<usize, EngineError> {
        let entries = read_entries::<EpochMetrics>(&self.folder.path, 0)?.0;
        let last = entries.iter().rev().find_map(|entry| match entry {
            JournalEntry::Epoch { metrics, .. } => Some(metrics.epoch),
            _ => None,
        });
        Ok(last.unwrap_or(0))
    }

    fn note(&mut self, message: String) -> Result<(), EngineError> {
        let at = Timestamp::now();
        Ok(self.journal.append(&self.lease, &JournalEntry::Note { at, message })?)
    }
}

/// Into the heartbeat.
fn progress(lease: &Lease, task: &Task, done: usize, total: usize) {
    lease.progress(&task.to_string(), done as u64, total as u64);
}
