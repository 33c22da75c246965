//! A fully connected layer.

use super::{glorot_uniform, zeros};
use crate::random::Stream;
use burn::module::{Module, Param};
use burn::tensor::{Device, Tensor};

/// `y = x W + b`: Keras `Dense` without activation.
#[derive(Module, Debug)]
pub struct Dense {
    /// W (inputs, outputs).
    pub kernel: Param<Tensor<2>>,
    /// b (outputs).
    pub bias: Param<Tensor<1>>,
}

impl Dense {
    /// Glorot-uniform weights, zero bias.
    pub fn new(inputs: usize, outputs: usize, stream: &mut Stream, device: &Device) -> Self {
        Self {
            kernel: glorot_uniform([inputs, outputs], inputs, outputs, stream, device),
            bias: zeros(outputs, device),
        }
    }

    /// Multiply-adds of one clip, forwards.
    pub fn multiply_adds(&self) -> usize {
        self.kernel.shape().num_elements()
    }

    /// (batch, inputs) to (batch, outputs).
    pub fn forward(&self, input: Tensor<2>) -> Tensor<2> {
        input.matmul(self.kernel.val()) + self.bias.val().unsqueeze()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::models::device;
    use crate::random::stream;

    #[test]
    fn it_is_a_matrix_product_plus_bias() {
        let device = device("flex").unwrap();
        let mut dense = Dense::new(2, 3, &mut stream(1, "weights", 0), &device);
        dense.kernel = Param::from_data([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]], &device);
        dense.bias = Param::from_data([0.5, 0.0, -1.0], &device);
        let output = dense.forward(Tensor::from_data([[1.0, 1.0], [2.0, 0.0]], &device));
        assert_eq!(
            output.into_data().try_into_vec::<f32>().unwrap(),
            [5.5, 7.0, 8.0, 2.5, 4.0, 5.0]
        );
    }
}
