//! From labels and predictions to numbers; never runs a model.

mod class_means;
mod coverage;
mod dimensional;
mod evaluated_clip;
mod fold_scores;
mod interval;
mod leakage;
mod metrics;
mod protocol;
mod regression;
mod report;
mod spread;

pub use class_means::ClassMeans;
pub use coverage::{Coverage, FEW};
pub use dimensional::{DimensionClip, DimensionReport, DimensionScores, mean_ccc};
pub use evaluated_clip::{DimensionValue, EvaluatedClip};
pub use fold_scores::FoldScores;
pub use interval::{Interval, uar_interval};
pub use leakage::{Leakage, Provenance, leakage};
pub use metrics::{ClassScores, Scores, confusion_matrix, scores};
pub use protocol::Protocol;
pub use regression::Regression;
pub use report::{Report, most_confused, normalise_rows, pooled, regression_report, report};
pub use spread::{ScoreSpread, spread};
