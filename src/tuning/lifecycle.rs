//! How a trial of ours begins, ends and is tried again: the lines, and the attributes that mark it.

use super::journal::operation::{NewTrial, Operation};
use super::journal::replay::StudyRecord;
use super::{Chosen, Parameters, Space, Trial, TrialState, TuningError, Value};
use jiff::Timestamp;
use std::collections::BTreeMap;

/// The attribute of a trial of ours: the run it is. Only trials that carry it are ever ended or tried again by us.
pub const RUN_ATTRIBUTE: &str = "undertone:run";
/// The attribute that says why a trial failed.
pub const FAILURE_ATTRIBUTE: &str = "undertone:failure";
/// The attribute of a pruned trial that holds the value it was measured against.
pub const THRESHOLD_ATTRIBUTE: &str = "undertone:threshold";
/// What Optuna calls the values of a trial that someone put in the queue.
pub(super) const FIXED: &str = "fixed_params";

/// How a trial ended.
#[derive(Debug, Clone, PartialEq)]
pub enum Outcome {
    /// With its value; NaN is a failure.
    Complete(f64),
    /// It was given up; its last report counts as its value.
    Pruned,
    /// It could not go on, and why.
    Failed(String),
}

/// The run a trial of ours is; `None` for one of another program.
pub fn run_of(trial: &Trial) -> Option<&str> {
    trial.user_attributes.get(RUN_ATTRIBUTE)?.text()
}

/// The value that a pruned trial was measured against, when the rule had one.
pub fn threshold_of(trial: &Trial) -> Option<f64> {
    trial.user_attributes.get(THRESHOLD_ATTRIBUTE)?.number()
}

/// The trial that this one repeats because its process was lost.
pub fn repeats(trial: &Trial) -> Option<usize> {
    match trial.system_attributes.get("retry_history")? {
        Value::Array(past) => usize::try_from(past.last()?.integer()?).ok(),
        _ => None,
    }
}

/// Why a trial failed, when it is known.
pub fn failure_of(trial: &Trial) -> Option<&str> {
    trial.user_attributes.get(FAILURE_ATTRIBUTE)?.text()
}

/// The lines that begin a trial of ours: one from the queue, or a new one, whose single line a crash cannot halve.
pub(super) fn begin(study: usize, waiting: Option<&Trial>, run: String, parameters: &Parameters) -> Vec<Operation> {
    let (now, run) = (
        Some(Timestamp::now()),
        BTreeMap::from([(RUN_ATTRIBUTE.to_owned(), Value::Text(run))]),
    );
    let Some(waiting) = waiting else {
        let mut trial = NewTrial::new(TrialState::Running);
        (trial.started, trial.user_attributes, trial.parameters) = (now, run, describe(parameters));
        return vec![Operation::CreateTrial {
            study,
            trial: Box::new(trial),
        }];
    };
    // The state comes last: whatever a crash in between leaves is still in the queue.
    let trial = waiting.id;
    let mut operations = vec![Operation::TrialUserAttributes { trial, attributes: run }];
    let described = describe(parameters).into_iter();
    operations.extend(described.map(|(name, (internal, distribution))| Operation::Parameter {
        trial,
        name,
        internal,
        distribution,
    }));
    operations.push(Operation::State {
        trial,
        state: TrialState::Running,
        values: None,
        at: now,
    });
    operations
}

/// The lines that end a trial.
pub(super) fn end(trial: &Trial, outcome: &Outcome) -> Vec<Operation> {
    let (id, at) = (trial.id, Some(Timestamp::now()));
    let (state, values, reason) = match outcome {
        Outcome::Complete(value) if value.is_nan() => (TrialState::Failed, None, Some("its value is not a number")),
        Outcome::Complete(value) => (TrialState::Complete, Some(vec![*value]), None),
        Outcome::Pruned => {
            let last = trial
                .last_report()
                .map(|(_, value)| value)
                .filter(|value| !value.is_nan());
            (TrialState::Pruned, last.map(|value| vec![value]), None)
        }
        Outcome::Failed(reason) => (TrialState::Failed, None, Some(reason.as_str())),
    };
    // The reason comes first: nothing can be noted on a finished trial.
    let reason = reason.map(|reason| Operation::TrialUserAttributes {
        trial: id,
        attributes: BTreeMap::from([(FAILURE_ATTRIBUTE.to_owned(), Value::from(reason))]),
    });
    reason
        .into_iter()
        .chain([Operation::State {
            trial: id,
            state,
            values,
            at,
        }])
        .collect()
}

/// The line that puts a lost trial back in the queue, with Optuna's record of what it repeats. Its reports and rungs
/// are not taken along: it starts over, and what it had would count twice.
pub(super) fn again(study: usize, trial: &Trial, retries: usize) -> Option<Operation> {
    let mut attributes = trial.system_attributes.clone();
    attributes.retain(|key, _| !key.starts_with("completed_rung_"));
    let number = Value::Int(trial.number as i64);
    let mut past = match attributes.remove("retry_history") {
        Some(Value::Array(past)) => past,
        _ => Vec::new(),
    };
    past.push(number.clone());
    if past.len() > retries {
        return None;
    }
    attributes.entry("failed_trial".into()).or_insert(number);
    attributes.insert("retry_history".into(), Value::Array(past));
    let mut copy = NewTrial::new(TrialState::Waiting);
    copy.parameters = describe(&trial.parameters);
    copy.system_attributes = attributes;
    copy.user_attributes = trial.user_attributes.clone();
    copy.user_attributes
        .retain(|key, _| ![RUN_ATTRIBUTE, FAILURE_ATTRIBUTE, THRESHOLD_ATTRIBUTE].contains(&key.as_str()));
    Some(Operation::CreateTrial {
        study,
        trial: Box::new(copy),
    })
}

/// What a waiting trial is to be tried with; `None` when that does not fit the space, so that it is another's.
pub(super) fn queued(trial: &Trial, space: &Space) -> Option<Parameters> {
    let mut values: BTreeMap<String, Value> = trial
        .parameters
        .iter()
        .map(|(name, chosen)| (name.clone(), chosen.value()))
        .collect();
    if let Some(Value::Object(fixed)) = trial.system_attributes.get(FIXED) {
        values.extend(fixed.clone());
    }
    space.assign(&values).ok()
}

/// Internal values with Optuna's descriptions, as a line holds them.
fn describe(parameters: &Parameters) -> BTreeMap<String, (f64, String)> {
    let described = |chosen: &Chosen| (chosen.internal, chosen.distribution.to_json());
    parameters
        .iter()
        .map(|(name, chosen)| (name.clone(), described(chosen)))
        .collect()
}

/// Optuna drops parameters that change their kind within a study; better not to write them.
pub(super) fn check_against_first(space: &Space, record: &StudyRecord) -> Result<(), TuningError> {
    for parameter in space.parameters() {
        if let Some((number, first)) = record.first_distribution(&parameter.name)
            && !first.is_compatible(&parameter.distribution)
        {
            let problem = format!(
                "is now {}, but was {first} in trial {number}; a study keeps kind, choices and `log`: begin a new one",
                parameter.distribution
            );
            return Err(TuningError::Parameter {
                name: parameter.name.clone(),
                problem,
            });
        }
    }
    Ok(())
}
