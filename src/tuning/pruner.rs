//! When to prune a trial.

use super::pruners::{Hyperband, Median, Patient, Percentile, SuccessiveHalving};
use super::{History, PruningDecision, Trial, TuningError};
use serde::{Deserialize, Serialize};

/// A rule for when to prune a trial; every one matches Optuna 5.0's pruner of that name.
///
/// Rules hold no state: what they need is in the trials, so that every process decides the same.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Pruner {
    /// Never.
    #[default]
    None,
    /// When it is worse than half of the completed trials were.
    Median(Median),
    /// When it is not among the best so-and-so many percent.
    Percentile(Percentile),
    /// When it no longer gets better, and another rule agrees.
    Patient(Patient),
    /// When it is not among the best of its rung.
    SuccessiveHalving(SuccessiveHalving),
    /// Successive halving at several degrees of haste.
    Hyperband(Hyperband),
}

impl Pruner {
    /// Whether the settings make sense.
    ///
    /// # Errors
    /// [`TuningError::Pruner`], with the setting and what it must be.
    pub fn check(&self) -> Result<(), TuningError> {
        match self {
            Self::None => Ok(()),
            Self::Median(rule) => rule.check(),
            Self::Percentile(rule) => rule.check(),
            Self::Patient(rule) => rule.check(),
            Self::SuccessiveHalving(rule) => rule.check(),
            Self::Hyperband(rule) => rule.check(),
        }
    }

    /// What the rule says about a running trial after its last report.
    pub fn decide(&self, history: &History<'_>, trial: &Trial) -> PruningDecision {
        match self {
            Self::None => PruningDecision::KEEP,
            Self::Median(rule) => rule.decide(history, trial),
            Self::Percentile(rule) => rule.decide(history, trial),
            Self::Patient(rule) => rule.decide(history, trial),
            Self::SuccessiveHalving(rule) => rule.decide(history, trial),
            Self::Hyperband(rule) => rule.decide(history, trial),
        }
    }

    /// What a trial has to reach at each step, by the completed trials so far; empty for rules without such a line.
    pub fn line(&self, history: &History<'_>) -> Vec<(i64, f64)> {
        match self {
            Self::Median(rule) => rule.as_percentile().line(history),
            Self::Percentile(rule) => rule.line(history),
            Self::Patient(rule) => rule.wrapped.line(history),
            Self::None | Self::SuccessiveHalving(_) | Self::Hyperband(_) => Vec::new(),
        }
    }
}
