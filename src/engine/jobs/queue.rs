//! The queue: what waits, in another order, taken out, or started at once.

use super::stop::chosen;
use crate::engine::context::Context;
use crate::engine::launch::launch_run;
use crate::engine::queue::{lane_of, wake};
use crate::engine::run_book::RunBook;
use crate::engine::run_page::RunPage;
use crate::engine::{
    EngineError, EpochMetrics, Event, JournalEntry, QueueLane, QueueReport, RunState, RunSummary, Shift,
};
use crate::runs::queue::{Entry, Queue};
use crate::runs::{Journal, Lease, RunError, RunFolder, host_name};
use jiff::Timestamp;
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

/// Starts the workers that are missing, and tells what is trained and what waits.
pub fn list(context: &Context) -> Result<(), EngineError> {
    let woken = wake(&context.settings.runs)?;
    tell(context, woken)
}

/// Moves waiting runs.
pub fn shift(context: &Context, run: &str, to: Shift) -> Result<(), EngineError> {
    let ids: Vec<String> = waiting(context, run)?.into_iter().map(|page| page.folder.id).collect();
    Queue::lock(&context.settings.runs)?.shift(&ids, to)?;
    list(context)
}

/// Takes waiting runs out of the queue.
pub fn cancel(context: &Context, run: &str) -> Result<(), EngineError> {
    for page in waiting(context, run)? {
        if !take_out(&context.settings.runs, &page.folder)? {
            return Err(begun(&page.folder));
        }
        context.emit(Event::Cancelled { run: page.folder.id });
    }
    list(context)
}

/// Starts waiting runs beside whatever is trained.
pub fn start_now(context: &Context, run: &str) -> Result<(), EngineError> {
    for page in waiting(context, run)? {
        launch_run(&page.folder)?;
    }
    list(context)
}

/// The chosen runs that wait.
fn waiting(context: &Context, run: &str) -> Result<Vec<RunPage>, EngineError> {
    let (waiting, others): (Vec<RunPage>, Vec<RunPage>) = chosen(context, run)?
        .into_iter()
        .partition(|page| page.entry().is_some());
    match others.first() {
        Some(other) if waiting.is_empty() => Err(EngineError::Other(format!(
            "run {} does not wait, it is {}; `undertone queue` shows what waits",
            other.folder.id,
            other.state().name()
        ))),
        _ => Ok(waiting),
    }
}

fn begun(run: &RunFolder) -> EngineError {
    EngineError::Other(format!(
        "run {} has just started; `undertone stop {}` stops it",
        run.id, run.id
    ))
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
    journal.append(&lease, &JournalEntry::Stopped { at })?;
    Ok(true)
}

/// Tells the queue as it is.
fn tell(context: &Context, woken: Vec<String>) -> Result<(), EngineError> {
    let runs = &context.settings.runs;
    let mut book = RunBook::new(runs);
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
            worker: host.is_none() && lane_of(&device).has_worker(&context.settings.runs)
                || runs
                    .iter()
                    .any(|run| run.queue.as_ref().is_some_and(|place| place.worker)),
            device,
            host,
            runs,
        }
    };
    let lanes = lanes.into_iter().map(lane).collect();
    context.emit(Event::Queue(Arc::new(QueueReport { lanes, woken })));
    Ok(())
}
