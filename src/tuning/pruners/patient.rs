//! Give up what no longer gets better.

use super::must;
use super::percentile::best_of;
use crate::tuning::{Direction, History, Pruner, PruningDecision, Trial, TuningError};
use serde::{Deserialize, Serialize};

/// Patience around another pruner (Optuna's `PatientPruner`).
///
/// The last `patience + 1` reports are compared with all before them: when their best is worse by more than
/// `min_delta`, the wrapped rule decides; without one the trial is given up.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Patient {
    /// The rule that has the last word; `none` gives up at once.
    #[serde(default)]
    pub wrapped: Box<Pruner>,
    /// Reports without getting better that are borne.
    pub patience: usize,
    /// How much worse still counts as not worse.
    #[serde(default)]
    pub min_delta: f64,
}

impl Patient {
    /// As [`Pruner::check`].
    pub(in crate::tuning) fn check(&self) -> Result<(), TuningError> {
        must(self.min_delta >= 0.0, "min_delta", self.min_delta, "0 or more")?;
        self.wrapped.check()
    }

    /// As [`Pruner::decide`].
    pub(in crate::tuning) fn decide(&self, history: &History<'_>, trial: &Trial) -> PruningDecision {
        let recent = self.patience.saturating_add(1);
        let Some(earlier) = trial.reports.len().checked_sub(recent).filter(|earlier| *earlier > 0) else {
            return PruningDecision::KEEP;
        };
        let values = || trial.reports.values().copied();
        let before = best_of(values().take(earlier), history.direction);
        let after = best_of(values().skip(earlier), history.direction);
        let (Some(before), Some(after)) = (before, after) else {
            return PruningDecision::KEEP;
        };
        let stuck = match history.direction {
            Direction::Minimize => before + self.min_delta < after,
            Direction::Maximize => before - self.min_delta > after,
        };
        match (stuck, &*self.wrapped) {
            (false, _) => PruningDecision::KEEP,
            (true, Pruner::None) => PruningDecision {
                threshold: Some(before),
                ..PruningDecision::PRUNE
            },
            (true, wrapped) => wrapped.decide(history, trial),
        }
    }
}
