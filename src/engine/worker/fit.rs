//! From the arrays to a trained model.

use super::observer::RunObserver;
use super::prepare::Prepared;
use super::{Run, left_out};
use crate::corpus::{Selection, Subset};
use crate::engine::runs::file::RunMetadata;
use crate::engine::{EngineError, Settings};
use crate::training::{self, Dataset, OnTheFly, Task, Trained, TrainingError, train};

/// Trains; nothing when the run was stopped before its first epoch was done.
///
/// # Errors
/// Whatever training says, and a folder or study that cannot be written any more.
pub fn fit(
    process: &mut Run,
    run: &RunMetadata,
    settings: &Settings,
    device: &str,
    prepared: &mut Prepared,
) -> Result<Option<Trained>, EngineError> {
    let selection = &prepared.examples.selection;
    let task = Task {
        dataset: &prepared.dataset,
        recipe: &prepared.recipe,
        augmentation: Some(OnTheFly {
            settings: &settings.augmentation,
            clips: &selection.clips,
            normaliser: &prepared.normaliser,
        }),
        model: &settings.model,
        settings: &settings.training,
        device,
        seed: run.training_seed.unwrap_or(settings.seed),
        checkpoints: &process.folder.checkpoints(),
        resume: process.resumed.is_some(),
        synthetic: prepared.protocol.synthetic,
        training_rms_dbfs: median_level(selection, &prepared.dataset),
    };
    let journaled = process.resumed.unwrap_or(0);
    let mut observer = RunObserver::new(
        &process.folder.path,
        &process.lease,
        &mut process.journal,
        process.trial.as_mut(),
        journaled,
    );
    // Trials are ranked on validation and never evaluated on the test set.
    let way = if run.trial.is_some() { training::fit } else { train };
    let outcome = way(&task, &mut observer);
    if let Some(error) = observer.take_error() {
        return Err(error);
    }
    let trained = match outcome {
        Ok(trained) => trained,
        Err(TrainingError::StoppedEarly) => return Ok(None),
        Err(error) => return Err(error.into()),
    };
    let found = trained.notes.iter().cloned().chain(trained.package.network.finding());
    for words in found.collect::<Vec<_>>() {
        process.note(words.clone())?;
        prepared.protocol.notes.push(words);
    }
    for words in left_out::unchanged(&trained.unchanged, selection) {
        process.note(words)?;
    }
    if !trained.unchanged.is_empty() {
        let clips = trained.unchanged.len();
        let words = format!("{clips} training clips could not be augmented and were used as recorded");
        prepared.protocol.notes.push(words);
    }
    Ok(Some(trained))
}

/// Of the training clips (dBFS).
fn median_level(selection: &Selection, dataset: &Dataset) -> f32 {
    let training = dataset.subset(Subset::Train).into_iter();
    let mut levels: Vec<f32> = training
        .filter_map(|clip| Some(selection.analysis.get(clip)?.as_ref()?.level.rms_dbfs))
        .collect();
    levels.sort_by(f32::total_cmp);
    levels.get(levels.len() / 2).copied().unwrap_or_default()
}
