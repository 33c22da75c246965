//! A study: trials that many processes work on through one file.

mod trials;

use super::journal::Journal;
use super::journal::operation::Operation;
use super::journal::replay::{Replay, StudyRecord};
use super::lifecycle::check_against_first;
use super::{Damage, Direction, Distribution, History, Space, Trial, TuningError, Value};
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
