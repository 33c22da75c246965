//! What our own operations on the CPU read and write.

use burn::tensor::{Shape, TensorData};
use burn_flex::FlexTensor;

/// Contiguous 32-bit values and their shape. Clones share the memory.
#[derive(Debug, Clone)]
pub struct Values(FlexTensor);

impl Values {
    /// The values in row-major order.
    pub fn new(values: Vec<f32>, shape: impl Into<Shape>) -> Self {
        Self(FlexTensor::from_data(TensorData::new(values, shape)))
    }

    /// Copied only where the tensor is a view that leaves gaps.
    pub(super) fn from_tensor(tensor: FlexTensor) -> Self {
        Self(if tensor.is_contiguous() {
            tensor
        } else {
            tensor.to_contiguous()
        })
    }

    pub(super) fn into_tensor(self) -> FlexTensor {
        self.0
    }

    /// The lengths of the axes.
    pub fn shape(&self) -> &[usize] {
        self.0.layout().shape()
    }

    /// All values.
    pub fn slice(&self) -> &[f32] {
        self.0.as_slice().unwrap_or_default()
    }

    /// All values, to change in place where nobody else holds them; otherwise in a copy.
    pub fn slice_mut(&mut self) -> &mut [f32] {
        let (start, end) = self.0.layout().contiguous_offsets().unwrap_or_default();
        &mut self.0.storage_mut()[start..end]
    }
}
