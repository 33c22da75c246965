//! The trials of a study: queued, begun, reported on, decided on and ended, each in one update of the journal.

use super::{Limits, Study, newest};
use crate::tuning::journal::operation::{NewTrial, Operation};
use crate::tuning::journal::replay::StudyRecord;
use crate::tuning::lifecycle::{FIXED, Outcome, again, begin, check_against_first, end, queued, run_of};
use crate::tuning::pruners::rung_key;
use crate::tuning::samplers::Request;
use crate::tuning::{
    History, Parameters, Pruner, PruningDecision, Sampler, Space, Trial, TrialState, TuningError, Value,
};
use std::collections::BTreeMap;

impl Study {
    /// Puts a trial with these values in the queue; parameters left out are sampled when it begins. Returns its number.
    ///
    /// # Errors
    /// [`TuningError::Parameter`] and [`TuningError::Value`] for what the space has not, [`TuningError::Locked`],
    /// [`TuningError::Io`].
    pub fn enqueue(&mut self, space: &Space, values: &BTreeMap<String, Value>) -> Result<usize, TuningError> {
        self.newest(space).assign(values)?;
        let mut trial = NewTrial::new(TrialState::Waiting);
        trial
            .system_attributes
            .insert(FIXED.into(), Value::Object(values.clone()));
        self.update(|id, record| {
            let create = Operation::CreateTrial {
                study: id,
                trial: Box::new(trial),
            };
            Ok((vec![create], record.trials.len()))
        })
    }

    /// Takes the next trial: the first in the queue that fits the space, else a new one with parameters from the
    /// sampler. `run` names the run folder of a trial's number. Returns the number.
    ///
    /// The sampler is asked under the file's lock, so that it sees what every other worker is trying. A range that another
    /// program varied is as in the latest trial.
    ///
    /// # Errors
    /// Those of the sampler ([`TuningError::Exhausted`] when each setting of a finite space was tried),
    /// [`TuningError::Parameter`] when the space contradicts the study's earlier trials,
    /// [`TuningError::Locked`], [`TuningError::Io`].
    pub fn ask(
        &mut self,
        space: &Space,
        sampler: &Sampler,
        seed: u64,
        run: impl FnOnce(usize) -> String,
    ) -> Result<usize, TuningError> {
        let limits = Limits {
            trials: usize::MAX,
            repeats: 0,
        };
        let asked = self.ask_within(limits, space, sampler, seed, run)?;
        asked.ok_or_else(|| TuningError::OtherStudy {
            name: self.name.clone(),
            problem: "has as many trials as there can be".to_owned(),
        })
    }

    /// As [`Study::ask`], unless there are as many trials as there may be. How many there are, and what they tried, is
    /// looked up under the lock, so that workers together do not begin more.
    ///
    /// # Errors
    /// As [`Study::ask`].
    pub fn ask_within(
        &mut self,
        limits: Limits,
        space: &Space,
        sampler: &Sampler,
        seed: u64,
        run: impl FnOnce(usize) -> String,
    ) -> Result<Option<usize>, TuningError> {
        let direction = self.direction;
        self.update(|id, record| {
            let counts = |trial: &&Trial| !matches!(trial.state, TrialState::Failed | TrialState::Waiting);
            if record.trials.iter().filter(counts).count() >= limits.trials {
                return Ok((Vec::new(), None));
            }
            check_against_first(space, record)?;
            let space = &newest(space, record);
            let history = History {
                study: &record.name,
                direction,
                trials: &record.trials,
            };
            let waiting = record.trials.iter().filter(|trial| trial.state == TrialState::Waiting);
            let next = waiting.filter_map(|trial| Some((trial, queued(trial, space)?))).next();
            let number = next.as_ref().map_or(record.trials.len(), |(trial, _)| trial.number);
            let none = Parameters::new();
            let fixed = next.as_ref().map_or(&none, |(_, fixed)| fixed);
            let request = Request {
                space,
                history,
                number,
                seed,
                fixed,
            };
            let waiting = next.as_ref().map(|(trial, _)| *trial);
            let parameters = match sampler.next(&request, limits.repeats) {
                // What somebody put in the queue is wanted, whatever was tried.
                Err(TuningError::Exhausted { .. }) if waiting.is_some() => Sampler::Random.sample(&request)?,
                chosen => chosen?,
            };
            let operations = begin(id, waiting, run(number), &parameters);
            Ok((operations, Some(number)))
        })
    }

