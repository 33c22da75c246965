//! Features: the recipe over every selected clip, into the store.

use super::Answer;
use super::context::Context;
use super::scan;
use crate::corpus::Selection;
use crate::engine::{EngineError, FeatureSummary, Note, reading, request};
use crate::features::{Extracted, FeatureStore};
use crate::training::features_of;
use std::time::Instant;

/// What there is to know of one clip's features; they themselves stay in the store.
#[derive(Debug, Clone, Copy)]
struct Kept {
    cached: bool,
    skip_clamped: bool,
}

impl Answer for request::Features {
    /// Extracts what the store lacks, on all cores. A file that cannot be read any more, or has no features, is listed and
    /// passed over; a store that cannot be written ends the job.
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
    let mut selection = reading::selection(&catalogue, settings)?;
    let recipe = settings.recipe()?.resolved(selection.longest_seconds())?;
    let store = reading::feature_store(settings, &recipe, &settings.device)?;
    let task = reading::feature_task(&store, &selection.clips)?;
    let outcomes = features_of(
        &selection.clips,
        &selection.analysis,
        |_| None,
        &store,
        |extracted, cached| Kept {
            cached,
            skip_clamped: is_clamped(&extracted),
        },
        &|done, total| report(task.clone(), done, total),
    );
    context.check()?;
    let outcomes = outcomes?;

    let kept = || outcomes.iter().flatten();
    let summary = FeatureSummary {
        recipe: settings.recipe.clone(),
        shape: recipe.shape(),
        clips: kept().count(),
        cached: kept().filter(|kept| kept.cached).count(),
        skip_clamped: kept().filter(|kept| kept.skip_clamped).count(),
        refused: selection
            .clips
            .iter()
            .zip(&outcomes)
            .filter_map(|(clip, outcome)| Some((clip.name().into_owned(), outcome.as_ref().err()?.clone())))
            .collect(),
        seconds: begun.elapsed().as_secs_f64(),
    };
    let mut extracted = outcomes.iter().map(Result::is_ok);
    selection.clips.retain(|_| extracted.next().unwrap_or_default());
    let mut extracted = outcomes.iter().map(Result::is_ok);
    selection.analysis.retain(|_| extracted.next().unwrap_or_default());
    Ok((store, selection, summary))
}

fn is_clamped(extracted: &Extracted) -> bool {
    let clamped = |note: &Note| matches!(note, Note::SkipClamped { .. });
    extracted.notes.iter().any(clamped)
}
