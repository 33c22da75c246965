//! The heartbeat of who holds a run, and what can be learnt by watching it.
//!
//! Clocks of two machines may differ by minutes: a holder elsewhere is known by whether its heartbeat *changes* while
//! we watch, never by the time that stands in it.

use crate::files;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

/// Time between two beats.
pub(super) const BEAT: Duration = Duration::from_secs(1);
/// A heartbeat that has not changed for two beats' time, and some margin, has stopped.
pub(super) const WATCH: Duration = Duration::from_millis(2_500);
/// Time between two looks while there is nothing to do but watch.
const POLL_INTERVAL: Duration = Duration::from_millis(100);
/// A holder on this machine whose last heartbeat is older is suspended, or stuck; no load explains it.
const STUCK: Duration = Duration::from_secs(30);

/// What the holder says every second (`beat.json`, replaced whole).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Heartbeat {
    /// The machine.
    pub host: String,
    /// The process.
    pub pid: u32,
    /// Raised by every new holder.
    pub generation: u64,
    /// When, by the holder's clock.
    pub at: jiff::Timestamp,
    /// What it is doing (`features`, `epoch 3`).
    pub phase: String,
    /// How much of it is done.
    pub done: u64,
    /// Of how much.
    pub total: u64,
    /// The last one: the holder has let go.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub released: bool,
}

impl Heartbeat {
    pub(super) fn read(run: &Path) -> Option<Self> {
        serde_json::from_slice(&fs::read(heartbeat_path(run)).ok()?).ok()
    }

    pub(super) fn write(&self, run: &Path) -> io::Result<()> {
        files::replace(&heartbeat_path(run), &serde_json::to_vec(self)?)
    }

    /// For how long a holder on this machine has not beaten, where it is suspended or stuck.
    pub fn silence(&self) -> Option<Duration> {
        let age = jiff::Timestamp::now().duration_since(self.at);
        let age = Duration::try_from(age).ok()?;
        (self.host == host_name() && age > STUCK).then_some(age)
    }
}

/// The name of this machine.
pub fn host_name() -> String {
    rustix::system::uname().nodename().to_string_lossy().into_owned()
}

pub(super) fn heartbeat_path(run: &Path) -> PathBuf {
    run.join("beat.json")
}

/// What watching a heartbeat has shown so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Pulse {
    /// It changed within two beats' time.
    Beating,
    /// It has not been watched for long enough.
    Unknown,
    /// It did not change for two beats' time, or the holder has let go.
    Stopped,
}

/// The last heartbeat seen of a run's holder.
struct Seen {
    /// Generation and time stand for the whole heartbeat: a holder that is alive raises its time.
    heartbeat: Option<(u64, jiff::Timestamp)>,
    since: Instant,
    changed: bool,
    looked: Instant,
}

/// Of all runs that this process ever watched: what was seen of one is not forgotten between two questions.
static SEEN: Mutex<BTreeMap<PathBuf, Seen>> = Mutex::new(BTreeMap::new());

/// One look at the heartbeat of a run, which has been read just now.
pub(super) fn pulse(run: &Path, heartbeat: Option<&Heartbeat>) -> Pulse {
    if heartbeat.is_some_and(|heartbeat| heartbeat.released) {
        return Pulse::Stopped;
    }
    let now = heartbeat.map(|heartbeat| (heartbeat.generation, heartbeat.at));
    let mut seen = SEEN.lock().unwrap_or_else(PoisonError::into_inner);
    let last = seen.entry(run.to_owned()).or_insert_with(|| Seen {
        heartbeat: now,
        since: Instant::now(),
        changed: false,
        looked: Instant::now(),
    });
    if last.heartbeat != now {
        last.heartbeat = now;
        last.since = Instant::now();
        // After a longer pause the change may be old.
        last.changed = last.looked.elapsed() <= WATCH;
    }
    last.looked = Instant::now();
    match (last.since.elapsed() > WATCH, last.changed) {
        (true, _) => Pulse::Stopped,
        (false, true) => Pulse::Beating,
        (false, false) => Pulse::Unknown,
    }
}

/// Looks again until `look` knows of every one of these, at most two beats' time in all; whether that took any time.
pub(super) fn watch<T>(mut unknown: Vec<T>, mut look: impl FnMut(&T) -> Pulse) -> bool {
    let begun = Instant::now();
    let mut waited = false;
    loop {
        unknown.retain(|one| look(one) == Pulse::Unknown);
        if unknown.is_empty() || begun.elapsed() > WATCH + POLL_INTERVAL {
            return waited;
        }
        thread::sleep(POLL_INTERVAL);
        waited = true;
    }
}
