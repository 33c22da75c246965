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
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::sync::Arc;

impl Answer for request::Delete {
    /// What would be deleted; when that is confirmed it goes to the trash, or for good with `now`. Of several runs, those
    /// that cannot go stay, and are told with the reason; one alone is refused with it.
    fn answer(self, context: &Context) -> Result<Arc<Deletion>, EngineError> {
        let runs = &context.settings.runs;
        let Sorted { pages, mut refused } = match &*self.runs {
            [run] => Sorted {
                pages: to_delete(context, run, self.all_folds)?,
                refused: Vec::new(),
            },
            several => all_to_delete(context, several, self.all_folds)?,
        };
        let several = self.runs.len() > 1;
        if let Some(page) = pages.iter().find(|page| page.state() == RunState::Running) {
            return Err(busy(&page.folder));
        }
        let mut report = Deletion {
            bytes: pages.iter().map(size).sum(),
            runs: pages.iter().map(|page| page.folder.id.clone()).collect(),
            studies: Vec::new(),
            refused: Vec::new(),
            deleted: false,
            restorable: !self.now,
            trash_bytes: trash_size(runs),
        };
        if self.confirmed {
            empty_expired(runs);
            // What went together comes back together.
            let at = jiff::Timestamp::now();
            for page in &pages {
                let bytes = size(page);
                match erase(runs, page, self.now, at) {
                    Ok(kept) => report.restorable &= kept,
                    Err(error) if several => {
                        report.runs.retain(|run| *run != page.folder.id);
                        report.bytes = report.bytes.saturating_sub(bytes);
                        refused.push((page.folder.id.clone(), error.to_string()));
                    }
                    Err(error) => return Err(error),
                }
            }
            report.deleted = true;
            report.trash_bytes = trash_size(runs);
        }
        report.refused = refused;
        Ok(Arc::new(report))
    }
}

fn size(page: &RunPage) -> u64 {
    files::size(&page.folder.path).unwrap_or_default()
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
            refused: Vec::new(),
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

/// Runs that can go, and those that stay with the reason.
struct Sorted {
    pages: Vec<RunPage>,
    refused: Vec<(String, String)>,
}

/// Of several runs those that can go, and those that stay.
fn all_to_delete(context: &Context, runs: &[RunSelector], all_folds: bool) -> Result<Sorted, EngineError> {
    let mut book = RunBook::new(&context.settings.runs);
    book.refresh()?;
    let mut asked = BTreeSet::new();
    for run in runs {
        let name = run.to_string();
        // A beginning may be that of another run than was meant.
        if book.group(&name).is_empty() {
            return Err(EngineError::Unknown(format!(
                "no run `{name}`; give the whole name of each"
            )));
        }
        asked.insert(name);
    }
    let (mut going, mut refused) = (BTreeSet::new(), Vec::new());
    for name in &asked {
        let group = book.group(name);
        let missing = group.iter().filter(|page| !asked.contains(&page.folder.id)).count();
        if missing > 0 && !all_folds {
            let why = format!("it is one of {} folds; --folds deletes all of them", group.len());
            refused.push((name.clone(), why));
        } else {
            going.extend(group.iter().map(|page| page.folder.id.clone()));
        }
    }
    let mut pages: Vec<RunPage> = book
        .into_pages()
        .filter(|page| going.contains(&page.folder.id))
        .collect();
    // All at once, and not one after the other: what has to be watched takes seconds.
    let open = pages.iter().filter(|page| !page.state().is_over());
    if watch_heartbeats(open.map(|page| page.folder.path.clone()).collect()) {
        pages.iter_mut().try_for_each(RunPage::refresh)?;
    }
    let live = pages.iter().filter(|page| page.state() == RunState::Running);
    let live: BTreeSet<String> = live.map(|page| page.group().to_owned()).collect();
    pages.retain(|page| {
        // The folds of one that is running stay with it.
        let stays = live.contains(page.group());
        if stays {
            let why = match page.state() {
                RunState::Running => "it is running; stop it first",
                _ => "a fold of its group is running; stop it first",
            };
            refused.push((page.folder.id.clone(), why.to_owned()));
        }
        !stays
    });
    Ok(Sorted { pages, refused })
}

fn busy(run: &RunFolder) -> EngineError {
    EngineError::State(format!(
        "run {} is running; `undertone stop {}` first, then delete it",
        run.id, run.id
    ))
}

/// Whether the run can be restored: a full disk has room for its end only when it goes for good.
fn erase(runs: &Path, page: &RunPage, now: bool, at: jiff::Timestamp) -> Result<bool, EngineError> {
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
        match trash(runs, run, page.group(), at) {
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
