//! What a training run tells, and what it is told.

use super::TrainingError;
use serde::{Deserialize, Serialize};

/// What is known after an epoch.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct EpochMetrics {
    /// From 1.
    pub epoch: usize,
    /// Mean loss over the training clips as they were stepped (with dropout, class weights and smoothed labels,
    /// as Keras shows it, but without what `l1` and `l2` add).
    pub train_loss: f64,
    /// Accuracy over the same.
    pub train_accuracy: f64,
    /// Unweighted average recall over the same.
    pub train_uar: f64,
    /// Validation loss (without any of these).
    pub validation_loss: f64,
    /// Validation accuracy.
    pub validation_accuracy: f64,
    /// Validation unweighted average recall.
    pub validation_uar: f64,
    /// Learning rate of this epoch.
    pub learning_rate: f64,
    /// Training clips per second.
    pub clips_per_second: f64,
    /// Wall time of the epoch, validation included (s).
    pub seconds: f64,
    /// Resident memory of the process (bytes); 0 where the system does not tell.
    pub memory_bytes: u64,
    /// Whether this is the best epoch so far.
    pub best: bool,
}

/// What the loop does next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LoopControl {
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
    fn step(&mut self, epoch: usize, done: usize, total: usize) -> LoopControl;

    /// The same of the final fit, in an epoch of so many.
    fn final_step(&mut self, (epoch, _epochs): (usize, usize), done: usize, total: usize) -> LoopControl {
        self.step(epoch, done, total)
    }

    /// Told after every epoch, when its checkpoints are on disk.
    ///
    /// # Errors
    /// [`TrainingError::Observer`] ends the run.
    fn epoch(&mut self, metrics: &EpochMetrics) -> Result<(), TrainingError>;

    /// Told instead about all epochs that are behind when an interrupted run goes on.
    ///
    /// # Errors
    /// [`TrainingError::Observer`] ends the run.
    fn resumed(&mut self, _history: &[EpochMetrics]) -> Result<(), TrainingError> {
        Ok(())
    }
}
