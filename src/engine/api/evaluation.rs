//! What events carry of a model on clips that it was not trained on.

use super::{Coverage, DimensionReport, EvaluatedClip, Interval, Report};
use std::path::PathBuf;

/// A model on clips, whatever it was trained on.
#[derive(Debug, Clone, PartialEq)]
pub struct Evaluation {
    /// The run, or the name of a ready-made classifier.
    pub model: String,
    /// Whether it is a ready-made classifier.
    pub ready_made: bool,
    /// Dimensions that were mapped to categories, where the model has no classes.
    pub dimensions: Vec<String>,
    /// How well these agree with those that the corpora state, over all selected clips; none where no clip states any.
    pub agreement: Option<DimensionReport>,
    /// The report on the clips whose label the model has; its labels are the model's.
    pub report: Report,
    /// These clips, as predicted.
    pub evaluated: Vec<EvaluatedClip>,
    /// Which classes its scores are about.
    pub coverage: Coverage,
    /// How far the unweighted average recall may be off by chance.
    pub interval: Option<Interval>,
    /// Labels of the clips that the model does not have, and what it took their clips for; in no score.
    pub not_in_model: Vec<UnknownLabel>,
    /// Labels of the model that are no emotion known here, and stay as they are.
    pub unknown_labels: Vec<String>,
    /// Clips that could not be predicted, with the reason.
    pub refused: Vec<(PathBuf, String)>,
    /// Where `report.json` and `predictions.csv` were written, and `dimensions.csv` where there is an agreement.
    pub folder: PathBuf,
}

/// A label of clips that a model does not have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownLabel {
    /// The label.
    pub label: String,
    /// How many clips have it.
    pub clips: usize,
    /// How many of these the model took for each of its labels, in the order of these.
    pub predicted: Vec<usize>,
}
