//! The learning rate of every step.

use super::{ScheduleKind, TrainingSettings};
use std::f64::consts::PI;

/// The learning rate, step by step.
#[derive(Debug, Clone, Copy)]
pub(super) enum Schedule {
    /// As the epochs decide.
    ByEpoch,
    /// Up in a straight line, then down along half a cosine or a straight line.
    UpAndDown(UpAndDown),
}

/// At step `t` from 0, of `T`, the first `W` of which warm up:
///
/// ```text
/// t < W:   rate (t + 1) / W
/// t >= W:  minimum + (rate - minimum) (1 + cos(π (t - W) / (T - W))) / 2
/// ```
///
/// PyTorch's `SequentialLR` of `LinearLR(start_factor=1/W, total_iters=W-1)` and `CosineAnnealingLR(T-W, eta_min)`
/// (Loshchilov and Hutter 2017, without restarts; the warm-up of Goyal et al. 2017). Down a straight line the second is
/// `minimum + (rate - minimum) (1 - (t - W) / (T - W))`: PyTorch's `LinearLR(1, minimum / rate, T-W)`.
#[derive(Debug, Clone, Copy)]
pub(super) struct UpAndDown {
    straight: bool,
    rate: f64,
    minimum: f64,
    warmup: usize,
    steps: usize,
    per_epoch: usize,
}

impl Schedule {
    /// For epochs of so many steps.
    pub fn new(settings: &TrainingSettings, per_epoch: usize) -> Self {
        let straight = match settings.schedule {
            ScheduleKind::Constant | ScheduleKind::Plateau => return Self::ByEpoch,
            ScheduleKind::Cosine => false,
            ScheduleKind::Linear => true,
        };
        let warmup = settings.cosine.warmup_epochs * per_epoch as f64;
        Self::UpAndDown(UpAndDown {
            straight,
            rate: settings.learning_rate,
            minimum: settings.cosine.minimum,
            warmup: warmup.round() as usize,
            steps: settings.epochs * per_epoch,
            per_epoch,
        })
    }

    /// The rate of a step (from 0) of an epoch (from 1); `rate` is what the epochs before decided.
    pub fn rate(self, epoch: usize, step: usize, rate: f64) -> f64 {
        match self {
            Self::ByEpoch => rate,
            Self::UpAndDown(way) => way.rate((epoch - 1) * way.per_epoch + step),
        }
    }

    /// The rate of the epoch's last step.
    pub fn rate_of_epoch(self, epoch: usize, rate: f64) -> f64 {
        match self {
            Self::ByEpoch => rate,
            Self::UpAndDown(way) => way.rate(epoch * way.per_epoch - 1),
        }
    }
}

impl UpAndDown {
    fn rate(self, step: usize) -> f64 {
        if step < self.warmup {
            return self.rate * (step + 1) as f64 / self.warmup as f64;
        }
        let share = (step - self.warmup) as f64 / (self.steps.saturating_sub(self.warmup)).max(1) as f64;
        let share = share.min(1.0);
        let left = if self.straight {
            1.0 - share
        } else {
            (1.0 + (PI * share).cos()) / 2.0
        };
        self.minimum + (self.rate - self.minimum) * left
    }
}

#[cfg(test)]
mod tests {
    use super::super::CosineSettings;
    use super::super::settings::tests::shipped;
    use super::*;
    use serde::Deserialize;

    #[derive(Deserialize)]
    struct Golden {
        schedules: Vec<Case>,
    }

    #[derive(Deserialize)]
    struct Case {
        epochs: usize,
        per_epoch: usize,
        warmup_epochs: f64,
        minimum: f64,
        rates: Vec<f64>,
    }

    #[test]
    fn rates_rise_and_fall_as_in_pytorch() {
        let golden: Golden = serde_json::from_str(include_str!("../../tests/golden/optimizers.json")).unwrap();
        for case in &golden.schedules {
            let settings = TrainingSettings {
                epochs: case.epochs,
                learning_rate: 0.02,
                schedule: ScheduleKind::Cosine,
                cosine: CosineSettings {
                    warmup_epochs: case.warmup_epochs,
                    minimum: case.minimum,
                },
                ..shipped()
            };
            let schedule = Schedule::new(&settings, case.per_epoch);
            for (index, expected) in case.rates.iter().enumerate() {
                let (epoch, step) = (index / case.per_epoch + 1, index % case.per_epoch);
                let rate = schedule.rate(epoch, step, 7.0);
                assert!((rate - expected).abs() < 1e-9, "step {index}: {rate} {expected}");
                if step + 1 == case.per_epoch {
                    assert_eq!(schedule.rate_of_epoch(epoch, 7.0), rate);
                }
            }
            let constant = TrainingSettings {
                schedule: ScheduleKind::Constant,
                ..settings
            };
            assert_eq!(Schedule::new(&constant, case.per_epoch).rate(3, 1, 0.5), 0.5);
        }
    }

    #[test]
    fn a_straight_line_down_loses_as_much_at_every_step() {
        let settings = TrainingSettings {
            epochs: 4,
            learning_rate: 0.5,
            schedule: ScheduleKind::Linear,
            cosine: CosineSettings {
                warmup_epochs: 1.0,
                minimum: 0.1,
            },
            ..shipped()
        };
        let schedule = Schedule::new(&settings, 2);
        let rates: Vec<f64> = (0..8).map(|step| schedule.rate(step / 2 + 1, step % 2, 0.0)).collect();
        let expected = (2..8).map(|step| 0.5 - 0.4 * f64::from(step - 2) / 6.0);
        for (rate, expected) in rates.iter().zip([0.25, 0.5].into_iter().chain(expected)) {
            assert!((rate - expected).abs() < 1e-12, "{rates:?}");
        }
    }

    #[test]
    fn a_warm_up_longer_than_the_run_only_rises() {
        let settings = TrainingSettings {
            epochs: 2,
            learning_rate: 1.0,
            schedule: ScheduleKind::Cosine,
            cosine: CosineSettings {
                warmup_epochs: 4.0,
                minimum: 0.0,
            },
            ..shipped()
        };
        let schedule = Schedule::new(&settings, 3);
        assert_eq!(schedule.rate(1, 0, 0.0), 1.0 / 12.0);
        assert_eq!(schedule.rate(2, 2, 0.0), 0.5);
    }
}
