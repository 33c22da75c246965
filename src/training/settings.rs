//! `[training]`.

use super::Monitor;
use serde::{Deserialize, Serialize};

/// `[training]`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TrainingSettings {
    /// At most this many epochs.
    pub epochs: usize,
    /// Clips per step.
    pub batch_size: usize,
    /// Adam's learning rate at the start.
    pub learning_rate: f64,
    /// Weigh the loss by inverse class frequency (sklearn `balanced`).
    pub class_weights: bool,
    /// Largest global norm of a step's gradient; 0 switches clipping off.
    pub gradient_clip_norm: f64,
    /// What chooses the best epoch.
    pub monitor: Monitor,
    /// Stop when nothing improves.
    pub early_stopping: EarlyStoppingSettings,
    /// Lower the learning rate when nothing improves.
    pub reduce_on_plateau: ReduceOnPlateauSettings,
}

/// `[training.early_stopping]` (Keras EarlyStopping, restore_best_weights=True).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EarlyStoppingSettings {
    /// Epochs without improvement before stopping; 0 switches it off.
    pub patience: usize,
    /// What counts as improvement.
    pub min_delta: f64,
}

/// `[training.reduce_on_plateau]` (Keras ReduceLROnPlateau).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReduceOnPlateauSettings {
    /// Epochs without improvement before lowering; 0 switches it off.
    pub patience: usize,
    /// What the rate is multiplied by.
    pub factor: f64,
    /// What counts as improvement.
    pub min_delta: f64,
    /// Lowest rate.
    pub minimum: f64,
}
