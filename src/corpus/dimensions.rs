//! Arousal, dominance and valence: what listeners hear in a clip besides, or instead of, a class.

use serde::{Deserialize, Serialize};

/// The dimensions that emotions are described by (Russell & Mehrabian 1977), in whatever units the corpus has.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct Dimensions {
    /// From calm to excited; some corpora call it activation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub arousal: Option<f32>,
    /// From submissive to in control.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dominance: Option<f32>,
    /// From unpleasant to pleasant.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valence: Option<f32>,
}

impl Dimensions {
    /// Their names, in the order in which they are shown and learnt.
    pub const NAMES: [&'static str; 3] = ["arousal", "dominance", "valence"];

    /// The place of a name among [`Self::NAMES`], whatever its case; activation is arousal.
    pub fn place(name: &str) -> Option<usize> {
        let name = name.trim().to_lowercase();
        let name = if name == "activation" { "arousal" } else { &*name };
        Self::NAMES.iter().position(|known| *known == name)
    }

    /// The values, in the order of [`Self::NAMES`].
    pub fn values(&self) -> [Option<f32>; 3] {
        [self.arousal, self.dominance, self.valence]
    }

    /// Whether none is stated.
    pub fn is_none(&self) -> bool {
        *self == Self::default()
    }
}

impl From<[Option<f32>; 3]> for Dimensions {
    fn from([arousal, dominance, valence]: [Option<f32>; 3]) -> Self {
        Self {
            arousal,
            dominance,
            valence,
        }
    }
}
