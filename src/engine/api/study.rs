//! What events carry of studies.

use super::{Coverage, Heartbeat};
use crate::tuning::{Damage, Direction, SpaceCoverage, TrialState};
use serde::Serialize;
use std::path::PathBuf;
use std::sync::Arc;

/// One row of the list of studies.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct StudySummary {
    /// Its name.
    pub name: String,
    /// How many trials are in each state.
    pub counts: StudyCounts,
    /// The architecture; empty for a study of another program, or one that cannot be read.
    pub model: String,
    /// How many trials it is to end with; `None` for a study of another program.
    pub wanted: Option<usize>,
    /// When its journal was written last.
    pub written: Option<jiff::Timestamp>,
    /// The trial with the best value, and the value.
    pub best: Option<(usize, f64)>,
    /// Whether a smaller or a larger value is better; `None` where that cannot be read.
    pub direction: Option<Direction>,
    /// Processes that work on it.
    pub workers: usize,
    /// Why nothing of it can be read, or not all, and the remedy.
    pub problem: Option<String>,
}

/// A study that is to be deleted, or is gone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StudyDeletion {
    /// Its name.
    pub study: String,
    /// Its trials; `None` where its journal cannot be read.
    pub trials: Option<usize>,
    /// Trials that run in another program, as far as the journal says.
    pub running_elsewhere: usize,
    /// Run folders of its trials.
    pub runs: usize,
    /// Size of those (bytes).
    pub run_bytes: u64,
    /// Size of all else (bytes).
    pub bytes: u64,
    /// Runs that its trials were promoted to; they stay.
    pub promoted: usize,
    /// Whether the runs of its trials go with it.
    pub with_runs: bool,
    /// Whether it is gone.
    pub deleted: bool,
}

/// How many trials are in each state.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct StudyCounts {
    /// In the queue.
    pub waiting: usize,
    /// Worked on.
    pub running: usize,
    /// Begun, and their process is gone; the next worker fails them.
    pub lost: usize,
    /// With their value.
    pub complete: usize,
    /// Given up by the pruner.
    pub pruned: usize,
    /// That could not go on.
    pub failed: usize,
}

/// Everything about one study.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct StudyPage {
    /// Its name.
    pub name: String,
    /// Its folder.
    pub path: PathBuf,
    /// The architecture; empty for a study of another program.
    pub model: String,
    /// What trials are ranked by, as in `validation UAR`.
    pub objective: String,
    /// Whether that is a share (0 to 1).
    pub share: bool,
    /// Whether a smaller or a larger value is better.
    pub direction: Direction,
    /// Sampler and pruner, as in `tpe, median`.
    pub method: String,
    /// How many trials it is to end with; `None` for a study of another program.
    pub wanted: Option<usize>,
    /// How many are in each state.
    pub counts: StudyCounts,
    /// Epochs that all trials reported.
    pub epochs: usize,
    /// The trials, by number.
    pub trials: Vec<Arc<TrialRow>>,
    /// Numbers of the complete trials, the best first.
    pub ranking: Vec<usize>,
    /// Every complete trial that was better than all before: (number, value).
    pub best: Vec<(usize, f64)>,
    /// What a trial must reach at a step, by the complete trials so far.
    pub pruning_line: Vec<(i64, f64)>,
    /// Parameters with their share of all importance (PED-ANOVA), the largest first.
    pub importance: Vec<(String, f64)>,
    /// Complete trials behind it.
    pub importance_trials: usize,
    /// The parameters, by name.
    pub axes: Vec<Axis>,
    /// The processes that work on it, and those that ended with a mistake.
    pub workers: Vec<WorkerRow>,
    /// Runs that trials were made into; each that is evaluated is a test-set evaluation.
    pub promoted: Vec<PromotedRun>,
    /// The trial that took the settings as they are.
    pub baseline: Option<usize>,
    /// How much larger the best value is than that trial's.
    pub gain: Option<f64>,
    /// How much was tried of a finite space, or of a grid; `None` where there is no end.
    pub coverage: Option<SpaceCoverage>,
    /// The line of the journal that cannot be read; nothing from there on is known.
    pub damage: Option<Damage>,
}

