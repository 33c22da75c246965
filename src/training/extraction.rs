//! The features of many clips, from the store or made on all cores.

use super::{Copy, TrainingError};
use crate::audio::{AudioError, Decoded, Wave};
use crate::corpus::{Clip, SampleAnalysis, decode_together, runs};
use crate::features::{Extracted, FeatureError, FeatureStore, samples_needed};
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
    let together = store.extractor().together().max(1);
    let work = |range: Range<usize>, advance: &Advance<'_>| {
        let outcomes = match range.len() {
            1 => vec![example(range.start).features(store)?],
            _ if clips[range.start].segment.is_some() => {
                return features_of_file(&range.map(example).collect::<Vec<_>>(), store, &keep, advance);
            }
            _ => features_together(&range.clone().map(example).collect::<Vec<_>>(), store)?,
        };
        advance(range.len());
        Ok(outcomes.into_iter().map(|outcome| kept(outcome, &keep)).collect())
    };
    on_all_cores(&parts(clips, together), work, progress)
}

/// Says that so many more clips are done; whether to go on.
type Advance<'a> = dyn Fn(usize) -> bool + Sync + 'a;

fn kept<T>(outcome: Outcome, keep: &impl Fn(Extracted, bool) -> T) -> Result<T, String> {
    outcome.map(|(extracted, cached)| keep(extracted, cached))
}

