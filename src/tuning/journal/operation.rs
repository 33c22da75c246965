//! The lines of a journal: what happened to a study or a trial.

use super::json;
use crate::tuning::{Direction, TrialState, TuningError, Value};
use jiff::Timestamp;
use std::collections::BTreeMap;

/// A new trial as its line tells it.
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
    /// Reads a line.
    ///
    /// # Errors
    /// [`TuningError::Json`], or [`TuningError::Operation`] when something it needs is missing.
    pub fn read(line: &str) -> Result<Self, TuningError> {
        let line = Fields(json::read(line)?);
        Ok(match line.integer("op_code")? {
            0 => Self::CreateStudy {
                name: line.text("study_name")?,
                directions: line.directions()?,
            },
            1 => Self::DeleteStudy {
                study: line.index("study_id")?,
            },
            2 => Self::StudyUserAttributes {
                study: line.index("study_id")?,
                attributes: line.object("user_attr")?,
            },
            3 => Self::StudySystemAttributes {
                study: line.index("study_id")?,
                attributes: line.object("system_attr")?,
            },
            4 => Self::CreateTrial {
                study: line.index("study_id")?,
                trial: Box::new(line.new_trial()?),
            },
            5 => Self::Parameter {
                trial: line.index("trial_id")?,
                name: line.text("param_name")?,
                internal: line.number("param_value_internal")?,
                distribution: line.text("distribution")?,
            },
            6 => Self::State {
                trial: line.index("trial_id")?,
                state: line.state("state")?,
                values: line.values("values")?,
                at: line.time("datetime_start")?.or(line.time("datetime_complete")?),
            },
            7 => Self::Report {
                trial: line.index("trial_id")?,
                step: line.integer("step")?,
                value: line.reported("intermediate_value")?,
            },
            8 => Self::TrialUserAttributes {
                trial: line.index("trial_id")?,
                attributes: line.object("user_attr")?,
            },
            9 => Self::TrialSystemAttributes {
                trial: line.index("trial_id")?,
                attributes: line.object("system_attr")?,
            },
            _ => Self::Other,
        })
    }

    /// The line, without its end; `worker` is this process's name among the writers.
    pub fn write(&self, worker: &str) -> String {
        let (code, mut fields) = match self {
            Self::CreateStudy { name, directions } => (
                0,
                vec![
                    ("study_name", Value::from(name.as_str())),
                    ("directions", write_directions(directions)),
                ],
            ),
            Self::DeleteStudy { study } => (1, vec![("study_id", index(*study))]),
            Self::StudyUserAttributes { study, attributes } => (
                2,
                vec![
                    ("study_id", index(*study)),
                    ("user_attr", Value::Object(attributes.clone())),
                ],
            ),
            Self::StudySystemAttributes { study, attributes } => (
                3,
                vec![
                    ("study_id", index(*study)),
                    ("system_attr", Value::Object(attributes.clone())),
                ],
            ),
            Self::CreateTrial { study, trial } => (4, trial.fields(*study)),
            Self::Parameter {
                trial,
                name,
                internal,
                distribution,
            } => (
                5,
                vec![
                    ("trial_id", index(*trial)),
                    ("param_name", Value::from(name.as_str())),
                    ("param_value_internal", Value::Float(*internal)),
                    ("distribution", Value::from(distribution.as_str())),
                ],
            ),
            Self::State {
                trial,
                state,
                values,
                at,
            } => {
                let mut fields = vec![
                    ("trial_id", index(*trial)),
                    ("state", state_code(*state)),
                    ("values", write_values(values.as_deref())),
                ];
                match state {
                    TrialState::Running => fields.push(("datetime_start", write_time(*at))),
                    TrialState::Waiting => {}
                    _ => fields.push(("datetime_complete", write_time(*at))),
                }
                (6, fields)
            }
            Self::Report { trial, step, value } => (
                7,
                vec![
                    ("trial_id", index(*trial)),
                    ("step", Value::Int(*step)),
                    ("intermediate_value", Value::Float(*value)),
                ],
            ),
            Self::TrialUserAttributes { trial, attributes } => (
                8,
                vec![
                    ("trial_id", index(*trial)),
                    ("user_attr", Value::Object(attributes.clone())),
                ],
            ),
            Self::TrialSystemAttributes { trial, attributes } => (
                9,
                vec![
                    ("trial_id", index(*trial)),
                    ("system_attr", Value::Object(attributes.clone())),
                ],
            ),
            Self::Other => (10, Vec::new()),
        };
        fields.push(("op_code", Value::Int(code)));
        fields.push(("worker_id", Value::from(worker)));
        json::write(&object(fields))
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

    fn fields(&self, study: usize) -> Vec<(&'static str, Value)> {
        let each = |value: &dyn Fn(&(f64, String)) -> Value| {
            Value::Object(
                self.parameters
                    .iter()
                    .map(|(name, chosen)| (name.clone(), value(chosen)))
                    .collect(),
            )
        };
        let reports = self
            .reports
            .iter()
            .map(|(step, value)| (step.to_string(), Value::Float(*value)));
        let (value, values) = match self.values.as_deref() {
            Some([value]) => (Value::Float(*value), Value::Null),
            other => (Value::Null, write_values(other)),
        };
        let mut fields = vec![
            ("study_id", index(study)),
            ("state", state_code(self.state)),
            ("value", value),
            ("values", values),
            (
                "distributions",
                each(&|(_, distribution)| Value::from(distribution.as_str())),
            ),
            ("params", each(&|(internal, _)| Value::Float(*internal))),
            ("user_attrs", Value::Object(self.user_attributes.clone())),
            ("system_attrs", Value::Object(self.system_attributes.clone())),
            ("intermediate_values", Value::Object(reports.collect())),
            ("datetime_start", write_time(self.started)),
        ];
        // Optuna reads this key as a time whenever it is there.
        if self.finished.is_some() {
            fields.push(("datetime_complete", write_time(self.finished)));
        }
        fields
    }
}

