//! What is worth knowing about a clip's features.

use serde::{Deserialize, Serialize};

/// What a user should know about one clip's features.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Note {
    /// Silence was cut off.
    Trimmed {
        /// At the start (s).
        start_seconds: f64,
        /// At the end (s).
        end_seconds: f64,
    },
    /// The clip is shorter than the skip; the skip was cut to this many seconds so that frames remain.
    SkipClamped {
        /// What was skipped instead (s).
        to_seconds: f64,
    },
    /// Zeros were added, this many seconds.
    Padded {
        /// Zeros added (s).
        seconds: f64,
    },
    /// The clip is longer than the encoder takes at once, and went through it in windows.
    Windows {
        /// How many.
        windows: usize,
    },
}
