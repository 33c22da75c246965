//! What events carry of runs.

use super::{
    Coverage, EndReason, Epochs, EvaluatedClip, FoldScores, Heartbeat, Monitor, Overrides, Prediction, Regression,
    Report, RunNote, RunState, ScoreSpread, StepMetrics, Usage,
};
use std::path::PathBuf;
use std::sync::Arc;

/// One row of the list of runs.
#[derive(Debug, Clone, PartialEq)]
pub struct RunSummary {
    /// The folder's name.
    pub id: String,
    /// When it was made.
    pub created: jiff::Timestamp,
    /// What it is doing.
    pub state: RunState,
    /// Architecture.
    pub model: String,
    /// The preset it was started with; empty for none.
    pub preset: String,
    /// Names of the corpora it learns from.
    pub corpora: Vec<String>,
    /// `speaker`, `random`, `given`, `column` or `file`.
    pub split: String,
    /// (fold from 0, folds) of a K-fold, with the name that links the runs.
    pub fold: Option<(usize, usize, String)>,
    /// Seed.
    pub seed: u64,
    /// What it is computed on; the setting as long as it has not begun.
    pub device: String,
    /// Why the device is not what one might expect.
    pub device_note: Option<String>,
    /// Whether the data is synthetic.
    pub synthetic: bool,
    /// Epochs done.
    pub epochs: usize,
    /// At most this many.
    pub max_epochs: usize,
    /// Best validation UAR of all epochs so far; none where dimensions are learnt.
    pub best_validation_uar: Option<f64>,
    /// Best mean CCC on validation of all epochs so far, where dimensions are learnt.
    pub best_validation_ccc: Option<f64>,
    /// The epoch whose network is kept, which need not be the one of the best score.
    pub kept_epoch: Option<KeptEpoch>,
    /// What the folds come to of which it is one, as soon as two are evaluated.
    pub folds: Option<FoldScores>,
    /// The mean CCC of all predictions of these folds together, where dimensions are learnt.
    pub folds_ccc: Option<f64>,
    /// Test UAR, once evaluated.
    pub test_uar: Option<f64>,
    /// Mean CCC of the dimensions on the test clips, where these were learnt, once evaluated.
    pub test_ccc: Option<f64>,
    /// Test accuracy, once evaluated.
    pub test_accuracy: Option<f64>,
    /// Which classes these are about, once evaluated.
    pub coverage: Option<Coverage>,
    /// Whether the model was refitted in the end on everything, so that the scores are those of the model before the final fit.
    pub final_model: bool,
    /// What its process says.
    pub heartbeat: Option<Heartbeat>,
    /// What its process uses of the machine now.
    pub usage: Option<Usage>,
    /// Where it stands, while it waits for its device.
    pub queue: Option<QueuePosition>,
    /// What people say of it.
    pub note: RunNote,
    /// Why it failed.
    pub reason: Option<String>,
    /// Why it is over, once it is.
    pub end: Option<EndReason>,
}

/// The epoch whose network a run keeps.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct KeptEpoch {
    /// From 1.
    pub epoch: usize,
    /// Its validation UAR; 0 where dimensions are learnt.
    pub validation_uar: f64,
    /// Its mean CCC on validation, where dimensions are learnt.
    pub validation_ccc: Option<f64>,
    /// What chose it.
    pub monitor: Monitor,
}

impl RunSummary {
    /// Whether it was evaluated on its test clips.
    pub fn is_evaluated(&self) -> bool {
        self.test_uar.is_some() || self.test_ccc.is_some()
    }

    /// Test UAR as it is shown first: of folds it is that of all their predictions together.
    pub fn shown_uar(&self) -> Option<f64> {
        let folds = self.folds.as_ref().map(|folds| folds.uar);
        self.test_uar.map(|own| folds.unwrap_or(own))
    }

    /// Mean CCC on the test clips, in the same way.
    pub fn shown_ccc(&self) -> Option<f64> {
        self.test_ccc.map(|own| self.folds_ccc.unwrap_or(own))
    }

    /// Test accuracy, in the same way.
    pub fn shown_accuracy(&self) -> Option<f64> {
        let folds = self.folds.as_ref().map(|folds| folds.accuracy);
        self.test_accuracy.map(|own| folds.unwrap_or(own))
    }
}

/// Where a waiting run stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QueuePosition {
    /// From 1, among the runs that wait for the same device.
    pub place: usize,
    /// What it waits for.
    pub device: String,
    /// The machine, when it is another one.
    pub host: Option<String>,
    /// Whether a worker will take it when its turn comes.
    pub worker: bool,
}

