//! The lock of a journal, compatible with Optuna: a file of its name plus `.lock` that only one process can create.
//!
//! On Unix it is a symbolic link to the journal, made with an absolute target: a relative one would dangle from
//! another folder, and Optuna never takes over a dangling lock. A lock whose journal has not been written to for
//! 30 seconds belongs to a process that died, and is taken over.

use super::super::error::io;
use crate::tuning::TuningError;
use std::ffi::OsString;
use std::fs::{self, Metadata};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::thread::sleep;
use std::time::{Duration, Instant, SystemTime};

/// A lock that shows no heartbeat for this long is taken over.
const GRACE: Duration = Duration::from_secs(30);
/// After this long in the queue something is wrong.
const TIMEOUT: Duration = Duration::from_secs(300);
/// The first and the longest pause between two attempts.
const PAUSES: (Duration, Duration) = (Duration::from_millis(1), Duration::from_secs(1));

/// The lock, held until it is dropped.
#[derive(Debug)]
pub struct Lock {
    path: PathBuf,
    mark: Option<Mark>,
}

impl Lock {
    /// Waits for the lock of a journal, and takes it.
    ///
    /// # Errors
    /// [`TuningError::Locked`] when others held it for five minutes on end, [`TuningError::Io`].
    pub fn take(journal: &Path) -> Result<Self, TuningError> {
        Self::take_within(journal, GRACE, TIMEOUT)
    }

    fn take_within(journal: &Path, grace: Duration, timeout: Duration) -> Result<Self, TuningError> {
        let journal = std::path::absolute(journal).map_err(io(journal))?;
        let path = beside(&journal, ".lock");
        let began = Instant::now();
        let (mut seen, mut since, mut pause) = (None, began, PAUSES.0);
        loop {
            match create(&journal, &path) {
                Ok(()) => {
                    let mark = Mark::of(&path);
                    return Ok(Self { path, mark });
                }
                Err(error) if error.kind() != ErrorKind::AlreadyExists => return Err(io(&path)(error)),
                Err(_) => {}
            }
            let now = sign_of_life(&path);
            if now.is_none() || now != seen {
                (seen, since) = (now, Instant::now());
            } else if since.elapsed() > grace {
                remove(&path, seen.and_then(|(_, mark)| mark).as_ref());
                (seen, since, pause) = (None, Instant::now(), PAUSES.0);
                continue;
            }
            if began.elapsed() > timeout {
                return Err(TuningError::Locked {
                    path,
                    seconds: timeout.as_secs(),
                });
            }
            sleep(pause);
            pause = (pause * 2).min(PAUSES.1);
        }
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        remove(&self.path, self.mark.as_ref());
    }
}

#[cfg(unix)]
fn create(journal: &Path, lock: &Path) -> std::io::Result<()> {
    std::os::unix::fs::symlink(journal, lock)
}

#[cfg(not(unix))]
fn create(_journal: &Path, lock: &Path) -> std::io::Result<()> {
    fs::OpenOptions::new().write(true).create_new(true).open(lock).map(drop)
}

/// Distinguishes one lock file from the next of the same name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Mark {
    made: Option<SystemTime>,
    inode: u64,
}

impl Mark {
    fn of(lock: &Path) -> Option<Self> {
        let entry: Metadata = fs::symlink_metadata(lock).ok()?;
        #[cfg(unix)]
        let inode = std::os::unix::fs::MetadataExt::ino(&entry);
        #[cfg(not(unix))]
        let inode = 0;
        Some(Self {
            made: entry.modified().ok(),
            inode,
        })
    }
}

/// When the journal behind the lock was last written (of a dangling link: when the link was made), and which lock
/// it is; `None` when the lock is gone.
fn sign_of_life(lock: &Path) -> Option<(SystemTime, Option<Mark>)> {
    let entry = fs::metadata(lock).or_else(|_| fs::symlink_metadata(lock)).ok()?;
    Some((entry.modified().ok()?, Mark::of(lock)))
}

/// Removes a lock, unless another one has replaced it: renamed first, so that of two processes only one succeeds.
fn remove(lock: &Path, mark: Option<&Mark>) {
    if Mark::of(lock).as_ref() == mark {
        let aside = beside(lock, &format!("{}.rename", super::unique()));
        if fs::rename(lock, &aside).is_ok() {
            // A leftover of this name is rubbish that nobody looks at.
            let _ = fs::remove_file(&aside);
        }
    }
}

fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name: OsString = path.as_os_str().to_owned();
    name.push(suffix);
    PathBuf::from(name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicU32, Ordering};

    fn journal() -> (tempfile::TempDir, PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("study.log");
        fs::write(&path, b"").unwrap();
        (folder, path)
    }

    #[test]
    fn only_one_holds_it_at_a_time() {
        let (folder, path) = journal();
        let inside = AtomicU32::new(0);
        std::thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| {
                    for _ in 0..25 {
                        let _lock = Lock::take(&path).unwrap();
                        assert_eq!(inside.fetch_add(1, Ordering::SeqCst), 0);
                        inside.fetch_sub(1, Ordering::SeqCst);
                    }
                });
            }
        });
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[cfg(unix)]
    #[test]
    fn it_is_a_link_with_an_absolute_target() {
        let (_folder, path) = journal();
        let lock = Lock::take(&path).unwrap();
        assert_eq!(fs::read_link(&lock.path).unwrap(), path);
        assert!(path.is_absolute());
    }

    #[cfg(unix)]
    #[test]
    fn a_dead_lock_is_taken_over_even_when_it_dangles() {
        let (folder, path) = journal();
        let short = Duration::from_millis(50);
        for target in [path.clone(), PathBuf::from("nowhere/study.log")] {
            std::os::unix::fs::symlink(target, folder.path().join("study.log.lock")).unwrap();
            let began = Instant::now();
            drop(Lock::take_within(&path, short, Duration::from_secs(20)).unwrap());
            assert!(began.elapsed() >= short);
        }
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[cfg(unix)]
    #[test]
    fn a_lock_taken_over_is_not_released_by_who_lost_it() {
        let (_folder, path) = journal();
        let slow = Lock::take(&path).unwrap();
        let winner = Lock::take_within(&path, Duration::from_millis(20), Duration::from_secs(20)).unwrap();
        drop(slow);
        assert!(fs::symlink_metadata(&winner.path).is_ok());
    }

    #[test]
    fn a_living_lock_is_waited_for_and_then_named() {
        let (_folder, path) = journal();
        let _held = Lock::take(&path).unwrap();
        let error = Lock::take_within(&path, GRACE, Duration::from_millis(30)).unwrap_err();
        assert!(error.to_string().contains("study.log.lock"));
    }
}
