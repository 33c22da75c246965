//! The report of one run on its test clips.

use super::{EvaluatedClip, Protocol, Regression, Scores, confusion_matrix, scores};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Everything about a run's test clips.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Report {
    /// The labels, in the order of every index below; none where dimensions were learnt, and then there are no scores by
    /// label either.
    pub labels: Vec<String>,
    /// Scores over all test clips; its means run over all labels.
    pub scores: Scores,
    /// `counts[truth][prediction]`.
    pub confusion: Vec<Vec<usize>>,
    /// Rows of `confusion` divided by their sums.
    pub confusion_normalised: Vec<Vec<f64>>,
    /// Most confused pairs: (truth, prediction, clips), most first.
    pub most_confused: Vec<(String, String, usize)>,
    /// Scores per corpus, by name. Here the classes and the means are those of the labels that the corpus's
    /// clips have or were given (sklearn's default), so that a label a corpus lacks does not count as a failure.
    pub by_corpus: Vec<(String, Scores)>,
    /// Scores per gender (`unknown` last), in the same way.
    pub by_gender: Vec<(String, Scores)>,
    /// `confusion` of each corpus's clips, in the order of `by_corpus`.
    #[serde(default)]
    pub confusion_by_corpus: Vec<(String, Vec<Vec<usize>>)>,
    /// `confusion` of each gender's clips, in the order of `by_gender`.
    #[serde(default)]
    pub confusion_by_gender: Vec<(String, Vec<Vec<usize>>)>,
    /// How predicted dimensions agree with stated ones, where these were learnt.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub regression: Option<Regression>,
    /// How the scores were obtained.
    pub protocol: Protocol,
    /// `protocol.line()`.
    pub protocol_line: String,
}

/// Clips by truth and prediction.
type Matrix = Vec<Vec<usize>>;
/// The same of each group, by name.
type Groups = Vec<(String, Matrix)>;

/// Makes the report.
pub fn report(labels: &[String], evaluated: &[EvaluatedClip], protocol: Protocol) -> Report {
    let confusion = confusion_of(evaluated, labels.len());
    let by_corpus = confusion_by(evaluated, labels.len(), |clip| &clip.corpus);
    let by_gender = confusion_by(evaluated, labels.len(), |clip| {
        clip.gender.as_deref().unwrap_or("unknown")
    });
    of_matrices(labels, confusion, (by_corpus, by_gender), protocol)
}

/// The report of the predictions of all folds together, as if one test set had been evaluated: those of the folds of a
/// K-fold, in which every clip is tested once. The protocol is that of the first. `None` without a report, or for reports
/// of other labels; no groups where an older version did not write their matrices.
pub fn pooled(folds: &[Report]) -> Option<Report> {
    let first = folds.first()?;
    let labels = &first.labels;
    if folds.iter().any(|fold| fold.labels != *labels) {
        return None;
    }
    let none = || vec![vec![0; labels.len()]; labels.len()];
    let mut confusion = none();
    folds.iter().for_each(|fold| add(&mut confusion, &fold.confusion));
    let groups = |of: fn(&Report) -> (usize, &Groups)| -> Groups {
        let mut all: BTreeMap<&str, Matrix> = BTreeMap::new();
        for (known, matrices) in folds.iter().map(of) {
            if known != matrices.len() {
                return Vec::new();
            }
            for (name, matrix) in matrices {
                add(all.entry(name).or_insert_with(none), matrix);
            }
        }
        all.into_iter()
            .map(|(name, matrix)| (name.to_owned(), matrix))
            .collect()
    };
    let by_corpus = groups(|fold| (fold.by_corpus.len(), &fold.confusion_by_corpus));
    let by_gender = groups(|fold| (fold.by_gender.len(), &fold.confusion_by_gender));
    Some(of_matrices(
        labels,
        confusion,
        (by_corpus, by_gender),
        first.protocol.clone(),
    ))
}

fn add(sum: &mut Matrix, more: &Matrix) {
    for (row, more) in sum.iter_mut().zip(more) {
        row.iter_mut().zip(more).for_each(|(count, more)| *count += more);
    }
}

fn of_matrices(
    labels: &[String],
    confusion: Matrix,
    (confusion_by_corpus, confusion_by_gender): (Groups, Groups),
    protocol: Protocol,
) -> Report {
    let scores_of = |groups: &[(String, Vec<Vec<usize>>)]| {
        groups
            .iter()
            .map(|(name, counts)| (name.clone(), occurring_scores(counts, labels)))
            .collect()
    };
    Report {
        labels: labels.to_vec(),
        scores: scores(&confusion, labels),
        confusion_normalised: normalise_rows(&confusion),
        most_confused: most_confused(&confusion, labels),
        confusion,
        by_corpus: scores_of(&confusion_by_corpus),
        by_gender: scores_of(&confusion_by_gender),
        confusion_by_corpus,
        confusion_by_gender,
        regression: None,
        protocol_line: protocol.line(),
        protocol,
    }
}

