//! How much of something is used.

use serde::{Deserialize, Serialize};

/// How much of something is used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Amount {
    /// What is used (bytes).
    pub used: u64,
    /// All there is (bytes).
    pub total: u64,
}
