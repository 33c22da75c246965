//! What a recipe gives for one clip.

/// What a recipe gives for one clip: one row per frame.
#[derive(Debug, Clone, PartialEq)]
pub struct FeatureMatrix {
    /// Number of frames.
    pub frames: usize,
    /// Numbers per frame, in the recipe's order of features.
    pub coefficients: usize,
    /// Values, frame after frame (`frames * coefficients`).
    pub values: Vec<f32>,
}
