//! The features of many clips, from the store or made on all cores.

use super::{Copy, TrainingError};
use crate::audio::{AudioError, Wave};
use crate::corpus::{Clip, SampleAnalysis};
use crate::features::{Extracted, FeatureError, FeatureStore};
use rayon::prelude::*;
use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

/// The features of an example and whether the store had them, or why it has none.
type Outcome = Result<(Extracted, bool), String>;

/// What `keep` makes of the features of every clip, or of its copy, and of whether the store had them, in order; or why it
/// has none. `progress(done, total)` returning false stops it.
///
/// # Errors
/// A cache that cannot be written, features that were imported and are not there, an encoder that cannot be loaded, or
/// being stopped; of several failures, that of the first clip.
pub fn features_of<'a, T: Send>(
    clips: &'a [Clip],
    analysis: &'a [Option<Arc<SampleAnalysis>>],
    copy: impl Fn(usize) -> Option<&'a Copy> + Sync,
    store: &FeatureStore,
    keep: impl Fn(Extracted, bool) -> T + Sync,
    progress: &(dyn Fn(usize, usize) -> bool + Sync),
) -> Result<Vec<Result<T, String>>, TrainingError> {
    let example = |index: usize| Example {
        clip: &clips[index],
        analysis: analysis.get(index).and_then(Option::as_deref),
        copy: copy(index),
    };
    if (0..clips.len()).any(|index| !example(index).is_in(store)) {
        store.extractor().load()?;
    }
    let together = store.extractor().together();
    let work = |range: Range<usize>| {
        let outcomes = match range.len() {
            1 => vec![example(range.start).features(store)?],
            _ => features_together(&range.map(example).collect::<Vec<_>>(), store)?,
        };
        let kept = |outcome: Outcome| outcome.map(|(extracted, cached)| keep(extracted, cached));
        Ok(outcomes.into_iter().map(kept).collect())
    };
    on_all_cores(clips.len(), together, work, progress)
}

/// What features are of.
struct Example<'a> {
    clip: &'a Clip,
    analysis: Option<&'a SampleAnalysis>,
    copy: Option<&'a Copy>,
}

impl Example<'_> {
    fn is_in(&self, store: &FeatureStore) -> bool {
        let content = self.analysis.map(|analysis| analysis.content);
        content.is_some_and(|content| store.has(&self.clip.corpus, content))
    }

    fn wave(&self, store: &FeatureStore) -> Result<Wave, AudioError> {
        match self.copy {
            Some(copy) => copy.wave(self.clip, store.recipe().rate()),
            None => self.clip.decode().map(|decoded| decoded.wave),
        }
    }

    fn features(&self, store: &FeatureStore) -> Result<Outcome, TrainingError> {
        let clip = self.clip;
        let extracted = match self.analysis {
            Some(analysis) => store.get_or_extract(&clip.corpus, analysis.content, || self.wave(store)),
            // Not analysed yet: the samples must be decoded to know what they are called in the cache.
            None => clip
                .decode()
                .map_err(FeatureError::from)
                .and_then(|decoded| store.get_or_extract(&clip.corpus, decoded.content, || Ok(decoded.wave))),
        };
        self.outcome(extracted)
    }

    fn outcome(&self, extracted: Result<(Extracted, bool), FeatureError>) -> Result<Outcome, TrainingError> {
        match extracted {
            Ok(extracted) => Ok(Ok(extracted)),
            Err(error) if error.is_of(&self.clip.path) => Ok(Err(error.beside(&self.clip.path))),
            Err(error) => Err(naming(self.clip, error.into())),
        }
    }
}

/// The features of several examples, whose waves an encoder takes together; one by one where some have not been analysed
/// yet.
fn features_together(examples: &[Example], store: &FeatureStore) -> Result<Vec<Outcome>, TrainingError> {
    let mut wanted = Vec::with_capacity(examples.len());
    for example in examples {
        let Some(analysis) = example.analysis else {
            return examples.iter().map(|example| example.features(store)).collect();
        };
        let load = || example.wave(store).map_err(FeatureError::from);
        wanted.push((&*example.clip.corpus, analysis.content, load));
    }
    let outcomes = store.get_or_extract_all(wanted)?;
    let pairs = examples.iter().zip(outcomes);
    pairs.map(|(example, outcome)| example.outcome(outcome)).collect()
}

/// The error, with the clip's path where its message lacks it.
fn naming(clip: &Clip, error: TrainingError) -> TrainingError {
    let path = clip.path.display().to_string();
    let message = error.to_string();
    if message.contains(&path) || matches!(error, TrainingError::Feature(FeatureError::Cache { .. })) {
        error
    } else {
        TrainingError::Data(format!("{path}: {message}"))
    }
}

/// `work` over `0..count` on all cores, so many `together`, in order. Stops when `progress` says so, and skips what comes
/// after a failure.
fn on_all_cores<T: Send>(
    count: usize,
    together: usize,
    work: impl Fn(Range<usize>) -> Result<Vec<T>, TrainingError> + Sync,
    progress: &(dyn Fn(usize, usize) -> bool + Sync),
) -> Result<Vec<T>, TrainingError> {
    let done = AtomicUsize::new(0);
    let failed = AtomicUsize::new(usize::MAX);
    let stopped = AtomicBool::new(false);
    let parts = count.div_ceil(together.max(1));
    let results: Vec<Option<Result<Vec<T>, TrainingError>>> = (0..parts)
        .into_par_iter()
        .map(|part| {
            if stopped.load(Ordering::Relaxed) || part > failed.load(Ordering::Relaxed) {
                return None;
            }
            let range = part * together..((part + 1) * together).min(count);
            let length = range.len();
            let result = work(range);
            if result.is_err() {
                failed.fetch_min(part, Ordering::Relaxed);
            }
            if !progress(done.fetch_add(length, Ordering::Relaxed) + length, count) {
                stopped.store(true, Ordering::Relaxed);
            }
            Some(result)
        })
        .collect();
    // Everything before the first failure was worked on, unless it was stopped.
    let mut all = Vec::with_capacity(count);
    for result in results {
        all.extend(result.unwrap_or(Err(TrainingError::StoppedEarly))?);
    }
    Ok(all)
}
