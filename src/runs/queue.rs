//! The queue: runs that wait until their device is free.
//!
//! A run's entry lies in its own folder: whoever deletes the run takes it out of the queue, and damage to an entry is
//! damage to one. `.queue` beside the runs holds the lock under which entries change, and a folder per lane whose
//! lease belongs to the lane's one worker.

use super::{Lease, Liveness, RunError, RunFolder, host_name, list_runs, liveness};
use crate::file_lock::{self, FileLock, LockState};
use crate::files;
use serde::{Deserialize, Serialize};
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;
use strum::EnumIter;

/// How long a lock on the queue that is in the way is tried again: it is held for some small files at a time.
const TIMEOUT: Duration = Duration::from_secs(10);
/// Time between two attempts to occupy a lane.
const POLL_INTERVAL: Duration = Duration::from_millis(500);

/// A device of a machine, on which one run of the queue is trained at a time.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Lane {
    /// The machine.
    pub host: String,
    /// The device.
    pub device: String,
}

impl Lane {
    /// A device of this machine.
    pub fn here(device: &str) -> Self {
        Self {
            host: host_name(),
            device: device.to_owned(),
        }
    }

    /// Whether it is this machine's.
    pub fn is_here(&self) -> bool {
        self.host == host_name()
    }

    /// The folder of the lane's worker: its lease and its log.
    pub fn folder(&self, runs: &Path) -> PathBuf {
        let plain = |name: &str| name.replace(|letter: char| !letter.is_ascii_alphanumeric() && letter != '.', "-");
        queue_folder(runs).join(format!("{}@{}", plain(&self.device), plain(&self.host)))
    }

    /// Whether a worker takes the lane's runs, one after the other.
    pub fn has_worker(&self, runs: &Path) -> bool {
        matches!(liveness(&self.folder(runs)), Liveness::Held(_))
    }

    /// Whether a run of the lane is being trained. It may outlive the lane's worker.
    pub fn is_busy(&self, runs: &Path) -> bool {
        let folder = self.folder(runs);
        match file_lock::look(&busy_path(&folder)) {
            LockState::Free => false,
            LockState::Held => true,
            LockState::Unknown => matches!(liveness(&occupant(&folder)), Liveness::Held(_)),
        }
    }
}

/// Says that a run of a lane is being trained, as long as it lives.
#[derive(Debug)]
pub enum Occupied {
    /// By the operating system's lock.
    Lock(File),
    /// By a heartbeat, where locks are refused.
    Lease(Lease),
}

/// Says that a run of the lane with this folder is being trained, as long as the result lives; waits while another is.
///
/// # Errors
/// [`RunError::Io`].
pub fn occupy(lane: &Path) -> Result<Occupied, RunError> {
    let path = busy_path(lane);
    let file = file_lock::open(&path).map_err(RunError::io(&path))?;
    let held = match file_lock::lock(&file) {
        Ok(()) => return Ok(Occupied::Lock(file)),
        Err(error) if file_lock::is_refused(&error) => occupant(lane),
        Err(error) => return Err(RunError::io(&path)(error)),
    };
    // A lock that is held for hours needs a heartbeat where a file replaces it.
    fs::create_dir_all(&held).map_err(RunError::io(&held))?;
    loop {
        match Lease::take(&held) {
            Ok(lease) => return Ok(Occupied::Lease(lease)),
            Err(RunError::Held { .. }) => thread::sleep(POLL_INTERVAL),
            Err(error) => return Err(error),
        }
    }
}

fn busy_path(lane: &Path) -> PathBuf {
    lane.join("busy.lock")
}

/// The folder whose lease stands for the busy lock where that is refused.
fn occupant(lane: &Path) -> PathBuf {
    lane.join("busy")
}

fn queue_folder(runs: &Path) -> PathBuf {
    runs.join(".queue")
}

/// What a waiting run's folder says of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The smallest of a lane is the next; equal ones go by name.
    pub place: u64,
    /// Where it waits; `None` when the entry is damaged.
    pub lane: Option<Lane>,
}

#[derive(Serialize, Deserialize)]
struct Line {
    place: u64,
    #[serde(flatten)]
    lane: Lane,
}

