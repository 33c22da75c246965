//! Which clips are learnt from, chosen on and judged on.

use super::{CorpusError, Selection};
use serde::{Deserialize, Serialize};
use std::io;

/// A side of the split.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Side {
    /// Learnt from; the scaler is fitted here.
    Train,
    /// The best epoch is chosen here.
    Validation,
    /// Judged once.
    Test,
}

/// How clips are dealt to the sides.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SplitKind {
    /// No speaker of the test side is heard in training.
    #[default]
    Speaker,
    /// By clip: speakers leak, as in most published scores.
    Random,
}

/// `[split]`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SplitSettings {
    /// How clips are dealt.
    pub kind: SplitKind,
    /// Share of each corpus's speakers (or of the clips) to test on.
    pub test: f64,
    /// Share to choose the best epoch on.
    pub validation: f64,
    /// 0 or 1: one run. K: K linked runs, each clip tested once.
    pub kfold: usize,
}

/// The sides of the selected clips, and how they came about.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Split {
    /// How clips were dealt.
    pub kind: SplitKind,
    /// The fold, from 0, and the number of folds.
    pub fold: Option<(usize, usize)>,
    /// One side per clip of the selection.
    pub sides: Vec<Side>,
    /// What the protocol line must admit (`tess: validation cut by clip from the training speakers`).
    pub remarks: Vec<String>,
}

impl Split {
    /// Writes `path,corpus,speaker,emotion,side`, one row per clip.
    ///
    /// # Errors
    /// What the writer says.
    pub fn write_csv(&self, _selection: &Selection, _writer: impl io::Write) -> Result<(), CorpusError> {
        unimplemented!()
    }
}

/// Deals the clips, seeded; speakers are stratified by corpus, gender and emotion as far as possible;
/// clips with identical samples stay on one side. `fold` chooses one of `settings.kfold` folds.
///
/// # Errors
/// [`CorpusError::Split`] when a side would be empty or a speaker split is asked of clips without speakers.
pub fn split(
    _selection: &Selection,
    _settings: &SplitSettings,
    _seed: u64,
    _fold: usize,
) -> Result<Split, CorpusError> {
    unimplemented!()
}
