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
