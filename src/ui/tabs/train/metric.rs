//! The quantities that are drawn.

use crate::engine::{EpochMetrics, RunDetail};
use crate::present::numbers::{ccc, percent};

/// A quantity that is drawn over the epochs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Metric {
    /// Cross-entropy.
    #[default]
    Loss,
    /// Accuracy.
    Accuracy,
    /// Unweighted average recall.
    Uar,
    /// Mean CCC of dimensions, in place of accuracy and unweighted average recall.
    Ccc,
    /// Loss of the optimiser's steps.
    StepLoss,
    /// Their learning rate.
    Rate,
    /// What the run uses of the machine; drawn only when it is the first.
    Use,
}

impl Metric {
    pub const ALL: [Self; 7] = [
        Self::Loss,
        Self::Accuracy,
        Self::Uar,
        Self::Ccc,
        Self::StepLoss,
        Self::Rate,
        Self::Use,
    ];

    fn turned(self, by: usize) -> Self {
        Self::ALL[(self as usize + by) % Self::ALL.len()]
    }

    /// Those of a run, from this one on.
    pub fn onwards(self, run: Option<&RunDetail>) -> impl Iterator<Item = Self> {
        let last = run.and_then(|run| run.epochs.last());
        let dimensions = last.is_some_and(|last| last.validation_ccc.is_some());
        let all = (0..Self::ALL.len()).map(move |by| self.turned(by));
        all.filter(move |metric| match metric {
            Self::Accuracy | Self::Uar => !dimensions,
            Self::Ccc => dimensions,
            Self::Loss | Self::StepLoss | Self::Rate | Self::Use => true,
        })
    }

    /// The next one that there is of a run.
    pub fn next(self, run: Option<&RunDetail>) -> Self {
        self.onwards(run).find(|metric| *metric != self).unwrap_or_default()
    }

    pub fn title(self) -> &'static str {
        match self {
            Self::Loss => "Loss",
            Self::Accuracy => "Accuracy %",
            Self::Uar => "UAR %",
            Self::Ccc => "CCC",
            Self::StepLoss => "Step loss",
            Self::Rate => "Learning rate",
            Self::Use => "Use",
        }
    }

    /// Whether it never leaves 0 to 1 and is shown in percent.
    pub fn is_share(self) -> bool {
        matches!(self, Self::Accuracy | Self::Uar)
    }

    /// Whether ratios of it mean something, so that it may be drawn on a logarithmic axis.
    pub fn is_ratio(self) -> bool {
        matches!(self, Self::Loss | Self::StepLoss | Self::Rate)
    }

    /// Whether the two can be read on one axis.
    pub fn compares(self, other: Self) -> bool {
        let loss = |metric| matches!(metric, Self::Loss | Self::StepLoss);
        self == other || self.is_share() && other.is_share() || loss(self) && loss(other)
    }

    /// Whether it has a value for every step of the optimiser.
    pub fn is_of_steps(self) -> bool {
        matches!(self, Self::StepLoss | Self::Rate)
    }

    /// (training, validation).
    pub fn values(self, metrics: &EpochMetrics) -> (f64, f64) {
        match self {
            Self::Loss => (metrics.train_loss, metrics.validation_loss),
            Self::Accuracy => (metrics.train_accuracy, metrics.validation_accuracy),
            Self::Uar => (metrics.train_uar, metrics.validation_uar),
            Self::Ccc => (
                metrics.train_ccc.unwrap_or(f64::NAN),
                metrics.validation_ccc.unwrap_or(f64::NAN),
            ),
            // No curve over epochs.
            Self::StepLoss | Self::Rate | Self::Use => (f64::NAN, f64::NAN),
        }
    }

    /// A value in words.
    pub fn figure(self, value: f64) -> String {
        match self {
            Self::Accuracy | Self::Uar => percent(value),
            Self::Loss | Self::StepLoss if value.abs() < 0.001 => format!("{value:.2e}"),
            Self::Loss | Self::StepLoss => format!("{value:.4}"),
            Self::Rate => format!("{value:.3e}"),
            Self::Ccc | Self::Use => ccc(value),
        }
    }
}
