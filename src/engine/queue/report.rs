//! What is trained and what waits.

use super::lane_of;
use crate::engine::runs::book::RunBook;
use crate::engine::{EngineError, QueueLane, QueueReport, RunState, RunSummary};
use crate::runs::host_name;
use std::collections::BTreeMap;
use std::path::Path;

/// The queue as it is; reading it changes nothing.
///
/// # Errors
/// A folder of runs that cannot be read.
pub fn report(folder: &Path, woken: Vec<String>) -> Result<QueueReport, EngineError> {
    let mut book = RunBook::new(folder);
    book.refresh_with_heartbeats()?;
    let here = host_name();
    let mut lanes: BTreeMap<(Option<String>, String), Vec<RunSummary>> = BTreeMap::new();
    for run in book.summaries() {
        let lane = match (&run.queue, &run.heartbeat) {
            (Some(place), _) => (place.host.clone(), place.device.clone()),
            (None, Some(heartbeat)) if run.state == RunState::Running || run.state == RunState::Queued => (
                Some(heartbeat.host.clone()).filter(|host| *host != here),
                lane_of(&run.device).device,
            ),
            _ => continue,
        };
        lanes.entry(lane).or_default().push(run);
    }
    let lane = |((host, device), mut runs): ((Option<String>, String), Vec<RunSummary>)| {
        runs.sort_by_key(|run| run.queue.as_ref().map_or(0, |queue| queue.place));
        QueueLane {
            worker: host.is_none() && lane_of(&device).has_worker(folder)
                || runs
                    .iter()
                    .any(|run| run.queue.as_ref().is_some_and(|place| place.worker)),
            device,
            host,
            runs,
        }
    };
    let lanes = lanes.into_iter().map(lane).collect();
    Ok(QueueReport { lanes, woken })
}
