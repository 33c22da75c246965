//! The rules for when to give a trial up, one a file.

mod hyperband;
mod median;
mod patient;
mod percentile;
mod successive_halving;

pub use hyperband::Hyperband;
pub use median::Median;
pub use patient::Patient;
pub use percentile::Percentile;
pub use successive_halving::SuccessiveHalving;
pub(super) use successive_halving::rung_key;

use super::TuningError;

/// What a rule says about a trial.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct PruningDecision {
    /// Whether to give the trial up.
    pub prune: bool,
    /// The value it was measured against at its last step, where the rule has one.
    pub threshold: Option<f64>,
    /// The rungs it has reached with this report, and its values there; the study notes them on the trial, so that
    /// later trials are compared with it.
    pub rungs: Vec<(u32, f64)>,
}

impl PruningDecision {
    /// Go on.
    pub const KEEP: Self = Self {
        prune: false,
        threshold: None,
        rungs: Vec::new(),
    };
    /// Give up.
    pub const PRUNE: Self = Self {
        prune: true,
        threshold: None,
        rungs: Vec::new(),
    };
}

/// An error for a setting unless `holds`.
fn must(holds: bool, key: &'static str, value: impl ToString, expected: &'static str) -> Result<(), TuningError> {
    if holds {
        Ok(())
    } else {
        Err(TuningError::Pruner {
            key,
            value: value.to_string(),
            expected,
        })
    }
}