/// What is worked on at a time: the segments of a file, which is decoded once, or so many other clips.
fn parts(clips: &[Clip], together: usize) -> Vec<Range<usize>> {
    let mut parts: Vec<Range<usize>> = Vec::new();
    let is_segment = |range: &Range<usize>| clips[range.start].segment.is_some();
    for run in runs(clips.iter()) {
        match parts.last_mut() {
            Some(part) if !is_segment(part) && !is_segment(&run) && part.len() < together => part.end = run.end,
            _ => parts.push(run),
        }
    }
    parts
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

    /// The clip's wave, as far as its features are made of it, or what its copy makes of the whole.
    fn wave(&self, store: &FeatureStore) -> Result<Wave, AudioError> {
        let (clip, recipe) = (self.clip, store.recipe());
        match (self.copy, self.analysis) {
            (None, Some(analysis)) => {
                clip.decode_at(recipe.rate(), analysis.frames, |length| samples_needed(recipe, length))
            }
            _ => self.changed(clip.decode()?.wave, store),
        }
    }

    /// The clip's wave, or what its copy makes of it.
    fn changed(&self, wave: Wave, store: &FeatureStore) -> Result<Wave, AudioError> {
        match self.copy {
            Some(copy) => copy.changed(&wave, store.recipe().rate()),
            None => Ok(wave),
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

/// What became of examples, each with its index.
type Placed<T> = Vec<(usize, Result<T, String>)>;

/// Samples of decoded segments that wait (32 MB), give or take one segment.
const WAITING: usize = 1 << 23;

/// What `keep` makes of the features of segments of one file. It is read once for all that are lacking, and now and
/// then all cores work on what was read.
fn features_of_file<T: Send>(
    examples: &[Example],
    store: &FeatureStore,
    keep: &(impl Fn(Extracted, bool) -> T + Sync),
    advance: &Advance<'_>,
) -> Result<Vec<Result<T, String>>, TrainingError> {
    let together = store.extractor().together().max(1);
    let mut found: Vec<Option<Result<T, String>>> = examples.iter().map(|_| None).collect();
    let mut lacking = Vec::new();
    for (index, example) in examples.iter().enumerate() {
        if example.is_in(store) {
            found[index] = Some(kept(example.features(store)?, keep));
            if !advance(1) {
                return Err(TrainingError::StoppedEarly);
            }
        } else {
            lacking.push(index);
        }
    }
    let work = |waiting: Vec<(usize, Decoded)>| -> Result<Placed<T>, TrainingError> {
        let mut waiting = waiting.into_iter();
        let chunks = std::iter::from_fn(|| Some(waiting.by_ref().take(together).collect::<Vec<_>>()));
        let chunks: Vec<_> = chunks.take_while(|chunk| !chunk.is_empty()).collect();
        let done: Result<Vec<_>, TrainingError> = chunks
            .into_par_iter()
            .map(|chunk| {
                let length = chunk.len();
                let outcomes = features_of_waves(examples, chunk, store)?;
                if !advance(length) {
                    return Err(TrainingError::StoppedEarly);
                }
                let kept = outcomes
                    .into_iter()
                    .map(|(index, outcome)| (index, kept(outcome, keep)));
                Ok(kept.collect::<Vec<_>>())
            })
            .collect();
        Ok(done?.into_iter().flatten().collect())
    };
    let clips: Vec<&Clip> = lacking.iter().map(|index| examples[*index].clip).collect();
    let (mut waiting, mut samples) = (Vec::new(), 0);
    let mut outcome = Ok(());
    let take = |waiting: &mut Vec<_>, found: &mut Vec<Option<Result<T, String>>>| -> Result<(), TrainingError> {
        let done = work(std::mem::take(waiting))?;
        done.into_iter().for_each(|(index, kept)| found[index] = Some(kept));
        Ok(())
    };
    decode_together(&clips, &mut |index, decoded| {
        match decoded {
            Ok(decoded) => {
                samples += decoded.wave.samples.len();
                waiting.push((lacking[index], decoded));
            }
            Err(why) => {
                found[lacking[index]] = Some(Err(why));
                if !advance(1) {
                    outcome = Err(TrainingError::StoppedEarly);
                }
            }
        }
        if outcome.is_ok() && samples > WAITING {
            samples = 0;
            outcome = take(&mut waiting, &mut found);
        }
        outcome.is_ok()
    });
    outcome?;
    take(&mut waiting, &mut found)?;
    let found: Option<Vec<Result<T, String>>> = found.into_iter().collect();
    found.ok_or(TrainingError::StoppedEarly)
}

/// The features of decoded segments, each with the index of its example.
fn features_of_waves(
    examples: &[Example],
    decoded: Vec<(usize, Decoded)>,
    store: &FeatureStore,
) -> Result<Vec<(usize, Outcome)>, TrainingError> {
    let indices: Vec<usize> = decoded.iter().map(|(index, _)| *index).collect();
    let wanted = decoded.into_iter().map(|(index, decoded)| {
        let example = &examples[index];
        let content = example.analysis.map_or(decoded.content, |analysis| analysis.content);
        let load = move || example.changed(decoded.wave, store).map_err(FeatureError::from);
        (&*example.clip.corpus, content, load)
    });
    let outcomes = store.get_or_extract_all(wanted.collect())?;
    let pairs = indices.into_iter().zip(outcomes);
    pairs
        .map(|(index, outcome)| Ok((index, examples[index].outcome(outcome)?)))
        .collect()
}

/// The error, with the clip's name where its message lacks that of its file.
fn naming(clip: &Clip, error: TrainingError) -> TrainingError {
    let path = clip.path.display().to_string();
    let message = error.to_string();
    if message.contains(&path) || matches!(error, TrainingError::Feature(FeatureError::Cache { .. })) {
        error
    } else {
        TrainingError::Data(format!("{}: {message}", clip.name().display()))
    }
}

/// `work` over these parts of all clips on all cores, in order; it says how far it is. Stops when `progress` says so, and
/// skips what comes after a failure.
fn on_all_cores<T: Send>(
    parts: &[Range<usize>],
    work: impl Fn(Range<usize>, &Advance<'_>) -> Result<Vec<T>, TrainingError> + Sync,
    progress: &(dyn Fn(usize, usize) -> bool + Sync),
) -> Result<Vec<T>, TrainingError> {
    let count = parts.last().map_or(0, |part| part.end);
    let done = AtomicUsize::new(0);
    let failed = AtomicUsize::new(usize::MAX);
    let stopped = AtomicBool::new(false);
    let advance = |clips: usize| {
        if !progress(done.fetch_add(clips, Ordering::Relaxed) + clips, count) {
            stopped.store(true, Ordering::Relaxed);
        }
        !stopped.load(Ordering::Relaxed)
    };
    let results: Vec<Option<Result<Vec<T>, TrainingError>>> = parts
        .par_iter()
        .enumerate()
        .map(|(index, part)| {
            if stopped.load(Ordering::Relaxed) || index > failed.load(Ordering::Relaxed) {
                return None;
            }
            let result = work(part.clone(), &advance);
            if result.is_err() {
                failed.fetch_min(index, Ordering::Relaxed);
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
