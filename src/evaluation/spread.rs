//! The spread of scores over folds.

use super::{Regression, Report, Scores};
use serde::{Deserialize, Serialize};

/// Mean and sample standard deviation of a score over folds.
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

/// A score's name and how to read it.
type Score = (&'static str, fn(&Scores) -> f64);

const SCORES: [Score; 8] = [
    ("accuracy", |scores| scores.accuracy),
    ("UAR", |scores| scores.unweighted_average_recall),
    ("macro precision", |scores| scores.macro_precision),
    ("macro recall", |scores| scores.macro_recall),
    ("macro F1", |scores| scores.macro_f1),
    ("weighted precision", |scores| scores.weighted_precision),
    ("weighted recall", |scores| scores.weighted_recall),
    ("weighted F1", |scores| scores.weighted_f1),
];

/// Mean and deviation of every score of folds (the folds of one K-fold), then of the recall of
/// every class (`recall of sad`). A run without test clips of a class has no value for that class's recall. Of dimensions the mean coefficient (`mean CCC`), then that of each (`CCC of arousal`).
pub fn spread(reports: &[Report]) -> Vec<ScoreSpread> {
    let regressions: Vec<&Regression> = reports.iter().filter_map(|report| report.regression.as_ref()).collect();
    if let Some(first) = regressions.first() {
        return of_dimensions(&first.dimensions, &regressions);
    }
    let mut spreads: Vec<ScoreSpread> = SCORES
        .iter()
        .filter(|_| !reports.is_empty())
        .map(|(name, score)| of_values(*name, reports.iter().map(|report| score(&report.scores)).collect()))
        .collect();
    for label in labels(reports) {
        let classes = reports.iter().flat_map(|report| &report.scores.classes);
        let recalls: Vec<f64> = classes
            .filter(|class| class.label == label && class.support > 0)
            .map(|class| class.recall)
            .collect();
        if !recalls.is_empty() {
            spreads.push(of_values(format!("recall of {label}"), recalls));
        }
    }
    spreads
}

fn of_dimensions(names: &[String], folds: &[&Regression]) -> Vec<ScoreSpread> {
    let means: Vec<f64> = folds.iter().filter_map(|fold| fold.mean_ccc()).collect();
    let each = names.iter().map(|name| {
        let values = folds.iter().filter_map(|fold| fold.of_dimension(name)?.ccc);
        (format!("CCC of {name}"), values.collect::<Vec<f64>>())
    });
    std::iter::once(("mean CCC".to_owned(), means))
        .chain(each)
        .filter(|(_, values)| !values.is_empty())
        .map(|(name, values)| of_values(name, values))
        .collect()
}

/// Every label that any report has, in order of appearance.
fn labels(reports: &[Report]) -> Vec<&str> {
    let mut labels = Vec::new();
    for label in reports.iter().flat_map(|report| &report.labels) {
        if !labels.contains(&label.as_str()) {
            labels.push(label);
        }
    }
    labels
}

fn of_values(score: impl Into<String>, values: Vec<f64>) -> ScoreSpread {
    let count = values.len() as f64;
    let mean = values.iter().sum::<f64>() / count;
    let squares: f64 = values.iter().map(|value| (value - mean).powi(2)).sum();
    let deviation = if values.len() < 2 {
        0.0
    } else {
        (squares / (count - 1.0)).sqrt()
    };
    ScoreSpread {
        score: score.into(),
        mean,
        deviation,
        values,
    }
}

#[cfg(test)]
mod tests {
    use super::super::{DimensionValue, EvaluatedClip, Protocol, regression_report, report};
    use super::*;
    use approx::assert_abs_diff_eq;

    /// A run that predicted `(truth, prediction)` pairs of two classes.
    fn run(pairs: &[(usize, usize)]) -> Report {
        let evaluated: Vec<EvaluatedClip> = pairs
            .iter()
            .map(|&(truth, prediction)| EvaluatedClip {
                path: "a.wav".into(),
                corpus: "a".into(),
                speaker: None,
                gender: None,
                truth,
                probabilities: (0..2)
                    .map(|class| if class == prediction { 0.9 } else { 0.1 })
                    .collect(),
                dimensions: Vec::new(),
            })
            .collect();
        report(&["sad".into(), "angry".into()], &evaluated, Protocol::default())
    }

    #[test]
    fn mean_and_sample_deviation_of_every_score() {
        let runs = [
            run(&[(0, 0), (1, 1)]),
            run(&[(0, 0), (1, 0)]),
            run(&[(0, 1), (0, 0), (0, 0), (0, 0)]),
        ];
        let spreads = spread(&runs);
        let of = |name: &str| spreads.iter().find(|spread| spread.score == name).unwrap();
        assert_eq!(of("accuracy").values, [1.0, 0.5, 0.75]);
        assert_abs_diff_eq!(of("accuracy").mean, 0.75, epsilon = 1e-12);
        // statistics.stdev([1, .5, .75])
        assert_abs_diff_eq!(of("accuracy").deviation, 0.25, epsilon = 1e-12);
        assert_eq!(of("UAR").values, [1.0, 0.5, 0.75]);
        assert_eq!(of("recall of sad").values, [1.0, 1.0, 0.75]);
        // The third run has no angry clips.
        assert_eq!(of("recall of angry").values, [1.0, 0.0]);
        assert_eq!(spreads.len(), SCORES.len() + 2);
    }

    #[test]
    fn folds_that_have_learnt_dimensions_are_spread_over_these() {
        let fold = |predicted: [f32; 2]| {
            let clip = |(truth, prediction): (f32, f32)| EvaluatedClip {
                dimensions: vec![DimensionValue {
                    truth: Some(truth),
                    prediction: Some(prediction),
                }],
                path: "a.wav".into(),
                corpus: "a".into(),
                speaker: None,
                gender: None,
                truth: 0,
                probabilities: Vec::new(),
            };
            let clips = [0.0, 1.0].into_iter().zip(predicted).map(clip).collect::<Vec<_>>();
            let scales = vec![("a".to_owned(), vec![Some((0.0, 1.0))])];
            regression_report(Regression::of(&["arousal".into()], scales, &clips), Protocol::default())
        };
        let spreads = spread(&[fold([0.0, 1.0]), fold([1.0, 0.0])]);
        let names: Vec<&str> = spreads.iter().map(|spread| spread.score.as_str()).collect();
        assert_eq!(names, ["mean CCC", "CCC of arousal"]);
        assert_eq!((spreads[0].mean, &*spreads[0].values), (0.0, &[1.0, -1.0][..]));
    }

    #[test]
    fn one_run_does_not_deviate_and_none_have_no_spread() {
        assert!(
            spread(&[run(&[(0, 0), (1, 0)])])
                .iter()
                .all(|spread| spread.deviation == 0.0)
        );
        assert_eq!(spread(&[]), []);
    }
}
