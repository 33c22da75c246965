//! The label map and the filter: from all clips to those that take part.

use super::{Catalogue, Clip, FilterSettings, LabelSettings, SampleFacts};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Why a clip takes no part.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Exclusion {
    /// The filter does not name it.
    Filter,
    /// The label map drops its emotion.
    Label,
    /// Digital silence.
    Silent,
    /// The samples cannot be decoded.
    Damaged,
    /// The same samples stand under another label as well, so neither label can be trusted.
    ConflictingTwin,
}

/// The clips that take part, with their mapped labels.
#[derive(Debug, Clone, Default)]
pub struct Selection {
    /// The clips; `emotion` is the mapped label.
    pub clips: Vec<Clip>,
    /// Their facts, same order (none when not yet analysed).
    pub facts: Vec<Option<Arc<SampleFacts>>>,
    /// How many clips were left out, and why.
    pub excluded: BTreeMap<Exclusion, usize>,
}

/// Applies the label map, then the filter, then leaves out what cannot be learnt from.
pub fn select(_catalogue: &Catalogue, _labels: &LabelSettings, _filter: &FilterSettings) -> Selection {
    unimplemented!()
}
