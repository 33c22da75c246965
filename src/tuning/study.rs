//! A study: trials that many processes work on through one file.

use super::journal::Journal;
use super::journal::operation::{NewTrial, Operation};
use super::journal::replay::{Replay, StudyRecord};
use super::lifecycle::{FIXED, Outcome, again, begin, check_against_first, end, queued, run_of};
use super::pruners::rung_key;
use super::samplers::Request;
use super::{
    Damage, Direction, Distribution, History, Parameters, Pruner, PruningDecision, Sampler, Space, Trial, TrialState,
    TuningError, Value,
};
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

/// Where a study ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Trials that are complete, pruned or running.
    pub trials: usize,
    /// How often a setting of a finite space may be tried again.
    pub repeats: usize,
}

/// A study with one objective, in a journal file that others may work on at the same time.
#[derive(Debug)]
pub struct Study {
    journal: Journal,
    id: usize,
    name: String,
    direction: Direction,
}

impl Study {
    /// The names of the studies in a journal, with the number of their trials.
    ///
    /// # Errors
    /// [`TuningError::Io`].
    pub fn list(path: &Path) -> Result<Vec<(String, usize)>, TuningError> {
        let journal = Journal::open(path)?;
        Ok(journal
            .replay()
            .studies()
            .map(|(_, study)| (study.name.clone(), study.trials.len()))
            .collect())
    }

    /// Refuses a journal that is damaged.
    ///
    /// # Errors
    /// [`TuningError::Damaged`], [`TuningError::Io`].
    pub fn check_journal(path: &Path) -> Result<(), TuningError> {
        Journal::open(path)?.check()
    }

    /// Opens a study that exists; of a damaged journal what stands before the damage.
    ///
    /// # Errors
    /// [`TuningError::UnknownStudy`] or, where it may stand behind the damage, [`TuningError::Damaged`];
    /// [`TuningError::OtherStudy`] for one with several objectives, [`TuningError::Io`].
    pub fn open(path: &Path, name: &str) -> Result<Self, TuningError> {
        Self::of(Journal::open(path)?, name)
    }

    /// Opens a study, or begins it.
    ///
    /// # Errors
    /// [`TuningError::OtherStudy`] when it has another direction or several objectives, [`TuningError::Locked`],
    /// [`TuningError::Io`].
    pub fn open_or_create(path: &Path, name: &str, direction: Direction) -> Result<Self, TuningError> {
        let mut journal = Journal::open(path)?;
        journal.update(|replay| {
            let create = Operation::CreateStudy {
                name: name.to_owned(),
                directions: vec![direction],
            };
            Ok((
                if replay.find(name).is_some() {
                    Vec::new()
                } else {
                    vec![create]
                },
                (),
            ))
        })?;
        let study = Self::of(journal, name)?;
        if study.direction != direction {
            let problem = format!("exists and is to {}", study.direction);
            return Err(TuningError::OtherStudy {
                name: name.to_owned(),
                problem,
            });
        }
        Ok(study)
    }

