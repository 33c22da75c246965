//! What is known of a recipe's encoder once it was found.

use serde::{Deserialize, Serialize};

/// What is known of a recipe's encoder once it was found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ResolvedEncoder {
    /// Hash of configuration and weights ([`crate::encoders::fingerprint`]).
    pub fingerprint: String,
    /// Hidden states, one more than transformer layers.
    pub states: usize,
    /// Numbers per frame of each.
    pub width: usize,
    /// Sampling rate of the waves that it takes (Hz).
    pub rate: u32,
}
