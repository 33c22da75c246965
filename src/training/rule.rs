//! The arithmetic of an optimiser: what one step does to a parameter.

use burn::tensor::Tensor;

/// What one step does to a parameter.
pub(super) trait Rule: Copy + Send + Sync {
    /// Changes a stretch of weights and moments, each read once and written once.
    fn update_segment(self, weights: &mut [f32], gradient: &[f32], moments: &mut [&mut [f32]]);

    /// The same in Burn's operations, for devices whose numbers are not at hand.
    fn composed(self, weights: Tensor<1>, gradient: Tensor<1>, moments: Vec<Tensor<1>>) -> (Tensor<1>, Vec<Tensor<1>>);
}
