//! Predicted emotions of audio files.

use super::all;
use crate::engine::{self, FilePrediction};
use crate::present::words;
use schemars::JsonSchema;
use serde::Serialize;
use std::collections::BTreeMap;
use std::path::PathBuf;

document! {
    /// The predicted emotions of audio files.
    Predictions(files: [FilePrediction]) {
        /// One entry per file, in the order asked for.
        predictions: Vec<Prediction> = all(files),
    }

    /// The predicted emotion of a file, or why there is none.
    Prediction(file: FilePrediction) {
        /// The file.
        path: PathBuf,
        /// The run whose model predicted, or the name of the ready-made classifier.
        run: String,
        /// Whether it is a ready-made classifier.
        ready_made: bool,
        /// Labels of the model that are no emotion known here, and stay as they are.
        unknown_labels: Vec<String>,
        /// Whether the model was trained on synthetic data.
        synthetic_model: bool,
        /// The most probable label.
        #[serde(skip_serializing_if = "Option::is_none")]
        label: Option<String> = file.outcome.as_ref().ok().and_then(most_probable),
        /// The probability of every label; they sum to 1.
        #[serde(skip_serializing_if = "Option::is_none")]
        probabilities: Option<BTreeMap<String, f32>> = file.outcome.as_ref().ok().filter(|prediction| !prediction.probabilities.is_empty()).map(|prediction| super::object(&prediction.probabilities)),
        /// Where labels of the model were left out: the probability that it gave to these, before the others were divided by
        /// their sum.
        #[serde(skip_serializing_if = "Option::is_none")]
        left_out: Option<f32> = file.outcome.as_ref().ok().and_then(|prediction| prediction.left_out),
        /// Values of arousal, dominance, valence on about 0 to 1, as the model was trained; of a model that has these in
        /// place of labels.
        #[serde(skip_serializing_if = "Option::is_none")]
        dimensions: Option<BTreeMap<String, f32>> = file.outcome.as_ref().ok().filter(|prediction| !prediction.dimensions.is_empty()).map(|prediction| super::object(&prediction.dimensions)),
        /// The same in the units of each corpus that a run's model was trained on.
        #[serde(skip_serializing_if = "Option::is_none")]
        units: Option<BTreeMap<String, BTreeMap<String, f32>>> = file.outcome.as_ref().ok().filter(|prediction| !prediction.units.is_empty()).map(|prediction| prediction.units.iter().map(|(corpus, values)| (corpus.clone(), super::object(values))).collect()),
        /// Reasons to trust the prediction less.
        warnings: Vec<Warning> = file.outcome.iter().flat_map(|prediction| &prediction.warnings).map(Warning::from).collect(),
        /// Why the file was refused; then there is no label.
        #[serde(skip_serializing_if = "Option::is_none")]
        error: Option<String> = file.outcome.as_ref().err().cloned(),
    }

    /// A reason to trust a prediction less.
    Warning(warning: engine::Warning) {
        /// In words.
        message: String = words::warning(warning),
        /// Which, with its numbers.
        #[serde(flatten)]
        kind: WarningKind = warning.into(),
    }
}

/// Which reason, with its numbers.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum WarningKind {
    /// More than 15 dB quieter or louder than the training clips.
    Level {
        /// This file (dBFS).
        rms_dbfs: f32,
        /// The training clips (dBFS).
        training_rms_dbfs: f32,
    },
    /// More than 1 % of its samples are clipped.
    Clipping {
        /// Share of the samples, from 0 to 1.
        share: f32,
    },
    /// More than half of what the recipe takes is padding.
    Short {
        /// The file's length (s).
        seconds: f64,
        /// What fills the recipe (s).
        wanted: f64,
    },
    /// More than a third of it was not used.
    Long {
        /// The file's length (s).
        seconds: f64,
        /// What the recipe takes (s).
        used: f64,
    },
    /// The model was fitted on all clips and has no held-out test score.
    NoTestScore,
    /// Standardised by the statistics of the files asked about together, as if they were one speaker's.
    OneSpeaker {
        /// How many they are.
        files: usize,
    },
    /// Longer than an encoder takes at once: the mean is over several windows.
    Windows {
        /// The file's length (s).
        seconds: f64,
        /// How many windows.
        windows: usize,
    },
    /// Sampled at a lower rate than the training clips.
    Rate {
        /// The file's rate (Hz).
        rate: u32,
        /// The recipe's rate (Hz).
        wanted: u32,
    },
}

impl From<&engine::Warning> for WarningKind {
    fn from(warning: &engine::Warning) -> Self {
        match *warning {
            engine::Warning::Level {
                rms_dbfs,
                training_rms_dbfs,
            } => Self::Level {
                rms_dbfs,
                training_rms_dbfs,
            },
            engine::Warning::Clipping { share } => Self::Clipping { share },
            engine::Warning::Short { seconds, wanted } => Self::Short { seconds, wanted },
            engine::Warning::Long { seconds, used } => Self::Long { seconds, used },
            engine::Warning::NoTestScore => Self::NoTestScore,
            engine::Warning::OneSpeaker { files } => Self::OneSpeaker { files },
            engine::Warning::Windows { seconds, windows } => Self::Windows { seconds, windows },
            engine::Warning::Rate { rate, wanted } => Self::Rate { rate, wanted },
        }
    }
}

/// The most probable label of a prediction.
fn most_probable(prediction: &engine::Prediction) -> Option<String> {
    let best = prediction.probabilities.iter().max_by(|a, b| a.1.total_cmp(&b.1));
    best.map(|(label, _)| label.clone())
}