/// A trial.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TrialRow {
    /// Its number.
    pub number: usize,
    /// How far it is.
    pub state: TrialState,
    /// Its value; while it runs the last report.
    pub value: Option<f64>,
    /// (step, value) of its reports.
    pub reports: Vec<(i64, f64)>,
    /// From its beginning to its end, or to now (s).
    pub seconds: Option<f64>,
    /// (name, value as text, place on its axis) of its parameters.
    pub parameters: Vec<TrialParameter>,
    /// The value that it was measured against when it was pruned.
    pub threshold: Option<f64>,
    /// Why it failed.
    pub reason: Option<String>,
    /// Why no worker any more, though it counts as running: the next worker fails it.
    pub lost: Option<String>,
    /// Its run, when it is one of ours.
    pub run: Option<String>,
    /// The trial that this one repeats.
    pub repeats: Option<usize>,
}

/// A parameter of a trial.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TrialParameter {
    /// The setting.
    pub name: String,
    /// Its value as text.
    pub text: String,
    /// The number, or the index of the choice.
    pub internal: f64,
}

/// A parameter of a study, with all values that its trials could take.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Axis {
    /// The setting.
    pub name: String,
    /// Smallest and largest internal value.
    pub range: (f64, f64),
    /// Whether equal ratios count the same.
    pub log: bool,
    /// The choices, for one without an order.
    pub choices: Vec<String>,
}

/// A process that works on a study.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct WorkerRow {
    /// Its folder's name.
    pub name: String,
    /// What it says; `None` when it is gone.
    pub heartbeat: Option<Heartbeat>,
    /// The trial it is at.
    pub trial: Option<usize>,
    /// With what mistake it ended.
    pub problem: Option<String>,
}

/// A run that a trial was made into.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PromotedRun {
    /// The trial.
    pub trial: usize,
    /// The run.
    pub run: String,
    /// The seed it was trained with.
    pub seed: u64,
    /// Test UAR and accuracy, once evaluated.
    pub test: Option<(f64, f64)>,
    /// Mean CCC on the test set where dimensions are learnt, once evaluated.
    pub ccc: Option<f64>,
    /// Which classes these are about, once evaluated.
    pub coverage: Option<Coverage>,
}

impl Axis {
    /// The place of a value on the axis, from 0 to 1.
    pub fn place(&self, internal: f64) -> f64 {
        let scaled = |value: f64| if self.log { value.ln() } else { value };
        let (low, high) = (scaled(self.range.0), scaled(self.range.1));
        if high > low {
            (scaled(internal) - low) / (high - low)
        } else {
            0.5
        }
    }
}

impl StudyPage {
    /// The end of a parameter's name in which it differs from the others.
    pub fn short_name(&self, name: &str) -> String {
        let starts = name.rmatch_indices('.').map(|(dot, _)| dot + 1).chain([0]);
        let ends = starts.map(|start| &name[start..]);
        let mut telling = ends.filter(|end| {
            let alike = self.axes.iter().filter(|axis| axis.name.ends_with(end)).count();
            alike == 1 && end.parse::<usize>().is_err()
        });
        telling.next().unwrap_or(name).to_owned()
    }

    /// How many runs of its trials were evaluated on the test set.
    pub fn test_evaluations(&self) -> usize {
        self.promoted
            .iter()
            .filter(|run| run.test.is_some() || run.ccc.is_some())
            .count()
    }
}

impl TrialRow {
    /// A parameter of that name.
    pub fn parameter(&self, name: &str) -> Option<&TrialParameter> {
        self.parameters.iter().find(|parameter| parameter.name == name)
    }
}
