//! Successive halving at several degrees of haste.

use super::{SuccessiveHalving, must};
use crate::tuning::{History, Trial, TuningError, Verdict};
use serde::{Deserialize, Serialize};

/// Hyperband (Optuna's `HyperbandPruner`; Li et al. 2018).
///
/// Each trial belongs to a bracket, by a checksum of the study's name and its number; bracket `b` is successive halving
/// that leaves out the first `b` rungs, among the trials of the bracket alone.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Hyperband {
    /// The step of the first rung.
    pub min_resource: u64,
    /// The steps of a whole trial; left out, those of the longest completed one.
    pub max_resource: Option<u64>,
    /// One of so many goes on.
    pub reduction_factor: u64,
    /// Trials a rung must have seen before any goes on.
    pub bootstrap_count: usize,
}

impl Default for Hyperband {
    fn default() -> Self {
        Self {
            min_resource: 1,
            max_resource: None,
            reduction_factor: 3,
            bootstrap_count: 0,
        }
    }
}

impl Hyperband {
    /// As [`crate::tuning::Pruner::check`].
    pub(in crate::tuning) fn check(&self) -> Result<(), TuningError> {
        must(self.min_resource >= 1, "min_resource", self.min_resource, "1 or more")?;
        must(
            self.reduction_factor >= 2,
            "reduction_factor",
            self.reduction_factor,
            "2 or more",
        )?;
        let max = self.max_resource.unwrap_or(u64::MAX);
        must(max >= self.min_resource, "max_resource", max, "at least `min_resource`")?;
        let told = self.bootstrap_count == 0 || self.max_resource.is_some();
        must(
            told,
            "bootstrap_count",
            self.bootstrap_count,
            "0 unless `max_resource` is given",
        )
    }

    /// As [`crate::tuning::Pruner::judge`].
    pub(in crate::tuning) fn judge(&self, history: &History<'_>, trial: &Trial) -> Verdict {
        let longest = || {
            let steps = history
                .completed()
                .filter_map(Trial::last_report)
                .map(|(step, _)| step)
                .max()?;
            Some(steps.saturating_add(1).max(0) as u64)
        };
        let Some(max_resource) = self.max_resource.or_else(longest) else {
            return Verdict::KEEP;
        };
        let budgets = self.budgets(max_resource);
        if budgets.is_empty() {
            return Verdict::KEEP;
        }
        let bracket = bracket_of(history.study, trial.number, &budgets);
        let halving = SuccessiveHalving {
            min_resource: Some(self.min_resource),
            reduction_factor: self.reduction_factor,
            min_early_stopping_rate: bracket as u32,
            bootstrap_count: self.bootstrap_count,
        };
        halving.judge_among(history, trial, |other| {
            bracket_of(history.study, other.number, &budgets) == bracket
        })
    }

    /// How many trials of a round each bracket gets, the hastiest first.
    fn budgets(&self, max_resource: u64) -> Vec<u64> {
        let factor = self.reduction_factor.max(2) as f64;
        let ratio = max_resource as f64 / self.min_resource.max(1) as f64;
        let brackets = (ratio.ln() / factor.ln()).floor() + 1.0;
        let budget = |bracket: u64| {
            let rounds = brackets - 1.0 - bracket as f64;
            (brackets * factor.powi(rounds as i32) / (rounds + 1.0)).ceil() as u64
        };
        (0..brackets.max(0.0) as u64).map(budget).collect()
    }
}

fn bracket_of(study: &str, number: usize, budgets: &[u64]) -> usize {
    let total: u64 = budgets.iter().sum();
    let mut place = u64::from(crc32(format!("{study}_{number}").as_bytes())) % total.max(1);
    for (bracket, budget) in budgets.iter().enumerate() {
        if place < *budget {
            return bracket;
        }
        place -= budget;
    }
    0
}

/// The checksum of zip and PNG (reflected polynomial 0xEDB88320), as Python's `binascii.crc32`.
fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(!0, |sum, byte| {
        (0..8).fold(sum ^ u32::from(*byte), |sum, _| {
            if sum & 1 == 1 { sum >> 1 ^ 0xedb8_8320 } else { sum >> 1 }
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_checksum_is_the_known_one() {
        assert_eq!(crc32(b"123456789"), 0xcbf4_3926);
    }

    #[test]
    fn the_hastiest_bracket_gets_most_trials() {
        let rule = Hyperband {
            min_resource: 1,
            max_resource: Some(81),
            ..Hyperband::default()
        };
        assert_eq!(rule.budgets(81), [81, 34, 15, 8, 5]);
    }
}