/// Makes the report of a model that has learnt dimensions.
pub fn regression_report(regression: Regression, protocol: Protocol) -> Report {
    Report {
        regression: Some(regression),
        ..report(&[], &[], protocol)
    }
}

/// Every row divided by its sum (sklearn `normalize="true"`); a row of zeros stays one.
pub fn normalise_rows(counts: &[Vec<usize>]) -> Vec<Vec<f64>> {
    let normalise = |row: &Vec<usize>| {
        let sum = row.iter().sum::<usize>().max(1) as f64;
        row.iter().map(|&count| count as f64 / sum).collect()
    };
    counts.iter().map(normalise).collect()
}

/// The pairs that are confused at all: (truth, prediction, clips), most first, equals in order of the labels.
pub fn most_confused(counts: &[Vec<usize>], labels: &[String]) -> Vec<(String, String, usize)> {
    let mut pairs = Vec::new();
    for (truth, row) in labels.iter().zip(counts) {
        for (prediction, &clips) in labels.iter().zip(row) {
            if truth != prediction && clips > 0 {
                pairs.push((truth.clone(), prediction.clone(), clips));
            }
        }
    }
    pairs.sort_by_key(|(_, _, clips)| std::cmp::Reverse(*clips));
    pairs
}

fn confusion_of<'a>(evaluated: impl IntoIterator<Item = &'a EvaluatedClip>, classes: usize) -> Vec<Vec<usize>> {
    let (truth, prediction): (Vec<usize>, Vec<usize>) = evaluated
        .into_iter()
        .map(|clip| (clip.truth, clip.prediction()))
        .unzip();
    confusion_matrix(&truth, &prediction, classes)
}

fn confusion_by(
    evaluated: &[EvaluatedClip],
    classes: usize,
    group: impl Fn(&EvaluatedClip) -> &str,
) -> Vec<(String, Vec<Vec<usize>>)> {
    let mut groups: BTreeMap<&str, Vec<&EvaluatedClip>> = BTreeMap::new();
    for clip in evaluated {
        groups.entry(group(clip)).or_default().push(clip);
    }
    groups
        .into_iter()
        .map(|(name, clips)| (name.to_owned(), confusion_of(clips, classes)))
        .collect()
}

/// Scores over the labels that occur, as truth or as prediction.
fn occurring_scores(counts: &[Vec<usize>], labels: &[String]) -> Scores {
    let occurs =
        |class: usize| counts[class].iter().sum::<usize>() + counts.iter().map(|row| row[class]).sum::<usize>();
    let kept: Vec<usize> = (0..counts.len()).filter(|&class| occurs(class) > 0).collect();
    let counts: Vec<Vec<usize>> = kept
        .iter()
        .map(|&truth| kept.iter().map(|&prediction| counts[truth][prediction]).collect())
        .collect();
    let labels: Vec<String> = kept.iter().map(|&class| labels[class].clone()).collect();
    scores(&counts, &labels)
}

#[cfg(test)]
mod tests {
    use super::*;
    use approx::assert_abs_diff_eq;

    fn evaluated(corpus: &str, gender: Option<&str>, truth: usize, prediction: usize) -> EvaluatedClip {
        let probabilities = (0..3)
            .map(|class| if class == prediction { 0.8 } else { 0.1 })
            .collect();
        let gender = gender.map(str::to_owned);
        EvaluatedClip {
            path: "a.wav".into(),
            corpus: corpus.into(),
            speaker: None,
            gender,
            truth,
            probabilities,
            dimensions: Vec::new(),
        }
    }

    fn example() -> Report {
        let labels = ["sad".to_owned(), "angry".to_owned(), "calm".to_owned()];
        let evaluated = [
            evaluated("tess", None, 0, 1),
            evaluated("ravdess", Some("female"), 0, 0),
            evaluated("ravdess", Some("male"), 0, 1),
            evaluated("ravdess", Some("male"), 1, 1),
            evaluated("ravdess", Some("female"), 2, 1),
            evaluated("ravdess", Some("female"), 2, 2),
        ];
        report(
            &labels,
            &evaluated,
            Protocol {
                split: "random clips".into(),
                ..Protocol::default()
            },
        )
    }

    #[derive(Deserialize)]
    struct Golden {
        cases: Vec<Case>,
    }

    #[derive(Deserialize)]
    struct Case {
        name: String,
        labels: Vec<String>,
        confusion: Vec<Vec<usize>>,
        balanced_accuracy: f64,
        tested: usize,
        macro_default: [f64; 3],
    }

