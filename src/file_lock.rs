//! Locks between processes: the operating system's (flock), or an exclusively created file where a file system
//! refuses those, as Lustre without `-o flock` and NFS without a lock manager do.

use crate::files;
use std::ffi::OsString;
use std::fs::{self, File, TryLockError};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

/// Time between two attempts.
const POLL_INTERVAL: Duration = Duration::from_millis(20);
/// A file that replaces a lock that is held for moments only belongs to a process that is gone when it is this old.
const STALE: Duration = Duration::from_secs(30);

/// A lock on a file, held until it is dropped.
#[derive(Debug)]
pub struct FileLock {
    file: File,
    substitute: Option<Substitute>,
}

/// What became of an attempt to take a lock.
#[derive(Debug)]
pub enum Attempt {
    /// It is ours.
    Taken(FileLock),
    /// Another process holds it.
    Held,
    /// A file replaces it; its process may be gone. The token names this holder.
    Substituted(String),
}

/// What a look at a lock shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LockState {
    /// Nobody holds it.
    Free,
    /// Somebody holds it.
    Held,
    /// The file system does not say; something else must.
    Unknown,
}

impl FileLock {
    /// One attempt to lock `file`, which lies at `path`.
    ///
    /// # Errors
    /// What the file system says, other than that it knows no locks.
    pub fn attempt(file: File, path: &Path) -> io::Result<Attempt> {
        match flock(&file) {
            // Another machine, to which the file system refuses locks, may hold it by a file.
            Ok(()) => Ok(match token_of(&substitute_path(path)) {
                Some(token) => {
                    file.unlock()?;
                    Attempt::Substituted(token)
                }
                None => Attempt::Taken(Self { file, substitute: None }),
            }),
            Err(TryLockError::WouldBlock) => Ok(Attempt::Held),
            Err(TryLockError::Error(error)) if is_refused(&error) => Ok(match Substitute::create(path)? {
                Ok(substitute) => Attempt::Taken(Self {
                    file,
                    substitute: Some(substitute),
                }),
                Err(token) => Attempt::Substituted(token),
            }),
            Err(TryLockError::Error(error)) => Err(error),
        }
    }

    /// Locks `file`, which lies at `path`, for some moments: a holder is waited for, for as long as `timeout`, and
    /// a file that has replaced the lock for 30 s (or half of `timeout`) is taken for what a killed process
    /// left. `None` when somebody held it all the time.
    ///
    /// # Errors
    /// As [`FileLock::attempt`].
    pub fn within(file: &File, path: &Path, timeout: Duration) -> io::Result<Option<Self>> {
        let begun = Instant::now();
        let mut seen: Option<(String, Instant)> = None;
        loop {
            match Self::attempt(file.try_clone()?, path)? {
                Attempt::Taken(lock) => return Ok(Some(lock)),
                Attempt::Held => seen = None,
                Attempt::Substituted(token) => match &seen {
                    Some((before, since)) if *before == token => {
                        if since.elapsed() > STALE.min(timeout / 2) {
                            discard_substitute(path, &token);
                            seen = None;
                            continue;
                        }
                    }
                    _ => seen = Some((token, Instant::now())),
                },
            }
            if begun.elapsed() > timeout {
                return Ok(None);
            }
            thread::sleep(POLL_INTERVAL);
        }
    }

    /// As [`FileLock::within`], for as long as it takes.
    ///
    /// # Errors
    /// As [`FileLock::attempt`].
    pub fn wait(file: &File, path: &Path) -> io::Result<Self> {
        loop {
            if let Some(lock) = Self::within(file, path, 2 * STALE)? {
                return Ok(lock);
            }
        }
    }

    /// The locked file.
    pub fn file(&self) -> &File {
        &self.file
    }

    /// Whether a file replaces the operating system's lock.
    pub fn is_substituted(&self) -> bool {
        self.substitute.is_some()
    }
}

impl Drop for FileLock {
    fn drop(&mut self) {
        if self.substitute.is_none() {
            // The file may be open elsewhere in this process; where it is not, closing it would do.
            let _ = self.file.unlock();
        }
    }
}

