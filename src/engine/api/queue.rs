//! What events carry of the queue.

use super::RunSummary;

/// The queue of one device.
#[derive(Debug, Clone, PartialEq)]
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
#[derive(Debug, Clone, Default, PartialEq)]
pub struct QueueReport {
    /// Devices that are worked on or waited for.
    pub lanes: Vec<QueueLane>,
    /// Devices for which a worker was missing and has been started now.
    pub woken: Vec<String>,
}
