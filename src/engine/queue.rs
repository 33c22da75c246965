//! The queue of a folder of runs: runs go in, and a worker per device takes them out.

use super::launch::launch;
use super::run_file::RunFile;
use super::{EngineError, RunSummary};
use crate::models::choose_device;
use crate::runs::queue::{Lane, Queue, waiting};
use crate::runs::{RunError, RunFolder};
use serde::Serialize;
use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::fs;
use std::path::Path;

/// Where a waiting run stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct QueuePlace {
    /// From 1, among the runs that wait for the same device.
    pub place: usize,
    /// What it waits for.
    pub device: String,
    /// The machine, when it is another one.
    pub host: Option<String>,
    /// Whether a worker will take it when its turn comes.
    pub worker: bool,
}

/// The queue of one device.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct QueueLane {
    /// The device.
    pub device: String,
    /// The machine, when it is another one.
    pub host: Option<String>,
    /// Whether a worker takes its runs.
    pub worker: bool,
    /// What is trained on it, and what waits for it, in its order.
    pub runs: Vec<RunSummary>,
}

/// The queue.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct QueueReport {
    /// Devices that are worked on or waited for.
    pub lanes: Vec<QueueLane>,
    /// Devices for which a worker was missing and has been started now.
    pub woken: Vec<String>,
}

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
        mend(runs)?;
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

/// Puts runs whose entry is damaged at the end of their device's queue; those that cannot be read leave it.
fn mend(runs: &Path) -> Result<(), EngineError> {
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
        Err(error) => Err(EngineError::Other(format!(
            "runs wait for {} and nobody takes them: {error}\n`undertone queue` tries again",
            lane.device
        ))),
    }
}