/// Everything about one run.
#[derive(Debug, Clone, PartialEq)]
pub struct RunDetail {
    /// Its row.
    pub summary: RunSummary,
    /// All epochs.
    pub epochs: Epochs,
    /// Steps of the optimiser, evenly spread over the run, at most 4,000; none of a run of an older version, or of one whose
    /// weights were solved for.
    pub steps: Arc<Vec<StepMetrics>>,
    /// Notes from the journal, and the end of `log.txt`.
    pub log: Vec<String>,
    /// What it uses of the machine, oldest first, spread over its whole time.
    pub usage: Vec<Usage>,
    /// Estimated seconds to the last epoch at the pace so far; unknown before the first and in the final fit.
    pub seconds_left: Option<f64>,
}

/// All that a run has to say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunLog {
    /// The run.
    pub run: String,
    /// Where its process writes.
    pub path: PathBuf,
    /// Notes from the journal, then what its process wrote.
    pub lines: Vec<String>,
    /// Whether that is so long that only its end is here.
    pub cut: bool,
}

/// What a run would be.
#[derive(Debug, Clone, PartialEq)]
pub struct RunPlan {
    /// What was asked for.
    pub changes: Overrides,
    /// Architecture.
    pub model: String,
    /// Device.
    pub device: String,
    /// (frames, coefficients).
    pub input: (usize, usize),
    /// Labels.
    pub classes: usize,
    /// Parameters, running statistics included.
    pub parameters: usize,
    /// Those that training changes by their gradient.
    pub trainable: usize,
    /// Multiply-adds of one clip's way forwards.
    pub multiply_adds: usize,
    /// Training examples, copies included.
    pub train: usize,
    /// Validation clips.
    pub validation: usize,
    /// Test clips.
    pub test: usize,
    /// Linked runs.
    pub folds: usize,
    /// Which classes its test score will be about.
    pub coverage: Coverage,
    /// What could not be split as asked.
    pub notes: Vec<String>,
    /// Clips per step.
    pub batch: usize,
    /// How long an epoch takes; `None` until it is known.
    pub epoch: Option<EpochTime>,
}

impl RunPlan {
    /// Steps of an epoch.
    pub fn steps(&self) -> usize {
        self.train.div_ceil(self.batch.max(1))
    }
}

/// How long an epoch takes.
#[derive(Debug, Clone, PartialEq)]
pub struct EpochTime {
    /// Training and validation (s).
    pub seconds: f64,
    /// All epochs of the run, if none stops it early, and as many of the final fit where one is asked for (s).
    pub run_seconds: f64,
    /// How that is known.
    pub source: String,
}

/// In what runs differ.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Comparison {
    /// Their rows, in the order asked for.
    pub runs: Vec<RunSummary>,
    /// Settings that are not the same in all of them: the dotted key, and the value in each as TOML, where it has one.
    pub settings: Vec<(String, Vec<Option<String>>)>,
}

/// Runs that are to be deleted, or are gone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deletion {
    /// Their ids.
    pub runs: Vec<String>,
    /// Studies that go with them out of the trash.
    pub studies: Vec<String>,
    /// Of several that were named, those that stay, and why.
    pub refused: Vec<(String, String)>,
    /// Size of all their files (bytes).
    pub bytes: u64,
    /// Whether they are gone.
    pub deleted: bool,
    /// Whether they can be restored; not after a deletion for good, or where the disk had no room for the trash.
    pub restorable: bool,
    /// Size of all deleted runs that can be restored (bytes).
    pub trash_bytes: u64,
}

/// A report and its neighbours.
#[derive(Debug, Clone)]
pub struct RunReport {
    /// The run.
    pub run: RunSummary,
    /// Its report.
    pub report: Report,
    /// Its test clips, as predicted.
    pub evaluated: Vec<EvaluatedClip>,
    /// Which classes its scores are about.
    pub coverage: Coverage,
    /// Over the folds that are done, when there are several.
    pub spread: Vec<ScoreSpread>,
    /// Of the folds of a K-fold that are done, when there are several: all their predictions together.
    pub pooled: Option<Pooled>,
    /// The same of dimensions, where these were learnt.
    pub pooled_dimensions: Option<Regression>,
}

/// The predictions of all folds together.
#[derive(Debug, Clone)]
pub struct Pooled {
    /// As if one test set had been evaluated; its protocol is that of the first fold.
    pub report: Report,
    /// The test clips of every fold with the fold's id; those of a fold whose predictions cannot be read are missing.
    pub folds: Vec<(String, Vec<EvaluatedClip>)>,
}

/// The prediction of one file, or why it was refused.
#[derive(Debug, Clone)]
pub struct FilePrediction {
    /// The file.
    pub path: PathBuf,
    /// The run whose model predicts, or the name of the ready-made classifier.
    pub run: String,
    /// Whether it is a ready-made classifier.
    pub ready_made: bool,
    /// Labels of the model that are no emotion known here, and stay as they are.
    pub unknown_labels: Vec<String>,
    /// What the model says, or why the file was refused.
    pub outcome: Result<Prediction, String>,
    /// Whether the model was trained on synthetic data.
    pub synthetic_model: bool,
}
