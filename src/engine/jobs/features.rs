//! Features: the recipe over every selected clip, into the store.

use super::Answer;
use super::context::Context;
use super::scan;
use crate::audio::decode;
use crate::corpus::{Clip, SampleAnalysis, Selection, select};
use crate::engine::{EngineError, FeatureSummary, Note, reading, request};
use crate::features::{Extracted, FeatureError, FeatureStore};
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
    let task = reading::feature_task(&store, &selection.clips)?;
    let clips: Vec<(&Clip, Option<&SampleAnalysis>)> = selection
        .clips
        .iter()
        .zip(selection.analysis.iter().map(Option::as_deref))
        .collect();
    let lacks = |(clip, analysis): &(&Clip, Option<&SampleAnalysis>)| {
        analysis.is_some_and(|analysis| !store.has(&clip.corpus, analysis.content))
    };
    if clips.iter().any(lacks) {
        store.extractor().load()?;
    }
    let (done, total) = (AtomicUsize::new(0), clips.len());
    let outcomes = clips
        .par_chunks(store.extractor().together())
        .map(|clips| {
            context.check()?;
            let outcomes = some(&store, clips);
            let now = done.fetch_add(clips.len(), Ordering::Relaxed) + clips.len();
            report(task.clone(), now, total);
            outcomes
        })
        .collect::<Result<Vec<Vec<Outcome>>, EngineError>>()?;
    let outcomes = outcomes.concat();

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
fn some(store: &FeatureStore, clips: &[(&Clip, Option<&SampleAnalysis>)]) -> Result<Vec<Outcome>, EngineError> {
    let known = clips
        .iter()
        .filter_map(|(clip, analysis)| Some((*clip, analysis.as_ref()?.content)));
    let wanted = known.map(|(clip, content)| {
        let load = move || {
            let decoded = decode(&clip.path).map_err(FeatureError::from)?;
            Ok::<_, FeatureError>(decoded.wave)
        };
        (&*clip.corpus, content, load)
    });
    let mut made = store.get_or_extract_all(wanted.collect())?.into_iter();
    let one = |(clip, analysis): &(&Clip, Option<&SampleAnalysis>)| -> Result<Outcome, EngineError> {
        let outcome = analysis.and_then(|_| made.next());
        match outcome {
            None => {
                let problem = "its samples have not been read yet; run it again";
                Ok(Err((clip.path.clone(), problem.to_owned())))
            }
            Some(Ok((extracted, cached))) => Ok(Ok(Kept {
                cached,
                skip_clamped: is_clamped(&extracted),
            })),
            Some(Err(error)) if error.is_of(&clip.path) => Ok(Err((clip.path.clone(), error.beside(&clip.path)))),
            Some(Err(error)) => Err(error.into()),
        }
    };
    clips.iter().map(one).collect()
}

fn is_clamped(extracted: &Extracted) -> bool {
    let clamped = |note: &Note| matches!(note, Note::SkipClamped { .. });
    extracted.notes.iter().any(clamped)
}
