//! What comes out of an encoder.

/// Rows of numbers, one after the other.
#[derive(Debug, Clone, PartialEq)]
pub struct Frames {
    /// Rows: the clip's frames, or 1 when they are pooled.
    pub frames: usize,
    /// Numbers in a row.
    pub width: usize,
    /// `frames * width` numbers, row after row.
    pub values: Vec<f32>,
}
