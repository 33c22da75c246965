//! Which model predicts, and which of its labels are asked for.

use super::{Overrides, RunSelector};

/// What an encoder's name stands behind where a run could be named as well.
const ENCODER: &str = "encoder:";

/// Which model predicts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Predictor {
    /// That of a run.
    Run(RunSelector),
    /// A checkpoint with a classification head, as it is: its name on the hub, or its folder.
    Encoder(String),
}

impl From<&str> for Predictor {
    /// A run's id, a unique beginning of it, or `last`; or `encoder:NAME`.
    fn from(words: &str) -> Self {
        match words.strip_prefix(ENCODER) {
            Some(name) => Self::Encoder(name.trim().to_owned()),
            None => Self::Run(words.into()),
        }
    }
}

/// Which labels of a model are shown, and under which names.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LabelChoice {
    /// Only these, their probabilities divided by their sum; all of them when none is named.
    pub labels: Vec<String>,
    /// From a label of the model to the emotion that it counts as, over the settings' `[labels]`; to nothing drops it.
    pub map: Overrides,
}
