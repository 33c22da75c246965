//! A model on clips that it was not trained on.

use super::RefusedFile;
use super::all;
use super::dimensions::Agreement;
use super::report::{Confused, Evaluated, Group, Protocol, Scores, evaluated, groups};
use super::runs::Coverage;
use crate::engine;
use schemars::JsonSchema;
use serde::Serialize;
use std::collections::BTreeMap;
use std::path::PathBuf;

document! {
    /// The evaluation of a model on the selected clips, whatever it was trained on.
    Evaluation(evaluation: engine::Evaluation) {
        /// The run, or the name of the ready-made classifier.
        model: String,
        /// Whether it is a ready-made classifier.
        ready_made: bool,
        /// Dimensions, where the model has no classes; where clips have labels, a ready-made classifier's are mapped to these.
        dimensions: Vec<String>,
        /// How well these agree with those that the corpora state; none where no clip states any.
        agreement: Option<Agreement> = evaluation.agreement.as_ref().map(Into::into),
        /// The model's labels, in the order of every matrix below.
        labels: Vec<String> = evaluation.report.labels.clone(),
        /// Scores over all clips whose label the model has.
        scores: Scores = (&evaluation.report.scores).into(),
        /// The interval of the unweighted average recall; none for fewer than two speakers, or two clips where speakers are unknown.
        interval: Option<Interval> = evaluation.interval.as_ref().map(Into::into),
        /// Which classes the scores are about.
        coverage: Coverage = (&evaluation.coverage).into(),
        /// `confusion[true][predicted]`: clips.
        confusion: Vec<Vec<usize>> = evaluation.report.confusion.clone(),
        /// Rows of `confusion` divided by their sums.
        confusion_normalised: Vec<Vec<f64>> = evaluation.report.confusion_normalised.clone(),
        /// Pairs of labels that were confused, most clips first.
        most_confused: Vec<Confused> = all(&evaluation.report.most_confused),
        /// Labels of clips that the model does not have. They are in no score.
        not_in_model: Vec<NotInModel> = evaluation.not_in_model.iter().map(|label| not_in_model(label, &evaluation.report.labels)).collect(),
        /// Labels of the model that are no emotion known here, and stay as they are.
        unknown_labels: Vec<String>,
        /// Scores per corpus.
        by_corpus: Vec<Group> = groups(&evaluation.report.by_corpus, &evaluation.report.confusion_by_corpus),
        /// Scores per gender.
        by_gender: Vec<Group> = groups(&evaluation.report.by_gender, &evaluation.report.confusion_by_gender),
        /// How the scores were obtained.
        protocol: Protocol = (&evaluation.report.protocol).into(),
        /// The same in a line.
        protocol_line: String = evaluation.report.protocol_line.clone(),
        /// The clips as they were predicted.
        evaluated: Vec<Evaluated> = evaluation.evaluated.iter().map(|clip| evaluated(clip, &evaluation.report)).collect(),
        /// Clips that could not be predicted.
        refused: Vec<RefusedFile> = all(&evaluation.refused),
        /// Where `report.json` and `predictions.csv` were written, and `dimensions.csv` where there is an agreement.
        folder: PathBuf,
    }

    /// A percentile bootstrap interval of 95 %.
    Interval(interval: engine::Interval) {
        /// The lower bound.
        low: f64,
        /// The upper bound.
        high: f64,
        /// Speakers or clips that were drawn with replacement.
        units: usize,
        /// Whether these are speakers, with all their clips; else single clips, for want of known speakers.
        speakers: bool,
    }
}

/// A label of clips that the model does not have.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct NotInModel {
    /// The label.
    pub label: String,
    /// How many clips have it.
    pub clips: usize,
    /// How many of these the model took for each of its labels.
    pub predicted: BTreeMap<String, usize>,
}

fn not_in_model(unknown: &engine::UnknownLabel, labels: &[String]) -> NotInModel {
    NotInModel {
        label: unknown.label.clone(),
        clips: unknown.clips,
        predicted: labels.iter().cloned().zip(unknown.predicted.iter().copied()).collect(),
    }
}
