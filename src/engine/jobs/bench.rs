//! Bench: how fast the work is here, and where the time goes.

use super::context::Context;
use super::{Answer, bench_model, scan};
use crate::corpus::Clip;
use crate::engine::{Bench, EngineError, FeatureSpeed, Measured, Speed, StageTime, Task, reading, request};
use crate::features::{Extractor, FeatureError, Stopwatch};
use rayon::prelude::*;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

/// Clips when nothing is said: enough for a steady mean, few enough to wait for.
const CLIPS: usize = 200;
/// One thread and all cores take turns so many times; an odd number has a middle.
const ROUNDS: usize = 3;

impl Answer for request::Bench {
    /// Measures.
    fn answer(self, context: &Context) -> Result<Arc<Measured>, EngineError> {
        Ok(Arc::new(match self.what {
            Bench::Features { clips, recipe } => {
                Measured::Features(features(context, clips.unwrap_or(CLIPS), recipe.as_deref())?)
            }
            Bench::Model {
                name,
                batch,
                device,
                steps,
                profile,
            } => {
                let (name, device) = (name.as_deref(), device.as_deref());
                Measured::Model(bench_model::measure(context, name, batch, device, steps, profile)?)
            }
        }))
    }
}

fn features(context: &Context, most: usize, recipe: Option<&str>) -> Result<FeatureSpeed, EngineError> {
    let named = |name: &str| context.settings.with(&[("recipe".to_owned(), name.to_owned())]);
    let settings = recipe.map_or_else(|| Ok(context.settings.clone()), named)?;
    let catalogue = scan::catalogue(context)?;
    let selection = reading::selection(&catalogue, &settings)?;
    let recipe = &settings.recipe()?.resolved(selection.longest_seconds())?;
    let extractor = &Extractor::new(recipe, reading::feature_device(recipe, &settings.device)?);
    extractor.load()?;
    let clips = evenly(&selection.clips, most);

    // The files into the system's cache, and what cannot be measured out of the way.
    let memory = AtomicU64::new(0);
    let outcomes = in_parallel(context, &clips, extractor, &memory)?;
    let mut refused: Vec<(PathBuf, String)> = Vec::new();
    let mut measured = Vec::new();
    for (clip, outcome) in clips.iter().zip(outcomes) {
        match outcome {
            Ok(()) => measured.push(*clip),
            Err(error) => refused.push((clip.name().into_owned(), error.to_string())),
        }
    }
    if measured.is_empty() {
        let problem = "there is no clip to measure; check the corpora and [filter]";
        return Err(EngineError::Unsuitable(problem.to_owned()));
    }
    let report = context.progress_reporter();
    let (mut alone, mut together) = (Vec::new(), Vec::new());
    for round in 0..ROUNDS {
        report(Task::Measuring, round, ROUNDS);
        alone.push(one_thread(context, &measured, extractor)?);
        let begun = Instant::now();
        in_parallel(context, &measured, extractor, &memory)?;
        together.push(begun.elapsed().as_secs_f64());
    }
    report(Task::Measuring, ROUNDS, ROUNDS);
    alone.sort_by(|(one, _), (other, _)| one.total_cmp(other));
    together.sort_by(f64::total_cmp);
    let (seconds, watch) = &alone[ROUNDS / 2];

    let mut rates = BTreeMap::new();
    for clip in &measured {
        *rates.entry(clip.rate).or_insert(0) += 1;
    }
    let audio_seconds = measured.iter().map(|clip| clip.seconds()).sum();
    Ok(FeatureSpeed {
        recipe: settings.recipe.clone(),
        shape: recipe.shape(),
        synthetic: measured.iter().any(|clip| clip.synthetic),
        clips: measured.len(),
        audio_seconds,
        rates: rates.into_iter().collect(),
        refused,
        stages: stages(watch, measured.len()),
        speeds: vec![
            Speed::new(1, measured.len(), audio_seconds, *seconds),
            Speed::new(
                rayon::current_num_threads(),
                measured.len(),
                audio_seconds,
                together[ROUNDS / 2],
            ),
        ],
        memory_peak: memory.into_inner(),
    })
}

/// So many of them at most, from the first to the last.
fn evenly(clips: &[Clip], most: usize) -> Vec<&Clip> {
    let count = most.min(clips.len());
    (0..count).map(|index| &clips[index * clips.len() / count]).collect()
}

fn one_thread(context: &Context, clips: &[&Clip], extractor: &Extractor) -> Result<(f64, Stopwatch), EngineError> {
    let mut watch = Stopwatch::off();
    let begun = Instant::now();
    for clip in clips {
        context.check()?;
        watch.start();
        let decoded = clip.decode()?;
        watch.lap("decode");
        extractor.extract_timed(&decoded.wave, &mut watch)?;
    }
    Ok((begun.elapsed().as_secs_f64(), watch))
}

fn in_parallel(
    context: &Context,
    clips: &[&Clip],
    extractor: &Extractor,
    memory: &AtomicU64,
) -> Result<Vec<Result<(), FeatureError>>, EngineError> {
    let one = |clip: &&Clip| {
        context.check()?;
        let outcome = clip
            .decode()
            .map_err(FeatureError::from)
            .and_then(|decoded| extractor.extract(&decoded.wave).map(drop));
        let held = memory_stats::memory_stats().map_or(0, |memory| memory.physical_mem as u64);
        memory.fetch_max(held, Ordering::Relaxed);
        Ok(outcome)
    };
    clips.par_iter().map(one).collect()
}

fn stages(watch: &Stopwatch, clips: usize) -> Vec<StageTime> {
    let all: f64 = watch.stages.iter().map(|(_, time)| time.as_secs_f64()).sum();
    let stage = |(name, time): &(&str, std::time::Duration)| StageTime {
        stage: (*name).to_owned(),
        milliseconds: 1000.0 * time.as_secs_f64() / clips as f64,
        share: time.as_secs_f64() / all.max(1e-9),
    };
    watch.stages.iter().map(stage).collect()
}
