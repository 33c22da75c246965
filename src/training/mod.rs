//! Clips and features to a trained network.

mod adam;
mod ahead;
mod augmentation;
mod average;
mod batches;
mod callbacks;
mod checkpoint;
mod concordance;
mod curvature;
mod dataset;
mod dimension_fitting;
mod dimension_targets;
mod epoch;
mod error;
mod export;
mod extraction;
mod fine_tuning;
mod fit;
mod fitting;
mod gradient;
mod import;
mod inner_folds;
mod lanes;
mod layout;
mod logistic;
#[cfg(test)]
mod long_recordings;
mod loss;
mod normalise;
mod observer;
mod optimizer;
mod optimum;
mod progress;
mod refit;
mod resume;
mod rule;
mod schedule;
mod settings;
mod sgd;
mod step_benchmark;
mod tally;
mod task;
mod tensors;
mod transfer;

pub use augmentation::{AugmentationMode, AugmentationSettings, Copy, Examples, OnTheFly, examples};
pub use callbacks::{EarlyStopping, ReduceOnPlateau};
pub use checkpoint::{BEST, LAST, saved_epoch};
pub use dataset::{Dataset, VoteShares, build_dataset, check_target};
pub use dimension_fitting::check_dimensions;
pub use dimension_targets::{DimensionTargets, dimension_head, dimension_values};
pub use error::TrainingError;
pub use export::{Export, ExportSummary, check_export, export_features};
pub use extraction::features_of;
pub use fine_tuning::settings_for;
pub use fit::{evaluated, evaluated_clip, evaluated_dimensions, fit, train};
pub use fitting::{check_fitting, settings_of};
pub use gradient::clip_by_global_norm;
pub use import::{ImportFolder, ImportSummary};
pub use layout::check_layout;
pub use loss::class_weights;
pub use normalise::Normaliser;
pub use observer::{EpochMetrics, LoopControl, Observer, StepMetrics};
pub use optimizer::Optimizer;
pub use settings::{
    AverageKind, AverageSettings, CosineSettings, EarlyStoppingSettings, Monitor, OptimizerKind,
    ReduceOnPlateauSettings, ScheduleKind, Target, TrainingSettings,
};
pub use step_benchmark::{StepBenchmark, StepTime, clips_of, infer, product_speed};
pub use task::{Task, Trained};
pub use transfer::{Rows, transfer, transfer_ready_made};
