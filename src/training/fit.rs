//! The training loop.

use super::{Dataset, TrainingError, TrainingSettings};
use crate::evaluation::Judged;
use crate::features::Recipe;
use crate::inference::Package;
use crate::models::ModelSettings;
use serde::{Deserialize, Serialize};
use std::path::Path;

/// What is known after an epoch.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct EpochFacts {
    /// From 1.
    pub epoch: usize,
    /// Mean loss over the training clips as they were stepped (with dropout, as Keras shows it).
    pub train_loss: f64,
    /// Accuracy over the same.
    pub train_accuracy: f64,
    /// Unweighted average recall over the same.
    pub train_uar: f64,
    /// Validation loss.
    pub validation_loss: f64,
    /// Validation accuracy.
    pub validation_accuracy: f64,
    /// Validation unweighted average recall.
    pub validation_uar: f64,
    /// Learning rate of this epoch.
    pub learning_rate: f64,
    /// Training clips per second.
    pub clips_per_second: f64,
    /// Wall time of the epoch (s).
    pub seconds: f64,
    /// Resident memory of the process (bytes).
    pub memory_bytes: u64,
    /// Whether this is the best epoch so far.
    pub best: bool,
}

/// What the loop does next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Control {
    /// Go on.
    Continue,
    /// Stop when this epoch is done.
    StopAfterEpoch,
    /// Stop now; the checkpoints written so far stay.
    StopNow,
}

/// Whoever watches a training run.
pub trait Observer {
    /// Asked before every step; `done` of `total` steps of this epoch are behind.
    fn step(&mut self, epoch: usize, done: usize, total: usize) -> Control;

    /// Told after every epoch, when its checkpoints are on disk.
    ///
    /// # Errors
    /// [`TrainingError::Observer`] ends the run.
    fn epoch(&mut self, facts: &EpochFacts) -> Result<(), TrainingError>;
}

/// A finished (or stopped) training run.
#[derive(Debug)]
pub struct Trained {
    /// The best epoch's network with all that predictions need.
    pub package: Package,
    /// The best epoch, from 1.
    pub best_epoch: usize,
    /// All epochs.
    pub history: Vec<EpochFacts>,
    /// Whether it was stopped by the observer.
    pub stopped: bool,
    /// Test clips as the best epoch's network judges them: (index into the selection, probabilities).
    pub test: Vec<(usize, Vec<f32>)>,
}

/// Trains on the training side, chooses the best epoch on the validation side, judges the test side
/// once at the end. Checkpoints go to `checkpoints` (`best.safetensors`, `last.safetensors`).
/// Everything random comes from [`crate::random::stream`] of `seed`: two CPU runs are identical.
///
/// # Errors
/// [`TrainingError`].
#[allow(clippy::too_many_arguments)]
pub fn train(
    _dataset: &Dataset,
    _recipe: &Recipe,
    _model: &ModelSettings,
    _settings: &TrainingSettings,
    _device: &str,
    _seed: u64,
    _checkpoints: &Path,
    _observer: &mut dyn Observer,
) -> Result<Trained, TrainingError> {
    unimplemented!()
}

/// Joins predictions with clips: see [`crate::evaluation::report`].
pub fn judged(_dataset: &Dataset, _selection: &crate::corpus::Selection, _trained: &Trained) -> Vec<Judged> {
    unimplemented!()
}
