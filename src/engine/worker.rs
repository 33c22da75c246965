//! What `undertone worker RUN…` does.

use super::EngineError;
use std::path::PathBuf;

/// Trains the given run folders one after the other in this process, which first leaves its terminal (setsid).
///
/// # Errors
/// What ended the last run that failed.
pub fn work(_runs: &[PathBuf]) -> Result<(), EngineError> {
    unimplemented!()
}
