//! Why a clip takes no part.

#[cfg(doc)]
use super::Emotion;
use serde::{Deserialize, Serialize};

/// Why a clip takes no part.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Exclusion {
    /// The filter does not name it.
    Filter,
    /// The label map drops its emotion.
    Label,
    /// It has no label ([`Emotion::is_label`]), and the label map gives it none.
    Unlabelled,
    /// It states none of the dimensions that are to be learnt.
    Dimensions,
    /// Digital silence.
    Silent,
    /// The samples cannot be decoded.
    Damaged,
    /// The same samples stand under another label as well, so neither label can be trusted.
    ConflictingDuplicate,
    /// It is in no part of a split that is given.
    Split,
    /// It has no features, or such that are not finite numbers.
    Features,
}
