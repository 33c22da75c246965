//! The report of a run.

use super::all;
use super::dimensions::Regression;
use super::runs::{Coverage, Run};
use crate::engine::{self, ClassScores, EvaluatedClip, Leakage, RunReport, ScoreSpread};
use schemars::JsonSchema;
use serde::Serialize;
use std::collections::BTreeMap;
use std::path::PathBuf;

document! {
    /// The evaluation of a run on its test set.
    Report(report: RunReport) {
        /// The run.
        run: Run = (&report.run).into(),
        /// The labels, in the order of every matrix below.
        labels: Vec<String> = report.report.labels.clone(),
        /// Scores of the predictions of all folds together, in a cross-validation: its score.
        pooled: Option<Scores> = report.pooled.as_ref().map(|pooled| (&pooled.report.scores).into()),
        /// The tables of the predictions of all folds together, in a cross-validation.
        pooled_tables: Option<Tables> = report.pooled.as_ref().map(|pooled| (&pooled.report).into()),
        /// Mean and deviation of every score over the folds that are done, in a cross-validation.
        folds: Vec<FoldScore> = all(&report.spread),
        /// How predicted dimensions agree with stated ones, where these were learnt; then there are no labels and no scores by
        /// label. Of a cross-validation those of this fold.
        regression: Option<Regression> = report.report.regression.as_ref().map(Into::into),
        /// The same of the predictions of all folds together.
        pooled_regression: Option<Regression> = report.pooled_dimensions.as_ref().map(Into::into),
        /// Scores over all test clips; of a cross-validation those of this fold.
        scores: Scores = (&report.report.scores).into(),
        /// Which classes the scores are about.
        coverage: Coverage = (&report.coverage).into(),
        /// `confusion[true][predicted]`: clips.
        confusion: Vec<Vec<usize>> = report.report.confusion.clone(),
        /// Rows of `confusion` divided by their sums.
        confusion_normalised: Vec<Vec<f64>> = report.report.confusion_normalised.clone(),
        /// Pairs of labels that were confused, most clips first.
        most_confused: Vec<Confused> = all(&report.report.most_confused),
        /// Scores per corpus.
        by_corpus: Vec<Group> = groups(&report.report.by_corpus, &report.report.confusion_by_corpus),
        /// Scores per gender.
        by_gender: Vec<Group> = groups(&report.report.by_gender, &report.report.confusion_by_gender),
        /// How the scores were obtained.
        protocol: Protocol = (&report.report.protocol).into(),
        /// The same in a line.
        protocol_line: String = report.report.protocol_line.clone(),
        /// The test clips as they were predicted.
        evaluated: Vec<Evaluated> = report.evaluated.iter().map(|clip| evaluated(clip, &report.report)).collect(),
    }

    /// Which labels were predicted as which, and the scores of groups.
    Tables(report: engine::Report) {
        /// `confusion[true][predicted]`: clips.
        confusion: Vec<Vec<usize>>,
        /// Rows of `confusion` divided by their sums.
        confusion_normalised: Vec<Vec<f64>>,
        /// Pairs of labels that were confused, most clips first.
        most_confused: Vec<Confused> = all(&report.most_confused),
        /// Scores per corpus.
        by_corpus: Vec<Group> = groups(&report.by_corpus, &report.confusion_by_corpus),
        /// Scores per gender.
        by_gender: Vec<Group> = groups(&report.by_gender, &report.confusion_by_gender),
    }

    /// Scores as scikit-learn defines them, from 0 to 1.
    Scores(scores: engine::Scores) {
        /// Share of correct predictions.
        accuracy: f64,
        /// Unweighted average recall: the mean of the recalls of the classes that occur.
        unweighted_average_recall: f64,
        /// Mean precision of the classes.
        macro_precision: f64,
        /// Mean recall of the classes.
        macro_recall: f64,
        /// Mean F1 of the classes.
        macro_f1: f64,
        /// Precision, weighted by support.
        weighted_precision: f64,
        /// Recall, weighted by support.
        weighted_recall: f64,
        /// F1, weighted by support.
        weighted_f1: f64,
        /// Scores of each class.
        classes: Vec<ClassScore> = all(&scores.classes),
        /// Clips.
        support: usize,
    }

    /// Scores of one class.
    ClassScore(scores: ClassScores) {
        /// The class.
        label: String,
        /// Precision.
        precision: f64,
        /// Recall.
        recall: f64,
        /// F1.
        f1: f64,
        /// Clips of this class.
        support: usize,
    }

    /// A pair of labels that was confused.
    Confused(pair: (String, String, usize)) {
        /// The true label.
        r#true: String = pair.0.clone(),
        /// The predicted label.
        predicted: String = pair.1.clone(),
        /// How many clips.
        clips: usize = pair.2,
    }

    /// How the scores were obtained.
    Protocol(protocol: engine::Protocol) {
        /// The split.
        split: String,
        /// Whether the data is synthetic.
        synthetic: bool,
        /// Training clips.
        train_clips: usize,
        /// Validation clips.
        validation_clips: usize,
        /// Test clips.
        test_clips: usize,
        /// What the test set shares with the training set, validation included.
        leakage: Shared = (&protocol.leakage).into(),
        /// What the model was trained on, where that is not the training set of this split.
        trained_elsewhere: Option<String>,
        /// Clips left out, by reason.
        left_out: BTreeMap<String, usize> = super::object(&protocol.left_out),
        /// Whether the model was refitted on all clips afterwards.
        final_model: bool,
        /// What could not be split as asked.
        notes: Vec<String>,
        /// The run's seed.
        seed: u64,
    }

    /// What the test set shares with the training set; what is not known of a clip does not count.
    Shared(leakage: Leakage) {
        /// Speakers of the training set.
        train_speakers: usize,
        /// Speakers of the test set.
        test_speakers: usize,
        /// Speakers of both.
        shared_speakers: usize,
        /// Sentences of the test set.
        test_texts: usize,
        /// Sentences of both.
        shared_texts: usize,
        /// Test clips whose samples are in the training set as well.
        shared_clips: usize,
        /// Test examples of whose clip another copy is in the training set.
        shared_copies: usize,
        /// Other test clips of whose recording a segment is in the training set.
        shared_recordings: usize,
    }

    /// A score over the folds of a cross-validation.
    FoldScore(spread: ScoreSpread) {
        /// Its name.
        score: String,
        /// Mean.
        mean: f64,
        /// Standard deviation, with divisor n - 1.
        deviation: f64,
        /// The value of each fold.
        values: Vec<f64>,
    }
}

