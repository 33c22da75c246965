//! What a run would be, and what is reported while runs are trained.

use super::process::Usage;
use super::runs::{Coverage, Run};
use crate::engine::{EpochMetrics, EpochTime, RunPlan, StepMetrics};
use schemars::JsonSchema;
use serde::Serialize;

/// One line of a followed run.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum RunEvent {
    /// Runs are in the queue.
    Started {
        /// Their ids; several for the folds of a cross-validation.
        runs: Vec<String>,
        /// How many runs come before them.
        ahead: usize,
    },
    /// Runs were resumed.
    Resumed {
        /// Which, and from where.
        runs: Vec<ResumedRun>,
    },
    /// An epoch is done.
    Epoch {
        /// The run.
        run: String,
        /// The epoch's metrics.
        metrics: Epoch,
    },
    /// A step of the optimiser, where these are asked for.
    Step {
        /// The run.
        run: String,
        /// What it came to.
        step: Step,
    },
    /// What a run uses of the machine.
    Usage {
        /// The run.
        run: String,
        /// What it uses.
        usage: Usage,
    },
    /// A run has ended.
    Ended {
        /// The run.
        run: Box<Run>,
    },
}

document! {
    /// A run that was resumed.
    ResumedRun(resumed: (String, usize)) {
        /// Its id.
        run: String = resumed.0.clone(),
        /// The epochs that are done.
        epoch: usize = resumed.1,
    }

    /// The metrics of an epoch.
    Epoch(metrics: EpochMetrics) {
        /// From 1.
        epoch: usize,
        /// Mean loss over the training clips.
        train_loss: f64,
        /// Accuracy over the training clips, from 0 to 1; as the other scores by label none where dimensions are learnt.
        train_accuracy: Option<f64> = metrics.train_ccc.is_none().then_some(metrics.train_accuracy),
        /// Unweighted average recall over the training clips, from 0 to 1.
        train_uar: Option<f64> = metrics.train_ccc.is_none().then_some(metrics.train_uar),
        /// Mean CCC of the dimensions over the training clips, where these are learnt.
        train_ccc: Option<f64>,
        /// Validation loss.
        validation_loss: f64,
        /// Validation accuracy, from 0 to 1.
        validation_accuracy: Option<f64> = metrics.validation_ccc.is_none().then_some(metrics.validation_accuracy),
        /// Validation unweighted average recall, from 0 to 1.
        validation_uar: Option<f64> = metrics.validation_ccc.is_none().then_some(metrics.validation_uar),
        /// Mean CCC of the dimensions on validation, where these are learnt.
        validation_ccc: Option<f64>,
        /// Learning rate.
        learning_rate: f64,
        /// Training clips per second.
        clips_per_second: f64,
        /// Time of the epoch, validation included (s).
        seconds: f64,
        /// Memory of the process (bytes); 0 where the system does not report it.
        memory_bytes: u64,
        /// Whether it is the best epoch so far by `training.monitor`, so that its network is kept.
        best: bool,
    }

    /// What a step of the optimiser came to.
    Step(metrics: StepMetrics) {
        /// From 1, over all epochs.
        step: u64,
        /// Epochs behind it: 1.5 in the middle of the second one.
        epoch: f64,
        /// Mean loss over its clips.
        loss: f64,
        /// The learning rate that it was taken with.
        learning_rate: f64,
    }

    /// What a run would be.
    Plan(plan: RunPlan) {
        /// Architecture.
        model: String,
        /// Device.
        device: String,
        /// Frames and coefficients of a clip.
        input: (usize, usize),
        /// Classes.
        classes: usize,
        /// Parameters, running statistics included.
        parameters: usize,
        /// Parameters that are trained.
        trainable: usize,
        /// Multiply-adds of one clip's forward pass.
        multiply_adds: usize,
        /// Training examples, augmented copies included.
        train: usize,
        /// Validation clips.
        validation: usize,
        /// Test clips.
        test: usize,
        /// Folds of the cross-validation; 1 for a single run.
        folds: usize,
        /// Which classes its test score will be about.
        coverage: Coverage = (&plan.coverage).into(),
        /// What could not be split as asked.
        notes: Vec<String>,
        /// Clips of a batch.
        batch: usize,
        /// Training steps of an epoch.
        steps: usize = plan.steps(),
        /// How long an epoch takes; null where that is not known.
        epoch: Option<EpochEstimate> = plan.epoch.as_ref().map(Into::into),
    }

    /// How long an epoch takes.
    EpochEstimate(time: EpochTime) {
        /// Training and validation (s).
        seconds: f64,
        /// All epochs of the run, if none stops it early (s).
        run_seconds: f64,
        /// How that is known.
        source: String,
    }
}
