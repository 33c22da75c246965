//! `events.jsonl`: append-only facts, one JSON object a line.

use super::{Lease, RunError};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use std::marker::PhantomData;
use std::path::Path;

/// What happened to a run. `E` is what is known after an epoch.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum Fact<E> {
    /// A process took the run up.
    Started {
        /// When.
        at: jiff::Timestamp,
        /// On which machine.
        host: String,
        /// In which process.
        pid: u32,
    },
    /// A sentence for people.
    Note {
        /// When.
        at: jiff::Timestamp,
        /// The sentence.
        message: String,
    },
    /// An epoch is done and its checkpoints are on disk.
    Epoch {
        /// When.
        at: jiff::Timestamp,
        /// Its facts.
        #[serde(flatten)]
        facts: E,
    },
    /// The run is done; model and report are on disk.
    Finished {
        /// When.
        at: jiff::Timestamp,
    },
    /// The run was stopped as asked; model and report of the best epoch so far are on disk when there was one.
    Stopped {
        /// When.
        at: jiff::Timestamp,
    },
    /// The run could not go on.
    Failed {
        /// When.
        at: jiff::Timestamp,
        /// Why, and what would help.
        reason: String,
    },
}

/// The writer's end; opening it cuts off a torn last line.
#[derive(Debug)]
pub struct Journal<E> {
    _facts: PhantomData<E>,
}

impl<E: Serialize> Journal<E> {
    /// Opens the journal of a run that this process holds.
    ///
    /// # Errors
    /// [`RunError::Io`].
    pub fn open(_run: &Path) -> Result<Self, RunError> {
        unimplemented!()
    }

    /// Appends one fact and flushes it to disk, if the lease is still ours.
    ///
    /// # Errors
    /// [`RunError::Replaced`], [`RunError::Io`] (a full disk among others: a torn line is cut off again,
    /// and a reserve kept in the folder is given up so that `Failed` can still be written).
    pub fn append(&mut self, _lease: &Lease, _fact: &Fact<E>) -> Result<(), RunError> {
        unimplemented!()
    }
}

/// Facts from byte `offset` on, and the offset to go on from; a torn last line is left for later,
/// an absent file is empty, a line that is no fact is skipped.
///
/// # Errors
/// [`RunError::Io`].
pub fn read_facts<E: DeserializeOwned>(_run: &Path, _offset: u64) -> Result<(Vec<Fact<E>>, u64), RunError> {
    unimplemented!()
}
