//! Note and delete: what people say of runs, and runs that are done with.

use super::stop::chosen;
use crate::engine::context::Context;
use crate::engine::run_book::RunBook;
use crate::engine::run_page::RunPage;
use crate::engine::{Deletion, EngineError, Event, RunState};
use crate::runs::queue::Queue;
use crate::runs::{Lease, NoteChange, RunError, RunFolder, RunNote, find_run};
use std::fs;
use std::path::Path;
use std::sync::Arc;

/// Changes a run's note, and tells it.
pub fn note(context: &Context, run: &str, change: &NoteChange) -> Result<(), EngineError> {
    let folder = find_run(&context.settings.runs, run)?;
    let before = RunNote::read(&folder.path)?;
    let note = change.apply(&before).map_err(EngineError::Other)?;
    if note != before {
        note.write(&folder.path)?;
    }
    context.emit(Event::Noted { run: folder.id, note });
    Ok(())
}

/// Tells what would go; deletes it when that is confirmed.
pub fn delete(context: &Context, run: &str, linked: bool, confirmed: bool) -> Result<(), EngineError> {
    let pages = doomed(context, run, linked)?;
    if let Some(page) = pages.iter().find(|page| page.state() == RunState::Running) {
        return Err(busy(&page.folder));
    }
    let mut report = Deletion {
        bytes: pages.iter().map(|page| size(&page.folder.path)).sum(),
        runs: pages.iter().map(|page| page.folder.id.clone()).collect(),
        deleted: false,
    };
    context.emit(Event::Deletion(Arc::new(report.clone())));
    if confirmed {
        for page in &pages {
            erase(&context.settings.runs, &page.folder)?;
        }
        report.deleted = true;
        context.emit(Event::Deletion(Arc::new(report)));
    }
    Ok(())
}

/// One of several linked runs goes with the others or not at all: what is left would be no K-fold.
fn doomed(context: &Context, run: &str, linked: bool) -> Result<Vec<RunPage>, EngineError> {
    let chosen = chosen(context, run)?;
    let mut book = RunBook::new(&context.settings.runs);
    book.refresh()?;
    let Some(first) = chosen.first() else {
        return Ok(chosen);
    };
    if chosen.len() == 1 && run != "last" && run != first.folder.id {
        // A beginning may be that of another run than was meant, such as the next of the same second.
        return Err(EngineError::Other(format!(
            "no run `{run}`; to delete {}, give its whole name",
            first.folder.id
        )));
    }
    let group = book.group(&first.folder.id);
    if group.len() > chosen.len() && !linked {
        return Err(EngineError::Other(format!(
            "run {} is one of {} linked runs; --linked deletes all of them",
            first.folder.id,
            group.len()
        )));
    }
    let pages = group.into_iter().map(|page| RunPage::open(page.folder.clone()));
    Ok(pages.collect::<Result<_, _>>()?)
}

fn busy(run: &RunFolder) -> EngineError {
    EngineError::Other(format!(
        "run {} is running; `undertone stop {}` first, then delete it",
        run.id, run.id
    ))
}

/// The settings first: without them a folder is no run, whatever happens to the rest.
fn erase(runs: &Path, run: &RunFolder) -> Result<(), EngineError> {
    let queue = Queue::lock(runs)?;
    let lease = match Lease::take(&run.path) {
        Err(RunError::Held { .. }) => return Err(busy(run)),
        taken => taken?,
    };
    queue.leave(&run.path)?;
    let path = run.settings();
    fs::remove_file(&path).map_err(RunError::io(&path))?;
    drop(lease);
    drop(queue);
    Ok(fs::remove_dir_all(&run.path).map_err(RunError::io(&run.path))?)
}

/// Of everything in a folder (bytes); what cannot be read counts nothing.
fn size(folder: &Path) -> u64 {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    entries
        .map(|entry| match entry.metadata() {
            Ok(facts) if facts.is_dir() => size(&entry.path()),
            Ok(facts) => facts.len(),
            Err(_) => 0,
        })
        .sum()
}
