//! Runs, and what was asked of them.

use super::process::{Heartbeat, Position, Usage};
use super::{all, object};
use crate::engine::{self, Deletion, RunLog, RunNote, RunState, RunSummary, Stop};
use crate::present::words;
use schemars::JsonSchema;
use serde::Serialize;
use std::collections::BTreeMap;
use std::path::PathBuf;

document! {
    /// The runs, newest first.
    Runs(runs: [RunSummary]) {
        /// One entry per run.
        runs: Vec<Run> = all(runs),
    }

    /// A run.
    Run(run: RunSummary) {
        /// Its id.
        id: String,
        /// When it was made.
        created: jiff::Timestamp,
        /// What it is doing.
        state: RunState,
        /// Architecture.
        model: String,
        /// The preset it was started with; empty for none.
        preset: String,
        /// The corpora it learns from.
        corpora: Vec<String>,
        /// The kind of split: `speaker`, `random`, `given`, `column` or `file`.
        split: String,
        /// Which fold it is, in a cross-validation.
        fold: Option<Fold> = run.fold.as_ref().map(Into::into),
        /// Seed.
        seed: u64,
        /// What it is computed on; the setting as long as it has not begun.
        device: String,
        /// Why the device is not what one might expect.
        device_note: Option<String>,
        /// Whether the data is synthetic.
        synthetic: bool,
        /// Epochs done.
        epochs: usize,
        /// Most epochs.
        max_epochs: usize,
        /// Best validation unweighted average recall of all epochs so far, from 0 to 1.
        best_validation_uar: Option<f64>,
        /// Best mean CCC on validation of all epochs so far, where dimensions are learnt.
        best_validation_ccc: Option<f64>,
        /// The epoch whose network is kept, which need not be the one of the best score.
        kept_epoch: Option<KeptEpoch> = run.kept_epoch.as_ref().map(Into::into),
        /// What the folds of its cross-validation come to, as soon as two are evaluated.
        folds: Option<FoldsTogether> = run.folds.as_ref().map(Into::into),
        /// The mean CCC of all predictions of these folds together, where dimensions are learnt.
        folds_ccc: Option<f64>,
        /// Unweighted average recall on the test set, once evaluated, from 0 to 1.
        test_uar: Option<f64>,
        /// Mean CCC of the dimensions on the test set, where these are learnt, once evaluated.
        test_ccc: Option<f64>,
        /// Accuracy on the test set, once evaluated, from 0 to 1.
        test_accuracy: Option<f64>,
        /// Which classes these are about, once evaluated.
        coverage: Option<Coverage> = run.coverage.as_ref().map(Into::into),
        /// Whether the model was refitted on all clips in the end; the scores are those of the model before that.
        final_model: bool,
        /// The last heartbeat of its process.
        heartbeat: Option<Heartbeat> = run.heartbeat.as_ref().map(Into::into),
        /// What its process uses of the machine now.
        usage: Option<Usage> = run.usage.as_ref().map(Into::into),
        /// Where it stands in the queue, while it waits.
        queue: Option<Position> = run.queue.as_ref().map(Into::into),
        /// Its note and tags.
        note: Note = (&run.note).into(),
        /// Why it failed.
        reason: Option<String>,
        /// Why it is over; null while it is not.
        end: Option<End> = run.end.as_ref().map(Into::into),
    }

    /// The epoch whose network a run keeps.
    KeptEpoch(kept: engine::KeptEpoch) {
        /// From 1.
        epoch: usize,
        /// Its validation unweighted average recall, from 0 to 1.
        validation_uar: f64,
        /// What that is called, by what chose the epoch: `UAR of the lowest-loss epoch`, ...
        name: String = words::kept_name(kept),
    }

    /// Why a run is over.
    End(end: engine::EndReason) {
        /// In a word: `patience`, `last epoch`, `fitted`, `by user`, `unqueued`, `pruned`, `failed`, `died`, or `unknown`
        /// for a run of an older version.
        short: &'static str = end.short(),
        /// In a sentence, with epochs and times.
        words: String = end.to_string(),
    }

    /// A fold of a cross-validation.
    Fold(fold: (usize, usize, String)) {
        /// Which, from 1.
        fold: usize = fold.0 + 1,
        /// Of how many.
        folds: usize = fold.1,
        /// The name that all folds of the cross-validation share.
        group: String = fold.2.clone(),
    }

    /// The evaluated folds of a cross-validation.
    FoldsTogether(folds: engine::FoldScores) {
        /// How many are evaluated.
        evaluated: usize,
        /// Of how many.
        folds: usize,
        /// Unweighted average recall of all their predictions together, from 0 to 1: the score of the cross-validation.
        uar: f64,
        /// Accuracy of all their predictions together, from 0 to 1.
        accuracy: f64,
        /// Mean of the folds' own unweighted average recalls.
        mean_uar: f64,
        /// Their standard deviation, with divisor n - 1.
        deviation: f64,
    }

    /// Which classes a test score is about.
    Coverage(coverage: engine::Coverage) {
        /// Classes of the run.
        classes: usize,
        /// Classes with clips in the test set; the unweighted average recall is the mean over these.
        tested: usize,
        /// Classes with few test clips, and how many they have.
        few: BTreeMap<String, usize> = object(&coverage.few),
        /// Over how many test sets `few` is counted: 1, or the folds of a cross-validation.
        sets: usize,
    }

    /// A note of a run, and tags to find it by.
    Note(note: RunNote) {
        /// The note.
        text: String,
        /// The tags.
        tags: Vec<String>,
    }

    /// The note of a run.
    NoteOfRun(noted: (String, RunNote)) {
        /// The run.
        run: String = noted.0.clone(),
        /// The note.
        text: String = noted.1.text.clone(),
        /// Its tags.
        tags: Vec<String> = noted.1.tags.clone(),
    }

    /// All that a run has to say.
    Log(log: RunLog) {
        /// The run.
        run: String,
        /// The file that its process writes.
        path: PathBuf,
        /// Notes from the journal, then what its process wrote.
        lines: Vec<String>,
        /// Whether that is so long that only its end is here.
        cut: bool,
    }

    /// Runs compared.
    Comparison(comparison: engine::Comparison) {
        /// The runs, in the order asked for.
        runs: Vec<Run> = all(&comparison.runs),
        /// Settings that differ: the value of each run as TOML, in the same order, where it has one.
        settings: BTreeMap<String, Vec<Option<String>>> = object(&comparison.settings),
    }

    /// Runs were deleted.
    Deleted(deletion: Deletion) {
        /// Their ids.
        runs: Vec<String>,
        /// Studies that went with them out of the trash.
        studies: Vec<String>,
        /// Of several that were named, those that stayed, and why.
        refused: BTreeMap<String, String> = object(&deletion.refused),
        /// Size of all their files (bytes).
        bytes: u64,
        /// Whether `runs --restore` can bring them back.
        restorable: bool,
        /// Size of all deleted runs that can be restored (bytes).
        trash_bytes: u64,
    }
}

/// Deleted runs are back.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Restored {
    /// Their ids.
    pub restored: Vec<String>,
}

/// Runs were asked to stop, or taken out of the queue before they had begun.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Stopping {
    /// Their ids.
    pub runs: Vec<String>,
    /// How soon those stop that have begun.
    pub when: Stop,
}
