//! Between the training loop and the run's folder, and the study's journal when the run is a trial.

use super::progress;
use crate::engine::studies::report::TrialReporter;
use crate::engine::{EngineError, EpochMetrics, JournalEntry, StepMetrics, Stop, Task};
use crate::runs::{Journal, Lease, StepLog, read_stop};
use crate::training::{LoopControl, Observer, TrainingError};
use std::path::Path;

/// Journals epochs, and asks before every step whether to go on.
pub struct RunObserver<'a> {
    run: &'a Path,
    lease: &'a Lease,
    journal: &'a mut Journal<EpochMetrics>,
    steps: StepLog<StepMetrics>,
    trial: Option<&'a mut TrialReporter>,
    /// The last epoch that the journal knows.
    journaled: usize,
    error: Option<EngineError>,
}

impl<'a> RunObserver<'a> {
    /// For a run that this process holds, and the trial that it is; the journal knows epochs up to `journaled`.
    pub fn new(
        run: &'a Path,
        lease: &'a Lease,
        journal: &'a mut Journal<EpochMetrics>,
        trial: Option<&'a mut TrialReporter>,
        journaled: usize,
    ) -> Self {
        Self {
            run,
            lease,
            journal,
            steps: StepLog::of(lease),
            trial,
            journaled,
            error: None,
        }
    }

    /// What made the observer end the run.
    pub fn take_error(&mut self) -> Option<EngineError> {
        self.error.take()
    }
}

impl RunObserver<'_> {
    fn ask(&mut self, task: &Task, done: usize, total: usize) -> LoopControl {
        progress(self.lease, task, done, total);
        // Both read a tiny file, microseconds beside a step.
        if let Err(error) = self.lease.check() {
            self.error = Some(error.into());
            return LoopControl::StopNow;
        }
        if self.trial.as_ref().is_some_and(|trial| trial.is_pruned()) {
            return LoopControl::StopNow;
        }
        match read_stop(self.run) {
            None => LoopControl::Continue,
            Some(Stop::AfterEpoch) => LoopControl::StopAfterEpoch,
            Some(Stop::Now) => LoopControl::StopNow,
        }
    }
}

impl Observer for RunObserver<'_> {
    fn step(&mut self, epoch: usize, done: usize, total: usize) -> LoopControl {
        self.ask(&Task::Epoch(epoch), done, total)
    }

    fn final_step(&mut self, (epoch, epochs): (usize, usize), done: usize, total: usize) -> LoopControl {
        self.ask(&Task::FinalFit(epoch, epochs), done, total)
    }

    /// What cannot be recorded is missing there; the run goes on.
    fn stepped(&mut self, metrics: &StepMetrics) {
        let _ = self.steps.append(metrics.step, metrics);
    }

    fn epoch(&mut self, metrics: &EpochMetrics) -> Result<(), TrainingError> {
        let entry = JournalEntry::Epoch {
            at: jiff::Timestamp::now(),
            metrics: metrics.clone(),
        };
        let journaled = self.journal.append(self.lease, &entry).map_err(EngineError::from);
        let told = journaled.and_then(|()| match &mut self.trial {
            Some(trial) => trial.epoch(metrics),
            None => Ok(()),
        });
        told.map_err(|error| {
            let words = error.to_string();
            self.error = Some(error);
            TrainingError::Observer(words)
        })
    }

    /// An epoch was kept before it was journaled: whoever was killed in between has not reported it.
    fn resumed(&mut self, history: &[EpochMetrics]) -> Result<(), TrainingError> {
        let untold = history.iter().filter(|metrics| metrics.epoch > self.journaled);
        untold
            .cloned()
            .collect::<Vec<_>>()
            .iter()
            .try_for_each(|metrics| self.epoch(metrics))
    }
}