impl Entry {
    /// The entry of a run; none for a run that does not wait.
    pub fn read(run: &Path) -> Option<Self> {
        let text = match fs::read(entry_path(run)) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return None,
            Err(_) => Vec::new(),
        };
        Some(match serde_json::from_slice::<Line>(&text) {
            Ok(Line { place, lane }) => Self {
                place,
                lane: Some(lane),
            },
            Err(_) => Self {
                place: u64::MAX,
                lane: None,
            },
        })
    }
}

fn entry_path(run: &Path) -> PathBuf {
    run.join("queue.json")
}

/// A run that waits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waiting {
    /// The run.
    pub folder: RunFolder,
    /// Its entry.
    pub entry: Entry,
}

/// All runs that wait, in their order; damaged entries last.
///
/// # Errors
/// [`RunError::Io`].
pub fn waiting(runs: &Path) -> Result<Vec<Waiting>, RunError> {
    let mut found: Vec<Waiting> = list_runs(runs)?
        .into_iter()
        .filter_map(|folder| {
            let entry = Entry::read(&folder.path)?;
            Some(Waiting { folder, entry })
        })
        .collect();
    found.sort_by_key(|waiting| waiting.entry.place);
    Ok(found)
}

/// Where runs are moved to in their lane.
#[derive(Debug, Clone, Copy, PartialEq, Eq, EnumIter)]
pub enum Shift {
    /// Before the one that comes before them.
    Up,
    /// Behind the one that comes after them.
    Down,
    /// They are next.
    First,
    /// They come last.
    Last,
}

impl Shift {
    /// The name on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Up => "up",
            Self::Down => "down",
            Self::First => "first",
            Self::Last => "last",
        }
    }

    /// The order with the chosen ones moved; they stay together and in their order.
    fn of<T: Clone>(self, order: &[T], chosen: impl Fn(&T) -> bool) -> Vec<T> {
        let (moved, mut rest): (Vec<T>, Vec<T>) = order.iter().cloned().partition(&chosen);
        let first = order.iter().position(&chosen).unwrap_or(0);
        let last = order.iter().rposition(&chosen).unwrap_or(0);
        let others_before = |end: usize| order[..end].iter().filter(|item| !chosen(item)).count();
        let at = match self {
            Self::Up => first.saturating_sub(1),
            Self::Down => (others_before(last) + 1).min(rest.len()),
            Self::First => 0,
            Self::Last => rest.len(),
        };
        rest.splice(at..at, moved);
        rest
    }
}

/// The queue, locked against everybody else who would change it.
#[derive(Debug)]
pub struct Queue {
    runs: PathBuf,
    _lock: FileLock,
}

impl Queue {
    /// Locks the queue of a folder of runs.
    ///
    /// # Errors
    /// [`RunError::Busy`] when another process keeps it locked, [`RunError::Io`].
    pub fn lock(runs: &Path) -> Result<Self, RunError> {
        let folder = queue_folder(runs);
        fs::create_dir_all(&folder).map_err(RunError::io(&folder))?;
        let path = folder.join("lock");
        let lock = file_lock::open(&path).and_then(|file| FileLock::within(&file, &path, TIMEOUT));
        match lock.map_err(RunError::io(&path))? {
            Some(lock) => Ok(Self {
                runs: runs.to_owned(),
                _lock: lock,
            }),
            None => Err(RunError::Busy { path }),
        }
    }

    /// All runs that wait, in their order; damaged entries last.
    ///
    /// # Errors
    /// [`RunError::Io`].
    pub fn waiting(&self) -> Result<Vec<Waiting>, RunError> {
        waiting(&self.runs)
    }

    /// Takes a run out; one that is not in it stays as it is. For who holds the run's lease. Who moves the others
    /// rewrites entries, and would put back what left without the lock.
    ///
    /// # Errors
    /// [`RunError::Io`].
    pub fn leave(&self, run: &Path) -> Result<(), RunError> {
        let path = entry_path(run);
        match fs::remove_file(&path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(RunError::io(&path)(error)),
            _ => Ok(()),
        }
    }

