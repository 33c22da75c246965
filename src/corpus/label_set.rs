//! Named sets of classes that papers report on.

use super::Emotion;
use serde::{Deserialize, Serialize};

/// A set of classes: `labels.set`. What is in none of its classes is left out.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LabelSet {
    /// All labels, as they are.
    #[default]
    All,
    /// The four classes in which IEMOCAP is mostly reported: angry, happy with excited, neutral, sad (5,531 turns; Kim & Provost
    /// 2013 and many since).
    #[serde(rename = "iemocap_4")]
    Iemocap4,
}

impl LabelSet {
    /// What a label counts as; none where it is left out.
    pub(super) fn of(self, label: &Emotion) -> Option<Emotion> {
        match self {
            Self::All => Some(label.clone()),
            Self::Iemocap4 => match label.joined().name() {
                "excited" => Some(Emotion::new("happy")),
                "angry" | "happy" | "neutral" | "sad" => Some(label.clone()),
                _ => None,
            },
        }
    }
}
