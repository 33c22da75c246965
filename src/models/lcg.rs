//! Weights and inputs that golden files need not store.

use burn::module::{ModuleMapper, Param};
use burn::tensor::{Tensor, TensorData};

/// The generator that the scripts under `tests/golden` use as well: numbers in [-0.5, 0.5), exact in
/// 32 bits. Mapped over a module, it fills the weights in the order of the layers.
pub struct Lcg(pub u32);

impl Lcg {
    /// The next numbers.
    pub fn values(&mut self, count: usize) -> Vec<f32> {
        let mut next = || {
            self.0 = self.0.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (self.0 >> 8) as f32 / 16_777_216.0 - 0.5
        };
        (0..count).map(|_| next()).collect()
    }
}

impl ModuleMapper for Lcg {
    fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
        let values = self.values(param.shape().num_elements());
        param.map(|tensor| {
            let filled = Tensor::from_data(TensorData::new(values, tensor.shape()), &tensor.device());
            if tensor.is_require_grad() {
                filled.require_grad()
            } else {
                filled
            }
        })
    }
}
