//! What the clips of an epoch come to: their loss and scores.

use super::{Dataset, DimensionTargets, EpochMetrics};
use crate::evaluation::{DimensionClip, DimensionReport, confusion_matrix, mean_ccc, scores};

/// Loss and predictions, clip by clip.
#[derive(Debug, Default)]
pub(super) struct Tally {
    /// The sum over the clips.
    pub loss: f64,
    /// The label of each clip.
    pub truth: Vec<usize>,
    predictions: Vec<usize>,
    /// The clips whose dimensions were predicted, with the values on 0 to 1.
    pub rows: Vec<(usize, Vec<f32>)>,
}

/// What an epoch's clips come to.
#[derive(Debug, Clone, Copy)]
pub(super) struct SubsetMetrics {
    pub loss: f64,
    pub accuracy: f64,
    pub uar: f64,
    pub ccc: Option<f64>,
}

/// The metrics of an epoch; rate and times are filled in by the loop.
pub(super) fn epoch_metrics(epoch: usize, train: SubsetMetrics, validation: SubsetMetrics) -> EpochMetrics {
    EpochMetrics {
        epoch,
        train_loss: train.loss,
        train_accuracy: train.accuracy,
        train_uar: train.uar,
        train_ccc: train.ccc,
        validation_loss: validation.loss,
        validation_accuracy: validation.accuracy,
        validation_uar: validation.uar,
        validation_ccc: validation.ccc,
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

    /// Notes the dimensions of clips as they were predicted. The loss is that of all clips at once; it is no number where one
    /// of these is none.
    pub fn predicted(&mut self, clips: &[usize], rows: impl IntoIterator<Item = Vec<f32>>) {
        for (clip, row) in clips.iter().zip(rows) {
            if !row.iter().all(|value| value.is_finite()) {
                self.loss = f64::NAN;
            }
            self.rows.push((*clip, row));
        }
    }

    /// Means over all clips.
    pub fn subset_metrics(&self, dataset: &Dataset) -> SubsetMetrics {
        if let Some(dimensions) = &dataset.dimensions {
            return self.concordance(dimensions);
        }
        let labels = &dataset.labels;
        let counts = confusion_matrix(&self.truth, &self.predictions, labels.len());
        let scores = scores(&counts, labels);
        SubsetMetrics {
            loss: self.loss / self.truth.len().max(1) as f64,
            accuracy: scores.accuracy,
            uar: scores.unweighted_average_recall,
            ccc: None,
        }
    }

    /// Of dimensions, over all clips at once: `1 - mean CCC`, and the mean.
    fn concordance(&self, of: &DimensionTargets) -> SubsetMetrics {
        let clips: Vec<DimensionClip> = self
            .rows
            .iter()
            .map(|(clip, prediction)| DimensionClip {
                corpus: "",
                ranges: Vec::new(),
                truth: of.values[*clip].clone(),
                prediction: prediction.clone(),
            })
            .collect();
        let ccc = mean_ccc(&DimensionReport::of(&of.head.names, &clips).all).unwrap_or_default();
        SubsetMetrics {
            loss: 1.0 - ccc,
            accuracy: 0.0,
            uar: 0.0,
            ccc: Some(ccc),
        }
    }
}