    /// Puts runs at the end of a lane, in this order.
    ///
    /// # Errors
    /// [`RunError::Io`]; none of them waits then.
    pub fn join(&self, folders: &[RunFolder], lane: &Lane) -> Result<(), RunError> {
        let places = self.waiting()?.into_iter();
        let last = places
            .filter(|waiting| waiting.entry.lane.as_ref() == Some(lane))
            .map(|waiting| waiting.entry.place)
            .max()
            .unwrap_or(0);
        let write = |(run, place): (&RunFolder, u64)| write_entry(&run.path, place, lane);
        let written = folders.iter().zip(last.saturating_add(1)..).try_for_each(write);
        if written.is_err() {
            for run in folders {
                // The first error is the one worth reporting.
                let _ = self.leave(&run.path);
            }
        }
        written
    }

    /// Moves runs among those of their lane.
    ///
    /// # Errors
    /// [`RunError::Io`].
    pub fn shift(&self, chosen: &[String], shift: Shift) -> Result<(), RunError> {
        let all = self.waiting()?;
        let is_chosen = |waiting: &&Waiting| chosen.contains(&waiting.folder.id);
        let mut lanes: Vec<&Lane> = all
            .iter()
            .filter(is_chosen)
            .filter_map(|w| w.entry.lane.as_ref())
            .collect();
        lanes.sort();
        lanes.dedup();
        for lane in lanes {
            let of_lane: Vec<&Waiting> = all.iter().filter(|w| w.entry.lane.as_ref() == Some(lane)).collect();
            for (waiting, place) in shift.of(&of_lane, is_chosen).into_iter().zip(1..) {
                if waiting.entry.place != place {
                    write_entry(&waiting.folder.path, place, lane)?;
                }
            }
        }
        Ok(())
    }
}

fn write_entry(run: &Path, place: u64, lane: &Lane) -> Result<(), RunError> {
    let path = entry_path(run);
    let line = Line {
        place,
        lane: lane.clone(),
    };
    let text = serde_json::to_vec(&line).map_err(|error| RunError::io(&path)(error.into()))?;
    files::replace(&path, &text).map_err(RunError::io(&path))
}

#[cfg(test)]
mod tests {
    use super::super::Lease;
    use super::*;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::thread;

    fn run(runs: &Path, id: &str) -> RunFolder {
        RunFolder::create_as(runs, id, "").unwrap()
    }

    fn order(runs: &Path) -> Vec<String> {
        let found = waiting(runs).unwrap();
        found.into_iter().map(|waiting| waiting.folder.id).collect()
    }

    fn queued(runs: &Path, ids: &[&str]) -> Vec<RunFolder> {
        let folders: Vec<RunFolder> = ids.iter().map(|id| run(runs, id)).collect();
        Queue::lock(runs).unwrap().join(&folders, &Lane::here("cpu")).unwrap();
        folders
    }

    #[test]
    fn runs_wait_in_the_order_they_came_until_they_are_moved() {
        let runs = tempfile::tempdir().unwrap();
        let runs = runs.path();
        queued(runs, &["d", "a", "c", "b"]);
        assert_eq!(order(runs), ["d", "a", "c", "b"]);
        let moved = |ids: &[&str], shift| {
            let ids: Vec<String> = ids.iter().map(ToString::to_string).collect();
            Queue::lock(runs).unwrap().shift(&ids, shift).unwrap();
            order(runs).concat()
        };
        assert_eq!(moved(&["b"], Shift::Up), "dabc");
        assert_eq!(moved(&["d"], Shift::Down), "adbc");
        assert_eq!(moved(&["c"], Shift::First), "cadb");
        assert_eq!(moved(&["c"], Shift::Up), "cadb");
        assert_eq!(moved(&["b"], Shift::Down), "cadb");
        assert_eq!(moved(&["a", "d"], Shift::Last), "cbad");
        assert_eq!(moved(&["c", "b"], Shift::Down), "acbd");
        assert_eq!(moved(&["a", "b"], Shift::Up), "abcd");
        assert_eq!(moved(&["x"], Shift::First), "abcd");
        queued(runs, &["0"]);
        assert_eq!(order(runs).concat(), "abcd0");
    }

