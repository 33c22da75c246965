//! The label of a clip.

use serde::{Deserialize, Serialize};
use std::fmt;
use std::sync::Arc;

/// The emotion a clip is labelled with: one of the known names, or whatever a table brings.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Emotion(Arc<str>);

impl Emotion {
    /// The names that layouts give, in the order in which they are shown.
    pub const KNOWN: [&'static str; 9] = [
        "neutral",
        "calm",
        "happy",
        "sad",
        "angry",
        "fearful",
        "disgust",
        "surprised",
        "boredom",
    ];

    /// What a table states where there is no label: how programs write a missing value, and the words of corpora whose
    /// raters found none.
    const NONE: [&'static str; 16] = [
        "",
        "-",
        "--",
        "#n/a",
        "<na>",
        "n/a",
        "na",
        "nan",
        "no agreement",
        "no-agreement",
        "no_agreement",
        "none",
        "null",
        "oth",
        "unknown",
        "xxx",
    ];

    /// What clips without a label are counted under.
    pub const UNLABELLED: &'static str = "unlabelled";

    /// An emotion of this name: lower case, trimmed.
    pub fn new(name: &str) -> Self {
        Self(name.trim().to_lowercase().into())
    }

    /// An emotion over text that other clips share; the text must be lower case and trimmed.
    pub(super) fn shared(name: Arc<str>) -> Self {
        Self(name)
    }

    /// The name.
    pub fn name(&self) -> &str {
        &self.0
    }

    /// Whether it names something to be learnt: `nan`, `none`, `na`, `n/a`, `null`, `-`, `no_agreement`, `unknown`,
    /// IEMOCAP's `xxx` and `oth`, and an empty field say that there is no label.
    pub fn is_label(&self) -> bool {
        !Self::NONE.contains(&self.name())
    }

    /// Sorts as shown: known emotions in their order, then others by name.
    pub fn rank(&self) -> (usize, &str) {
        let known = Self::KNOWN.iter().position(|name| *name == self.name());
        (known.unwrap_or(Self::KNOWN.len()), self.name())
    }
}

impl fmt::Display for Emotion {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_emotions_are_shown_first_and_in_their_order() {
        let mut emotions = ["zest", "boredom", "awe", "sad", " Neutral "].map(Emotion::new);
        emotions.sort_by(|a, b| a.rank().cmp(&b.rank()));
        assert_eq!(
            emotions.each_ref().map(Emotion::name),
            ["neutral", "sad", "boredom", "awe", "zest"]
        );
    }
}
