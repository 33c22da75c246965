//! Give up what is not among the best so-and-so many percent.

use super::must;
use crate::quantile;
use crate::tuning::{Direction, History, PruningDecision, Trial, TuningError};
use serde::{Deserialize, Serialize};

/// The percentile rule (Optuna's `PercentilePruner`).
///
/// The best value of the trial over all its steps is compared with the percentile of what the completed trials had at
/// exactly its last step; it is given up when strictly worse. NaN among the completed is left out; a trial that
/// reported nothing but NaN is given up.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Percentile {
    /// The best of so many percent are kept, 0 to 100.
    pub percentile: f64,
    /// Completed trials before anything is given up.
    pub startup_trials: usize,
    /// Steps of every trial before it is looked at.
    pub warmup_steps: i64,
    /// Steps from one look to the next.
    pub interval_steps: i64,
    /// Completed trials that must have a value at the step.
    pub min_trials: usize,
}

impl Default for Percentile {
    fn default() -> Self {
        Self {
            percentile: 25.0,
            startup_trials: 5,
            warmup_steps: 0,
            interval_steps: 1,
            min_trials: 1,
        }
    }
}

impl Percentile {
    /// As [`crate::tuning::Pruner::check`].
    pub(in crate::tuning) fn check(&self) -> Result<(), TuningError> {
        must(
            (0.0..=100.0).contains(&self.percentile),
            "percentile",
            self.percentile,
            "from 0 to 100",
        )?;
        must(self.warmup_steps >= 0, "warmup_steps", self.warmup_steps, "0 or more")?;
        must(
            self.interval_steps >= 1,
            "interval_steps",
            self.interval_steps,
            "1 or more",
        )?;
        must(self.min_trials >= 1, "min_trials", self.min_trials, "1 or more")
    }

    /// As [`crate::tuning::Pruner::decide`].
    pub(in crate::tuning) fn decide(&self, history: &History<'_>, trial: &Trial) -> PruningDecision {
        let enough = history.completed().nth(self.startup_trials.saturating_sub(1)).is_some();
        let Some((step, _)) = trial.last_report() else {
            return PruningDecision::KEEP;
        };
        if !enough || step < self.warmup_steps || !self.is_due(trial, step) {
            return PruningDecision::KEEP;
        }
        let Some(best) = best_of(trial.reports.values().copied(), history.direction) else {
            return PruningDecision::PRUNE;
        };
        let Some(threshold) = self.threshold(history, step) else {
            return PruningDecision::KEEP;
        };
        let prune = match history.direction {
            Direction::Minimize => best > threshold,
            Direction::Maximize => best < threshold,
        };
        PruningDecision {
            prune,
            threshold: Some(threshold),
            rungs: Vec::new(),
        }
    }

    /// The value that a trial has to reach at every step that is looked at.
    pub(in crate::tuning) fn line(&self, history: &History<'_>) -> Vec<(i64, f64)> {
        let steps = history.completed().flat_map(|trial| trial.reports.keys().copied());
        let steps: std::collections::BTreeSet<i64> = steps.filter(|step| *step >= self.warmup_steps).collect();
        let interval = self.interval_steps.max(1);
        let due = steps
            .into_iter()
            .filter(|step| (step - self.warmup_steps) % interval == 0);
        due.filter_map(|step| Some((step, self.threshold(history, step)?)))
            .collect()
    }

    /// Whether this is the first report at or after a look that is due.
    fn is_due(&self, trial: &Trial, step: i64) -> bool {
        let interval = self.interval_steps.max(1);
        let due = (step - self.warmup_steps) / interval * interval + self.warmup_steps;
        trial
            .reports
            .range(..step)
            .next_back()
            .is_none_or(|(before, _)| *before < due)
    }

    /// The percentile of the completed trials' values at a step; `None` for too few of them, or nothing but NaN.
    fn threshold(&self, history: &History<'_>, step: i64) -> Option<f64> {
        let mut values: Vec<f64> = history
            .completed()
            .filter_map(|trial| trial.reports.get(&step).copied())
            .collect();
        if values.len() < self.min_trials {
            return None;
        }
        values.retain(|value| !value.is_nan());
        let percentile = match history.direction {
            Direction::Minimize => self.percentile,
            Direction::Maximize => 100.0 - self.percentile,
        };
        values.sort_by(f64::total_cmp);
        quantile::of_sorted(&values, percentile / 100.0).filter(|threshold| !threshold.is_nan())
    }
}

/// The best of the values that are not NaN.
pub(super) fn best_of(values: impl Iterator<Item = f64>, direction: Direction) -> Option<f64> {
    let valid = values.filter(|value| !value.is_nan());
    match direction {
        Direction::Minimize => valid.reduce(f64::min),
        Direction::Maximize => valid.reduce(f64::max),
    }
}
