//! Studies and their trials.

use super::process::Heartbeat;
use super::runs::Coverage;
use super::{all, object};
use crate::engine::{
    self, Axis, Direction, PromotedRun, StopTuning, StudyCounts, StudyDeletion, StudyPage, StudySummary,
    TrialParameter, TrialRow, TrialState, WorkerRow,
};
use schemars::JsonSchema;
use serde::Serialize;
use std::collections::BTreeMap;
use std::path::PathBuf;

/// One line of a followed study.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum StudyEvent {
    /// Workers were started.
    Started {
        /// The study.
        study: String,
        /// The workers that were started.
        workers: Vec<String>,
        /// What else is worth knowing.
        notes: Vec<String>,
    },
    /// A trial has ended.
    Trial {
        /// The study.
        study: String,
        /// The trial.
        trial: Box<Trial>,
    },
}

document! {
    /// The studies, by name.
    Studies(studies: [StudySummary]) {
        /// One entry per study.
        studies: Vec<StudyEntry> = all(studies),
    }

    /// A study among others.
    StudyEntry(study: StudySummary) {
        /// Its name.
        name: String,
        /// How many trials are in each state.
        counts: TrialCounts = (&study.counts).into(),
        /// The architecture; empty for a study of another program, or one that cannot be read.
        model: String,
        /// How many trials it ends with; null for a study of another program.
        wanted: Option<usize>,
        /// When its journal was written last, in UTC.
        written: Option<String> = study.written.map(|written| written.to_string()),
        /// The trial with the best value.
        best: Option<TrialValue> = study.best.as_ref().map(Into::into),
        /// Whether a smaller or a larger value is better.
        direction: Option<Direction>,
        /// Processes that work on it.
        workers: usize,
        /// Why nothing of it can be read, or not all, and the remedy.
        problem: Option<String>,
    }

    /// How many trials are in each state.
    TrialCounts(counts: StudyCounts) {
        /// In the queue.
        waiting: usize,
        /// Worked on.
        running: usize,
        /// Begun, and their process is gone.
        lost: usize,
        /// With their value.
        complete: usize,
        /// Ended early by the pruner.
        pruned: usize,
        /// Failed.
        failed: usize,
    }

    /// The value of a trial.
    TrialValue(pair: (usize, f64)) {
        /// The trial's number.
        trial: usize = pair.0,
        /// Its value.
        value: f64 = pair.1,
    }

    /// A value at a step.
    StepValue(pair: (i64, f64)) {
        /// The step: an epoch.
        step: i64 = pair.0,
        /// The value.
        value: f64 = pair.1,
    }

    /// A study: its trials, its workers, what mattered, and its test-set evaluations.
    Study(page: StudyPage) {
        /// Its name.
        name: String,
        /// Its folder.
        path: PathBuf,
        /// The architecture; empty for a study of another program.
        model: String,
        /// What trials are ranked by.
        objective: String,
        /// Whether a smaller or a larger value is better.
        direction: Direction,
        /// Sampler and pruner.
        method: String,
        /// How many trials it ends with; null for a study of another program.
        wanted: Option<usize>,
        /// How many trials are in each state.
        counts: TrialCounts = (&page.counts).into(),
        /// Epochs of all trials.
        epochs: usize,
        /// The trials, by number.
        trials: Vec<Trial> = page.trials.iter().map(|trial| Trial::from(&**trial)).collect(),
        /// Numbers of the complete trials, the best first.
        ranking: Vec<usize>,
        /// Every complete trial that was better than all before.
        best: Vec<TrialValue> = all(&page.best),
        /// What a trial must reach at a step, by the complete trials so far.
        pruning_thresholds: Vec<StepValue> = all(&page.pruning_line),
        /// Importance of the parameters (PED-ANOVA); the shares sum to 1.
        importance: BTreeMap<String, f64> = object(&page.importance),
        /// Complete trials that the importance is computed from.
        importance_trials: usize,
        /// The parameters.
        parameters: Vec<Parameter> = all(&page.axes),
        /// The processes that work on it, and those that failed.
        workers: Vec<Worker> = all(&page.workers),
        /// Runs that trials were promoted to; each one evaluated is a test-set evaluation.
        promoted: Vec<Promoted> = all(&page.promoted),
        /// How often the test set was evaluated.
        test_evaluations: usize = page.test_evaluations(),
        /// The trial that took the settings unchanged.
        baseline: Option<usize>,
        /// How much better the best value is than that trial's.
        gain: Option<f64>,
        /// How much of a finite space, or of a grid, was tried.
        space: Option<Space> = page.coverage.as_ref().map(Into::into),
        /// The record of the journal that cannot be read; nothing from there on is known.
        damage: Option<Damage> = page.damage.as_ref().map(Into::into),
    }

    /// A trial.
    Trial(trial: TrialRow) {
        /// Its number, from 0.
        number: usize,
        /// Its state.
        state: TrialState,
        /// Its value; while it runs the last report.
        value: Option<f64>,
        /// Its reports: a value per epoch.
        reports: Vec<StepValue> = all(&trial.reports),
        /// Its duration so far (s).
        seconds: Option<f64>,
        /// The values of its parameters, as text.
        parameters: BTreeMap<String, String> = parameters(&trial.parameters),
        /// The value that it was compared with when it was pruned.
        threshold: Option<f64>,
        /// Why it failed.
        reason: Option<String>,
        /// Why its process is gone, though it counts as running: the next worker fails it.
        lost: Option<String>,
        /// Its run; null for a trial of another program.
        run: Option<String>,
        /// The trial that it repeats.
        repeats: Option<usize>,
    }

    /// A parameter of a study.
    Parameter(axis: Axis) {
        /// The setting.
        name: String,
        /// Its smallest value; of choices the smallest index.
        low: f64 = axis.range.0,
        /// Its largest value; of choices the largest index.
        high: f64 = axis.range.1,
        /// Whether it is sampled on a logarithmic scale.
        log: bool,
        /// The choices of a categorical parameter.
        choices: Vec<String>,
    }

    /// A process that works on a study, or failed.
    Worker(worker: WorkerRow) {
        /// Its name.
        name: String,
        /// Its last heartbeat; null when it is gone.
        heartbeat: Option<Heartbeat> = worker.heartbeat.as_ref().map(Into::into),
        /// The trial it works on.
        trial: Option<usize>,
        /// Why it failed.
        problem: Option<String>,
    }

    /// A run that a trial was promoted to.
    Promoted(promoted: PromotedRun) {
        /// The trial.
        trial: usize,
        /// The run.
        run: String,
        /// Its seed.
        seed: u64,
        /// Unweighted average recall on the test set, once evaluated, from 0 to 1.
        test_uar: Option<f64> = promoted.test.map(|(uar, _)| uar),
        /// Accuracy on the test set, once evaluated, from 0 to 1.
        test_accuracy: Option<f64> = promoted.test.map(|(_, accuracy)| accuracy),
        /// Mean CCC on the test set where dimensions are learnt, once evaluated.
        test_ccc: Option<f64> = promoted.ccc,
        /// Which classes these are about, once evaluated.
        coverage: Option<Coverage> = promoted.coverage.as_ref().map(Into::into),
    }

    /// How much of a finite space, or of a grid, was tried.
    Space(coverage: engine::SpaceCoverage) {
        /// Settings that a complete, pruned or running trial has.
        tried: u64,
        /// All settings.
        settings: u64,
        /// Whether all were tried as often as they may be.
        exhausted: bool,
    }

    /// A record of a journal that cannot be read.
    Damage(damage: engine::Damage) {
        /// Its line, from 1.
        line: usize,
        /// Where it begins (bytes).
        offset: u64,
        /// What is wrong with it.
        problem: String,
    }

    /// What was repaired.
    Repaired(repaired: engine::Repaired) {
        /// A copy of the journal as it was.
        copy: PathBuf,
        /// Lines of several records that were separated.
        separated: usize,
        /// The record before which the journal ends now; null when nothing was lost.
        lost: Option<Damage> = repaired.lost.as_ref().map(Into::into),
        /// The trials that this leaves out, wholly or in their end.
        left_out: Vec<LeftOutTrial> = all(&repaired.left_out),
    }

    /// A trial that is no longer in the journal, or that is there as it was earlier.
    LeftOutTrial(trial: engine::LeftOut) {
        /// Its study.
        study: String,
        /// Its number.
        number: usize,
        /// Its state.
        state: TrialState,
        /// Its value, when it had one.
        value: Option<f64>,
    }

    /// A study was deleted.
    StudyDeleted(deletion: StudyDeletion) {
        /// Its name.
        study: String,
        /// Its trials; null where its journal could not be read.
        trials: Option<usize>,
        /// Run folders of its trials.
        runs: usize,
        /// Size of those (bytes).
        run_bytes: u64,
        /// Size of all else (bytes).
        bytes: u64,
        /// Whether the runs went with it; else their folders are where they were.
        with_runs: bool,
    }

    /// A deleted study is back.
    StudyRestored(restored: engine::StudyRestored) {
        /// Its name.
        study: String,
    }

    /// The trials were written.
    StudyExported(written: (PathBuf, usize)) {
        /// Where.
        path: PathBuf = written.0.clone(),
        /// How many.
        trials: usize = written.1,
    }

    /// A trial is in the queue.
    Enqueued(enqueued: (String, usize)) {
        /// The study.
        study: String = enqueued.0.clone(),
        /// The trial's number.
        trial: usize = enqueued.1,
    }
}

/// A study's journal was repaired.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct StudyRepaired {
    /// The study.
    pub study: String,
    /// What was done; null when the journal was not damaged.
    pub repaired: Option<Repaired>,
}

/// Workers were asked to stop.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct StudyStopping {
    /// The study.
    pub study: String,
    /// The workers.
    pub workers: Vec<String>,
    /// How soon.
    pub when: StopTuning,
}

fn parameters(parameters: &[TrialParameter]) -> BTreeMap<String, String> {
    let pair = |parameter: &TrialParameter| (parameter.name.clone(), parameter.text.clone());
    parameters.iter().map(pair).collect()
}
