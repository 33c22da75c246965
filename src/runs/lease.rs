//! Who holds a run: an OS lock for the process's whole life, a heartbeat, a generation number.

use super::RunError;
use crate::files;
use serde::{Deserialize, Serialize};
use std::fs::{self, File, TryLockError};
use std::io;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

/// Time between two beats.
const BEAT: Duration = Duration::from_secs(1);
/// A holder on another machine whose last beat is older counts as gone.
const SILENCE: Duration = Duration::from_secs(10);
/// A run whose first holder has not come up after this time has none.
const START: Duration = Duration::from_secs(30);
/// A holder on this machine whose last beat is older is suspended, or stuck; no load explains it.
const STUCK: Duration = Duration::from_secs(30);
/// How long a lock that is in the way is tried again: a reader's look at it takes microseconds.
const PATIENCE: Duration = Duration::from_secs(1);

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

impl Beat {
    fn read(run: &Path) -> Option<Self> {
        serde_json::from_slice(&fs::read(beat_path(run)).ok()?).ok()
    }

    fn write(&self, run: &Path) -> io::Result<()> {
        files::replace(&beat_path(run), &serde_json::to_vec(self)?)
    }

    /// For how long a holder on this machine has not beaten, where it is suspended or stuck.
    pub fn silence(&self) -> Option<Duration> {
        let age = jiff::Timestamp::now().duration_since(self.at);
        let age = Duration::try_from(age).ok()?;
        (self.host == host_name() && age > STUCK).then_some(age)
    }

    /// As far as the two machines' clocks agree.
    fn is_recent(&self) -> bool {
        let age = jiff::Timestamp::now().duration_since(self.at);
        age.unsigned_abs() <= SILENCE
    }
}

/// Whether a process is behind a run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Liveness {
    /// Nobody has held it yet; its process may be on its way.
    Never,
    /// A process holds it.
    Held(Beat),
    /// A process held it and is gone, or none came up within 30 s.
    Gone(Option<Beat>),
}

fn lock_path(run: &Path) -> PathBuf {
    run.join("lease.lock")
}

fn beat_path(run: &Path) -> PathBuf {
    run.join("beat.json")
}

/// The name of this machine.
pub fn host_name() -> String {
    rustix::system::uname().nodename().to_string_lossy().into_owned()
}

/// The number of the latest holder, from 1; 0 when there was none.
/// It stands in the lock file, which is never replaced: who holds the lock writes the number.
pub(super) fn generation(run: &Path) -> u64 {
    fs::read_to_string(lock_path(run))
        .ok()
        .and_then(|text| text.trim().parse().ok())
        .unwrap_or(0)
}

/// The hold on a run; a thread of its own beats until it is dropped.
#[derive(Debug)]
pub struct Lease {
    run: PathBuf,
    beat: Arc<Mutex<Beat>>,
    /// Dropped to end the beating.
    stop: Option<Sender<()>>,
    beating: Option<JoinHandle<()>>,
    /// Locked as long as it is open.
    _lock: File,
}

impl Lease {
    /// Takes the lock, raises the generation, starts beating.
    ///
    /// # Errors
    /// [`RunError::Held`].
    pub fn take(run: &Path) -> Result<Self, RunError> {
        let path = lock_path(run);
        let lock = lock_file(&path)?;
        let before = Beat::read(run);
        let held = || RunError::Held {
            path: run.to_owned(),
            holder: before.as_ref().map_or("unknown".to_owned(), |beat| {
                format!("{}, process {}", beat.host, beat.pid)
            }),
        };
        if !try_lock(&lock, PATIENCE).map_err(RunError::io(&path))? {
            return Err(held());
        }
        let host = host_name();
        // Another machine's lock may not be seen here; its heartbeat is.
        if before
            .as_ref()
            .is_some_and(|beat| beat.host != host && beat.is_recent())
        {
            return Err(held());
        }
        let generation = generation(run).max(before.map_or(0, |beat| beat.generation)) + 1;
        // Always the same width, so that no crash leaves a shorter number.
        lock.write_all_at(format!("{generation:020}\n").as_bytes(), 0)
            .and_then(|()| lock.sync_all())
            .map_err(RunError::io(&path))?;

        let beat = Beat {
            host,
            pid: std::process::id(),
            generation,
            at: jiff::Timestamp::now(),
            phase: "starting".to_owned(),
            done: 0,
            total: 0,
        };
        match beat.write(run) {
            // The lock holds without it; and who wants to make room on a full disk has to hold what goes.
            Err(error) if files::is_full(&error) => {}
            written => written.map_err(RunError::io(&beat_path(run)))?,
        }
        let beat = Arc::new(Mutex::new(beat));
        let (stop, stopped) = mpsc::channel();
        let beating = thread::Builder::new()
            .name("heartbeat".to_owned())
            .spawn({
                let (run, beat) = (run.to_owned(), Arc::clone(&beat));
                move || {
                    while stopped.recv_timeout(BEAT) == Err(RecvTimeoutError::Timeout) {
                        let mut now = guard(&beat).clone();
                        if generation != self::generation(&run) {
                            return;
                        }
                        now.at = jiff::Timestamp::now();
                        // A beat that cannot be written (a full disk) is missed, and the next one is tried.
                        let _ = now.write(&run);
                    }
                }
            })
            .map_err(RunError::io(run))?;
        Ok(Self {
            run: run.to_owned(),
            beat,
            stop: Some(stop),
            beating: Some(beating),
            _lock: lock,
        })
    }