    /// Notes the value of a step of a running trial.
    ///
    /// # Errors
    /// [`TuningError::UnknownTrial`], [`TuningError::State`] when someone ended the trial meanwhile,
    /// [`TuningError::Locked`], [`TuningError::Io`].
    pub fn report(&mut self, number: usize, step: u32, value: f64) -> Result<(), TuningError> {
        self.update(|_, record| {
            let trial = running(record, number, "reported to")?.id;
            Ok((
                vec![Operation::Report {
                    trial,
                    step: i64::from(step),
                    value,
                }],
                (),
            ))
        })
    }

    /// Asks the pruner about a running trial, by what everyone has reported so far; what the pruner wants remembered
    /// is written.
    ///
    /// # Errors
    /// As [`Study::report`].
    pub fn decide(&mut self, number: usize, pruner: &Pruner) -> Result<PruningDecision, TuningError> {
        self.refresh()?;
        let record = self.record()?;
        let trial = running(record, number, "decided on")?;
        let decision = pruner.decide(&self.history(), trial);
        if !decision.rungs.is_empty() {
            let trial = trial.id;
            let noted = decision.rungs.iter().map(|(rung, value)| {
                let attributes = BTreeMap::from([(rung_key(*rung), Value::Float(*value))]);
                Operation::TrialSystemAttributes { trial, attributes }
            });
            let noted = noted.collect();
            self.journal.update(|_| Ok((noted, ())))?;
        }
        Ok(decision)
    }

    /// Notes something on a running trial.
    ///
    /// # Errors
    /// As [`Study::report`].
    pub fn note_on_trial(&mut self, number: usize, key: &str, value: Value) -> Result<(), TuningError> {
        self.update(|_, record| {
            let trial = running(record, number, "noted on")?.id;
            Ok((
                vec![Operation::TrialUserAttributes {
                    trial,
                    attributes: BTreeMap::from([(key.to_owned(), value)]),
                }],
                (),
            ))
        })
    }

    /// Ends a trial of ours.
    ///
    /// # Errors
    /// [`TuningError::Foreign`] for a trial of another program, [`TuningError::State`] when it has ended already,
    /// [`TuningError::UnknownTrial`], [`TuningError::Locked`], [`TuningError::Io`].
    pub fn tell(&mut self, number: usize, outcome: &Outcome) -> Result<(), TuningError> {
        self.update(|_, record| {
            let trial = running(record, number, "ended")?;
            if run_of(trial).is_none() {
                return Err(TuningError::Foreign { number });
            }
            Ok((end(trial, outcome), ()))
        })
    }

    /// The running trials of ours, with their runs; whoever knows run folders knows which of them are lost.
    pub fn running_runs(&self) -> impl Iterator<Item = (&Trial, &str)> {
        let running = self.trials().iter().filter(|trial| trial.state == TrialState::Running);
        running.filter_map(|trial| Some((trial, run_of(trial)?)))
    }

    /// Fails trials whose runs are lost, and puts each back in the queue unless it has been tried `retries` times
    /// again already (matches Optuna's `RetryHeartbeatStaleTrialCallback`). Trials that have ended meanwhile, that another
    /// run took over, or that are not ours, are left alone. Returns which trials it failed.
    ///
    /// # Errors
    /// [`TuningError::Locked`], [`TuningError::Io`].
    pub fn fail_lost(
        &mut self,
        lost: &[(usize, String)],
        reason: &str,
        retries: usize,
    ) -> Result<Vec<usize>, TuningError> {
        self.update(|id, record| {
            let (mut operations, mut failed) = (Vec::new(), Vec::new());
            for (number, run) in lost {
                let Some(trial) = record.trials.get(*number) else {
                    continue;
                };
                if trial.state == TrialState::Running && run_of(trial) == Some(run) {
                    operations.extend(end(trial, &Outcome::Failed(reason.to_owned())));
                    operations.extend(again(id, trial, retries));
                    failed.push(*number);
                }
            }
            Ok((operations, failed))
        })
    }
}

fn running<'a>(record: &'a StudyRecord, number: usize, action: &'static str) -> Result<&'a Trial, TuningError> {
    let unknown = || TuningError::UnknownTrial {
        study: record.name.clone(),
        number,
    };
    let trial = record.trials.get(number).ok_or_else(unknown)?;
    match trial.state {
        TrialState::Running => Ok(trial),
        state => Err(TuningError::State {
            number,
            state: state.to_string(),
            action,
        }),
    }
}
