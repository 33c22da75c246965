//! `[training]`.

use super::{Monitor, TrainingError};
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

impl TrainingSettings {
    /// Refuses values that cannot work.
    ///
    /// # Errors
    /// [`TrainingError::Settings`] with the key and the remedy.
    pub fn validate(&self) -> Result<(), TrainingError> {
        let plateau = &self.reduce_on_plateau;
        at_least_one("epochs", self.epochs)?;
        at_least_one("batch_size", self.batch_size)?;
        within("learning_rate", self.learning_rate, "above 0", |value| value > 0.0)?;
        within(
            "gradient_clip_norm",
            self.gradient_clip_norm,
            "0 (off) or above",
            |value| value >= 0.0,
        )?;
        let early = self.early_stopping.min_delta;
        within("early_stopping.min_delta", early, "0 or above", |value| value >= 0.0)?;
        within(
            "reduce_on_plateau.min_delta",
            plateau.min_delta,
            "0 or above",
            |value| value >= 0.0,
        )?;
        within("reduce_on_plateau.minimum", plateau.minimum, "0 or above", |value| {
            value >= 0.0
        })?;
        within(
            "reduce_on_plateau.factor",
            plateau.factor,
            "above 0 and below 1",
            |value| value > 0.0 && value < 1.0,
        )
    }
}

fn at_least_one(key: &str, value: usize) -> Result<(), TrainingError> {
    if value > 0 {
        Ok(())
    } else {
        Err(refuse(key, "is 0; it must be at least 1"))
    }
}

fn within(key: &str, value: f64, wanted: &str, allowed: impl Fn(f64) -> bool) -> Result<(), TrainingError> {
    if value.is_finite() && allowed(value) {
        Ok(())
    } else {
        Err(refuse(key, &format!("is {value}; it must be {wanted}")))
    }
}

fn refuse(key: &str, problem: &str) -> TrainingError {
    TrainingError::Settings {
        key: format!("training.{key}"),
        problem: problem.to_owned(),
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_that_cannot_work_are_refused_by_key() {
        let settings = TrainingSettings {
            epochs: 80,
            batch_size: 64,
            learning_rate: 0.001,
            class_weights: false,
            gradient_clip_norm: 0.0,
            monitor: Monitor::Loss,
            early_stopping: EarlyStoppingSettings {
                patience: 10,
                min_delta: 0.0,
            },
            reduce_on_plateau: ReduceOnPlateauSettings {
                patience: 5,
                factor: 0.5,
                min_delta: 1e-4,
                minimum: 1e-6,
            },
        };
        settings.validate().unwrap();
        let refusal = |change: fn(&mut TrainingSettings)| {
            let mut changed = settings.clone();
            change(&mut changed);
            changed.validate().unwrap_err().to_string()
        };
        assert_eq!(
            refusal(|s| s.epochs = 0),
            "training.epochs: is 0; it must be at least 1"
        );
        assert!(refusal(|s| s.batch_size = 0).starts_with("training.batch_size"));
        assert!(refusal(|s| s.learning_rate = f64::NAN).starts_with("training.learning_rate: is NaN"));
        assert!(refusal(|s| s.gradient_clip_norm = -1.0).starts_with("training.gradient_clip_norm"));
        assert!(refusal(|s| s.early_stopping.min_delta = -1.0).starts_with("training.early_stopping.min_delta"));
        assert!(refusal(|s| s.reduce_on_plateau.factor = 1.0).contains("above 0 and below 1"));
        assert!(refusal(|s| s.reduce_on_plateau.minimum = -1.0).starts_with("training.reduce_on_plateau.minimum"));
        assert!(refusal(|s| s.reduce_on_plateau.min_delta = -1.0).contains("reduce_on_plateau.min_delta"));
    }
}