    /// What the next beats say.
    pub fn progress(&self, phase: &str, done: u64, total: u64) {
        let mut beat = guard(&self.beat);
        beat.phase.clear();
        beat.phase.push_str(phase);
        (beat.done, beat.total) = (done, total);
    }

    /// The run's folder, and the number of this hold.
    pub(super) fn place(&self) -> (&Path, u64) {
        (&self.run, guard(&self.beat).generation)
    }

    /// Whether this process still is the holder on disk.
    ///
    /// # Errors
    /// [`RunError::Replaced`].
    pub fn check(&self) -> Result<(), RunError> {
        if generation(&self.run) == guard(&self.beat).generation {
            Ok(())
        } else {
            Err(RunError::Replaced { path: self.run.clone() })
        }
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        self.stop.take();
        if let Some(beating) = self.beating.take() {
            // It neither panics nor waits for anything but one write.
            let _ = beating.join();
        }
    }
}

fn guard(beat: &Mutex<Beat>) -> MutexGuard<'_, Beat> {
    beat.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A file to be locked, made when it is not there.
pub(super) fn lock_file(path: &Path) -> Result<File, RunError> {
    let mut options = File::options();
    options.read(true).write(true).create(true).truncate(false);
    options.open(path).map_err(RunError::io(path))
}

/// Whether the lock could be had, trying for a while.
pub(super) fn try_lock(lock: &File, patience: Duration) -> io::Result<bool> {
    let begun = Instant::now();
    loop {
        match lock.try_lock() {
            Ok(()) => return Ok(true),
            Err(TryLockError::Error(error)) => return Err(error),
            Err(TryLockError::WouldBlock) if begun.elapsed() > patience => return Ok(false),
            Err(TryLockError::WouldBlock) => thread::sleep(Duration::from_millis(20)),
        }
    }
}

/// Whether a process is behind a run: by the lock on this machine, by the heartbeat for another one.
pub fn liveness(run: &Path) -> Liveness {
    let beat = Beat::read(run);
    if is_locked(run) {
        // Between the lock and the first beat there is a moment.
        return Liveness::Held(beat.unwrap_or_else(|| Beat {
            host: host_name(),
            pid: 0,
            generation: generation(run),
            at: jiff::Timestamp::now(),
            phase: "starting".to_owned(),
            done: 0,
            total: 0,
        }));
    }
    match beat {
        Some(beat) if beat.host != host_name() && beat.is_recent() => Liveness::Held(beat),
        Some(beat) => Liveness::Gone(Some(beat)),
        None if generation(run) == 0 && is_young(run) => Liveness::Never,
        None => Liveness::Gone(None),
    }
}

/// Looks with a shared lock, so that two who look are not in each other's way.
fn is_locked(run: &Path) -> bool {
    let Ok(lock) = File::open(lock_path(run)) else {
        return false;
    };
    matches!(lock.try_lock_shared(), Err(TryLockError::WouldBlock))
}

