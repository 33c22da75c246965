//! What the lines of a journal add up to: studies and their trials.

use super::operation::{NewTrial, Operation};
use crate::tuning::{Chosen, Direction, Distribution, Trial, TrialState, TuningError, Value};
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

/// A study as its lines describe it.
#[derive(Debug, Clone, PartialEq)]
pub struct StudyRecord {
    /// Its name.
    pub name: String,
    /// A direction for each objective.
    pub directions: Vec<Direction>,
    /// Attributes for people and programs.
    pub user_attributes: BTreeMap<String, Value>,
    /// Attributes of samplers and pruners.
    pub system_attributes: BTreeMap<String, Value>,
    /// Its trials, in the order of their numbers.
    pub trials: Vec<Trial>,
    /// The distribution that each parameter had in the first trial with it, and that trial's number.
    first: HashMap<String, (usize, Arc<Distribution>)>,
    deleted: bool,
}

impl StudyRecord {
    /// The distribution of a parameter in the latest trial that was begun with it.
    pub fn newest_distribution(&self, name: &str) -> Option<&Arc<Distribution>> {
        let begun = self
            .trials
            .iter()
            .rev()
            .filter(|trial| trial.state != TrialState::Waiting);
        let mut chosen = begun.filter_map(|trial| trial.parameters.get(name));
        chosen.next().map(|chosen| &chosen.distribution)
    }

    /// The first trial with a parameter, and its distribution there, with which Optuna compares all later ones.
    pub fn first_distribution(&self, name: &str) -> Option<(usize, &Distribution)> {
        self.first
            .get(name)
            .map(|(number, distribution)| (*number, &**distribution))
    }
}

/// The state of a whole file.
///
/// Identifiers are not written in the lines: a study's is its index among the studies that were not there yet, a
/// trial's its index among all trials of existing studies. Lines about what does not exist or is finished change
/// nothing, as in Optuna.
#[derive(Debug, Default, Clone)]
pub struct Replay {
    studies: Vec<StudyRecord>,
    /// Study and number of every trial of the file.
    trials: Vec<(usize, usize)>,
    /// Descriptions already read: a study of thousands of trials repeats a handful.
    distributions: HashMap<String, Arc<Distribution>>,
}

impl Replay {
    /// The study of that name and its identifier.
    pub fn find(&self, name: &str) -> Option<(usize, &StudyRecord)> {
        self.studies
            .iter()
            .enumerate()
            .find(|(_, study)| study.name == name && !study.deleted)
    }

    /// The study of that identifier, unless it was deleted.
    pub fn study(&self, id: usize) -> Option<&StudyRecord> {
        self.studies.get(id).filter(|study| !study.deleted)
    }

    /// The studies that are there, with their identifiers.
    pub fn studies(&self) -> impl Iterator<Item = (usize, &StudyRecord)> {
        self.studies.iter().enumerate().filter(|(_, study)| !study.deleted)
    }

    /// How many trials the file has, those of deleted studies among them.
    pub fn trials(&self) -> usize {
        self.trials.len()
    }

