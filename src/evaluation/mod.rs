//! From labels and predictions to numbers; never runs a model.

mod coverage;
mod leakage;
mod metrics;
mod protocol;
mod report;
mod spread;

pub use coverage::{Coverage, FEW};
pub use leakage::{Leakage, Provenance, leakage};
pub use metrics::{ClassScores, Scores, confusion_matrix, scores};
pub use protocol::Protocol;
pub use report::{EvaluatedClip, Report, most_confused, normalise_rows, report};
pub use spread::{ScoreSpread, pooled, spread};
