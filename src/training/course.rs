//! What the epochs so far decide: the rate of the next one, the best one, the end.

use super::{EarlyStopping, EpochFacts, Monitor, ReduceOnPlateau, TrainingSettings};

/// The epochs so far and what follows from them. It follows from their figures alone, so that going through them again
/// leads to where an interrupted run was.
#[derive(Debug)]
pub(super) struct Course {
    monitor: Monitor,
    epochs: usize,
    stopping: EarlyStopping,
    plateau: ReduceOnPlateau,
    rate: f64,
    history: Vec<EpochFacts>,
}

impl Course {
    /// Before the first epoch.
    pub fn new(settings: &TrainingSettings) -> Self {
        Self {
            monitor: settings.monitor,
            epochs: settings.epochs,
            stopping: EarlyStopping::new(settings.monitor, &settings.early_stopping),
            plateau: ReduceOnPlateau::new(settings.monitor, &settings.reduce_on_plateau),
            rate: settings.learning_rate,
            history: Vec::new(),
        }
    }

    /// Takes in the next epoch, which ran at [`Self::rate`]; its rate and whether it is the best so far are
    /// filled in.
    pub fn observe(&mut self, mut facts: EpochFacts) -> &EpochFacts {
        let value = self.monitor.value(&facts);
        facts.best = self.stopping.observe(value);
        facts.learning_rate = self.rate;
        self.rate = self.plateau.observe(value, self.rate);
        self.history.push(facts);
        &self.history[self.history.len() - 1]
    }

    /// Learning rate of the next epoch.
    pub fn rate(&self) -> f64 {
        self.rate
    }

    /// The number of the next epoch, from 1; none when there is none.
    pub fn next(&self) -> Option<usize> {
        let more = self.history.len() < self.epochs && !self.stopping.exhausted();
        more.then_some(self.history.len() + 1)
    }

    /// The epochs so far.
    pub fn history(&self) -> &[EpochFacts] {
        &self.history
    }

    /// The best epoch so far, from 1.
    pub fn best(&self) -> Option<usize> {
        self.history.iter().rposition(|facts| facts.best).map(|index| index + 1)
    }

    /// The epochs, when all is over.
    pub fn into_history(self) -> Vec<EpochFacts> {
        self.history
    }
}
