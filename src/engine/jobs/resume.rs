//! Resume: the runs that were interrupted, back in the queue.

use super::Answer;
use super::context::Context;
use super::train::{clips_fingerprint, fingerprint};
use crate::engine::queue::enqueue;
use crate::engine::runs::book::RunBook;
use crate::engine::runs::chosen::chosen;
use crate::engine::runs::file::RunFile;
use crate::engine::runs::page::RunPage;
use crate::engine::studies::folder::StudyFolder;
use crate::engine::{EngineError, JournalEntry, Resumed, RunSelector, RunState, reading, request};
use crate::runs::{Journal, Lease};
use crate::training::saved_epoch;

impl Answer for request::Resume {
    /// Resumes a run and those of its folds that were interrupted; those that are trained or wait are left alone.
    fn answer(self, context: &Context) -> Result<Resumed, EngineError> {
        let refuse = |problem: String| Err(EngineError::State(problem));
        let run = &self.run;
        if let RunSelector::Trial { study, run: trial } = run {
            StudyFolder::find_trial(&context.settings.tuning.studies, study, trial)?;
            return refuse(belongs(&run.to_string(), study));
        }
        let Some(named) = chosen(&context.settings.runs, run)?.into_iter().next() else {
            return Ok(Resumed { runs: Vec::new() });
        };
        let mut book = RunBook::new(&context.settings.runs);
        book.refresh_with_heartbeats()?;
        let folds = book.group(&named.folder.id);
        let (mut unfinished, mut under_way) = (Vec::new(), None);
        for page in folds {
            match page.state() {
                RunState::Running | RunState::Queued => under_way = under_way.or(Some(page)),
                RunState::Finished => {}
                RunState::Stopped | RunState::Failed | RunState::Dead => unfinished.push(page),
            }
        }
        if unfinished.is_empty() {
            return refuse(match under_way {
                Some(page) => format!(
                    "run {id} is {}: it needs no resuming; `undertone watch {id}` follows it, `undertone stop {id}` ends it",
                    page.state().name(),
                    id = page.folder.id
                ),
                None => format!(
                    "run {id} is finished; `undertone report {id}` shows its scores, `undertone train` starts another",
                    id = named.folder.id
                ),
            });
        }
        for page in &unfinished {
            check(context, page)?;
        }
        let mut runs = Vec::new();
        for page in &unfinished {
            runs.push((page.folder.id.clone(), mark(page)?));
        }
        let folders: Vec<_> = unfinished.iter().map(|page| page.folder.clone()).collect();
        let device = unfinished
            .iter()
            .find_map(|page| Some(page.file.as_ref().ok()?.settings.device.clone()));
        enqueue(&context.settings.runs, &folders, &device.unwrap_or_default())?;
        Ok(Resumed { runs })
    }
}

fn belongs(run: &str, study: &str) -> String {
    format!("{run} is a trial: its study repeats it when it was lost; `undertone tune --study {study}` continues it")
}

/// Refuses a run whose settings cannot be read, that is a trial, or whose clips are others now.
fn check(context: &Context, page: &RunPage) -> Result<(), EngineError> {
    let id = &page.folder.id;
    let RunFile { run, settings } = page
        .file
        .as_ref()
        .map_err(|problem| EngineError::Unsuitable(problem.clone()))?;
    if let Some(place) = &run.trial {
        let study = place.study.file_name().unwrap_or_default().to_string_lossy();
        return Err(EngineError::State(belongs(id, &study)));
    }
    let catalogue = reading::headers(
        settings,
        &settings.corpora,
        &reading::remembered(settings),
        &context.progress_reporter(),
    )?
    .named(run.naming);
    let now = fingerprint(&catalogue, settings)?;
    // Earlier versions of the program counted what the samples say as well.
    let selection = reading::selection(&catalogue, settings)?;
    if now != run.fingerprint && clips_fingerprint(&selection) != run.fingerprint {
        return Err(EngineError::Unsuitable(format!(
            "run {id} began with other clips: {} were selected then, {} would be now, or their files or labels have changed; \
             put the corpora back as they were, or start a new run",
            run.clips,
            selection.clips.len()
        )));
    }
    Ok(())
}

/// Writes into the journal that the run is to go on; the epoch that it goes on from.
fn mark(page: &RunPage) -> Result<usize, EngineError> {
    let folder = &page.folder;
    let lease = Lease::take(&folder.path)?;
    folder.keep_reserve()?;
    let epoch = saved_epoch(&folder.checkpoints())?;
    let at = jiff::Timestamp::now();
    Journal::<()>::open(&folder.path)?.append(&lease, &JournalEntry::Resumed { at, epoch })?;
    Ok(epoch)
}
