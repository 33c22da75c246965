//! Who holds a run: a lock for the process's whole life, a heartbeat, a generation number.

use super::RunError;
use super::heartbeat::{BEAT, Heartbeat, Pulse, heartbeat_path, host_name, pulse, watch};
use crate::file_lock::{self, Attempt, FileLock, LockState};
use crate::files;
use serde::{Deserialize, Serialize};
use std::fs;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

/// A run whose first holder has not come up after this time has none.
const START: Duration = Duration::from_secs(30);
/// How long a lock that is in the way is tried again: a reader's look at it takes microseconds.
const TIMEOUT: Duration = Duration::from_secs(1);
/// Time between two attempts.
const POLL_INTERVAL: Duration = Duration::from_millis(20);

/// Whether a process is behind a run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Liveness {
    /// Nobody has held it yet; its process may be on its way.
    Never,
    /// A process holds it.
    Held(Heartbeat),
    /// A process held it and is gone, or none came up within 30 s.
    Gone(Option<Heartbeat>),
}

fn lock_path(run: &Path) -> PathBuf {
    run.join("lease.lock")
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
    heartbeat: Arc<Mutex<Heartbeat>>,
    /// Dropped to end the beating.
    stop: Option<Sender<()>>,
    beating: Option<JoinHandle<()>>,
    lock: FileLock,
}

impl Lease {
    /// Takes the lock, raises the generation, starts beating. Takes two beats' time where the last holder is on another
    /// machine, or file locks are refused, and did not let go by itself.
    ///
    /// # Errors
    /// [`RunError::Held`].
    pub fn take(run: &Path) -> Result<Self, RunError> {
        let path = lock_path(run);
        let held = || RunError::Held {
            path: run.to_owned(),
            holder: Heartbeat::read(run).map_or("unknown".to_owned(), |heartbeat| {
                format!("{}, process {}", heartbeat.host, heartbeat.pid)
            }),
        };
        let Some(lock) = take_lock(run, &path)? else {
            return Err(held());
        };
        let host = host_name();
        // Another machine's lock may not be seen here; its heartbeat is.
        let before = Heartbeat::read(run);
        if before
            .as_ref()
            .is_some_and(|heartbeat| heartbeat.host != host || lock.is_substituted())
            && is_beating(run)
        {
            return Err(held());
        }
        let generation = generation(run).max(before.map_or(0, |heartbeat| heartbeat.generation)) + 1;
        // Always the same width, so that no crash leaves a shorter number.
        lock.file()
            .write_all_at(format!("{generation:020}\n").as_bytes(), 0)
            .and_then(|()| lock.file().sync_all())
            .map_err(RunError::io(&path))?;

        let heartbeat = Heartbeat {
            host,
            pid: std::process::id(),
            generation,
            at: jiff::Timestamp::now(),
            phase: "starting".to_owned(),
            done: 0,
            total: 0,
            released: false,
        };
        match heartbeat.write(run) {
            // The lock holds without it; and who wants to make room on a full disk has to hold what goes.
            Err(error) if files::is_full(&error) => {}
            written => written.map_err(RunError::io(&heartbeat_path(run)))?,
        }
        let heartbeat = Arc::new(Mutex::new(heartbeat));
        let (stop, stopped) = mpsc::channel();
        let beating = thread::Builder::new()
            .name("heartbeat".to_owned())
            .spawn({
                let (run, heartbeat) = (run.to_owned(), Arc::clone(&heartbeat));
                move || {
                    let mut released = false;
                    while !released {
                        released = stopped.recv_timeout(BEAT) != Err(RecvTimeoutError::Timeout);
                        let mut now = guard(&heartbeat).clone();
                        if generation != self::generation(&run) {
                            return;
                        }
                        now.at = jiff::Timestamp::now();
                        now.released = released;
                        // A heartbeat that cannot be written (a full disk) is missed, and the next one is tried.
                        let _ = now.write(&run);
                    }
                }
            })
            .map_err(RunError::io(run))?;
        Ok(Self {
            run: run.to_owned(),
            heartbeat,
            stop: Some(stop),
            beating: Some(beating),
            lock,
        })
    }

