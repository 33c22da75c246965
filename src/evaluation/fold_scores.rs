//! What the folds of a cross-validation come to together.

use super::Scores;
use serde::Serialize;
use std::collections::BTreeMap;

/// The scores of folds: of all their predictions together, which is the score of a cross-validation, and beside it the
/// mean of the folds' own.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct FoldScores {
    /// Folds that are evaluated.
    pub evaluated: usize,
    /// Of how many.
    pub folds: usize,
    /// Unweighted average recall of all predictions together.
    pub uar: f64,
    /// Accuracy of all predictions together.
    pub accuracy: f64,
    /// Mean of the folds' own unweighted average recalls.
    pub mean_uar: f64,
    /// Their standard deviation (divisor n - 1).
    pub deviation: f64,
}

impl FoldScores {
    /// Of the folds that are evaluated; none before there are two. What was right of a class is its recall times its
    /// clips.
    pub fn of(scores: &[&Scores], folds: usize) -> Option<Self> {
        let mut classes: BTreeMap<&str, (f64, usize)> = BTreeMap::new();
        for class in scores.iter().flat_map(|scores| &scores.classes) {
            let (right, clips) = classes.entry(&class.label).or_default();
            *right += (class.recall * class.support as f64).round();
            *clips += class.support;
        }
        classes.retain(|_, (_, clips)| *clips > 0);
        if scores.len() < 2 || classes.is_empty() {
            return None;
        }
        let recalls = classes.values().map(|(right, clips)| right / *clips as f64);
        let (right, clips) = classes
            .values()
            .fold((0.0, 0), |(right, clips), class| (right + class.0, clips + class.1));
        let count = scores.len() as f64;
        let own = || scores.iter().map(|scores| scores.unweighted_average_recall);
        let mean_uar = own().sum::<f64>() / count;
        let squares: f64 = own().map(|uar| (uar - mean_uar).powi(2)).sum();
        Some(Self {
            evaluated: scores.len(),
            folds,
            uar: recalls.sum::<f64>() / classes.len() as f64,
            accuracy: right / clips as f64,
            mean_uar,
            deviation: (squares / (count - 1.0)).sqrt(),
        })
    }

    /// `all 5 folds`, or `3 of 5 folds`.
    pub fn which(&self) -> String {
        match self.evaluated == self.folds {
            true => format!("all {} folds", self.folds),
            false => format!("{} of {} folds", self.evaluated, self.folds),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{EvaluatedClip, Protocol, Report, pooled, report, spread};
    use super::*;
    use proptest::prelude::*;

    fn run(pairs: &[(usize, usize)]) -> Report {
        let clip = |&(truth, prediction): &(usize, usize)| EvaluatedClip {
            path: "a.wav".into(),
            corpus: "a".into(),
            speaker: None,
            gender: None,
            truth,
            probabilities: (0..3).map(|class| f32::from(u8::from(class == prediction))).collect(),
            dimensions: Vec::new(),
        };
        let evaluated: Vec<EvaluatedClip> = pairs.iter().map(clip).collect();
        report(
            &["sad", "angry", "calm"].map(str::to_owned),
            &evaluated,
            Protocol::default(),
        )
    }

    proptest! {
        /// Against the scores of one confusion matrix of all predictions, and the spread over reports.
        #[test]
        fn folds_are_scored_as_one_test_set_and_beside_it_one_by_one(
            folds in prop::collection::vec(prop::collection::vec((0usize..3, 0usize..3), 1..30), 2..6),
        ) {
            let reports: Vec<Report> = folds.iter().map(|pairs| run(pairs)).collect();
            let scores: Vec<&Scores> = reports.iter().map(|report| &report.scores).collect();
            let found = FoldScores::of(&scores, 9).unwrap();
            let together = pooled(&reports).unwrap();
            let spread = spread(&reports);
            let uar = spread.iter().find(|score| score.score == "UAR").unwrap();
            for (ours, theirs) in [
                (found.uar, together.scores.unweighted_average_recall),
                (found.accuracy, together.scores.accuracy),
                (found.mean_uar, uar.mean),
                (found.deviation, uar.deviation),
            ] {
                prop_assert!((ours - theirs).abs() < 1e-12, "{ours} {theirs}");
            }
            prop_assert_eq!(found.which(), format!("{} of 9 folds", folds.len()));
        }
    }

    #[test]
    fn one_fold_alone_is_no_cross_validation() {
        let one = run(&[(0, 0)]);
        assert_eq!(FoldScores::of(&[&one.scores], 5), None);
        assert_eq!(FoldScores::of(&[], 5), None);
        assert_eq!(
            FoldScores::of(&[&one.scores, &one.scores], 2).unwrap().which(),
            "all 2 folds"
        );
    }
}
