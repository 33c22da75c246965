//! Clips to features and labels.

use super::TrainingError;
use crate::audio::decode;
use crate::corpus::{Clip, Emotion, SampleFacts, Selection, Side, Split};
use crate::features::{Extracted, FeatureCache, FeatureMatrix, Note};
use rayon::prelude::*;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

/// Features and labels of every selected clip, in the order of the selection.
#[derive(Debug, Clone)]
pub struct Dataset {
    /// One matrix per clip, as extracted (not scaled).
    pub matrices: Vec<FeatureMatrix>,
    /// Index into `labels` per clip.
    pub targets: Vec<usize>,
    /// The labels, in order of [`crate::corpus::Emotion::rank`].
    pub labels: Vec<String>,
    /// The sides.
    pub split: Split,
    /// How many matrices the cache already had.
    pub cached: usize,
    /// How many clips are shorter than the recipe's skip (`Note::SkipClamped`).
    pub skip_clamped: usize,
}

impl Dataset {
    /// The clips of one side, as indices into the selection.
    pub fn side(&self, side: Side) -> Vec<usize> {
        let sides = self.split.sides.iter().enumerate();
        sides.filter(|(_, of)| **of == side).map(|(clip, _)| clip).collect()
    }
}

/// Extracts or reads the features of every selected clip, on all cores; `progress(done, total)`
/// returning false stops it. Of several clips that fail, the first in the selection is reported.
///
/// # Errors
/// A clip that cannot be read any more, a cache that cannot be written, fewer than two labels, or being stopped.
pub fn build_dataset(
    selection: &Selection,
    split: Split,
    cache: &FeatureCache,
    progress: &(dyn Fn(usize, usize) -> bool + Sync),
) -> Result<Dataset, TrainingError> {
    let clips = &selection.clips;
    if split.sides.len() != clips.len() {
        return Err(TrainingError::Data(format!(
            "the split is of {} clips, the selection has {}; make the split again",
            split.sides.len(),
            clips.len()
        )));
    }
    let (labels, targets) = label(clips)?;
    let work = |index: usize| {
        let facts = selection.facts.get(index).and_then(Option::as_deref);
        features(&clips[index], facts, cache)
    };
    let extracted = on_all_cores(clips.len(), work, progress)?;
    let mut dataset = Dataset {
        matrices: Vec::with_capacity(clips.len()),
        targets,
        labels,
        split,
        cached: 0,
        skip_clamped: 0,
    };
    for (extracted, cached) in extracted {
        let clamped = |note: &Note| matches!(note, Note::SkipClamped { .. });
        dataset.cached += usize::from(cached);
        dataset.skip_clamped += usize::from(extracted.notes.iter().any(clamped));
        dataset.matrices.push(extracted.matrix);
    }
    Ok(dataset)
}

/// The labels in the order in which they are shown, and each clip's index among them.
fn label(clips: &[Clip]) -> Result<(Vec<String>, Vec<usize>), TrainingError> {
    let mut emotions: Vec<&Emotion> = clips.iter().map(|clip| &clip.emotion).collect();
    emotions.sort_by(|one, other| one.rank().cmp(&other.rank()));
    emotions.dedup();
    if emotions.len() < 2 {
        let found = emotions.first().map_or("none", |emotion| emotion.name());
        return Err(TrainingError::Data(format!(
            "there is nothing to tell apart: {} clips with one emotion at most ({found}); \
             look at the corpora, [filter] and [labels]",
            clips.len()
        )));
    }
    let target = |clip: &Clip| emotions.binary_search_by(|emotion| emotion.rank().cmp(&clip.emotion.rank()));
    // Every emotion is in the list, so the search finds it.
    let targets = clips
        .iter()
        .map(|clip| target(clip).unwrap_or_else(|place| place))
        .collect();
    let labels = emotions.iter().map(|emotion| emotion.name().to_owned()).collect();
    Ok((labels, targets))
}

fn features(
    clip: &Clip,
    facts: Option<&SampleFacts>,
    cache: &FeatureCache,
) -> Result<(Extracted, bool), TrainingError> {
    let (extracted, cached) = if let Some(facts) = facts {
        cache.get_or_extract(facts.content, || decode(&clip.path).map(|decoded| decoded.wave))
    } else {
        // Not analysed yet: the samples must be decoded to know what they are called in the cache.
        let decoded = decode(&clip.path).map_err(crate::features::FeatureError::from)?;
        cache.get_or_extract(decoded.content, || Ok(decoded.wave))
    }
    .map_err(|error| naming(clip, error.into()))?;
    if extracted.matrix.values.iter().all(|value| value.is_finite()) {
        Ok((extracted, cached))
    } else {
        let problem = "its features are no finite numbers; leave the clip out or export it again as 16-bit wav";
        Err(TrainingError::Data(format!("{}: {problem}", clip.path.display())))
    }
}

/// The error, with the clip's path where its message lacks it.
fn naming(clip: &Clip, error: TrainingError) -> TrainingError {
    let path = clip.path.display().to_string();
    let message = error.to_string();
    if message.contains(&path)
        || matches!(
            error,
            TrainingError::Feature(crate::features::FeatureError::Cache { .. })
        )
    {
        error
    } else {
        TrainingError::Data(format!("{path}: {message}"))
    }
}

/// `work(0..count)` on all cores, in order. Stops when `progress` says so, and skips what comes after a failure.
fn on_all_cores<T: Send>(
    count: usize,
    work: impl Fn(usize) -> Result<T, TrainingError> + Sync,
    progress: &(dyn Fn(usize, usize) -> bool + Sync),
) -> Result<Vec<T>, TrainingError> {
    let done = AtomicUsize::new(0);
    let failed = AtomicUsize::new(usize::MAX);
    let stopped = AtomicBool::new(false);
    let results: Vec<Option<Result<T, TrainingError>>> = (0..count)
        .into_par_iter()
        .map(|index| {
            if stopped.load(Ordering::Relaxed) || index > failed.load(Ordering::Relaxed) {
                return None;
            }
            let result = work(index);
            if result.is_err() {
                failed.fetch_min(index, Ordering::Relaxed);
            }
            if !progress(done.fetch_add(1, Ordering::Relaxed) + 1, count) {
                stopped.store(true, Ordering::Relaxed);
            }
            Some(result)
        })
        .collect();
    // Everything before the first failure was worked on, unless it was stopped.
    results
        .into_iter()
        .map(|result| result.unwrap_or(Err(TrainingError::StoppedEarly)))
        .collect()
}
