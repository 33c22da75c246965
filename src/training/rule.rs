//! The arithmetic of an optimiser: what one step does to a parameter.

use burn::tensor::Tensor;

/// Weights and moments after a step.
pub(super) type Stepped = (Tensor<1>, Vec<Tensor<1>>);

/// What one step does to a parameter.
pub(super) trait Rule: Copy + Send + Sync {
    /// Updates a segment of weights and moments, each read once and written once.
    fn update_segment(self, weights: &mut [f32], gradient: &[f32], moments: &mut [&mut [f32]]);

    /// The same in one kernel, where there is one and the weights lie on a device that it runs on.
    #[cfg(any(feature = "cuda", feature = "wgpu"))]
    fn on_gpu(self, _weights: &Tensor<1>, _gradient: &Tensor<1>, _moments: &[Tensor<1>]) -> Option<Stepped> {
        None
    }

    /// The same in Burn's operations, for other devices.
    fn composed(self, weights: Tensor<1>, gradient: Tensor<1>, moments: Vec<Tensor<1>>) -> Stepped;
}
