//! Delete and restore: runs that are done with, and runs that were deleted too soon.

use super::Answer;
use super::context::Context;
use crate::engine::queue::take_out;
use crate::engine::runs::book::RunBook;
use crate::engine::runs::chosen::chosen;
use crate::engine::runs::page::RunPage;
use crate::engine::studies::trash as studies_trash;
use crate::engine::{Deletion, EngineError, Restored, RunSelector, RunState, request};
use crate::files;
use crate::runs::queue::Queue;
use crate::runs::trash::{self, empty_expired, trash, trash_size};
use crate::runs::{Lease, RunError, RunFolder, list_runs, trash_folder, watch_heartbeats};
use std::fs;
use std::path::Path;
use std::sync::Arc;

impl Answer for request::Delete {
    /// What would be deleted; when that is confirmed it goes to the trash, or for good with `now`.
    fn answer(self, context: &Context) -> Result<Arc<Deletion>, EngineError> {
        let Self {
            run,
            all_folds,
            now,
            confirmed,
        } = self;
        let runs = &context.settings.runs;
        let pages = to_delete(context, &run, all_folds)?;
        if let Some(page) = pages.iter().find(|page| page.state() == RunState::Running) {
            return Err(busy(&page.folder));
        }
        let mut report = Deletion {
            bytes: pages
                .iter()
                .map(|page| files::size(&page.folder.path).unwrap_or_default())
                .sum(),
            runs: pages.iter().map(|page| page.folder.id.clone()).collect(),
            studies: Vec::new(),
            deleted: false,
            restorable: !now,
            trash_bytes: trash_size(runs),
        };
        if confirmed {
            empty_expired(runs);
            for page in &pages {
                report.restorable &= erase(runs, page, now)?;
            }
            report.deleted = true;
            report.trash_bytes = trash_size(runs);
        }
        Ok(Arc::new(report))
    }
}

impl Answer for request::Restore {
    /// Brings a deleted run back, with its fold group.
    fn answer(self, context: &Context) -> Result<Restored, EngineError> {
        let runs = trash::restore(&context.settings.runs, &self.run.to_string())?;
        Ok(Restored { runs })
    }
}

impl Answer for request::EmptyTrash {
    /// What lies in the trash; when that is confirmed it goes for good.
    fn answer(self, context: &Context) -> Result<Arc<Deletion>, EngineError> {
        let folder = trash_folder(&context.settings.runs);
        let trashed = list_runs(&folder)?;
        let studies = &context.settings.tuning.studies;
        let trashed_studies = studies_trash::names(studies);
        let size = files::size(&studies_trash::trash_folder(studies)).unwrap_or_default();
        let bytes = trash_size(&context.settings.runs) + size;
        if self.confirmed {
            studies_trash::empty(studies)?;
            for run in &trashed {
                fs::remove_dir_all(&run.path).map_err(RunError::io(&run.path))?;
            }
        }
        Ok(Arc::new(Deletion {
            runs: trashed.into_iter().map(|run| run.id).collect(),
            studies: trashed_studies,
            bytes,
            deleted: self.confirmed,
            restorable: false,
            trash_bytes: trash_size(&context.settings.runs),
        }))
    }
}

/// One of several folds goes with the others or not at all: what is left would be no K-fold.
fn to_delete(context: &Context, run: &RunSelector, all_folds: bool) -> Result<Vec<RunPage>, EngineError> {
    let chosen = chosen(&context.settings.runs, run)?;
    let mut book = RunBook::new(&context.settings.runs);
    book.refresh()?;
    let Some(first) = chosen.first() else {
        return Ok(chosen);
    };
    if let ([_], RunSelector::Named(name)) = (&*chosen, run)
        && *name != first.folder.id
    {
        // A beginning may be that of another run than was meant, such as the next of the same second.
        return Err(EngineError::Unknown(format!(
            "no run `{name}`; to delete {}, give its whole name",
            first.folder.id
        )));
    }
    let group = book.group(&first.folder.id);
    if group.len() > chosen.len() && !all_folds {
        return Err(EngineError::State(format!(
            "run {} is one of {} folds; --folds deletes all of them",
            first.folder.id,
            group.len()
        )));
    }
    // All at once, and not one after the other: what has to be watched takes seconds.
    watch_heartbeats(group.iter().map(|page| page.folder.path.clone()).collect());
    let pages = group.into_iter().map(|page| RunPage::open(page.folder.clone()));
    Ok(pages.collect::<Result<_, _>>()?)
}

fn busy(run: &RunFolder) -> EngineError {
    EngineError::State(format!(
        "run {} is running; `undertone stop {}` first, then delete it",
        run.id, run.id
    ))
}

/// Whether the run can be restored: a full disk has room for its end only when it goes for good.
fn erase(runs: &Path, page: &RunPage, now: bool) -> Result<bool, EngineError> {
    let run = &page.folder;
    if !now && page.entry().is_some() {
        // Restored, it must not count as waiting.
        match take_out(runs, run) {
            Err(EngineError::Run(RunError::Io { source, .. })) if files::is_full(&source) => {}
            taken => drop(taken?),
        }
    }
    let queue = Queue::lock(runs)?;
    let lease = match Lease::take(&run.path) {
        Err(RunError::Held { .. }) => return Err(busy(run)),
        taken => taken?,
    };
    queue.leave(&run.path)?;
    if !now {
        match trash(runs, run, page.group()) {
            Err(RunError::Io { source, .. }) if files::is_full(&source) => {}
            kept => return Ok(kept.map(|()| true)?),
        }
    }
    // The settings first: without them a folder is no run, whatever happens to the rest.
    let path = run.settings();
    fs::remove_file(&path).map_err(RunError::io(&path))?;
    drop(lease);
    drop(queue);
    fs::remove_dir_all(&run.path).map_err(RunError::io(&run.path))?;
    Ok(false)
}
