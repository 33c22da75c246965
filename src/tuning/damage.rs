//! What is wrong with a journal.

use serde::Serialize;

/// The first line that is no record. Which trial a line speaks of follows from the records before it, so that nothing
/// behind such a line can be believed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, thiserror::Error)]
#[error("line {line} cannot be read: {problem}")]
pub struct Damage {
    /// Its number, from 1.
    pub line: usize,
    /// Where it begins (bytes).
    pub offset: u64,
    /// What is wrong with it.
    pub problem: String,
}
