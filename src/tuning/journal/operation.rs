//! The lines of a journal: what happened to a study or a trial.

use crate::tuning::{Direction, TrialState, Value};
use jiff::Timestamp;
use std::collections::BTreeMap;

/// A new trial as its line describes it.
#[derive(Debug, Clone, PartialEq)]
pub struct NewTrial {
    /// Running for a trial begun here, waiting for one that is queued.
    pub state: TrialState,
    /// The value of each objective.
    pub values: Option<Vec<f64>>,
    /// Internal values by name, each with Optuna's description of its distribution.
    pub parameters: BTreeMap<String, (f64, String)>,
    /// Attributes for people and programs.
    pub user_attributes: BTreeMap<String, Value>,
    /// Attributes of samplers and pruners.
    pub system_attributes: BTreeMap<String, Value>,
    /// Reported values by step.
    pub reports: BTreeMap<i64, f64>,
    /// When someone began with it.
    pub started: Option<Timestamp>,
    /// When it was finished.
    pub finished: Option<Timestamp>,
}

/// What a line says; the numbers are Optuna's `op_code`.
#[derive(Debug, Clone, PartialEq)]
pub enum Operation {
    /// 0: a study, with a direction for each objective.
    CreateStudy {
        /// Its name.
        name: String,
        /// A direction for each objective.
        directions: Vec<Direction>,
    },
    /// 1: a study is gone.
    DeleteStudy {
        /// Which study.
        study: usize,
    },
    /// 2: attributes of a study for people and programs.
    StudyUserAttributes {
        /// Which study.
        study: usize,
        /// By name.
        attributes: BTreeMap<String, Value>,
    },
    /// 3: attributes of a study of samplers and pruners.
    StudySystemAttributes {
        /// Which study.
        study: usize,
        /// By name.
        attributes: BTreeMap<String, Value>,
    },
    /// 4: a trial.
    CreateTrial {
        /// Of which study.
        study: usize,
        /// All that is known of it.
        trial: Box<NewTrial>,
    },
    /// 5: a parameter of a trial.
    Parameter {
        /// Which trial of the file.
        trial: usize,
        /// The parameter's name.
        name: String,
        /// Its internal value.
        internal: f64,
        /// Optuna's description of its distribution.
        distribution: String,
    },
    /// 6: how far a trial is.
    State {
        /// Which trial of the file.
        trial: usize,
        /// How far it is.
        state: TrialState,
        /// The value of each objective, when it has them.
        values: Option<Vec<f64>>,
        /// When it began (running) or was finished.
        at: Option<Timestamp>,
    },
    /// 7: a reported value.
    Report {
        /// Which trial of the file.
        trial: usize,
        /// The step, for us the epoch.
        step: i64,
        /// The value.
        value: f64,
    },
    /// 8: attributes of a trial for people and programs.
    TrialUserAttributes {
        /// Which trial of the file.
        trial: usize,
        /// By name.
        attributes: BTreeMap<String, Value>,
    },
    /// 9: attributes of a trial of samplers and pruners.
    TrialSystemAttributes {
        /// Which trial of the file.
        trial: usize,
        /// By name.
        attributes: BTreeMap<String, Value>,
    },
    /// Anything else: for another program, or of a newer Optuna.
    Other,
}

impl Operation {
    /// The trial of the file that it speaks of.
    pub fn trial(&self) -> Option<usize> {
        match self {
            Self::Parameter { trial, .. }
            | Self::State { trial, .. }
            | Self::Report { trial, .. }
            | Self::TrialUserAttributes { trial, .. }
            | Self::TrialSystemAttributes { trial, .. } => Some(*trial),
            _ => None,
        }
    }
}

impl NewTrial {
    /// A trial in this state with nothing known of it yet.
    pub fn new(state: TrialState) -> Self {
        Self {
            state,
            values: None,
            parameters: BTreeMap::new(),
            user_attributes: BTreeMap::new(),
            system_attributes: BTreeMap::new(),
            reports: BTreeMap::new(),
            started: None,
            finished: None,
        }
    }
}