/// The fields of a line; whatever is missing or of another kind is named in the error.
struct Fields(Value);

impl Fields {
    fn bad(key: &str) -> TuningError {
        TuningError::Operation {
            problem: format!("`{key}` is missing or of another kind"),
        }
    }

    /// The field, unless it is absent or null.
    fn some(&self, key: &str) -> Option<&Value> {
        self.0.get(key).filter(|value| **value != Value::Null)
    }

    fn integer(&self, key: &str) -> Result<i64, TuningError> {
        self.some(key).and_then(Value::integer).ok_or_else(|| Self::bad(key))
    }

    fn index(&self, key: &str) -> Result<usize, TuningError> {
        self.integer(key)?.try_into().map_err(|_| Self::bad(key))
    }

    fn number(&self, key: &str) -> Result<f64, TuningError> {
        self.some(key).and_then(Value::number).ok_or_else(|| Self::bad(key))
    }

    fn text(&self, key: &str) -> Result<String, TuningError> {
        self.some(key)
            .and_then(Value::text)
            .map(str::to_owned)
            .ok_or_else(|| Self::bad(key))
    }

    fn object(&self, key: &str) -> Result<BTreeMap<String, Value>, TuningError> {
        match self.some(key) {
            Some(Value::Object(entries)) => Ok(entries.clone()),
            _ => Err(Self::bad(key)),
        }
    }

    fn object_or_empty(&self, key: &str) -> Result<BTreeMap<String, Value>, TuningError> {
        if self.some(key).is_none() {
            Ok(BTreeMap::new())
        } else {
            self.object(key)
        }
    }

    fn directions(&self) -> Result<Vec<Direction>, TuningError> {
        let Some(Value::Array(codes)) = self.some("directions") else {
            return Err(Self::bad("directions"));
        };
        let direction = |code: &Value| match code.integer() {
            Some(1) => Ok(Direction::Minimize),
            Some(2) => Ok(Direction::Maximize),
            _ => Err(Self::bad("directions")),
        };
        codes.iter().map(direction).collect()
    }

    fn state(&self, key: &str) -> Result<TrialState, TuningError> {
        match self.integer(key)? {
            0 => Ok(TrialState::Running),
            1 => Ok(TrialState::Complete),
            2 => Ok(TrialState::Pruned),
            3 => Ok(TrialState::Failed),
            4 => Ok(TrialState::Waiting),
            _ => Err(Self::bad(key)),
        }
    }

