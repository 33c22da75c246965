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

/// Fills a module with weights that keep what passes a layer about as large as it was, whatever the layer's size:
/// matrices divided by the square root of a twelfth of their rows, gamma and running variances about 1.
pub struct Levelled {
    /// Where the numbers come from.
    pub draw: Lcg,
    /// Name of the field that the mapper is in.
    field: String,
}

impl Levelled {
    /// Starts where the generator stands.
    pub fn new(draw: Lcg) -> Self {
        Self {
            draw,
            field: String::new(),
        }
    }
}

impl ModuleMapper for Levelled {
    fn enter_module(&mut self, name: &str, _: &str) {
        name.clone_into(&mut self.field);
    }

    fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
        let rows = if self.field != "bias" && D > 1 {
            param.dims()[D - 2]
        } else {
            12
        };
        let offset = if self.field == "gamma" || self.field == "variance" {
            1.0
        } else {
            0.0
        };
        let scale = (12.0 / rows as f64).sqrt() as f32;
        self.draw.map_float(param).map(|tensor| tensor * scale + offset)
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
