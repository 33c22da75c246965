//! The training loop.

use super::checkpoint::Checkpoints;
use super::epoch::{Learner, validate};
use super::fine_tuning::settings_for;
use super::fitting::{check_fitting, settings_of};
use super::layout::check_layout;
use super::progress::TrainingProgress;
use super::refit::refit;
use super::resume::resume;
use super::tally::epoch_metrics;
use super::{Dataset, Observer, Task, Trained, TrainingError, check_dimensions, dimension_values};
use crate::corpus::{Clip, Selection, Subset};
use crate::device::device;
use crate::evaluation::EvaluatedClip;
use crate::features::{FEATURE_VERSION, FeatureMatrix};
use crate::inference::{DimensionHead, FinalFit, Package, PackageMetadata};
use std::time::Instant;

/// Trains on the training set, chooses the best epoch on the validation set, evaluates on the test set
/// once at the end. Checkpoints go to `checkpoints` (`best.safetensors`, `last.safetensors`).
/// The scaler is fitted on the training set as the data set has it: on the copies that were made beforehand too, but
/// not on examples that are changed while training. Nothing in the other two subsets is ever changed.
/// Everything random comes from [`crate::random::stream`] of `seed`: two CPU runs are identical.
/// A run that was interrupted continues, with `task.resume`, as if it had not been: on a CPU every metric and every
/// weight is the same to the last bit.
/// A final fit replaces the best epoch's network: on the training and the validation set, and it is evaluated on the
/// test set; or on all clips, and then the best epoch's network is evaluated, and the package says that it has no
/// held-out test score of its own.
/// When the observer stops it after at least one epoch, the result is that of the best epoch so far.
///
/// # Errors
/// [`TrainingError`]; [`TrainingError::StoppedEarly`] when it was stopped before there was a model.
pub fn train(task: &Task, observer: &mut dyn Observer) -> Result<Trained, TrainingError> {
    let model = settings_for(task.model, task.recipe, task.settings.normalise)?;
    let task = &Task { model: &model, ..*task };
    let mut trained = fit(task, observer)?;
    let wanted = task.settings.final_fit;
    let fitted = if wanted == FinalFit::None || trained.stopped {
        None
    } else {
        let fitted = refit(task, &trained, observer)?;
        trained.stopped = fitted.is_none();
        fitted.map(|(package, notes)| {
            trained.notes.extend(notes);
            package
        })
    };
    // A network that was fitted on the test set cannot be evaluated on it.
    let evaluated = fitted.as_ref().filter(|_| wanted != FinalFit::Everything);
    let evaluated = evaluated.unwrap_or(&trained.package);
    let test = task.dataset.subset(Subset::Test);
    let matrices = test.iter().map(|clip| &task.dataset.matrices[*clip]);
    let probabilities = evaluated.rows(matrices)?;
    trained.test = test.into_iter().zip(probabilities).collect();
    trained.package = fitted.unwrap_or(trained.package);
    Ok(trained)
}

/// As [`train`], but without an evaluation on the test set: for runs that are only compared on validation.
///
/// # Errors
/// As [`train`].
pub fn fit(task: &Task, observer: &mut dyn Observer) -> Result<Trained, TrainingError> {
    let dataset = task.dataset;
    task.settings.validate()?;
    let model = settings_for(task.model, task.recipe, task.settings.normalise)?;
    let task = &Task { model: &model, ..*task };
    check_layout(task.model, task.recipe)?;
    check_fitting(task.model, task.settings, task.augmentation.map(|of| of.settings))?;
    check_dimensions(task.model, task.settings, task.augmentation.map(|of| of.settings))?;
    let settings = &*settings_of(task.model, task.settings);
    let subsets = Subsets::of(task)?;
    let scaler = task.scaler(&subsets.train);
    let metadata = PackageMetadata {
        labels: dataset.labels.clone(),
        feature_version: FEATURE_VERSION,
        program_version: env!("CARGO_PKG_VERSION").to_owned(),
        synthetic: task.synthetic,
        training_rms_dbfs: task.training_rms_dbfs,
        recipe: task.recipe.clone(),
        scaler,
        normalise: settings.normalise,
        final_fit: FinalFit::None,
        model: task.model.clone(),
        dimensions: dataset.dimensions.as_ref().map(|of| of.head.clone()),
    };
    let device = device(task.device)?.autodiff();
    let network = task.network(&subsets.train, &device)?;
    let checkpoints = Checkpoints::open(task.checkpoints)?;
    let weights = task.class_weights(&subsets.train);
    let augmenter = task.augmenter();
    let mut learner = Learner::new(network, dataset, &metadata.scaler, settings, weights, task.seed)
        .augmented(augmenter.as_ref())
        .fitting(task.model.fitting());

    let mut progress = TrainingProgress::new(settings, subsets.train.len().div_ceil(settings.clips_per_step()));
    let data = dataset.fingerprint();
    let mut best = None;
    for metrics in resume(task, &checkpoints, &mut learner, &device, &data)? {
        progress.observe(metrics);
    }
    if let Some(epoch) = progress.best() {
        best = Some(if epoch == progress.history().len() {
            // Its own file may not have been written.
            let network = learner.snapshot();
            checkpoints.write_best(&network)?;
            network
        } else {
            checkpoints.best(learner.snapshot())?
        });
        observer.resumed(progress.history())?;
    }
    let mut stopped = false;
    while let Some(epoch) = progress.next() {
        let started = Instant::now();
        let Some((tally, stop)) = learner.epoch(epoch, &subsets.train, progress.rate(), observer)? else {
            stopped = true;
            break;
        };
        let trained = started.elapsed().as_secs_f64();
        let network = learner.snapshot();
        let validation = validate(epoch, &network, dataset, &metadata.scaler, &subsets.validation)?;
        let mut known = epoch_metrics(epoch, tally.subset_metrics(dataset), validation.subset_metrics(dataset));
        known.clips_per_second = subsets.train.len() as f64 / trained.max(f64::EPSILON);
        known.seconds = started.elapsed().as_secs_f64();
        let known = progress.observe(known);
        checkpoints.write(&learner.network, &network, learner.state(), known, &data)?;
        if known.best {
            best = Some(network);
        }
        observer.epoch(known)?;
        if stop {
            stopped = true;
            break;
        }
    }

    let (Some(best_epoch), Some(network)) = (progress.best(), best) else {
        return Err(TrainingError::StoppedEarly);
    };
    let notes = learner.notes();
    drop(learner);
    let unchanged = augmenter.map_or_else(Vec::new, |augmenter| augmenter.unchanged());
    let package = Package { metadata, network };
    Ok(Trained {
        package,
        best_epoch,
        history: progress.into_history(),
        stopped,
        test: Vec::new(),
        unchanged,
        notes,
    })
}

