//! Give up what is not among the best of its rung.

use super::must;
use crate::tuning::{Direction, History, PruningDecision, Trial, TuningError};
use serde::{Deserialize, Serialize};

/// Asynchronous successive halving (Optuna's `SuccessiveHalvingPruner`; Li et al. 2018).
///
/// Rung `k` is reached at step `min_resource * reduction_factor^(min_early_stopping_rate + k)`. There a trial's value is
/// noted (`completed_rung_k`), and only the best `1 / reduction_factor` of all values noted so far are promoted.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SuccessiveHalving {
    /// The step of the first rung; left out, a hundredth of the longest completed trial, and at least 1.
    pub min_resource: Option<u64>,
    /// One of so many is promoted.
    pub reduction_factor: u64,
    /// Rungs left out at the beginning.
    pub min_early_stopping_rate: u32,
    /// Trials a rung must have seen before any is promoted.
    pub bootstrap_count: usize,
}

impl Default for SuccessiveHalving {
    fn default() -> Self {
        Self {
            min_resource: None,
            reduction_factor: 4,
            min_early_stopping_rate: 0,
            bootstrap_count: 0,
        }
    }
}

/// The attribute that holds a trial's value at a rung.
pub(in crate::tuning) fn rung_key(rung: u32) -> String {
    format!("completed_rung_{rung}")
}

impl SuccessiveHalving {
    /// As [`crate::tuning::Pruner::check`].
    pub(in crate::tuning) fn check(&self) -> Result<(), TuningError> {
        must(self.min_resource != Some(0), "min_resource", 0, "1 or more")?;
        must(
            self.reduction_factor >= 2,
            "reduction_factor",
            self.reduction_factor,
            "2 or more",
        )?;
        let given = self.bootstrap_count == 0 || self.min_resource.is_some();
        must(
            given,
            "bootstrap_count",
            self.bootstrap_count,
            "0 unless `min_resource` is given",
        )
    }

    /// As [`crate::tuning::Pruner::decide`].
    pub(in crate::tuning) fn decide(&self, history: &History<'_>, trial: &Trial) -> PruningDecision {
        self.decide_among(history, trial, |_| true)
    }

    /// The same, compared only with the trials that `among` picks.
    pub(super) fn decide_among(
        &self,
        history: &History<'_>,
        trial: &Trial,
        among: impl Fn(&Trial) -> bool,
    ) -> PruningDecision {
        let mut decision = PruningDecision::KEEP;
        let Some((step, value)) = trial.last_report() else {
            return decision;
        };
        let estimate = || {
            let last = history
                .completed()
                .filter(|trial| among(trial))
                .filter_map(Trial::last_report);
            last.map(|(step, _)| step.div_euclid(100).max(1) as u64).max()
        };
        let Some(min_resource) = self.min_resource.or_else(estimate) else {
            return decision;
        };
        let mut rung = (0..)
            .find(|rung| !trial.system_attributes.contains_key(&rung_key(*rung)))
            .unwrap_or(0);
        loop {
            let exponent = self.min_early_stopping_rate.saturating_add(rung);
            let reached = min_resource.saturating_mul(self.reduction_factor.max(2).saturating_pow(exponent));
            if i128::from(step) < i128::from(reached) {
                return decision;
            }
            if value.is_nan() {
                decision.prune = true;
                return decision;
            }
            decision.rungs.push((rung, value));
            let key = rung_key(rung);
            let others = history.trials.iter().filter(|other| other.id != trial.id);
            let noted = others.filter_map(|other| Some((other, other.system_attributes.get(&key)?.number()?)));
            let mut competing: Vec<f64> = noted
                .filter(|(other, _)| among(other))
                .map(|(_, value)| value)
                .collect();
            competing.push(value);
            let count = competing.len();
            let rank = (count / self.reduction_factor.max(2) as usize).saturating_sub(1);
            competing.sort_by(f64::total_cmp);
            let (threshold, promoted) = match history.direction {
                Direction::Minimize => (competing[rank], value <= competing[rank]),
                Direction::Maximize => (competing[count - 1 - rank], value >= competing[count - 1 - rank]),
            };
            decision.threshold = Some(threshold);
            if count <= self.bootstrap_count || !promoted {
                decision.prune = true;
                return decision;
            }
            rung += 1;
        }
    }
}
