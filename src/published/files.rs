//! Fetching single files, several at once: most are so small that it is the way to the server that takes the time.

use super::PublishedError;
use crate::download::{Checksum, Client, Download, DownloadError};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::Duration;

/// Files that are fetched at once.
const AT_ONCE: usize = 4;
/// Time between two words about how far it is.
const INTERVAL: Duration = Duration::from_millis(50);

/// A file that is to be fetched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Piece<'a> {
    /// What comes before its name, the first that answers counts.
    pub addresses: &'a [String],
    /// Its name there.
    pub remote: String,
    /// Where it goes, below the folder of the corpus.
    pub file: PathBuf,
    /// Its size in bytes, where that is known.
    pub size: Option<u64>,
    /// What it must hash to, where that is known.
    pub checksum: Option<Checksum>,
}

/// Fetches files into a folder as far as they are not there. `watch` is told of bytes that are there and bytes in all, where
/// that is known, and says whether to go on.
pub(super) fn fetch(
    pieces: &[Piece],
    folder: &Path,
    client: &Client,
    watch: &mut dyn FnMut(u64, Option<u64>) -> bool,
) -> Result<(), PublishedError> {
    let total = pieces.iter().map(|piece| piece.size).sum();
    let work = Work {
        pieces,
        folder,
        client,
        next: AtomicUsize::new(0),
        arrived: AtomicI64::new(0),
        stopped: AtomicBool::new(false),
        failed: Mutex::new(None),
    };
    let arrived = || u64::try_from(work.arrived.load(Ordering::Relaxed)).unwrap_or(0);
    thread::scope(|scope| {
        let workers: Vec<_> = (0..AT_ONCE)
            .map(|number| {
                scope.spawn({
                    let work = &work;
                    move || work.run(number)
                })
            })
            .collect();
        while workers.iter().any(|worker| !worker.is_finished()) {
            if !watch(arrived(), total) {
                work.stopped.store(true, Ordering::Relaxed);
            }
            thread::sleep(INTERVAL);
        }
    });
    let failed = work.failed.lock().unwrap_or_else(PoisonError::into_inner).take();
    match failed {
        Some(error) => Err(error.into()),
        None if watch(arrived(), total) => Ok(()),
        None => Err(DownloadError::Cancelled.into()),
    }
}

/// What the threads share.
#[derive(Debug)]
struct Work<'a> {
    pieces: &'a [Piece<'a>],
    folder: &'a Path,
    client: &'a Client,
    next: AtomicUsize,
    /// Bytes; what begins anew is taken off again.
    arrived: AtomicI64,
    stopped: AtomicBool,
    /// What ended it, the first of several.
    failed: Mutex<Option<DownloadError>>,
}

impl Work<'_> {
    /// Takes one file after the other.
    fn run(&self, number: usize) {
        // The whole folder is this process's: a lock is only what a download asks for.
        let lock = self.folder.with_file_name(format!("lock-{number}"));
        // Which of the addresses has answered last.
        let mut preferred = 0;
        while let Some(piece) = self.pieces.get(self.next.fetch_add(1, Ordering::Relaxed)) {
            if self.stopped.load(Ordering::Relaxed) {
                break;
            }
            if let Err(error) = self.fetch(piece, &lock, &mut preferred) {
                self.stopped.store(true, Ordering::Relaxed);
                self.failed
                    .lock()
                    .unwrap_or_else(PoisonError::into_inner)
                    .get_or_insert(error);
                break;
            }
        }
    }

    fn fetch(&self, piece: &Piece, lock: &Path, preferred: &mut usize) -> Result<(), DownloadError> {
        let mut last = 0;
        let mut count = |done: u64| {
            let done = i64::try_from(done).unwrap_or(i64::MAX);
            self.arrived.fetch_add(done - last, Ordering::Relaxed);
            last = done;
        };
        fetch_one(
            piece,
            &self.folder.join(&piece.file),
            lock,
            self.client,
            preferred,
            &mut |done, _| {
                count(done);
                !self.stopped.load(Ordering::Relaxed)
            },
        )?;
        // One that was here already was not counted yet.
        if let Some(size) = piece.size {
            count(size);
        }
        Ok(())
    }
}

/// Fetches one file from the first of its addresses that has it, `preferred` before the others.
pub(super) fn fetch_one(
    piece: &Piece,
    path: &Path,
    lock: &Path,
    client: &Client,
    preferred: &mut usize,
    watch: &mut dyn FnMut(u64, Option<u64>) -> bool,
) -> Result<(), DownloadError> {
    let count = piece.addresses.len();
    let mut attempt = 0;
    loop {
        let index = (*preferred + attempt) % count.max(1);
        let url = format!(
            "{}{}",
            piece.addresses.get(index).map_or("", String::as_str),
            piece.remote
        );
        let (checksum, size) = (piece.checksum.as_ref(), piece.size);
        let fetched = client.fetch(
            &Download {
                url: &url,
                token: None,
                path,
                lock,
                checksum,
                size,
            },
            watch,
        );
        attempt += 1;
        match fetched {
            Ok(()) => *preferred = index,
            // Another server may do better.
            Err(error) if attempt < count && !is_ours(&error) => continue,
            Err(error) => return Err(error),
        }
        return Ok(());
    }
}

/// Whether no other server would help.
fn is_ours(error: &DownloadError) -> bool {
    matches!(
        error,
        DownloadError::Cancelled | DownloadError::Full { .. } | DownloadError::File { .. }
    )
}
