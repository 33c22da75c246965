//! What a run uses of the machine: journaled beside its epochs, and read back for the screen.

use crate::runs::{Lease, RunFolder, UsageLog, read_usage};
use crate::system::{Usage, UsageMeter};
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::thread::{self, JoinHandle};
use std::time::Duration;

/// Time between two readings.
const EVERY: Duration = Duration::from_secs(5);
/// Readings that a screen is sent: more than it has columns.
const SHOWN: usize = 240;

/// Journals until it is dropped, on a thread of its own.
#[derive(Debug)]
pub struct UsageRecorder {
    /// Sends the PCI address of the processor that computes; dropped to end the readings.
    gpu: Option<Sender<Option<String>>>,
    thread: Option<JoinHandle<()>>,
}

impl UsageRecorder {
    /// For a run that this process holds. What cannot be journaled is missing there; the run goes on.
    pub fn start(lease: &Lease) -> Self {
        let mut log = UsageLog::<Usage>::of(lease);
        let (gpu, told) = mpsc::channel();
        let record = move || {
            let mut meter = UsageMeter::new();
            loop {
                match told.recv_timeout(EVERY) {
                    Ok(address) => meter.watch_gpu(address),
                    Err(RecvTimeoutError::Timeout) => {
                        // A full disk now may have room at the next reading.
                        let _ = log.append(&meter.read());
                    }
                    Err(RecvTimeoutError::Disconnected) => return,
                }
            }
        };
        Self {
            gpu: Some(gpu),
            thread: thread::Builder::new().name("usage".to_owned()).spawn(record).ok(),
        }
    }

    /// From now on, of this graphics processor as well.
    pub fn watch_gpu(&self, address: Option<String>) {
        if let Some(gpu) = &self.gpu {
            // Nobody listens when there is no thread.
            let _ = gpu.send(address);
        }
    }
}

impl Drop for UsageRecorder {
    fn drop(&mut self) {
        self.gpu.take();
        if let Some(thread) = self.thread.take() {
            // It waits for nothing but one reading.
            let _ = thread.join();
        }
    }
}

/// Size of the file (bytes): it changes with every reading.
pub fn length(folder: &RunFolder) -> u64 {
    std::fs::metadata(folder.usage()).map_or(0, |facts| facts.len())
}

/// A run's readings spread over its whole time, the last one among them.
pub fn readings(folder: &RunFolder) -> Vec<Usage> {
    // Without them a run is shown all the same.
    let all: Vec<Usage> = read_usage(&folder.path).unwrap_or_default();
    let step = all.len().div_ceil(SHOWN).max(1);
    let first = all.len().saturating_sub(1) % step;
    all.into_iter().skip(first).step_by(step).collect()
}
