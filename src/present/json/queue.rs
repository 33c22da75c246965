//! The queue.

use super::all;
use super::runs::Run;
use crate::engine::{QueueLane, QueueReport};

document! {
    /// What is trained and what waits, by device.
    Queue(report: QueueReport) {
        /// Devices that are worked on or waited for.
        devices: Vec<DeviceQueue> = all(&report.lanes),
        /// Devices for which a worker was missing and has been started now.
        workers_started: Vec<String> = report.woken.clone(),
    }

    /// The queue of one device.
    DeviceQueue(lane: QueueLane) {
        /// The device.
        device: String,
        /// The machine, when it is another one.
        host: Option<String>,
        /// Whether a worker takes its runs.
        worker: bool,
        /// What is trained on it, then what waits for it, in order.
        runs: Vec<Run> = all(&lane.runs),
    }
}
