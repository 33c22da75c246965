//! What a training run reports, and how it is stopped.

use super::TrainingError;
use serde::{Deserialize, Serialize};

/// The metrics of an epoch.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct EpochMetrics {
    /// From 1.
    pub epoch: usize,
    /// Mean loss over the training clips as they were stepped (of dimensions `1 - mean CCC` over all of them at once; with dropout, class weights and smoothed labels,
    /// which matches Keras, but without what `l1` and `l2` add).
    pub train_loss: f64,
    /// Accuracy over the same; as the unweighted average recalls 0 where dimensions are learnt.
    pub train_accuracy: f64,
    /// Unweighted average recall over the same.
    pub train_uar: f64,
    /// Where dimensions are learnt: the mean over these of the concordance correlation coefficient over the same clips.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub train_ccc: Option<f64>,
    /// Validation loss (without any of these).
    pub validation_loss: f64,
    /// Validation accuracy.
    pub validation_accuracy: f64,
    /// Validation unweighted average recall.
    pub validation_uar: f64,
    /// Where dimensions are learnt: the mean over these of the coefficient over the validation clips, `1 - validation_loss`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub validation_ccc: Option<f64>,
    /// Learning rate of this epoch.
    pub learning_rate: f64,
    /// Training clips per second.
    pub clips_per_second: f64,
    /// Wall time of the epoch, validation included (s).
    pub seconds: f64,
    /// Resident memory of the process (bytes); 0 where the system does not report it.
    pub memory_bytes: u64,
    /// Whether this is the best epoch so far.
    pub best: bool,
}

/// What a step of the optimiser came to.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct StepMetrics {
    /// From 1, over all epochs.
    pub step: u64,
    /// Epochs behind it: 1.5 in the middle of the second one.
    pub epoch: f64,
    /// Mean loss over the clips that were stepped, as in [`EpochMetrics::train_loss`]; of dimensions the mean over the
    /// step's batches, each `1 - mean CCC` over its own clips.
    pub loss: f64,
    /// The learning rate that it was taken with.
    pub learning_rate: f64,
}

/// What the loop does next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LoopControl {
    /// Continue.
    Continue,
    /// Stop when this epoch is done.
    StopAfterEpoch,
    /// Stop now; the checkpoints written so far stay.
    StopNow,
}

/// Follows a training run.
pub trait Observer {
    /// Asked before every step; `done` of `total` steps of this epoch are behind.
    fn step(&mut self, epoch: usize, done: usize, total: usize) -> LoopControl;

    /// The same of the final fit, in an epoch of so many.
    fn final_step(&mut self, (epoch, _epochs): (usize, usize), done: usize, total: usize) -> LoopControl {
        self.step(epoch, done, total)
    }

    /// Called after every step of the optimiser, but for those of the final fit.
    fn stepped(&mut self, _metrics: &StepMetrics) {}

    /// Called after every epoch, when its checkpoints are on disk.
    ///
    /// # Errors
    /// [`TrainingError::Observer`] ends the run.
    fn epoch(&mut self, metrics: &EpochMetrics) -> Result<(), TrainingError>;

    /// Called instead with all epochs that are done when an interrupted run continues.
    ///
    /// # Errors
    /// [`TrainingError::Observer`] ends the run.
    fn resumed(&mut self, _history: &[EpochMetrics]) -> Result<(), TrainingError> {
        Ok(())
    }
}
