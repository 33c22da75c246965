//! Features of a clip.

use super::{FeatureMatrix, Note};

/// Features of one clip, and what is worth knowing about them.
#[derive(Debug, Clone, PartialEq)]
pub struct Extracted {
    /// `recipe.shape()` numbers.
    pub matrix: FeatureMatrix,
    /// What is worth knowing.
    pub notes: Vec<Note>,
}
