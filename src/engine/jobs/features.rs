//! Features: the recipe over every selected clip, into the cache.

use super::scan;
use crate::audio::decode;
use crate::corpus::{Clip, SampleFacts, select};
use crate::engine::context::Context;
use crate::engine::{EngineError, Event, FeatureSummary, Note, reading};
use crate::features::{Extracted, FeatureCache, FeatureError};
use rayon::prelude::*;
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

/// One clip: its features and whether the cache had them, or the file and why it has none.
type Outcome = Result<(Extracted, bool), (PathBuf, String)>;

/// Extracts what the cache lacks, on all cores.
pub fn features(context: &Context) -> Result<(), EngineError> {
    let settings = &context.settings;
    let tell = context.teller();
    let catalogue = reading::samples(&*scan::catalogue(context)?, &reading::remembered(settings), &tell)?;
    context.check()?;
    context.remember(&catalogue);

    let begun = Instant::now();
    let selection = select(&catalogue, &settings.labels, &settings.filter);
    let recipe = settings.recipe()?.resolved(selection.longest_seconds())?;
    let cache = FeatureCache::open(&reading::feature_folder(settings), &recipe)?;
    let (done, total) = (AtomicUsize::new(0), selection.clips.len());
    let outcomes = selection
        .clips
        .par_iter()
        .zip(&selection.facts)
        .map(|(clip, facts)| {
            context.check()?;
            let outcome = one(&cache, clip, facts.as_deref());
            tell("features", done.fetch_add(1, Ordering::Relaxed) + 1, total);
            outcome
        })
        .collect::<Result<Vec<Outcome>, EngineError>>()?;

    let extracted = || outcomes.iter().flatten();
    let clamped = |extracted: &Extracted| {
        extracted
            .notes
            .iter()
            .any(|note| matches!(note, Note::SkipClamped { .. }))
    };
    context.emit(Event::Features(FeatureSummary {
        recipe: settings.recipe.clone(),
        shape: recipe.shape(),
        clips: extracted().count(),
        cached: extracted().filter(|(_, cached)| *cached).count(),
        skip_clamped: extracted().filter(|(extracted, _)| clamped(extracted)).count(),
        refused: outcomes
            .iter()
            .filter_map(|outcome| outcome.as_ref().err().cloned())
            .collect(),
        seconds: begun.elapsed().as_secs_f64(),
    }));
    Ok(())
}

/// A file that cannot be read any more is told of and passed over; a cache that cannot be written ends the job.
fn one(cache: &FeatureCache, clip: &Clip, facts: Option<&SampleFacts>) -> Result<Outcome, EngineError> {
    let Some(facts) = facts else {
        return Ok(Err((
            clip.path.clone(),
            "its samples have not been read yet; run it again".to_owned(),
        )));
    };
    match cache.get_or_extract(facts.content, || decode(&clip.path).map(|decoded| decoded.wave)) {
        Ok(found) => Ok(Ok(found)),
        Err(FeatureError::Audio(error)) => Ok(Err((clip.path.clone(), error.to_string()))),
        Err(error) => Err(error.into()),
    }
}
