//! Who holds a run: an OS lock for the process's whole life, a heartbeat, a generation number.

use super::{Fact, RunError};
use serde::{Deserialize, Serialize};
use std::path::Path;

/// What the holder says every second (`beat.json`, replaced whole).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Beat {
    /// The machine.
    pub host: String,
    /// The process.
    pub pid: u32,
    /// Raised by every new holder.
    pub generation: u64,
    /// When.
    pub at: jiff::Timestamp,
    /// What it is doing (`features`, `epoch 3`).
    pub phase: String,
    /// How much of it is done.
    pub done: u64,
    /// Of how much.
    pub total: u64,
}

/// Whether a process is behind a run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Liveness {
    /// Nobody ever held it.
    Never,
    /// A process holds it.
    Held(Beat),
    /// A process held it and is gone.
    Gone(Option<Beat>),
}

/// What a run is doing, from its facts and its liveness.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RunState {
    /// Made, not begun, its process waits (another fold runs).
    Queued,
    /// A process works on it.
    Running,
    /// Done.
    Finished,
    /// Stopped as asked.
    Stopped,
    /// Could not go on.
    Failed,
    /// Its process is gone without a word.
    Dead,
}

impl RunState {
    /// The state that follows from the facts so far and the liveness.
    pub fn of<E>(_facts: &[Fact<E>], _liveness: &Liveness) -> Self {
        unimplemented!()
    }
}

/// The hold on a run; a thread of its own beats until it is dropped.
#[derive(Debug)]
pub struct Lease {}

impl Lease {
    /// Takes the lock, raises the generation, starts beating.
    ///
    /// # Errors
    /// [`RunError::Held`].
    pub fn take(_run: &Path) -> Result<Self, RunError> {
        unimplemented!()
    }

    /// What the next beats say.
    pub fn progress(&self, _phase: &str, _done: u64, _total: u64) {
        unimplemented!()
    }

    /// Whether this process still is the holder on disk.
    ///
    /// # Errors
    /// [`RunError::Replaced`].
    pub fn check(&self) -> Result<(), RunError> {
        unimplemented!()
    }
}

/// Whether a process is behind a run: by the lock on this machine, by the heartbeat for another one.
pub fn liveness(_run: &Path) -> Liveness {
    unimplemented!()
}