    /// Applies a line.
    ///
    /// # Errors
    /// [`TuningError::Operation`] or [`TuningError::Json`] for a distribution that makes no sense; nothing is changed.
    pub fn apply(&mut self, operation: Operation) -> Result<(), TuningError> {
        match operation {
            Operation::CreateStudy { name, directions } => {
                if self.find(&name).is_none() {
                    self.studies.push(StudyRecord {
                        name,
                        directions,
                        user_attributes: BTreeMap::new(),
                        system_attributes: BTreeMap::new(),
                        trials: Vec::new(),
                        first: HashMap::new(),
                        deleted: false,
                    });
                }
            }
            Operation::DeleteStudy { study } => {
                if let Some(study) = self.existing(study) {
                    study.deleted = true;
                }
            }
            Operation::StudyUserAttributes { study, attributes } => {
                if let Some(study) = self.existing(study) {
                    study.user_attributes.extend(attributes);
                }
            }
            Operation::StudySystemAttributes { study, attributes } => {
                if let Some(study) = self.existing(study) {
                    study.system_attributes.extend(attributes);
                }
            }
            Operation::CreateTrial { study, trial } => self.create_trial(study, *trial)?,
            Operation::Parameter {
                trial,
                name,
                internal,
                distribution,
            } => {
                let distribution = self.distribution(distribution)?;
                self.set_parameter(trial, name, Chosen { internal, distribution });
            }
            Operation::State {
                trial,
                state,
                values,
                at,
            } => {
                if let Some(trial) = self.unfinished(trial)
                    && !(state == TrialState::Running && trial.state == TrialState::Running)
                {
                    trial.state = state;
                    match state {
                        TrialState::Running => trial.started = at,
                        TrialState::Waiting => {}
                        _ => trial.finished = at,
                    }
                    if values.is_some() {
                        trial.values = values;
                    }
                }
            }
            Operation::Report { trial, step, value } => {
                if let Some(trial) = self.unfinished(trial) {
                    trial.reports.insert(step, value);
                }
            }
            Operation::TrialUserAttributes { trial, attributes } => {
                if let Some(trial) = self.unfinished(trial) {
                    trial.user_attributes.extend(attributes);
                }
            }
            Operation::TrialSystemAttributes { trial, attributes } => {
                if let Some(trial) = self.unfinished(trial) {
                    trial.system_attributes.extend(attributes);
                }
            }
            Operation::Other => {}
        }
        Ok(())
    }

    fn existing(&mut self, study: usize) -> Option<&mut StudyRecord> {
        self.studies.get_mut(study).filter(|study| !study.deleted)
    }

    fn unfinished(&mut self, trial: usize) -> Option<&mut Trial> {
        let (study, number) = *self.trials.get(trial)?;
        self.studies[study]
            .trials
            .get_mut(number)
            .filter(|trial| !trial.state.is_finished())
    }

    fn create_trial(&mut self, study: usize, new: NewTrial) -> Result<(), TuningError> {
        if self.study(study).is_none() {
            return Ok(());
        }
        let mut parameters = BTreeMap::new();
        for (name, (internal, distribution)) in new.parameters {
            parameters.insert(
                name,
                Chosen {
                    internal,
                    distribution: self.distribution(distribution)?,
                },
            );
        }
        let id = self.trials.len();
        let record = &mut self.studies[study];
        let number = record.trials.len();
        for (name, chosen) in &parameters {
            let first = (number, Arc::clone(&chosen.distribution));
            record.first.entry(name.clone()).or_insert(first);
        }
        record.trials.push(Trial {
            id,
            number,
            state: new.state,
            values: new.values,
            parameters,
            reports: new.reports,
            user_attributes: new.user_attributes,
            system_attributes: new.system_attributes,
            started: new.started,
            finished: new.finished,
        });
        self.trials.push((study, number));
        Ok(())
    }

    /// Optuna compares a parameter with the first trial of the study that has it, and drops what does not fit.
    fn set_parameter(&mut self, trial: usize, name: String, chosen: Chosen) {
        let Some(&(study, number)) = self.trials.get(trial) else {
            return;
        };
        let record = &mut self.studies[study];
        if record.trials[number].state.is_finished() {
            return;
        }
        match record.first.get(&name) {
            Some((_, first)) if !first.is_compatible(&chosen.distribution) => return,
            Some((earlier, _)) if *earlier < number => {}
            _ => drop(
                record
                    .first
                    .insert(name.clone(), (number, Arc::clone(&chosen.distribution))),
            ),
        }
        record.trials[number].parameters.insert(name, chosen);
    }

