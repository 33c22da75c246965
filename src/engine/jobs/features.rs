//! Features: the recipe over every selected clip, into the store.

use super::Answer;
use super::context::Context;
use super::scan;
use crate::audio::decode;
use crate::corpus::{Clip, SampleAnalysis, Selection, select};
use crate::engine::{EngineError, FeatureSummary, Note, Task, reading, request};
use crate::features::{Extracted, FeatureStore};
use rayon::prelude::*;
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

/// What there is to know of one clip's features; they themselves stay in the store.
#[derive(Debug, Clone, Copy)]
struct Kept {
    cached: bool,
    skip_clamped: bool,
}

/// One clip, or the file and why it has no features.
type Outcome = Result<Kept, (PathBuf, String)>;

impl Answer for request::Features {
    /// Extracts what the store lacks, on all cores.
    fn answer(self, context: &Context) -> Result<FeatureSummary, EngineError> {
        extract_all(context).map(|(_, _, summary)| summary)
    }
}

/// The store, the clips whose features are in it, and how they came there.
pub fn extract_all(context: &Context) -> Result<(FeatureStore, Selection, FeatureSummary), EngineError> {
    let settings = &context.settings;
    let report = context.progress_reporter();
    let catalogue = reading::samples(&*scan::catalogue(context)?, &reading::remembered(settings), &report)?;
    context.check()?;
    context.remember(&catalogue);

    let begun = Instant::now();
    let mut selection = select(&catalogue, &settings.labels, &settings.filter);
    let recipe = settings.recipe()?.resolved(selection.longest_seconds())?;
    let store = reading::feature_store(settings, &recipe, &settings.device)?;
    let (done, total) = (AtomicUsize::new(0), selection.clips.len());
    let outcomes = selection
        .clips
        .par_iter()
        .zip(&selection.analysis)
        .map(|(clip, analysis)| {
            context.check()?;
            let outcome = one(&store, clip, analysis.as_deref());
            report(Task::Features, done.fetch_add(1, Ordering::Relaxed) + 1, total);
            outcome
        })
        .collect::<Result<Vec<Outcome>, EngineError>>()?;

    let kept = || outcomes.iter().flatten();
    let summary = FeatureSummary {
        recipe: settings.recipe.clone(),
        shape: recipe.shape(),
        clips: kept().count(),
        cached: kept().filter(|kept| kept.cached).count(),
        skip_clamped: kept().filter(|kept| kept.skip_clamped).count(),
        refused: outcomes
            .iter()
            .filter_map(|outcome| outcome.as_ref().err().cloned())
            .collect(),
        seconds: begun.elapsed().as_secs_f64(),
    };
    let mut extracted = outcomes.iter().map(Result::is_ok);
    selection.clips.retain(|_| extracted.next().unwrap_or_default());
    let mut extracted = outcomes.iter().map(Result::is_ok);
    selection.analysis.retain(|_| extracted.next().unwrap_or_default());
    Ok((store, selection, summary))
}

/// A file that cannot be read any more, or has no features, is listed and passed over; a store that cannot be written
/// ends the job.
fn one(store: &FeatureStore, clip: &Clip, analysis: Option<&SampleAnalysis>) -> Result<Outcome, EngineError> {
    let Some(analysis) = analysis else {
        return Ok(Err((
            clip.path.clone(),
            "its samples have not been read yet; run it again".to_owned(),
        )));
    };
    let load = || decode(&clip.path).map(|decoded| decoded.wave);
    match store.get_or_extract(&clip.corpus, analysis.content, load) {
        Ok((extracted, cached)) => Ok(Ok(Kept {
            cached,
            skip_clamped: is_clamped(&extracted),
        })),
        Err(error) if error.is_of(&clip.path) => Ok(Err((clip.path.clone(), error.beside(&clip.path)))),
        Err(error) => Err(error.into()),
    }
}

fn is_clamped(extracted: &Extracted) -> bool {
    let clamped = |note: &Note| matches!(note, Note::SkipClamped { .. });
    extracted.notes.iter().any(clamped)
}