/// Scores of a corpus or a gender.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Group {
    /// The corpus or gender.
    pub name: String,
    /// Over its clips, and the labels that these have or were given.
    pub scores: Scores,
    /// `confusion[true][predicted]` of its clips.
    pub confusion: Vec<Vec<usize>>,
}

/// A test clip as it was predicted.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Evaluated {
    /// The clip.
    pub path: PathBuf,
    /// Its corpus.
    pub corpus: String,
    /// Its speaker.
    pub speaker: Option<String>,
    /// Its speaker's gender.
    pub gender: Option<String>,
    /// The true label; none where dimensions are learnt.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub r#true: Option<String>,
    /// The predicted label; none where dimensions are learnt.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub predicted: Option<String>,
    /// The probability of every label.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub probabilities: BTreeMap<String, f32>,
    /// Every dimension in the units of the corpus, where these are learnt.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub dimensions: BTreeMap<String, EvaluatedDimension>,
}

/// A dimension of a test clip, in the units of its corpus.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct EvaluatedDimension {
    /// What the corpus states; none where it states nothing.
    pub r#true: Option<f32>,
    /// What was predicted; none where the corpus has no scale of it.
    pub predicted: Option<f32>,
}

pub(super) fn groups(scores: &[(String, engine::Scores)], confusions: &[(String, Vec<Vec<usize>>)]) -> Vec<Group> {
    let group = |(name, scores): &(String, engine::Scores)| {
        let confusion = confusions.iter().find(|(of, _)| of == name);
        Group {
            name: name.clone(),
            scores: scores.into(),
            confusion: confusion.map(|(_, counts)| counts.clone()).unwrap_or_default(),
        }
    };
    scores.iter().map(group).collect()
}

pub(super) fn evaluated(clip: &EvaluatedClip, report: &engine::Report) -> Evaluated {
    let labels = &report.labels;
    let label = |index: usize| labels.get(index).cloned();
    let names = report.regression.iter().flat_map(|of| &of.dimensions).cloned();
    let values = clip.dimensions.iter().map(|value| EvaluatedDimension {
        r#true: value.truth,
        predicted: value.prediction,
    });
    Evaluated {
        path: clip.path.clone(),
        corpus: clip.corpus.clone(),
        speaker: clip.speaker.clone(),
        gender: clip.gender.clone(),
        r#true: label(clip.truth),
        predicted: label(clip.prediction()),
        probabilities: labels.iter().cloned().zip(clip.probabilities.iter().copied()).collect(),
        dimensions: names.zip(values).collect(),
    }
}
