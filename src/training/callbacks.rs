//! Early stopping and reduce-on-plateau, as Keras defines them.

use super::{EarlyStoppingSettings, Monitor, ReduceOnPlateauSettings};

/// Keras EarlyStopping with `restore_best_weights=True`: the best epoch is the last one that improved
/// on the best before it by more than `min_delta`.
#[derive(Debug, Clone)]
pub struct EarlyStopping {
    monitor: Monitor,
    settings: EarlyStoppingSettings,
    best: Option<f64>,
    waited: usize,
}

impl EarlyStopping {
    /// Nothing seen yet.
    pub fn new(monitor: Monitor, settings: &EarlyStoppingSettings) -> Self {
        Self {
            monitor,
            settings: settings.clone(),
            best: None,
            waited: 0,
        }
    }

    /// Takes in the monitored value of the next epoch; whether it is the best so far.
    pub fn observe(&mut self, value: f64) -> bool {
        let improved = self.monitor.improves(value, self.best, self.settings.min_delta);
        if improved {
            self.best = Some(value);
            self.waited = 0;
        } else {
            self.waited += 1;
        }
        improved
    }

    /// Whether `patience` epochs in a row have not improved; never with a patience of 0.
    pub fn exhausted(&self) -> bool {
        self.settings.patience > 0 && self.waited >= self.settings.patience
    }
}

/// Keras ReduceLROnPlateau with a cooldown of 0: after `patience` epochs in a row without improvement
/// the rate is multiplied by `factor`, down to `minimum`, and the count begins again.
#[derive(Debug, Clone)]
pub struct ReduceOnPlateau {
    monitor: Monitor,
    settings: ReduceOnPlateauSettings,
    best: Option<f64>,
    waited: usize,
}

impl ReduceOnPlateau {
    /// Nothing seen yet.
    pub fn new(monitor: Monitor, settings: &ReduceOnPlateauSettings) -> Self {
        Self {
            monitor,
            settings: settings.clone(),
            best: None,
            waited: 0,
        }
    }

    /// Takes in the monitored value of the epoch that ran at `rate`; the rate of the next one.
    pub fn observe(&mut self, value: f64, rate: f64) -> f64 {
        let settings = &self.settings;
        if self.monitor.improves(value, self.best, settings.min_delta) {
            self.best = Some(value);
            self.waited = 0;
            return rate;
        }
        self.waited += 1;
        if settings.patience == 0 || self.waited < settings.patience || rate <= settings.minimum {
            return rate;
        }
        self.waited = 0;
        (rate * settings.factor).max(settings.minimum)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde::Deserialize;

    #[derive(Deserialize)]
    struct Golden {
        monitor: Monitor,
        values: Vec<f64>,
        early_stopping: EarlyStoppingSettings,
        reduce_on_plateau: ReduceOnPlateauSettings,
        /// Rate of the epoch after each value, as Keras' callback set it.
        rates: Vec<f64>,
        /// Epoch (from 1) whose weights Keras restored.
        best_epoch: usize,
        /// Epoch (from 1) after which Keras stopped, if it did.
        stopped_after: Option<usize>,
    }

    #[test]
    fn both_follow_keras_value_by_value() {
        let cases: Vec<Golden> = serde_json::from_str(include_str!("../../tests/golden/callbacks.json")).unwrap();
        assert!(cases.iter().any(|case| case.stopped_after.is_some()));
        for (number, case) in cases.iter().enumerate() {
            let mut stopping = EarlyStopping::new(case.monitor, &case.early_stopping);
            let mut plateau = ReduceOnPlateau::new(case.monitor, &case.reduce_on_plateau);
            let (mut rate, mut best_epoch, mut stopped_after) = (0.001, 0, None);
            for (index, value) in case.values.iter().enumerate() {
                rate = plateau.observe(*value, rate);
                // Keras keeps the rate in 32 bits.
                let expected = case.rates[index];
                assert!(
                    (rate - expected).abs() < 1e-6 * expected,
                    "case {number} epoch {}",
                    index + 1
                );
                if stopped_after.is_none() {
                    if stopping.observe(*value) {
                        best_epoch = index + 1;
                    }
                    if stopping.exhausted() {
                        stopped_after = Some(index + 1);
                    }
                }
            }
            assert_eq!(best_epoch, case.best_epoch, "case {number}");
            assert_eq!(stopped_after, case.stopped_after, "case {number}");
        }
    }

    #[test]
    fn a_patience_of_zero_switches_off() {
        let mut stopping = EarlyStopping::new(
            Monitor::Loss,
            &EarlyStoppingSettings {
                patience: 0,
                min_delta: 0.0,
            },
        );
        let settings = ReduceOnPlateauSettings {
            patience: 0,
            factor: 0.5,
            min_delta: 0.0,
            minimum: 0.0,
        };
        let mut plateau = ReduceOnPlateau::new(Monitor::Loss, &settings);
        for _ in 0..100 {
            stopping.observe(1.0);
            assert!(!stopping.exhausted());
            assert_eq!(plateau.observe(1.0, 0.1), 0.1);
        }
    }
}
