//! The queue of a folder of runs: runs go in, and a worker per device takes them out.

mod report;
pub mod worker;

pub use report::report;

use crate::device::choose_device;
use crate::engine::runs::file::RunFile;
use crate::engine::runs::launch::launch;
use crate::engine::{EndReason, EngineError, EpochMetrics, JournalEntry};
use crate::runs::queue::{Entry, Lane, Queue, waiting};
use crate::runs::{Journal, Lease, RunError, RunFolder};
use jiff::Timestamp;
use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::fs;
use std::path::Path;

/// The lane of a device that settings name. Both of Burn's backends for it compute on the one processor.
pub fn lane_of(device: &str) -> Lane {
    let chosen = choose_device(device).map_or_else(|_| device.to_owned(), |chosen| chosen.key);
    Lane::here(match &*chosen {
        "ndarray" => "cpu",
        other => other,
    })
}

/// Puts runs into the queue of their device and sees to it that somebody takes them; how many come before them.
///
/// # Errors
/// When they cannot be put there. When no worker can be started: then they wait.
pub fn enqueue(runs: &Path, folders: &[RunFolder], device: &str) -> Result<usize, EngineError> {
    let lane = lane_of(device);
    let queue = Queue::lock(runs)?;
    let before = queue.waiting()?.into_iter();
    let before = before
        .filter(|waiting| waiting.entry.lane.as_ref() == Some(&lane))
        .count();
    queue.join(folders, &lane)?;
    drop(queue);
    let ahead = before + usize::from(lane.is_busy(runs));
    wake_lane(runs, &lane)?;
    Ok(ahead)
}

/// Starts a worker for every device of this machine that is waited for and has none; the devices.
///
/// # Errors
/// A worker that cannot be started.
pub fn wake(runs: &Path) -> Result<Vec<String>, EngineError> {
    let found = waiting(runs)?;
    if found.iter().any(|waiting| waiting.entry.lane.is_none()) {
        repair(runs)?;
    }
    let lanes: BTreeSet<Lane> = waiting(runs)?
        .into_iter()
        .filter(|waiting| !RunFile::is_newer(&waiting.folder))
        .filter_map(|waiting| waiting.entry.lane)
        .filter(Lane::is_here)
        .collect();
    let mut woken = Vec::new();
    for lane in lanes {
        if wake_lane(runs, &lane)? {
            woken.push(lane.device);
        }
    }
    Ok(woken)
}

/// Takes a run out of the queue, and writes so into its journal; false when it has begun meanwhile.
///
/// # Errors
/// A queue that cannot be locked or written.
pub fn take_out(runs: &Path, run: &RunFolder) -> Result<bool, EngineError> {
    let queue = Queue::lock(runs)?;
    let lease = match Lease::take(&run.path) {
        Err(RunError::Held { .. }) => return Ok(false),
        taken => taken?,
    };
    if Entry::read(&run.path).is_none() {
        return Ok(false);
    }
    queue.leave(&run.path)?;
    let mut journal = Journal::<EpochMetrics>::open(&run.path)?;
    let at = Timestamp::now();
    let message = "removed from the queue".to_owned();
    journal.append(&lease, &JournalEntry::Note { at, message })?;
    let why = Some(EndReason::Removed);
    journal.append(&lease, &JournalEntry::Stopped { at, why })?;
    Ok(true)
}

/// Puts runs whose entry is damaged at the end of their device's queue; those that cannot be read leave it.
fn repair(runs: &Path) -> Result<(), EngineError> {
    let queue = Queue::lock(runs)?;
    for damaged in queue
        .waiting()?
        .into_iter()
        .filter(|waiting| waiting.entry.lane.is_none())
    {
        match RunFile::read(&damaged.folder) {
            Ok(file) => queue.join(std::slice::from_ref(&damaged.folder), &lane_of(&file.settings.device))?,
            // It waits for a program that can read it.
            Err(RunError::Newer(_)) => {}
            Err(_) => queue.leave(&damaged.folder.path)?,
        }
    }
    Ok(())
}

/// Starts the lane's worker when it has none; whether it did.
fn wake_lane(runs: &Path, lane: &Lane) -> Result<bool, EngineError> {
    if lane.has_worker(runs) {
        return Ok(false);
    }
    let folder = lane.folder(runs);
    let started = fs::create_dir_all(&folder)
        .map_err(|source| {
            RunError::Io {
                path: folder.clone(),
                source,
            }
            .into()
        })
        .and_then(|()| {
            let words = ["worker", "--device", &lane.device, "--queue"].map(OsStr::new);
            let arguments = [&words[..], &[runs.as_os_str()]].concat();
            launch(&arguments, &folder.join("log.txt"), &folder)
        });
    match started {
        Ok(()) => Ok(true),
        Err(error) => Err(EngineError::Process(format!(
            "runs wait for {} and nobody takes them: {error}\n`undertone queue wake` tries again",
            lane.device
        ))),
    }
}