/// The clips of each subset.
struct Subsets {
    train: Vec<usize>,
    validation: Vec<usize>,
}

impl Subsets {
    /// Refuses data that nothing can be learnt from, validated on or tested on.
    fn of(task: &Task) -> Result<Self, TrainingError> {
        let dataset = task.dataset;
        let refuse = |problem: String| Err(TrainingError::Data(problem));
        let clips = dataset.matrices.len();
        if dataset.targets.len() != clips || dataset.split.subsets.len() != clips {
            return refuse(format!(
                "{clips} clips with {} labels and {} assignments to subsets; make the split again",
                dataset.targets.len(),
                dataset.split.subsets.len()
            ));
        }
        if let Some(target) = dataset
            .targets
            .iter()
            .filter(|_| dataset.dimensions.is_none())
            .find(|target| **target >= dataset.labels.len())
        {
            return refuse(format!(
                "a clip has label number {target} of {}; extract the features again",
                dataset.labels.len()
            ));
        }
        let shape = task.recipe.shape();
        let fits = |matrix: &FeatureMatrix| match shape.0 {
            0 => matrix.frames > 0 && matrix.coefficients == shape.1,
            _ => (matrix.frames, matrix.coefficients) == shape,
        };
        if let Some(other) = dataset.matrices.iter().find(|matrix| !fits(matrix)) {
            return refuse(format!(
                "features of {} x {} where the recipe gives {} x {}; extract them again",
                other.frames, other.coefficients, shape.0, shape.1
            ));
        }
        let subsets = Self {
            train: dataset.subset(Subset::Train),
            validation: dataset.subset(Subset::Validation),
        };
        for (name, subset) in [
            ("training", &subsets.train),
            ("validation", &subsets.validation),
            ("test", &dataset.subset(Subset::Test)),
        ] {
            if subset.is_empty() {
                return refuse(format!(
                    "no clips in the {name} set; select more clips or change split.test and split.validation"
                ));
            }
        }
        if let Some(dimensions) = &dataset.dimensions {
            dimensions.check(&subsets.train, "training")?;
            dimensions.check(&subsets.validation, "validation")?;
            return Ok(subsets);
        }
        let first = dataset.targets[subsets.train[0]];
        if subsets.train.iter().all(|clip| dataset.targets[*clip] == first) {
            let label = dataset.labels.get(first).map_or("?", String::as_str);
            return refuse(format!(
                "the training set holds only `{label}`; select more clips or change [split]"
            ));
        }
        Ok(subsets)
    }
}

/// A clip with its prediction; `truth` is the index of its label.
pub fn evaluated_clip(clip: &Clip, truth: usize, probabilities: Vec<f32>) -> EvaluatedClip {
    EvaluatedClip {
        path: clip.name().into_owned(),
        corpus: clip.corpus.to_string(),
        speaker: clip.speaker.as_ref().map(ToString::to_string),
        gender: clip.gender.map(|gender| gender.name().to_owned()),
        truth,
        probabilities,
        dimensions: Vec::new(),
    }
}

/// A clip with its dimensions as they were predicted, on 0 to 1.
pub fn evaluated_dimensions(head: &DimensionHead, clip: &Clip, predicted: &[f32]) -> EvaluatedClip {
    EvaluatedClip {
        dimensions: dimension_values(head, clip, predicted),
        ..evaluated_clip(clip, 0, Vec::new())
    }
}

/// Joins predictions with clips: see [`crate::evaluation::report`].
pub fn evaluated(dataset: &Dataset, selection: &Selection, trained: &Trained) -> Vec<EvaluatedClip> {
    let join = |(index, probabilities): &(usize, Vec<f32>)| {
        let clip = selection.clips.get(*index)?;
        if let Some(head) = &trained.package.metadata.dimensions {
            return Some(evaluated_dimensions(head, clip, probabilities));
        }
        Some(evaluated_clip(
            clip,
            *dataset.targets.get(*index)?,
            probabilities.clone(),
        ))
    };
    trained.test.iter().filter_map(join).collect()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests;
