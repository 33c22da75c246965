//! Scores from labels, as scikit-learn defines them (`zero_division=0`).

use serde::{Deserialize, Serialize};

/// Scores of one class.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ClassScores {
    /// The class.
    pub label: String,
    /// `TP / (TP + FP)`.
    pub precision: f64,
    /// `TP / (TP + FN)`.
    pub recall: f64,
    /// Harmonic mean of the two.
    pub f1: f64,
    /// Clips of this class.
    pub support: usize,
}

/// Scores of a set of predictions.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Scores {
    /// Share of right predictions.
    pub accuracy: f64,
    /// Mean of the recalls of the classes that occur (sklearn balanced_accuracy_score).
    pub unweighted_average_recall: f64,
    /// Unweighted mean over classes.
    pub macro_precision: f64,
    /// Unweighted mean over classes.
    pub macro_recall: f64,
    /// Unweighted mean over classes.
    pub macro_f1: f64,
    /// Mean weighted by support.
    pub weighted_precision: f64,
    /// Mean weighted by support.
    pub weighted_recall: f64,
    /// Mean weighted by support.
    pub weighted_f1: f64,
    /// Per class.
    pub classes: Vec<ClassScores>,
    /// Clips.
    pub support: usize,
}

/// `counts[truth][prediction]`.
pub fn confusion_matrix(_truth: &[usize], _prediction: &[usize], _classes: usize) -> Vec<Vec<usize>> {
    unimplemented!()
}

/// All scores from a confusion matrix (`counts[truth][prediction]`, one label per row).
pub fn scores(_counts: &[Vec<usize>], _labels: &[String]) -> Scores {
    unimplemented!()
}
