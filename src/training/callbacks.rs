//! Early stopping and reduce-on-plateau, as Keras defines them.

use serde::{Deserialize, Serialize};

/// The validation figure that chooses the best epoch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Monitor {
    /// Validation loss, lower is better.
    #[default]
    Loss,
    /// Validation accuracy, higher is better.
    Accuracy,
    /// Validation unweighted average recall, higher is better.
    Uar,
}

/// Keras ReduceLROnPlateau.
#[derive(Debug, Clone)]
pub struct ReduceOnPlateau {}