/// A file to be locked, made when it is not there.
///
/// # Errors
/// What the file system says.
pub fn open(path: &Path) -> io::Result<File> {
    let mut options = File::options();
    options.read(true).write(true).create(true).truncate(false).open(path)
}

/// Waits for the operating system's lock, for as long as it takes; it is held until the file is closed.
///
/// # Errors
/// What the file system says; [`is_refused`] says whether it knows no locks.
pub fn lock(file: &File) -> io::Result<()> {
    #[cfg(test)]
    if let Err(TryLockError::Error(error)) = refused::check() {
        return Err(error);
    }
    file.lock()
}

/// Looks with a shared lock, so that two who look are not in each other's way.
pub fn look(path: &Path) -> LockState {
    let Ok(file) = File::open(path) else {
        return LockState::Free;
    };
    match flock_shared(&file) {
        Err(TryLockError::WouldBlock) => LockState::Held,
        Err(TryLockError::Error(_)) => LockState::Unknown,
        Ok(()) if substitute_path(path).exists() => LockState::Unknown,
        Ok(()) => LockState::Free,
    }
}

/// Removes the file that replaces a lock, when it still is that holder's.
pub fn discard_substitute(path: &Path, token: &str) {
    let substitute = substitute_path(path);
    let aside = files::temporary_beside(&substitute);
    // Renamed first, so that of two processes only one has it.
    if fs::rename(&substitute, &aside).is_err() {
        return;
    }
    if token_of(&aside).as_deref() != Some(token) {
        // Somebody was quicker, and took the lock since: it goes back, unless a third has it by now.
        let _ = fs::hard_link(&aside, &substitute);
    }
    let _ = fs::remove_file(&aside);
}

/// The exclusively created file; removed when dropped.
#[derive(Debug)]
struct Substitute {
    path: PathBuf,
    token: String,
}

impl Substitute {
    /// Creates it, or names the holder of the one that is there.
    fn create(lock: &Path) -> io::Result<Result<Self, String>> {
        let path = substitute_path(lock);
        let token = format!("{:032x}", rand::random::<u128>());
        match File::create_new(&path) {
            Ok(mut file) => {
                let made = Self { path, token };
                file.write_all(made.token.as_bytes()).and_then(|()| file.sync_all())?;
                Ok(Ok(made))
            }
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(Err(token_of(&path).unwrap_or_default())),
            Err(error) => Err(error),
        }
    }
}

impl Drop for Substitute {
    fn drop(&mut self) {
        if token_of(&self.path).as_ref() == Some(&self.token) {
            // What is left is taken for what a killed process left.
            let _ = fs::remove_file(&self.path);
        }
    }
}

fn substitute_path(lock: &Path) -> PathBuf {
    let mut name: OsString = lock.file_name().unwrap_or_default().to_owned();
    name.push(".held");
    lock.with_file_name(name)
}

fn token_of(substitute: &Path) -> Option<String> {
    fs::read(substitute)
        .ok()
        .map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
}

/// Whether an error says that there are no locks here, or none now (ENOSYS, EOPNOTSUPP, ENOLCK).
pub fn is_refused(error: &io::Error) -> bool {
    let lacking = [
        rustix::io::Errno::NOSYS,
        rustix::io::Errno::OPNOTSUPP,
        rustix::io::Errno::NOLCK,
    ];
    lacking
        .iter()
        .any(|lack| error.raw_os_error() == Some(lack.raw_os_error()))
}

fn flock(file: &File) -> Result<(), TryLockError> {
    #[cfg(test)]
    refused::check()?;
    file.try_lock()
}

fn flock_shared(file: &File) -> Result<(), TryLockError> {
    #[cfg(test)]
    refused::check()?;
    file.try_lock_shared()
}

/// A file system without locks, for tests.
#[cfg(test)]
pub mod refused {
    use std::cell::Cell;
    use std::fs::TryLockError;
    use std::io;

    thread_local! {
        static REFUSED: Cell<Option<i32>> = const { Cell::new(None) };
    }

