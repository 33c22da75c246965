//! From labels and predictions to numbers; never runs a model.

mod leakage;
mod metrics;
mod report;

pub use leakage::{Leakage, Provenance, leakage};
pub use metrics::{ClassScores, Scores, confusion_matrix, scores};
pub use report::{Judged, Protocol, Report, ScoreSpread, report, spread};