    /// What the next beats say.
    pub fn progress(&self, phase: &str, done: u64, total: u64) {
        let mut heartbeat = guard(&self.heartbeat);
        heartbeat.phase.clear();
        heartbeat.phase.push_str(phase);
        (heartbeat.done, heartbeat.total) = (done, total);
    }

    /// What is to be said once where the file system refuses locks.
    pub fn note(&self) -> Option<String> {
        self.lock.is_substituted().then(|| {
            format!(
                "{}: the file system refuses file locks (flock); the heartbeat and a file that only one process can \
                 create say who trains a run",
                self.run.display()
            )
        })
    }

    /// The run's folder, and the number of this hold.
    pub(super) fn run(&self) -> (&Path, u64) {
        (&self.run, guard(&self.heartbeat).generation)
    }

    /// Whether this process still is the holder on disk.
    ///
    /// # Errors
    /// [`RunError::Replaced`].
    pub fn check(&self) -> Result<(), RunError> {
        if generation(&self.run) == guard(&self.heartbeat).generation {
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

fn guard(heartbeat: &Mutex<Heartbeat>) -> MutexGuard<'_, Heartbeat> {
    heartbeat.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The lock, unless somebody who lives holds it. A file that replaces it is removed where no heartbeat is behind it.
fn take_lock(run: &Path, path: &Path) -> Result<Option<FileLock>, RunError> {
    let mut begun = Instant::now();
    let mut discarded = None;
    loop {
        let attempt = file_lock::open(path).and_then(|file| FileLock::attempt(file, path));
        match attempt.map_err(RunError::io(path))? {
            Attempt::Taken(lock) => return Ok(Some(lock)),
            Attempt::Substituted(_) if is_beating(run) => return Ok(None),
            Attempt::Substituted(token) => {
                file_lock::discard_substitute(path, &token);
                if discarded.as_ref() != Some(&token) {
                    // Watching it took longer than any attempt.
                    (begun, discarded) = (Instant::now(), Some(token));
                }
            }
            Attempt::Held => {}
        }
        if begun.elapsed() > TIMEOUT {
            return Ok(None);
        }
        thread::sleep(POLL_INTERVAL);
    }
}

/// Whether the heartbeat of a run changes; watches it until that is known.
fn is_beating(run: &Path) -> bool {
    let look = |run: &&Path| pulse(run, Heartbeat::read(run).as_ref());
    watch(vec![run], look);
    look(&run) == Pulse::Beating
}

/// Whether a process is behind a run: by the lock on this machine, by the heartbeat for another one. What has not been
/// watched for long enough to know counts as held; [`watch_heartbeats`] waits for that.
pub fn liveness(run: &Path) -> Liveness {
    match look(run) {
        // Between the lock and the first heartbeat there is a moment.
        (Pulse::Beating | Pulse::Unknown, heartbeat) => Liveness::Held(heartbeat.unwrap_or_else(|| starting(run))),
        (Pulse::Stopped, None) if generation(run) == 0 && is_young(run) => Liveness::Never,
        (Pulse::Stopped, heartbeat) => Liveness::Gone(heartbeat),
    }
}

/// What is known of a run's holder: by the lock, and where that says nothing by its heartbeat.
fn look(run: &Path) -> (Pulse, Option<Heartbeat>) {
    let heartbeat = Heartbeat::read(run);
    let known = match (file_lock::look(&lock_path(run)), &heartbeat) {
        (LockState::Held, _) => Pulse::Beating,
        (LockState::Free, Some(heartbeat)) if heartbeat.host != host_name() => pulse(run, Some(heartbeat)),
        (LockState::Unknown, Some(heartbeat)) => pulse(run, Some(heartbeat)),
        (LockState::Free | LockState::Unknown, _) => Pulse::Stopped,
    };
    (known, heartbeat)
}

/// Watches the heartbeats that have to be watched until it is known which of these runs are held: at most two beats'
/// time for all together. Whether any had to be watched.
pub fn watch_heartbeats(runs: Vec<PathBuf>) -> bool {
    watch(runs, |run| look(run).0)
}

fn starting(run: &Path) -> Heartbeat {
    Heartbeat {
        host: host_name(),
        pid: 0,
        generation: generation(run),
        at: jiff::Timestamp::now(),
        phase: "starting".to_owned(),
        done: 0,
        total: 0,
        released: false,
    }
}

fn is_young(run: &Path) -> bool {
    let made = fs::metadata(run.join("run.toml")).and_then(|metadata| metadata.modified());
    made.is_ok_and(|made| made.elapsed().map_or(true, |age| age < START))
}

#[cfg(test)]
mod tests {
    use super::super::heartbeat::WATCH;
    use super::*;
    use crate::file_lock::refused;
    use std::fs::File;

    fn write_heartbeat(run: &Path, host: &str, age: Duration) {
        let at = jiff::Timestamp::now() - jiff::SignedDuration::try_from(age).unwrap();
        Heartbeat {
            host: host.into(),
            pid: 7,
            generation: 3,
            at,
            phase: "epoch 1".into(),
            done: 1,
            total: 2,
            released: false,
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
        assert!(matches!(liveness(run.path()), Liveness::Held(heartbeat) if heartbeat.pid == std::process::id()));
        assert!(matches!(Lease::take(run.path()), Err(RunError::Held { .. })));
        lease.check().unwrap();
        drop(lease);
        assert!(matches!(liveness(run.path()), Liveness::Gone(Some(heartbeat)) if heartbeat.generation == 1));
        let second = Lease::take(run.path()).unwrap();
        second.check().unwrap();
        assert_eq!(generation(run.path()), 2);
    }

    #[test]
    fn the_beat_goes_on_by_itself_and_says_what_is_done() {
        let run = tempfile::tempdir().unwrap();
        let lease = Lease::take(run.path()).unwrap();
        let first = Heartbeat::read(run.path()).unwrap();
        lease.progress("epoch 3", 4, 10);
        let begun = Instant::now();
        let heartbeat = loop {
            let heartbeat = Heartbeat::read(run.path()).unwrap();
            if heartbeat.at > first.at {
                break heartbeat;
            }
            assert!(begun.elapsed() < Duration::from_secs(10), "no second heartbeat");
            thread::sleep(Duration::from_millis(50));
        };
        assert_eq!(
            (heartbeat.phase.as_str(), heartbeat.done, heartbeat.total),
            ("epoch 3", 4, 10)
        );
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

    /// Writes heartbeats as a process on another machine would, whose clock is wrong, until `run` is told to stop.
    fn beat_elsewhere(run: &Path, wrong: jiff::SignedDuration) -> (Sender<()>, JoinHandle<()>) {
        let (stop, stopped) = mpsc::channel::<()>();
        let run = run.to_owned();
        let beating = thread::spawn(move || {
            loop {
                let at = jiff::Timestamp::now() + wrong;
                Heartbeat {
                    host: "elsewhere".into(),
                    pid: 7,
                    generation: 3,
                    at,
                    ..starting(&run)
                }
                .write(&run)
                .unwrap();
                if stopped.recv_timeout(BEAT) != Err(RecvTimeoutError::Timeout) {
                    return;
                }
            }
        });
        (stop, beating)
    }

    #[test]
    fn a_holder_on_another_machine_lives_as_long_as_its_heartbeat_changes_whatever_its_clock_says() {
        for hours in [-1, 0, 1] {
            let run = tempfile::tempdir().unwrap();
            let (stop, beating) = beat_elsewhere(run.path(), jiff::SignedDuration::from_hours(hours));
            while !heartbeat_path(run.path()).exists() {
                thread::sleep(POLL_INTERVAL);
            }
            // Not known yet.
            assert!(matches!(liveness(run.path()), Liveness::Held(_)));
            assert!(matches!(Lease::take(run.path()), Err(RunError::Held { .. })));
            watch_heartbeats(vec![run.path().to_owned()]);
            assert!(matches!(liveness(run.path()), Liveness::Held(_)));
            drop(stop);
            beating.join().unwrap();
            thread::sleep(WATCH);
            assert!(matches!(liveness(run.path()), Liveness::Gone(Some(_))));
            let lease = Lease::take(run.path()).unwrap();
            assert_eq!(guard(&lease.heartbeat).generation, 4);
        }
    }

    #[test]
    fn a_heartbeat_that_stands_still_is_known_after_two_beats_for_all_runs_together() {
        let runs: Vec<tempfile::TempDir> = (0..20).map(|_| tempfile::tempdir().unwrap()).collect();
        for run in &runs {
            write_heartbeat(run.path(), "elsewhere", Duration::ZERO);
        }
        let begun = Instant::now();
        watch_heartbeats(runs.iter().map(|run| run.path().to_owned()).collect());
        assert!(begun.elapsed() < 3 * WATCH);
        for run in &runs {
            assert!(matches!(liveness(run.path()), Liveness::Gone(Some(_))));
        }
    }

    #[test]
    fn who_lets_go_by_itself_is_not_watched_for() {
        let run = tempfile::tempdir().unwrap();
        drop(Lease::take(run.path()).unwrap());
        let mut last = Heartbeat::read(run.path()).unwrap();
        assert!(last.released);
        last.host = "elsewhere".to_owned();
        last.write(run.path()).unwrap();
        assert!(matches!(liveness(run.path()), Liveness::Gone(Some(_))));
        let begun = Instant::now();
        Lease::take(run.path()).unwrap();
        assert!(begun.elapsed() < WATCH);
    }

    #[test]
    fn without_locks_the_heartbeat_and_an_exclusive_file_serve() {
        let run = tempfile::tempdir().unwrap();
        refused::with(rustix::io::Errno::NOLCK);
        let lease = Lease::take(run.path()).unwrap();
        assert!(lease.note().is_some());
        watch_heartbeats(vec![run.path().to_owned()]);
        assert!(matches!(liveness(run.path()), Liveness::Held(heartbeat) if heartbeat.pid == std::process::id()));
        assert!(matches!(Lease::take(run.path()), Err(RunError::Held { .. })));
        lease.check().unwrap();
        drop(lease);
        assert!(matches!(liveness(run.path()), Liveness::Gone(Some(_))));
        drop(Lease::take(run.path()).unwrap());
        assert_eq!(generation(run.path()), 2);
    }

    #[test]
    fn without_locks_a_killed_holder_is_replaced() {
        let run = tempfile::tempdir().unwrap();
        write_heartbeat(run.path(), &host_name(), Duration::ZERO);
        fs::write(lock_path(run.path()), format!("{:020}\n", 3)).unwrap();
        fs::write(run.path().join("lease.lock.held"), "token of the killed").unwrap();
        refused::with(rustix::io::Errno::NOSYS);
        let lease = Lease::take(run.path()).unwrap();
        assert_eq!(guard(&lease.heartbeat).generation, 4);
        // Where one side has locks and the other has none, either minds the other's file and heartbeat.
        let path = run.path().to_owned();
        let other = thread::spawn(move || matches!(Lease::take(&path), Err(RunError::Held { .. })));
        assert!(other.join().unwrap());
    }

    #[test]
    fn on_this_machine_the_lock_decides_however_fresh_the_beat() {
        let run = tempfile::tempdir().unwrap();
        write_heartbeat(run.path(), &host_name(), Duration::ZERO);
        assert!(matches!(liveness(run.path()), Liveness::Gone(Some(_))));
    }

    #[test]
    fn a_replaced_holder_notices_and_leaves_the_new_beat_alone() {
        let run = tempfile::tempdir().unwrap();
        let lease = Lease::take(run.path()).unwrap();
        fs::write(lock_path(run.path()), format!("{:020}\n", 9)).unwrap();
        write_heartbeat(run.path(), "elsewhere", Duration::ZERO);
        assert!(matches!(lease.check(), Err(RunError::Replaced { .. })));
        thread::sleep(BEAT + Duration::from_millis(300));
        assert_eq!(Heartbeat::read(run.path()).unwrap().host, "elsewhere");
    }

    #[test]
    fn a_run_whose_process_never_came_up_is_gone() {
        let run = tempfile::tempdir().unwrap();
        let made = File::create(run.path().join("run.toml")).unwrap();
        made.set_modified(std::time::SystemTime::now() - START - BEAT).unwrap();
        assert_eq!(liveness(run.path()), Liveness::Gone(None));
    }
}
