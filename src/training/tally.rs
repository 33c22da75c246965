//! What the clips of an epoch come to: their loss and scores.

use super::EpochMetrics;
use crate::evaluation::{confusion_matrix, scores};

/// Loss and predictions, clip by clip.
#[derive(Debug, Default)]
pub(super) struct Tally {
    /// The sum over the clips.
    pub loss: f64,
    /// The label of each clip.
    pub truth: Vec<usize>,
    predictions: Vec<usize>,
}

/// What an epoch's clips come to.
#[derive(Debug, Clone, Copy)]
pub(super) struct SubsetMetrics {
    pub loss: f64,
    pub accuracy: f64,
    pub uar: f64,
}

/// The metrics of an epoch; rate and times are filled in by the loop.
pub(super) fn epoch_metrics(epoch: usize, train: SubsetMetrics, validation: SubsetMetrics) -> EpochMetrics {
    EpochMetrics {
        epoch,
        train_loss: train.loss,
        train_accuracy: train.accuracy,
        train_uar: train.uar,
        validation_loss: validation.loss,
        validation_accuracy: validation.accuracy,
        validation_uar: validation.uar,
        learning_rate: 0.0,
        clips_per_second: 0.0,
        seconds: 0.0,
        memory_bytes: memory_stats::memory_stats().map_or(0, |memory| memory.physical_mem as u64),
        best: false,
    }
}

impl Tally {
    /// Notes the most probable class of a clip, whose label is `truth`; its loss is added by the caller.
    pub fn add(&mut self, log_probabilities: &[f32], truth: usize) {
        let mut best = 0;
        for (class, value) in log_probabilities.iter().enumerate() {
            if *value > log_probabilities[best] {
                best = class;
            }
        }
        self.truth.push(truth);
        self.predictions.push(best);
    }

    /// Means over all clips.
    pub fn subset_metrics(&self, labels: &[String]) -> SubsetMetrics {
        let counts = confusion_matrix(&self.truth, &self.predictions, labels.len());
        let scores = scores(&counts, labels);
        SubsetMetrics {
            loss: self.loss / self.truth.len().max(1) as f64,
            accuracy: scores.accuracy,
            uar: scores.unweighted_average_recall,
        }
    }
}