    fn distribution(&mut self, text: String) -> Result<Arc<Distribution>, TuningError> {
        if let Some(known) = self.distributions.get(&text) {
            return Ok(Arc::clone(known));
        }
        let distribution = Arc::new(Distribution::from_json(&text)?);
        self.distributions.insert(text, Arc::clone(&distribution));
        Ok(distribution)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn replay(lines: &[&str]) -> Replay {
        let mut replay = Replay::default();
        for line in lines {
            replay
                .apply(Operation::read_line(line.as_bytes()).unwrap().unwrap())
                .unwrap();
        }
        replay
    }

    #[test]
    fn identifiers_follow_the_order_of_valid_lines() {
        let replay = replay(&[
            r#"{"op_code":0,"worker_id":"a","study_name":"one","directions":[1]}"#,
            r#"{"op_code":0,"worker_id":"a","study_name":"one","directions":[2]}"#,
            r#"{"op_code":0,"worker_id":"a","study_name":"two","directions":[2]}"#,
            r#"{"op_code":4,"worker_id":"a","study_id":7,"datetime_start":null}"#,
            r#"{"op_code":4,"worker_id":"a","study_id":1,"datetime_start":null}"#,
            r#"{"op_code":4,"worker_id":"a","study_id":0,"datetime_start":null}"#,
            r#"{"op_code":4,"worker_id":"a","study_id":1,"datetime_start":null,"state":4}"#,
            r#"{"op_code":99,"worker_id":"a","anything":1}"#,
            r#"{"op_code":7,"worker_id":"a","trial_id":2,"step":3,"intermediate_value":NaN}"#,
        ]);
        let (id, two) = replay.find("two").unwrap();
        assert_eq!(id, 1);
        assert_eq!(two.directions, [Direction::Maximize]);
        let ids: Vec<_> = two
            .trials
            .iter()
            .map(|trial| (trial.id, trial.number, trial.state))
            .collect();
        assert_eq!(ids, [(0, 0, TrialState::Running), (2, 1, TrialState::Waiting)]);
        assert!(two.trials[1].reports[&3].is_nan());
    }

    #[test]
    fn a_finished_trial_and_a_deleted_study_change_no_more() {
        let replay = replay(&[
            r#"{"op_code":0,"worker_id":"a","study_name":"one","directions":[1]}"#,
            r#"{"op_code":4,"worker_id":"a","study_id":0,"datetime_start":"2026-11-21T02:41:39.520568+00:00"}"#,
            r#"{"op_code":6,"worker_id":"a","trial_id":0,"state":1,"values":[0.5],"datetime_complete":"2026-11-21T02:41:40.520008+00:00"}"#,
            r#"{"op_code":6,"worker_id":"a","trial_id":0,"state":3,"values":null,"datetime_complete":"2026-11-21T02:41:41.520008+00:00"}"#,
            r#"{"op_code":7,"worker_id":"a","trial_id":0,"step":1,"intermediate_value":1.0}"#,
            r#"{"op_code":0,"worker_id":"a","study_name":"gone","directions":[1]}"#,
            r#"{"op_code":1,"worker_id":"a","study_id":1}"#,
            r#"{"op_code":4,"worker_id":"a","study_id":1,"datetime_start":null}"#,
            r#"{"op_code":0,"worker_id":"a","study_name":"gone","directions":[1]}"#,
        ]);
        let trial = &replay.find("one").unwrap().1.trials[0];
        assert_eq!((trial.state, trial.value()), (TrialState::Complete, Some(0.5)));
        assert!(trial.reports.is_empty());
        assert_eq!(replay.find("gone").unwrap().0, 2);
        assert_eq!(replay.studies().count(), 2);
    }

    #[test]
    fn a_parameter_that_changes_its_kind_is_dropped() {
        let line = |trial, distribution: &str| {
            format!(
                r#"{{"op_code":5,"worker_id":"a","trial_id":{trial},"param_name":"x","param_value_internal":1.0,"distribution":{}}}"#,
                Value::from(distribution).to_json()
            )
        };
        let float = r#"{"name":"FloatDistribution","attributes":{"step":null,"low":0.0,"high":2.0,"log":false}}"#;
        let wider = r#"{"name":"FloatDistribution","attributes":{"step":null,"low":0.0,"high":3.0,"log":false}}"#;
        let int = r#"{"name":"IntDistribution","attributes":{"step":1,"low":0,"high":2,"log":false}}"#;
        let create = r#"{"op_code":4,"worker_id":"a","study_id":0,"datetime_start":null}"#;
        let study = r#"{"op_code":0,"worker_id":"a","study_name":"one","directions":[1]}"#;
        let replay = replay(&[
            study,
            create,
            create,
            create,
            &line(0, float),
            &line(1, int),
            &line(2, wider),
        ]);
        let has: Vec<_> = replay
            .study(0)
            .unwrap()
            .trials
            .iter()
            .map(|trial| trial.parameters.len())
            .collect();
        assert_eq!(has, [1, 0, 1]);
    }
}
