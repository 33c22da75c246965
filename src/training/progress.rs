//! What the epochs so far decide: the rate of the next one, the best one, the end.

use super::schedule::Schedule;
use super::{EarlyStopping, EpochMetrics, Monitor, ReduceOnPlateau, ScheduleKind, TrainingSettings};

/// The epochs so far and what follows from them. It follows from their metrics alone, so that going through them again
/// leads to where an interrupted run was.
#[derive(Debug)]
pub(super) struct TrainingProgress {
    monitor: Monitor,
    epochs: usize,
    stopping: EarlyStopping,
    plateau: Option<ReduceOnPlateau>,
    schedule: Schedule,
    rate: f64,
    history: Vec<EpochMetrics>,
}

impl TrainingProgress {
    /// Before the first epoch, which has so many steps.
    pub fn new(settings: &TrainingSettings, steps: usize) -> Self {
        Self {
            monitor: settings.monitor,
            epochs: settings.epochs,
            stopping: EarlyStopping::new(settings.monitor, &settings.early_stopping),
            plateau: (settings.schedule == ScheduleKind::Plateau)
                .then(|| ReduceOnPlateau::new(settings.monitor, &settings.reduce_on_plateau)),
            schedule: Schedule::new(settings, steps),
            rate: settings.learning_rate,
            history: Vec::new(),
        }
    }

    /// Takes in the next epoch, which ran at [`Self::rate`]; its rate and whether it is the best so far are
    /// filled in.
    pub fn observe(&mut self, mut metrics: EpochMetrics) -> &EpochMetrics {
        let value = self.monitor.value(&metrics);
        metrics.best = self.stopping.observe(value);
        metrics.learning_rate = self.schedule.rate_of_epoch(self.history.len() + 1, self.rate);
        if let Some(plateau) = &mut self.plateau {
            self.rate = plateau.observe(value, self.rate);
        }
        self.history.push(metrics);
        &self.history[self.history.len() - 1]
    }

    /// Learning rate of the next epoch, where it is not another at every step.
    pub fn rate(&self) -> f64 {
        self.rate
    }

    /// The number of the next epoch, from 1; none when there is none.
    pub fn next(&self) -> Option<usize> {
        let more = self.history.len() < self.epochs && !self.stopping.exhausted();
        more.then_some(self.history.len() + 1)
    }

    /// The epochs so far.
    pub fn history(&self) -> &[EpochMetrics] {
        &self.history
    }

    /// The best epoch so far, from 1.
    pub fn best(&self) -> Option<usize> {
        self.history
            .iter()
            .rposition(|metrics| metrics.best)
            .map(|index| index + 1)
    }

    /// The epochs, when all is over.
    pub fn into_history(self) -> Vec<EpochMetrics> {
        self.history
    }
}