    fn values(&self, key: &str) -> Result<Option<Vec<f64>>, TuningError> {
        match self.some(key) {
            None => Ok(None),
            Some(Value::Array(values)) => values
                .iter()
                .map(|value| reported(value).ok_or_else(|| Self::bad(key)))
                .collect::<Result<_, _>>()
                .map(Some),
            Some(_) => Err(Self::bad(key)),
        }
    }

    fn reported(&self, key: &str) -> Result<f64, TuningError> {
        self.0.get(key).and_then(reported).ok_or_else(|| Self::bad(key))
    }

    fn time(&self, key: &str) -> Result<Option<Timestamp>, TuningError> {
        match self.some(key) {
            None => Ok(None),
            Some(value) => value.text().and_then(read_time).map(Some).ok_or_else(|| Self::bad(key)),
        }
    }

    fn new_trial(&self) -> Result<NewTrial, TuningError> {
        let distributions = self.object_or_empty("distributions")?;
        let parameters = self.object_or_empty("params")?.into_iter().map(|(name, internal)| {
            let internal = internal.number().ok_or_else(|| Self::bad("params"))?;
            let distribution = distributions
                .get(&name)
                .and_then(Value::text)
                .ok_or_else(|| Self::bad("distributions"))?;
            Ok((name, (internal, distribution.to_owned())))
        });
        let reports = self
            .object_or_empty("intermediate_values")?
            .into_iter()
            .map(|(step, value)| match (step.parse::<i64>(), reported(&value)) {
                (Ok(step), Some(value)) => Ok((step, value)),
                _ => Err(Self::bad("intermediate_values")),
            });
        Ok(NewTrial {
            state: if self.some("state").is_none() {
                TrialState::Running
            } else {
                self.state("state")?
            },
            values: match self.some("value") {
                Some(value) => Some(vec![reported(value).ok_or_else(|| Self::bad("value"))?]),
                None => self.values("values")?,
            },
            parameters: parameters.collect::<Result<_, TuningError>>()?,
            user_attributes: self.object_or_empty("user_attrs")?,
            system_attributes: self.object_or_empty("system_attrs")?,
            reports: reports.collect::<Result<_, TuningError>>()?,
            started: self.time("datetime_start")?,
            finished: self.time("datetime_complete")?,
        })
    }
}

/// A number, where null and the texts of some writers stand for NaN and the infinities.
fn reported(value: &Value) -> Option<f64> {
    match value {
        Value::Null => Some(f64::NAN),
        Value::Text(text) => text.parse().ok(),
        other => other.number(),
    }
}

/// A time with an offset, or (as old versions wrote it) without one, in this machine's time zone.
fn read_time(text: &str) -> Option<Timestamp> {
    text.parse().ok().or_else(|| {
        let local: jiff::civil::DateTime = text.parse().ok()?;
        local
            .to_zoned(jiff::tz::TimeZone::system())
            .ok()
            .map(|zoned| zoned.timestamp())
    })
}

/// Python wants an offset in digits; before 3.11 it does not know `Z`.
fn write_time(at: Option<Timestamp>) -> Value {
    at.map_or(Value::Null, |at| {
        Value::Text(at.strftime("%Y-%m-%dT%H:%M:%S.%6f+00:00").to_string())
    })
}

fn write_values(values: Option<&[f64]>) -> Value {
    values.map_or(Value::Null, |values| {
        Value::Array(values.iter().map(|value| Value::Float(*value)).collect())
    })
}

fn write_directions(directions: &[Direction]) -> Value {
    let code = |direction: &Direction| match direction {
        Direction::Minimize => Value::Int(1),
        Direction::Maximize => Value::Int(2),
    };
    Value::Array(directions.iter().map(code).collect())
}

fn state_code(state: TrialState) -> Value {
    Value::Int(match state {
        TrialState::Running => 0,
        TrialState::Complete => 1,
        TrialState::Pruned => 2,
        TrialState::Failed => 3,
        TrialState::Waiting => 4,
    })
}

fn index(index: usize) -> Value {
    Value::Int(index as i64)
}

fn object(fields: Vec<(&'static str, Value)>) -> Value {
    Value::Object(fields.into_iter().map(|(key, value)| (key.to_owned(), value)).collect())
}