fn is_young(run: &Path) -> bool {
    let made = fs::metadata(run.join("run.toml")).and_then(|facts| facts.modified());
    made.is_ok_and(|made| made.elapsed().map_or(true, |age| age < START))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn write_beat(run: &Path, host: &str, age: Duration) {
        let at = jiff::Timestamp::now() - jiff::SignedDuration::try_from(age).unwrap();
        Beat {
            host: host.into(),
            pid: 7,
            generation: 3,
            at,
            phase: "epoch 1".into(),
            done: 1,
            total: 2,
        }
        .write(run)
        .unwrap();
    }

    #[test]
    fn a_run_is_held_by_one_and_free_when_he_lets_go() {
        let run = tempfile::tempdir().unwrap();
        fs::write(run.path().join("run.toml"), b"").unwrap();
        assert_eq!(liveness(run.path()), Liveness::Never);
        let lease = Lease::take(run.path()).unwrap();
        assert!(matches!(liveness(run.path()), Liveness::Held(beat) if beat.pid == std::process::id()));
        assert!(matches!(Lease::take(run.path()), Err(RunError::Held { .. })));
        lease.check().unwrap();
        drop(lease);
        assert!(matches!(liveness(run.path()), Liveness::Gone(Some(beat)) if beat.generation == 1));
        let second = Lease::take(run.path()).unwrap();
        second.check().unwrap();
        assert_eq!(generation(run.path()), 2);
    }

    #[test]
    fn the_beat_goes_on_by_itself_and_says_what_is_done() {
        let run = tempfile::tempdir().unwrap();
        let lease = Lease::take(run.path()).unwrap();
        let first = Beat::read(run.path()).unwrap();
        lease.progress("epoch 3", 4, 10);
        let begun = Instant::now();
        let beat = loop {
            let beat = Beat::read(run.path()).unwrap();
            if beat.at > first.at {
                break beat;
            }
            assert!(begun.elapsed() < Duration::from_secs(10), "no second beat");
            thread::sleep(Duration::from_millis(50));
        };
        assert_eq!((beat.phase.as_str(), beat.done, beat.total), ("epoch 3", 4, 10));
    }

    #[test]
    fn those_who_look_are_not_in_the_way_of_who_takes() {
        let run = tempfile::tempdir().unwrap();
        drop(Lease::take(run.path()).unwrap());
        let looking = File::open(lock_path(run.path())).unwrap();
        looking.lock_shared().unwrap();
        let looked = thread::spawn(move || {
            thread::sleep(Duration::from_millis(200));
            drop(looking);
        });
        Lease::take(run.path()).unwrap();
        looked.join().unwrap();
    }

    #[test]
    fn a_holder_on_another_machine_lives_as_long_as_he_beats() {
        let run = tempfile::tempdir().unwrap();
        write_beat(run.path(), "elsewhere", Duration::from_secs(2));
        assert!(matches!(liveness(run.path()), Liveness::Held(_)));
        assert!(matches!(Lease::take(run.path()), Err(RunError::Held { .. })));
        write_beat(run.path(), "elsewhere", Duration::from_secs(11));
        assert!(matches!(liveness(run.path()), Liveness::Gone(Some(_))));
        let lease = Lease::take(run.path()).unwrap();
        assert_eq!(guard(&lease.beat).generation, 4);
    }

    #[test]
    fn on_this_machine_the_lock_decides_however_fresh_the_beat() {
        let run = tempfile::tempdir().unwrap();
        write_beat(run.path(), &host_name(), Duration::ZERO);
        assert!(matches!(liveness(run.path()), Liveness::Gone(Some(_))));
    }

    #[test]
    fn a_replaced_holder_notices_and_leaves_the_new_beat_alone() {
        let run = tempfile::tempdir().unwrap();
        let lease = Lease::take(run.path()).unwrap();
        fs::write(lock_path(run.path()), format!("{:020}\n", 9)).unwrap();
        write_beat(run.path(), "elsewhere", Duration::ZERO);
        assert!(matches!(lease.check(), Err(RunError::Replaced { .. })));
        thread::sleep(BEAT + Duration::from_millis(300));
        assert_eq!(Beat::read(run.path()).unwrap().host, "elsewhere");
    }

    #[test]
    fn a_run_whose_process_never_came_up_is_gone() {
        let run = tempfile::tempdir().unwrap();
        let made = File::create(run.path().join("run.toml")).unwrap();
        made.set_modified(std::time::SystemTime::now() - START - BEAT).unwrap();
        assert_eq!(liveness(run.path()), Liveness::Gone(None));
    }
}
