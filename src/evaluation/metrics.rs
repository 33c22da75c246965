//! Scores from labels, as scikit-learn defines them (`zero_division=0`).

use serde::{Deserialize, Serialize};

/// Scores of one class. A score whose divisor is 0 is 0.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ClassScores {
    /// The class.
    pub label: String,
    /// `TP / (TP + FP)`.
    pub precision: f64,
    /// `TP / (TP + FN)`.
    pub recall: f64,
    /// Harmonic mean of the two: `2 TP / (2 TP + FP + FN)`.
    pub f1: f64,
    /// Clips of this class.
    pub support: usize,
}

/// Scores of a set of predictions.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Scores {
    /// Share of right predictions (sklearn `accuracy_score`).
    pub accuracy: f64,
    /// Mean of the recalls of the classes that occur (sklearn `balanced_accuracy_score`).
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

/// `counts[truth][prediction]`, `classes` rows of `classes` columns (sklearn `confusion_matrix`).
/// A pair that names a class outside of `0..classes` is not counted.
pub fn confusion_matrix(truth: &[usize], prediction: &[usize], classes: usize) -> Vec<Vec<usize>> {
    let mut counts = vec![vec![0; classes]; classes];
    for (&truth, &prediction) in truth.iter().zip(prediction) {
        if let Some(count) = counts.get_mut(truth).and_then(|row| row.get_mut(prediction)) {
            *count += 1;
        }
    }
    counts
}

/// All scores from a confusion matrix (`counts[truth][prediction]`, one label per row).
///
/// Means run over every label given, those without clips included, as sklearn
/// `classification_report(labels=all labels, zero_division=0)` does; only
/// [`Scores::unweighted_average_recall`] leaves out the classes that do not occur.
pub fn scores(counts: &[Vec<usize>], labels: &[String]) -> Scores {
    let classes: Vec<ClassScores> = labels
        .iter()
        .zip(0..counts.len())
        .map(|(label, class)| class_scores(counts, class, label))
        .collect();
    let support = classes.iter().map(|class| class.support).sum();
    let right: usize = (0..classes.len()).map(|class| counts[class][class]).sum();
    let mean = |score: fn(&ClassScores) -> f64| divide(classes.iter().map(score).sum(), classes.len() as f64);
    let weighted = |score: fn(&ClassScores) -> f64| {
        let total: f64 = classes.iter().map(|class| score(class) * class.support as f64).sum();
        divide(total, support as f64)
    };
    let occurring: Vec<f64> = classes
        .iter()
        .filter(|class| class.support > 0)
        .map(|class| class.recall)
        .collect();
    Scores {
        accuracy: divide(right as f64, support as f64),
        unweighted_average_recall: divide(occurring.iter().sum(), occurring.len() as f64),
        macro_precision: mean(|class| class.precision),
        macro_recall: mean(|class| class.recall),
        macro_f1: mean(|class| class.f1),
        weighted_precision: weighted(|class| class.precision),
        weighted_recall: weighted(|class| class.recall),
        weighted_f1: weighted(|class| class.f1),
        classes,
        support,
    }
}

fn class_scores(counts: &[Vec<usize>], class: usize, label: &str) -> ClassScores {
    let support: usize = counts[class].iter().sum();
    let predicted: usize = counts.iter().map(|row| row[class]).sum();
    let hits = counts[class][class] as f64;
    ClassScores {
        label: label.to_owned(),
        precision: divide(hits, predicted as f64),
        recall: divide(hits, support as f64),
        f1: divide(2.0 * hits, (support + predicted) as f64),
        support,
    }
}

/// `zero_division=0`.
fn divide(dividend: f64, divisor: f64) -> f64 {
    if divisor == 0.0 { 0.0 } else { dividend / divisor }
}

#[cfg(test)]
mod tests {
    use super::*;
    use approx::assert_abs_diff_eq;

    #[derive(Deserialize)]
    struct Golden {
        cases: Vec<Case>,
    }

    #[derive(Deserialize)]
    struct Case {
        name: String,
        labels: Vec<String>,
        truth: Vec<usize>,
        prediction: Vec<usize>,
        confusion: Vec<Vec<usize>>,
        accuracy: f64,
        balanced_accuracy: f64,
        tested: usize,
        per_class: [Vec<f64>; 4],
        #[serde(rename = "macro")]
        macro_mean: [f64; 3],
        weighted: [f64; 3],
    }

    #[test]
    fn every_score_matches_scikit_learn() {
        let golden: Golden = serde_json::from_str(include_str!("../../tests/golden/sklearn.json")).unwrap();
        assert!(golden.cases.len() >= 10);
        for case in golden.cases {
            let counts = confusion_matrix(&case.truth, &case.prediction, case.labels.len());
            assert_eq!(counts, case.confusion, "{}", case.name);
            let scores = scores(&counts, &case.labels);
            let same = |ours: f64, theirs: f64| {
                assert!((ours - theirs).abs() < 1e-9, "{}: {ours} is not {theirs}", case.name);
            };
            same(scores.accuracy, case.accuracy);
            same(scores.unweighted_average_recall, case.balanced_accuracy);
            let coverage = scores.coverage();
            assert_eq!((coverage.tested, coverage.classes), (case.tested, case.labels.len()));
            same(scores.macro_precision, case.macro_mean[0]);
            same(scores.macro_recall, case.macro_mean[1]);
            same(scores.macro_f1, case.macro_mean[2]);
            same(scores.weighted_precision, case.weighted[0]);
            same(scores.weighted_recall, case.weighted[1]);
            same(scores.weighted_f1, case.weighted[2]);
            assert_eq!(scores.support, case.truth.len());
            assert_eq!(scores.classes.len(), case.labels.len());
            for (index, class) in scores.classes.iter().enumerate() {
                assert_eq!(class.label, case.labels[index]);
                same(class.precision, case.per_class[0][index]);
                same(class.recall, case.per_class[1][index]);
                same(class.f1, case.per_class[2][index]);
                same(class.support as f64, case.per_class[3][index]);
            }
        }
    }

    #[test]
    fn scores_by_hand() {
        let labels = ["sad".to_owned(), "angry".to_owned()];
        let scores = scores(&[vec![3, 1], vec![2, 4]], &labels);
        assert_abs_diff_eq!(scores.accuracy, 0.7);
        assert_abs_diff_eq!(scores.classes[0].precision, 3.0 / 5.0);
        assert_abs_diff_eq!(scores.classes[0].recall, 3.0 / 4.0);
        assert_abs_diff_eq!(scores.unweighted_average_recall, (3.0 / 4.0 + 4.0 / 6.0) / 2.0);
    }

    #[test]
    fn nothing_to_judge_scores_zero_and_never_nan() {
        assert_eq!(scores(&[], &[]), Scores::default());
        let labels = ["sad".to_owned()];
        let empty = scores(&confusion_matrix(&[], &[], 1), &labels);
        assert_eq!(
            (empty.accuracy, empty.macro_f1, empty.weighted_f1, empty.support),
            (0.0, 0.0, 0.0, 0)
        );
    }

    #[test]
    fn a_class_out_of_range_is_not_counted() {
        assert_eq!(confusion_matrix(&[0, 2, 1], &[1, 0, 9], 2), [[0, 1], [0, 0]]);
    }
}
