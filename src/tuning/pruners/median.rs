//! Give up what is worse than half of the completed trials were.

use super::Percentile;
use crate::tuning::{History, PruningDecision, Trial, TuningError};
use serde::{Deserialize, Serialize};

/// The median rule (Optuna's `MedianPruner`): [`Percentile`] at 50.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Median {
    /// Completed trials before anything is pruned.
    pub startup_trials: usize,
    /// Steps of every trial before it is looked at.
    pub warmup_steps: i64,
    /// Steps from one look to the next.
    pub interval_steps: i64,
    /// Completed trials that must have a value at the step.
    pub min_trials: usize,
}

impl Default for Median {
    fn default() -> Self {
        Self {
            startup_trials: 5,
            warmup_steps: 0,
            interval_steps: 1,
            min_trials: 1,
        }
    }
}

impl Median {
    pub(in crate::tuning) fn as_percentile(&self) -> Percentile {
        let Self {
            startup_trials,
            warmup_steps,
            interval_steps,
            min_trials,
        } = *self;
        Percentile {
            percentile: 50.0,
            startup_trials,
            warmup_steps,
            interval_steps,
            min_trials,
        }
    }

    /// As [`crate::tuning::Pruner::check`].
    pub(in crate::tuning) fn check(&self) -> Result<(), TuningError> {
        self.as_percentile().check()
    }

    /// As [`crate::tuning::Pruner::decide`].
    pub(in crate::tuning) fn decide(&self, history: &History<'_>, trial: &Trial) -> PruningDecision {
        self.as_percentile().decide(history, trial)
    }
}
