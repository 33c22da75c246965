//! What `undertone worker --queue` does: run after run, each in a process of its own.

use crate::engine::notify::{tell_lost, tell_refused};
use crate::engine::runs::file::RunFile;
use crate::engine::runs::launch::{NotStarted, launch_on, leave_terminal};
use crate::engine::{EngineError, EpochMetrics, JournalEntry};
use crate::runs::queue::{Entry, Lane, Queue};
use crate::runs::{Journal, Lease, Liveness, RunError, RunFolder, liveness, read_entries};
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::thread;
use std::time::Duration;

/// Time between two polls of a run that an earlier worker has begun.
const POLL_INTERVAL: Duration = Duration::from_millis(200);
/// Time between two attempts to start a process that there was no room for.
const TIMEOUT: Duration = Duration::from_secs(10);

/// Trains the runs that wait for a device of this machine, one at a time, until none waits. A second worker of the
/// device ends at once.
///
/// A run is trained by a process of its own: one that runs out of memory takes no worker with it.
///
/// # Errors
/// A queue that cannot be read or locked.
pub fn work_on_queue(runs: &Path, device: &str) -> Result<(), EngineError> {
    leave_terminal()?;
    tell_lost(runs);
    let lane = Lane::here(device);
    let folder = lane.folder(runs);
    fs::create_dir_all(&folder).map_err(RunError::io(&folder))?;
    let lease = match Lease::take(&folder) {
        Err(RunError::Held { .. }) => return Ok(()),
        taken => taken?,
    };
    let mut passed = BTreeSet::new();
    loop {
        // A worker that was killed leaves its run behind, which goes on.
        lease.progress("waiting for the device", 0, 0);
        while lane.is_busy(runs) {
            thread::sleep(POLL_INTERVAL);
        }
        lease.check()?;
        let queue = Queue::lock(runs)?;
        let next = queue.waiting()?.into_iter().find(|waiting| {
            let ours = waiting.entry.lane.as_ref() == Some(&lane) && !passed.contains(&waiting.folder.id);
            // Somebody starts it beside the others, or takes it out.
            let free = ours && !matches!(liveness(&waiting.folder.path), Liveness::Held(_));
            // What a newer program queued waits for a worker that can read it.
            free && !RunFile::is_newer(&waiting.folder)
        });
        let Some(next) = next else {
            // In this order: whoever adds a run after this check finds no worker, and starts one.
            drop(lease);
            drop(queue);
            return Ok(());
        };
        drop(queue);
        let run = next.folder;
        lease.progress(&run.id, 0, 0);
        match launch_on(&folder, &run) {
            Ok(mut child) => {
                // How it ended stands in its journal.
                let _ = child.wait();
            }
            Err(NotStarted::Refused(error)) => give_up(&run, &error),
            Err(NotStarted::Unable(_)) => {
                // The run is all right, the machine is not: it may be soon.
                lease.progress("waiting for disk space", 0, 0);
                thread::sleep(TIMEOUT);
                continue;
            }
        }
        if Entry::read(&run.path).is_some() {
            // It will not be taken, for whatever reason: the others shall not wait for it.
            passed.insert(run.id);
        }
    }
}

/// A run that never began must not count as one that still might.
fn give_up(run: &RunFolder, error: &EngineError) {
    let Some(Ok(queue)) = run.path.parent().map(Queue::lock) else {
        return;
    };
    let Ok(lease) = Lease::take(&run.path) else { return };
    // Without an entry somebody else took it up, or took it out.
    if Entry::read(&run.path).is_none() || queue.leave(&run.path).is_err() {
        return;
    }
    drop(queue);
    // One that came to its end, whoever put it back, has nothing to give up.
    let entries = read_entries::<EpochMetrics>(&run.path, 0).map(|(entries, _)| entries);
    if entries.is_ok_and(|entries| entries.last().is_some_and(JournalEntry::is_final)) {
        return;
    }
    if let Ok(mut journal) = Journal::<()>::open(&run.path) {
        let entry = JournalEntry::Failed {
            at: jiff::Timestamp::now(),
            reason: error.to_string(),
        };
        // Where this cannot be written, nothing else could.
        let _ = journal.append(&lease, &entry);
    }
    drop(lease);
    let wanted = RunFile::read(run).is_ok_and(|file| !file.settings.notify.command.is_empty());
    if wanted {
        tell_refused(run);
    }
}
