//! A trial: its parameters, what it reported, how it ended.

use super::{Parameters, Value};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Whether a smaller or a larger value is better.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, strum::Display, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum Direction {
    /// Smaller is better.
    Minimize,
    /// Larger is better.
    Maximize,
}

impl Direction {
    /// The value with its sign turned where larger is better, so that smaller always is.
    pub fn as_loss(self, value: f64) -> f64 {
        match self {
            Self::Minimize => value,
            Self::Maximize => -value,
        }
    }
}

/// How far a trial is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, strum::Display, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum TrialState {
    /// Someone works on it.
    Running,
    /// It has its value.
    Complete,
    /// It was cut short.
    Pruned,
    /// It failed.
    Failed,
    /// Nobody has taken it yet.
    Waiting,
}

impl TrialState {
    /// Whether nothing more can happen to it.
    pub fn is_finished(self) -> bool {
        matches!(self, Self::Complete | Self::Pruned | Self::Failed)
    }
}

/// A trial: its parameters, what it reported, how it ended.
#[derive(Debug, Clone, PartialEq)]
pub struct Trial {
    /// Its index among all trials of the file.
    pub id: usize,
    /// Its index among the trials of its study.
    pub number: usize,
    /// How far it is.
    pub state: TrialState,
    /// The value of each objective, when it has them.
    pub values: Option<Vec<f64>>,
    /// Its parameters.
    pub parameters: Parameters,
    /// Reported values by step.
    pub reports: BTreeMap<i64, f64>,
    /// Attributes for people and programs.
    pub user_attributes: BTreeMap<String, Value>,
    /// Attributes of samplers and pruners.
    pub system_attributes: BTreeMap<String, Value>,
    /// When someone began with it.
    pub started: Option<Timestamp>,
    /// When it was finished.
    pub finished: Option<Timestamp>,
}

impl Trial {
    /// The value of its only objective; NaN counts as none.
    pub fn value(&self) -> Option<f64> {
        match self.values.as_deref() {
            Some([value]) if !value.is_nan() => Some(*value),
            _ => None,
        }
    }

    /// The largest step that reported, and its value.
    pub fn last_report(&self) -> Option<(i64, f64)> {
        self.reports.last_key_value().map(|(step, value)| (*step, *value))
    }
}

/// A study as samplers and pruners see it.
#[derive(Debug, Clone, Copy)]
pub struct History<'a> {
    /// Its name.
    pub study: &'a str,
    /// Whether a smaller or a larger value is better.
    pub direction: Direction,
    /// Its trials, in the order of their numbers.
    pub trials: &'a [Trial],
}

impl<'a> History<'a> {
    /// The trials that have their value.
    pub fn completed(&self) -> impl Iterator<Item = &'a Trial> + use<'a> {
        self.trials.iter().filter(|trial| trial.state == TrialState::Complete)
    }

    /// The completed trial with the best value; the earlier one of two equals.
    pub fn best(&self) -> Option<&'a Trial> {
        let loss = |trial: &Trial| trial.value().map(|value| self.direction.as_loss(value));
        let valued = self.completed().filter_map(|trial| Some((loss(trial)?, trial)));
        valued
            .min_by(|one, two| one.0.total_cmp(&two.0))
            .map(|(_, trial)| trial)
    }
}