    #[test]
    fn lanes_keep_out_of_each_others_way() {
        let runs = tempfile::tempdir().unwrap();
        let runs = runs.path();
        let queue = Queue::lock(runs).unwrap();
        let lanes = [Lane::here("cpu"), Lane::here("cuda:0"), Lane::here("cuda:1")];
        for (index, id) in ["a", "b", "c", "d", "e", "f"].into_iter().enumerate() {
            queue.join(&[run(runs, id)], &lanes[index % 3]).unwrap();
        }
        queue.shift(&["d".to_owned(), "e".to_owned()], Shift::First).unwrap();
        let of = |lane: &Lane| -> Vec<String> {
            let all = queue.waiting().unwrap().into_iter();
            all.filter(|w| w.entry.lane.as_ref() == Some(lane))
                .map(|w| w.folder.id)
                .collect()
        };
        assert_eq!(lanes.each_ref().map(of), [["d", "a"], ["e", "b"], ["c", "f"]]);
        let folders = lanes.map(|lane| lane.folder(runs));
        assert!(folders.windows(2).all(|pair| pair[0] != pair[1]));
        assert!(
            folders
                .iter()
                .all(|folder| folder.file_name().unwrap().to_str().unwrap().find(':').is_none())
        );
    }

    #[test]
    fn a_deleted_run_is_gone_from_the_queue_and_a_damaged_entry_is_one_runs_own() {
        let runs = tempfile::tempdir().unwrap();
        let runs = runs.path();
        let folders = queued(runs, &["a", "b", "c", "d"]);
        fs::remove_dir_all(&folders[1].path).unwrap();
        for damage in [&b""[..], b"{\"place\":", b"[]", &[0xff; 9]] {
            fs::write(entry_path(&folders[0].path), damage).unwrap();
            assert_eq!(order(runs), ["c", "d", "a"]);
            assert_eq!(Entry::read(&folders[0].path).unwrap().lane, None);
        }
        Queue::lock(runs)
            .unwrap()
            .join(&folders[..1], &Lane::here("cpu"))
            .unwrap();
        assert_eq!(order(runs), ["c", "d", "a"]);
        assert_eq!(Entry::read(&folders[0].path).unwrap().lane, Some(Lane::here("cpu")));
        for _ in 0..2 {
            Queue::lock(runs).unwrap().leave(&folders[2].path).unwrap();
        }
        assert_eq!(order(runs), ["d", "a"]);
    }

    #[test]
    fn one_at_a_time_changes_the_queue() {
        let runs = tempfile::tempdir().unwrap();
        let runs = runs.path();
        let inside = AtomicUsize::new(0);
        thread::scope(|scope| {
            for worker in 0..4 {
                let inside = &inside;
                scope.spawn(move || {
                    for round in 0..5 {
                        let queue = Queue::lock(runs).unwrap();
                        assert_eq!(inside.fetch_add(1, Ordering::SeqCst), 0);
                        let folder = run(runs, &format!("{worker}-{round}"));
                        queue.join(&[folder], &Lane::here("cpu")).unwrap();
                        inside.fetch_sub(1, Ordering::SeqCst);
                    }
                });
            }
        });
        let mut places: Vec<u64> = waiting(runs).unwrap().iter().map(|w| w.entry.place).collect();
        places.dedup();
        assert_eq!(places, (1..=20).collect::<Vec<u64>>());
    }

    #[test]
    fn a_lane_has_a_worker_while_one_holds_its_folder_and_is_busy_while_a_run_is_trained() {
        let runs = tempfile::tempdir().unwrap();
        let lane = Lane::here("cpu");
        let folder = lane.folder(runs.path());
        assert!(!lane.has_worker(runs.path()) && !lane.is_busy(runs.path()));
        fs::create_dir_all(&folder).unwrap();
        let worker = Lease::take(&folder).unwrap();
        let run = occupy(&folder).unwrap();
        assert!(lane.has_worker(runs.path()) && lane.is_busy(runs.path()));
        drop(worker);
        assert!(!lane.has_worker(runs.path()) && lane.is_busy(runs.path()));
        drop(run);
        assert!(!lane.is_busy(runs.path()));
    }
}
