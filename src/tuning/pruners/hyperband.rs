//! Successive halving at several degrees of haste.

use super::{SuccessiveHalving, must};
use crate::tuning::{History, PruningDecision, Trial, TuningError};
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
    /// One of so many is promoted.
    pub reduction_factor: u64,
    /// Trials a rung must have seen before any is promoted.
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
        let given = self.bootstrap_count == 0 || self.max_resource.is_some();
        must(
            given,
            "bootstrap_count",
            self.bootstrap_count,
            "0 unless `max_resource` is given",
        )
    }

    /// As [`crate::tuning::Pruner::decide`].
    pub(in crate::tuning) fn decide(&self, history: &History<'_>, trial: &Trial) -> PruningDecision {
        let longest = || {
            let steps = history
                .completed()
                .filter_map(Trial::last_report)
                .map(|(step, _)| step)
                .max()?;
            Some(steps.saturating_add(1).max(0) as u64)
        };
        let Some(max_resource) = self.max_resource.or_else(longest) else {
            return PruningDecision::KEEP;
        };
        let budgets = self.budgets(max_resource);
        if budgets.is_empty() {
            return PruningDecision::KEEP;
        }
        let brackets = Brackets::new(history.study, &budgets);
        let bracket = brackets.of(trial.number);
        let halving = SuccessiveHalving {
            min_resource: Some(self.min_resource),
            reduction_factor: self.reduction_factor,
            min_early_stopping_rate: bracket as u32,
            bootstrap_count: self.bootstrap_count,
        };
        halving.decide_among(history, trial, |other| brackets.of(other.number) == bracket)
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

/// Which bracket a trial belongs to: the checksum of `study_number` as a position in the budgets.
#[derive(Debug)]
struct Brackets<'a> {
    budgets: &'a [u64],
    total: u64,
    prefix: Crc32,
}

impl<'a> Brackets<'a> {
    fn new(study: &str, budgets: &'a [u64]) -> Self {
        let prefix = Crc32::default().with(study.as_bytes()).with(b"_");
        Self {
            budgets,
            total: budgets.iter().sum::<u64>().max(1),
            prefix,
        }
    }

    fn of(&self, number: usize) -> usize {
        let mut position = u64::from(self.prefix.with(number.to_string().as_bytes()).value()) % self.total;
        let bracket = self.budgets.iter().position(|budget| {
            let inside = position < *budget;
            position = position.wrapping_sub(*budget);
            inside
        });
        bracket.unwrap_or(0)
    }
}

/// The checksum of zip and PNG (reflected polynomial 0xEDB88320), as Python's `binascii.crc32`.
#[derive(Debug, Clone, Copy)]
struct Crc32(u32);

impl Crc32 {
    /// What each byte does to the sum.
    const TABLE: [u32; 256] = {
        let mut table = [0; 256];
        let mut byte = 0;
        while byte < 256 {
            let (mut sum, mut bit) = (byte as u32, 0);
            while bit < 8 {
                sum = if sum & 1 == 1 { sum >> 1 ^ 0xedb8_8320 } else { sum >> 1 };
                bit += 1;
            }
            table[byte] = sum;
            byte += 1;
        }
        table
    };

    fn with(self, bytes: &[u8]) -> Self {
        Self(bytes.iter().fold(self.0, |sum, byte| {
            sum >> 8 ^ Self::TABLE[usize::from(sum as u8 ^ byte)]
        }))
    }

    fn value(self) -> u32 {
        !self.0
    }
}

impl Default for Crc32 {
    fn default() -> Self {
        Self(!0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_checksum_is_the_known_one() {
        assert_eq!(Crc32::default().with(b"123456789").value(), 0xcbf4_3926);
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