    #[test]
    fn scores_of_a_group_are_over_the_labels_that_scikit_learn_finds_in_it() {
        let golden: Golden = serde_json::from_str(include_str!("../../tests/golden/sklearn.json")).unwrap();
        for case in golden.cases {
            let scores = occurring_scores(&case.confusion, &case.labels);
            let means = [scores.macro_precision, scores.macro_recall, scores.macro_f1];
            for (ours, theirs) in means.into_iter().zip(case.macro_default) {
                assert!((ours - theirs).abs() < 1e-9, "{}: {ours} is not {theirs}", case.name);
            }
            assert!((scores.unweighted_average_recall - case.balanced_accuracy).abs() < 1e-9);
            assert_eq!(scores.coverage().tested, case.tested, "{}", case.name);
        }
    }

    #[test]
    fn counts_rates_and_confused_pairs() {
        let report = example();
        assert_eq!(report.confusion, [[1, 2, 0], [0, 1, 0], [0, 1, 1]]);
        assert_abs_diff_eq!(report.confusion_normalised[0][1], 2.0 / 3.0);
        assert_eq!(report.confusion_normalised[2], [0.0, 0.5, 0.5]);
        let pair = |truth: &str, prediction: &str, clips| (truth.to_owned(), prediction.to_owned(), clips);
        assert_eq!(
            report.most_confused,
            [pair("sad", "angry", 2), pair("calm", "angry", 1)]
        );
        assert_abs_diff_eq!(report.scores.accuracy, 0.5);
        assert_eq!(report.protocol_line, report.protocol.line());
    }

    #[test]
    fn groups_are_scored_over_the_labels_they_have() {
        let report = example();
        let names: Vec<&str> = report.by_gender.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["female", "male", "unknown"]);
        let (name, ravdess) = &report.by_corpus[0];
        assert_eq!((name.as_str(), ravdess.support), ("ravdess", 5));
        assert_abs_diff_eq!(ravdess.accuracy, 0.6);
        let (_, male) = &report.by_gender[1];
        assert_eq!(
            male.classes
                .iter()
                .map(|class| class.label.as_str())
                .collect::<Vec<_>>(),
            ["sad", "angry"]
        );
        // Calm, which no male clip has or was given, does not lower the mean.
        assert_abs_diff_eq!(male.macro_recall, 0.5);
        let total: usize = report
            .confusion_by_gender
            .iter()
            .flat_map(|(_, counts)| counts.iter().flatten())
            .sum();
        assert_eq!(total, 6);
        assert_eq!(
            report.confusion_by_corpus[1],
            ("tess".to_owned(), vec![vec![0, 1, 0], vec![0; 3], vec![0; 3]])
        );
    }

    #[test]
    fn a_report_survives_its_file() {
        let report = example();
        let text = serde_json::to_string(&report).unwrap();
        assert_eq!(serde_json::from_str::<Report>(&text).unwrap(), report);
    }

    #[test]
    fn no_clips_make_an_empty_report() {
        let report = report(&["sad".to_owned()], &[], Protocol::default());
        assert_eq!(
            (
                report.scores.support,
                report.by_corpus.len(),
                report.most_confused.len()
            ),
            (0, 0, 0)
        );
        assert_eq!(report.confusion_normalised, [[0.0]]);
    }

    #[test]
    fn predictions_of_all_folds_count_as_those_of_one_test_set() {
        let clip = |(truth, prediction, corpus): (usize, usize, &str)| EvaluatedClip {
            path: "a.wav".into(),
            corpus: corpus.into(),
            speaker: None,
            gender: (corpus == "a").then(|| "female".into()),
            truth,
            probabilities: (0..2).map(|class| f32::from(u8::from(class == prediction))).collect(),
            dimensions: Vec::new(),
        };
        let run = |clips: &[(usize, usize, &str)]| {
            let evaluated: Vec<EvaluatedClip> = clips.iter().copied().map(clip).collect();
            report(&["sad".into(), "angry".into()], &evaluated, Protocol::default())
        };
        let folds = [
            &[(0, 0, "a"), (0, 0, "b"), (0, 1, "a")][..],
            &[(1, 1, "b")],
            &[(0, 0, "a"), (1, 0, "a")],
        ];
        let mut runs = folds.map(run).to_vec();
        let together = pooled(&runs).unwrap();
        assert_eq!(together, run(&folds.concat()));
        // Not the mean of the runs' own: 2/3, 1 and 1/2.
        assert_abs_diff_eq!(together.scores.unweighted_average_recall, (3.0 / 4.0 + 1.0 / 2.0) / 2.0);
        // As an older version wrote it.
        runs[1].confusion_by_corpus.clear();
        let older = pooled(&runs).unwrap();
        assert_eq!((older.by_corpus.len(), older.by_gender.len()), (0, 2));
        assert_eq!(older.confusion, together.confusion);
        assert_eq!(pooled(&[]), None);
        runs[1].labels.reverse();
        assert_eq!(pooled(&runs), None);
    }
}