    /// From now on this thread's attempts fail with this error.
    pub fn with(errno: rustix::io::Errno) {
        REFUSED.set(Some(errno.raw_os_error()));
    }

    pub(super) fn check() -> Result<(), TryLockError> {
        match REFUSED.get() {
            Some(errno) => Err(TryLockError::Error(io::Error::from_raw_os_error(errno))),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rustix::io::Errno;
    use std::sync::atomic::{AtomicU32, Ordering};

    fn lock_in(folder: &Path) -> (PathBuf, File) {
        let path = folder.join("some.lock");
        (path.clone(), open(&path).unwrap())
    }

    #[test]
    fn a_file_takes_the_place_of_a_lock_that_is_refused() {
        for errno in [Errno::NOSYS, Errno::NOLCK, Errno::OPNOTSUPP] {
            let folder = tempfile::tempdir().unwrap();
            let (path, file) = lock_in(folder.path());
            refused::with(errno);
            let lock = FileLock::within(&file, &path, Duration::ZERO).unwrap().unwrap();
            assert!(lock.is_substituted());
            assert_eq!(look(&path), LockState::Unknown);
            let other = open(&path).unwrap();
            assert!(matches!(
                FileLock::attempt(other, &path).unwrap(),
                Attempt::Substituted(token) if !token.is_empty()
            ));
            drop(lock);
            assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
        }
    }

    #[test]
    fn other_errors_are_no_refusal() {
        let folder = tempfile::tempdir().unwrap();
        let (path, file) = lock_in(folder.path());
        refused::with(Errno::IO);
        assert!(FileLock::attempt(file, &path).is_err());
    }

    #[test]
    fn only_one_holds_it_at_a_time_with_and_without_locks() {
        for refuse in [false, true] {
            let folder = tempfile::tempdir().unwrap();
            let (path, _) = lock_in(folder.path());
            let inside = AtomicU32::new(0);
            thread::scope(|scope| {
                for _ in 0..4 {
                    scope.spawn(|| {
                        if refuse {
                            refused::with(Errno::NOLCK);
                        }
                        for _ in 0..5 {
                            let _lock = FileLock::wait(&open(&path).unwrap(), &path).unwrap();
                            assert_eq!(inside.fetch_add(1, Ordering::SeqCst), 0);
                            inside.fetch_sub(1, Ordering::SeqCst);
                        }
                    });
                }
            });
        }
    }

    #[test]
    fn a_substitute_is_discarded_only_as_long_as_it_is_that_holders() {
        let folder = tempfile::tempdir().unwrap();
        let (path, file) = lock_in(folder.path());
        refused::with(Errno::NOSYS);
        let Attempt::Taken(lock) = FileLock::attempt(file, &path).unwrap() else {
            panic!("nobody holds it");
        };
        discard_substitute(&path, "somebody else's");
        assert!(substitute_path(&path).exists());
        let token = token_of(&substitute_path(&path)).unwrap();
        discard_substitute(&path, &token);
        assert!(!substitute_path(&path).exists());
        drop(lock);
    }

    #[test]
    fn what_a_killed_process_left_is_taken_over() {
        let folder = tempfile::tempdir().unwrap();
        let (path, file) = lock_in(folder.path());
        fs::write(substitute_path(&path), "left").unwrap();
        refused::with(Errno::NOSYS);
        let timeout = Duration::from_millis(100);
        let begun = Instant::now();
        assert!(FileLock::within(&file, &path, timeout).unwrap().is_some());
        assert!(begun.elapsed() >= timeout / 2);
    }

    #[test]
    fn who_has_locks_minds_the_file_of_who_has_none() {
        let folder = tempfile::tempdir().unwrap();
        let (path, file) = lock_in(folder.path());
        fs::write(substitute_path(&path), "elsewhere").unwrap();
        assert_eq!(look(&path), LockState::Unknown);
        assert!(matches!(
            FileLock::attempt(file, &path).unwrap(),
            Attempt::Substituted(_)
        ));
    }
}
