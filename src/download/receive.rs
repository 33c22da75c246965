//! Waiting for a server without being deaf meanwhile: it is asked and read on threads of their own.

use super::DownloadError;
use std::io::{self, Read};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel, sync_channel};
use std::thread;
use std::time::{Duration, Instant};

/// How long a wish to stop may go unnoticed.
const POLL_INTERVAL: Duration = Duration::from_millis(50);
/// Bytes that are passed on at once.
const BLOCK: usize = 1 << 16;
/// Blocks that may be read ahead of what is written.
const AHEAD: usize = 16;

/// Waits, unless `go_on` says no.
pub(super) fn wait(pause: Duration, go_on: &mut dyn FnMut() -> bool) -> Result<(), DownloadError> {
    let begun = Instant::now();
    loop {
        if !go_on() {
            return Err(DownloadError::Cancelled);
        }
        match pause.checked_sub(begun.elapsed()) {
            Some(left) if !left.is_zero() => thread::sleep(left.min(POLL_INTERVAL)),
            _ => return Ok(()),
        }
    }
}

/// What a job on a thread of its own comes to; it is left alone when `go_on` says no.
pub(super) fn background<T: Send + 'static>(
    job: impl FnOnce() -> Result<T, DownloadError> + Send + 'static,
    go_on: &mut dyn FnMut() -> bool,
) -> Result<T, DownloadError> {
    let (sender, receiver) = channel();
    spawn(move || {
        let _ = sender.send(job());
    })?;
    next(&receiver, go_on)?.unwrap_or_else(|| Err(gone()))
}

/// The bytes of a body, block by block.
#[derive(Debug)]
pub(super) struct Blocks(Receiver<io::Result<Vec<u8>>>);

impl Blocks {
    /// Reads on a thread that ends with the body, or soon after nobody wants more.
    pub(super) fn of(mut body: impl Read + Send + 'static) -> Result<Self, DownloadError> {
        let (sender, receiver) = sync_channel(AHEAD);
        spawn(move || {
            loop {
                let mut block = vec![0; BLOCK];
                let read = match body.read(&mut block) {
                    Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                    read => read,
                };
                let ends = !matches!(read, Ok(1..));
                let sent = sender.send(read.map(|read| {
                    block.truncate(read);
                    block
                }));
                if ends || sent.is_err() {
                    break;
                }
            }
        })?;
        Ok(Self(receiver))
    }

    /// The next bytes; none at the end.
    pub(super) fn next(&self, go_on: &mut dyn FnMut() -> bool) -> Result<io::Result<Vec<u8>>, DownloadError> {
        next(&self.0, go_on)?.ok_or_else(gone)
    }
}

/// `None` when the thread is gone without a word.
fn next<T>(receiver: &Receiver<T>, go_on: &mut dyn FnMut() -> bool) -> Result<Option<T>, DownloadError> {
    loop {
        if !go_on() {
            return Err(DownloadError::Cancelled);
        }
        match receiver.recv_timeout(POLL_INTERVAL) {
            Ok(sent) => return Ok(Some(sent)),
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => return Ok(None),
        }
    }
}

fn spawn(job: impl FnOnce() + Send + 'static) -> Result<(), DownloadError> {
    let started = thread::Builder::new().name("download".to_owned()).spawn(job);
    started.map(drop).map_err(|error| DownloadError::Answer {
        url: "download".to_owned(),
        problem: format!("no thread can be started ({error})"),
    })
}

fn gone() -> DownloadError {
    DownloadError::Answer {
        url: "download".to_owned(),
        problem: "a bug in the program ended it; try again".to_owned(),
    }
}
