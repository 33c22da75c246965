//! From what happened to a journal's line.

use super::operation::{NewTrial, Operation};
use crate::tuning::{Direction, TrialState, Value};
use jiff::Timestamp;

impl Operation {
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
        object(fields).to_json()
    }
}

impl NewTrial {
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