    fn of(journal: Journal, name: &str) -> Result<Self, TuningError> {
        let Some((id, record)) = journal.replay().find(name) else {
            journal.check()?;
            let known = journal
                .replay()
                .studies()
                .map(|(_, study)| study.name.clone())
                .collect();
            return Err(TuningError::UnknownStudy {
                path: journal.path().to_owned(),
                name: name.to_owned(),
                known,
            });
        };
        let [direction] = *record.directions.as_slice() else {
            let problem = format!(
                "has {} objectives, and only one can be searched here",
                record.directions.len()
            );
            return Err(TuningError::OtherStudy {
                name: name.to_owned(),
                problem,
            });
        };
        Ok(Self {
            id,
            name: name.to_owned(),
            direction,
            journal,
        })
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its file.
    pub fn path(&self) -> &Path {
        self.journal.path()
    }

    /// Reads what others wrote since; returns how many lines there were.
    ///
    /// # Errors
    /// [`TuningError::Io`], [`TuningError::Shrunk`].
    pub fn refresh(&mut self) -> Result<usize, TuningError> {
        self.journal.refresh()
    }

    /// The line of the file that is no record; nothing from there on is known, and nothing can be written.
    pub fn damage(&self) -> Option<&Damage> {
        self.journal.damage()
    }

    /// Refuses a study whose journal is damaged, as of the last look.
    ///
    /// # Errors
    /// [`TuningError::Damaged`].
    pub fn check(&self) -> Result<(), TuningError> {
        self.journal.check()
    }

    /// A space as the study continues with it: with the range that the latest trial drew each parameter from, which another
    /// program may have varied.
    pub fn newest(&self, space: &Space) -> Space {
        self.journal
            .replay()
            .study(self.id)
            .map_or_else(|| space.clone(), |record| newest(space, record))
    }

    /// Refuses a space that contradicts the study's earlier trials.
    ///
    /// # Errors
    /// [`TuningError::Parameter`].
    pub fn check_space(&self, space: &Space) -> Result<(), TuningError> {
        check_against_first(space, self.record()?)
    }

    /// Its trials, in the order of their numbers, as of the last look at the file.
    pub fn trials(&self) -> &[Trial] {
        self.journal
            .replay()
            .study(self.id)
            .map_or(&[], |record| &record.trials)
    }

    /// The study as samplers and pruners see it.
    pub fn history(&self) -> History<'_> {
        History {
            study: &self.name,
            direction: self.direction,
            trials: self.trials(),
        }
    }

    /// Attributes of the study for people and programs.
    pub fn attributes(&self) -> Option<&BTreeMap<String, Value>> {
        self.journal
            .replay()
            .study(self.id)
            .map(|record| &record.user_attributes)
    }

    /// Notes something on the study.
    ///
    /// # Errors
    /// [`TuningError::Locked`], [`TuningError::Io`].
    pub fn note(&mut self, key: &str, value: Value) -> Result<(), TuningError> {
        let (study, attributes) = (self.id, BTreeMap::from([(key.to_owned(), value)]));
        self.journal
            .update(|_| Ok((vec![Operation::StudyUserAttributes { study, attributes }], ())))
    }

    /// Puts a trial with these values in the queue; parameters left out are sampled when it begins. Tells its number.
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
    /// sampler. `run` names the run folder of a trial's number. Tells the number.
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
    /// run took over, or that are not ours, are left alone. Tells which trials it failed.
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

    fn record(&self) -> Result<&StudyRecord, TuningError> {
        existing(self.journal.replay(), self.id, &self.name, self.journal.path())
    }

    /// [`Journal::update`] with this study's record, which someone may have deleted.
    fn update<T>(
        &mut self,
        decide: impl FnOnce(usize, &StudyRecord) -> Result<(Vec<Operation>, T), TuningError>,
    ) -> Result<T, TuningError> {
        let (id, name, path) = (self.id, &self.name, self.journal.path().to_owned());
        self.journal
            .update(|replay| decide(id, existing(replay, id, name, &path)?))
    }
}

/// Choices stay as they are written here: to another program 1 and 1.0 may be the same.
fn newest(space: &Space, record: &StudyRecord) -> Space {
    space.redistributed(|parameter| {
        let newest = record.newest_distribution(&parameter.name)?;
        let is_range = !matches!(**newest, Distribution::Categorical { .. });
        (is_range && newest.is_compatible(&parameter.distribution)).then(|| Arc::clone(newest))
    })
}

fn existing<'a>(replay: &'a Replay, id: usize, name: &str, path: &Path) -> Result<&'a StudyRecord, TuningError> {
    replay.study(id).ok_or_else(|| TuningError::UnknownStudy {
        path: path.to_owned(),
        name: name.to_owned(),
        known: replay.studies().map(|(_, study)| study.name.clone()).collect(),
    })
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
