//! `control.jsonl`: what is asked of a running worker.

use super::RunError;
use serde::{Deserialize, Serialize};
use std::path::Path;

/// A request to stop.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stop {
    /// At the next step.
    Now,
    /// When the epoch is done.
    AfterEpoch,
}

/// Appends the request.
///
/// # Errors
/// [`RunError::Io`].
pub fn request_stop(_run: &Path, _stop: Stop) -> Result<(), RunError> {
    unimplemented!()
}

/// The strongest request since this holder took the run up.
pub fn read_stop(_run: &Path) -> Option<Stop> {
    unimplemented!()
}
