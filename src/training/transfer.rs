//! Models on clips that they were not trained on: a run's on other corpora, and those of others.

use super::extraction::features_of;
use super::{Normaliser, TrainingError};
use crate::audio::Decoded;
use crate::corpus::{Clip, Selection, decode_together, runs};
use crate::features::{FeatureMatrix, FeatureStore};
use crate::inference::{PREDICTION_BATCH, Package, ReadyMade, ResampledFile};
use rayon::prelude::*;
use std::ops::Range;

/// Clips that go through at once.
const BATCH: usize = 32;

/// One row per clip, in the order of the selection (probabilities of the model's labels, or values of its dimensions);
/// or why there is none.
pub type Rows = Vec<Result<Vec<f32>, String>>;

/// What the model of a package predicts for each clip. Its features come from the store, which must be that of the package's
/// recipe. Where the model compares a speaker's clips with each other, each speaker of the corpora is standardised by
/// all of that speaker's clips here.
///
/// # Errors
/// A store that cannot be written, features that leave nothing when they are standardised, or being stopped by `progress`.
pub fn transfer(
    package: &Package,
    selection: &Selection,
    store: &FeatureStore,
    progress: &(dyn Fn(usize, usize) -> bool + Sync),
) -> Result<Rows, TrainingError> {
    let clips = &selection.clips;
    let extracted = features_of(
        clips,
        &selection.analysis,
        |_| None,
        store,
        |extracted, _| extracted.matrix,
        progress,
    )?;
    let mut matrices: Vec<FeatureMatrix> = Vec::with_capacity(clips.len());
    let mut extracted_clips: Vec<Clip> = Vec::with_capacity(clips.len());
    let mut refused: Vec<Option<String>> = Vec::with_capacity(clips.len());
    for (clip, outcome) in clips.iter().zip(extracted) {
        refused.push(match outcome {
            Ok(matrix) => {
                matrices.push(matrix);
                extracted_clips.push(clip.clone());
                None
            }
            Err(reason) => Some(reason),
        });
    }
    Normaliser::apply(
        &mut matrices,
        &extracted_clips,
        extracted_clips.len(),
        package.metadata.normalise,
    )?;
    let mut rows = Vec::with_capacity(matrices.len());
    for batch in matrices.chunks(PREDICTION_BATCH) {
        rows.extend(package.rows(batch)?);
        if !progress(rows.len(), matrices.len()) {
            return Err(TrainingError::StoppedEarly);
        }
    }
    let mut rows = rows.into_iter();
    Ok(refused
        .into_iter()
        .map(|reason| match reason {
            Some(reason) => Err(reason),
            None => rows.next().ok_or_else(|| "the model gave nothing for it".to_owned()),
        })
        .collect())
}

/// What a ready-made classifier predicts for each clip.
///
/// # Errors
/// What the classifier refuses, or being stopped by `progress`.
pub fn transfer_ready_made(
    model: &ReadyMade,
    clips: &[Clip],
    progress: &(dyn Fn(usize, usize) -> bool + Sync),
) -> Result<Rows, TrainingError> {
    let mut all: Rows = Vec::with_capacity(clips.len());
    for batch in clips.chunks(BATCH) {
        let prepare = |run: Range<usize>| {
            let of_file: Vec<&Clip> = batch[run].iter().collect();
            let mut prepared: Vec<Result<ResampledFile, String>> = Vec::new();
            prepared.resize_with(of_file.len(), || Err("it could not be read".to_owned()));
            decode_together(&of_file, &mut |index, decoded| {
                let of_wave = |decoded: Decoded| model.prepare(&decoded.wave).map_err(|error| error.to_string());
                prepared[index] = decoded.and_then(of_wave);
                true
            });
            prepared
        };
        let runs = runs(batch.iter()).into_par_iter();
        let prepared: Vec<Result<ResampledFile, String>> = runs.flat_map_iter(prepare).collect();
        let good: Vec<&ResampledFile> = prepared.iter().flatten().collect();
        let mut rows = model.rows(&good)?.into_iter();
        all.extend(prepared.iter().map(|outcome| match outcome {
            Ok(_) => rows.next().ok_or_else(|| "the model gave nothing for it".to_owned()),
            Err(reason) => Err(reason.clone()),
        }));
        if !progress(all.len(), clips.len()) {
            return Err(TrainingError::StoppedEarly);
        }
    }
    Ok(all)
}
