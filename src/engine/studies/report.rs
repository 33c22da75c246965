//! A trial's side of its study: epochs reported, the pruner asked, the outcome recorded.

use super::folder::StudyFolder;
use crate::engine::runs::file::TrialReference;
use crate::engine::{EngineError, EpochMetrics};
use crate::tuning::lifecycle::THRESHOLD_ATTRIBUTE;
use crate::tuning::{Objective, Outcome, Pruner, Study, TuningSettings, Value};

/// A trial's side of its study.
#[derive(Debug)]
pub struct TrialReporter {
    study: Study,
    number: usize,
    objective: Objective,
    pruner: Pruner,
    /// The value of the best epoch so far.
    best: Option<f64>,
    /// The epoch in which it was given up, its value there, and what that was measured against.
    pruned: Option<(usize, f64, Option<f64>)>,
}

impl TrialReporter {
    /// For the trial of that number.
    ///
    /// # Errors
    /// A study that is gone.
    pub fn open(place: &TrialReference, settings: &TuningSettings) -> Result<Self, EngineError> {
        Ok(Self {
            study: StudyFolder::at(&place.study).open_study()?,
            number: place.number,
            objective: settings.objective,
            pruner: settings.chosen_pruner(),
            best: None,
            pruned: None,
        })
    }

    /// Reports an epoch (a trial's step is its epoch, from 1), and hears from the pruner.
    ///
    /// # Errors
    /// A trial that somebody ended meanwhile; a journal that cannot be written.
    pub fn epoch(&mut self, metrics: &EpochMetrics) -> Result<(), EngineError> {
        let value = value(self.objective, metrics);
        if metrics.best {
            self.best = Some(value);
        }
        let step = u32::try_from(metrics.epoch).unwrap_or(u32::MAX);
        self.study.report(self.number, step, value)?;
        let verdict = self.study.decide(self.number, &self.pruner)?;
        if verdict.prune {
            self.pruned = Some((metrics.epoch, value, verdict.threshold));
            if let Some(threshold) = verdict.threshold {
                self.study
                    .note_on_trial(self.number, THRESHOLD_ATTRIBUTE, Value::Float(threshold))?;
            }
        }
        Ok(())
    }

    /// Whether the pruner gave it up.
    pub fn is_pruned(&self) -> bool {
        self.pruned.is_some()
    }

    /// How it ended, when nothing went wrong; `stopped` says that it did not come to its own end.
    pub fn outcome(&self, stopped: bool) -> Outcome {
        match self.best {
            _ if self.is_pruned() => Outcome::Pruned,
            Some(best) if !stopped => Outcome::Complete(best),
            _ => Outcome::Failed("stopped as asked".to_owned()),
        }
    }

    /// The same for people.
    pub fn words(&self, outcome: &Outcome) -> String {
        let number = self.number;
        match (outcome, self.pruned) {
            (Outcome::Complete(value), _) => format!("trial {number} is complete: {} {value:.4}", self.objective),
            (Outcome::Failed(reason), _) => format!("trial {number} failed: {reason}"),
            (Outcome::Pruned, Some((epoch, value, Some(threshold)))) => {
                format!("trial {number} is pruned in epoch {epoch}: {value:.4}, its best was worse than {threshold:.4}")
            }
            (Outcome::Pruned, Some((epoch, value, None))) => {
                format!("trial {number} is pruned in epoch {epoch} at {value:.4}")
            }
            (Outcome::Pruned, None) => format!("trial {number} is pruned"),
        }
    }

    /// Tells the study.
    ///
    /// # Errors
    /// A trial that somebody ended meanwhile; a journal that cannot be written.
    pub fn tell(&mut self, outcome: &Outcome) -> Result<(), EngineError> {
        Ok(self.study.tell(self.number, outcome)?)
    }
}

/// What a trial is ranked by, of one of its epochs.
pub fn value(objective: Objective, metrics: &EpochMetrics) -> f64 {
    match objective {
        Objective::Loss => metrics.validation_loss,
        Objective::Accuracy => metrics.validation_accuracy,
        Objective::Uar => metrics.validation_uar,
        Objective::Ccc => metrics.validation_ccc.unwrap_or_default(),
    }
}
