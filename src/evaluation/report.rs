//! The report of one run on its test clips, and the spread over linked runs.

use super::{Leakage, Scores};
use serde::{Deserialize, Serialize};
use std::path::PathBuf;

/// One test clip as it was judged.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Judged {
    /// The clip.
    pub path: PathBuf,
    /// Its corpus.
    pub corpus: String,
    /// Its speaker.
    pub speaker: Option<String>,
    /// Its speaker's gender.
    pub gender: Option<String>,
    /// Index of the true label.
    pub truth: usize,
    /// Probability per label.
    pub probabilities: Vec<f32>,
}

impl Judged {
    /// Index of the most probable label (the first of equals).
    pub fn prediction(&self) -> usize {
        let mut best = 0;
        for (index, value) in self.probabilities.iter().enumerate() {
            if *value > self.probabilities[best] {
                best = index;
            }
        }
        best
    }
}

/// How the scores were obtained.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Protocol {
    /// `speaker-disjoint` or `random clips`, with fold.
    pub split: String,
    /// Whether the data is synthetic.
    pub synthetic: bool,
    /// Clips on the training side.
    pub train_clips: usize,
    /// Clips on the validation side.
    pub validation_clips: usize,
    /// Clips on the test side.
    pub test_clips: usize,
    /// Test against training (validation included, since the best epoch is chosen there).
    pub leakage: Leakage,
    /// Clips left out, with the reason.
    pub left_out: Vec<(String, usize)>,
    /// Anything the split had to do otherwise than asked.
    pub remarks: Vec<String>,
    /// The run's seed.
    pub seed: u64,
}

impl Protocol {
    /// The one line under every score.
    pub fn line(&self) -> String {
        unimplemented!()
    }
}

/// Everything about a run's test clips.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Report {
    /// The labels, in the order of every index below.
    pub labels: Vec<String>,
    /// Scores over all test clips.
    pub scores: Scores,
    /// `counts[truth][prediction]`.
    pub confusion: Vec<Vec<usize>>,
    /// Rows of `confusion` divided by their sums.
    pub confusion_normalised: Vec<Vec<f64>>,
    /// Most confused pairs: (truth, prediction, clips), most first.
    pub most_confused: Vec<(String, String, usize)>,
    /// Scores per corpus.
    pub by_corpus: Vec<(String, Scores)>,
    /// Scores per gender.
    pub by_gender: Vec<(String, Scores)>,
    /// How the scores were obtained.
    pub protocol: Protocol,
    /// `protocol.line()`.
    pub protocol_line: String,
}

/// Makes the report.
pub fn report(_labels: &[String], _judged: &[Judged], _protocol: Protocol) -> Report {
    unimplemented!()
}

/// Mean and sample standard deviation of a score over linked runs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ScoreSpread {
    /// The score's name.
    pub score: String,
    /// Mean.
    pub mean: f64,
    /// Standard deviation (divisor n - 1; 0 for one run).
    pub deviation: f64,
    /// The runs' values.
    pub values: Vec<f64>,
}

/// Mean and deviation of every score of linked runs (the folds of one K-fold).
pub fn spread(_reports: &[Report]) -> Vec<ScoreSpread> {
    unimplemented!()
}
