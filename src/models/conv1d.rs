//! `conv1d`.

use serde::{Deserialize, Serialize};

/// `[model.conv1d]`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Conv1dSettings {
    /// Output channels of the convolutions.
    pub filters: Vec<usize>,
    /// Kernel of each convolution.
    pub kernel_size: usize,
    /// Max pooling after each convolution but the last.
    pub pool_size: usize,
    /// Dropout after each pooling.
    pub dropout: f64,
    /// Units of the dense layer.
    pub dense_units: usize,
    /// Dropout before the output.
    pub dense_dropout: f64,
}

/// The network (helper: a Burn module).
#[derive(Debug, Clone)]
pub struct Conv1d {}
