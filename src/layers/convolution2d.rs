//! A convolution over images.

use super::convolve::Convolve;
#[cfg(any(feature = "cuda", feature = "wgpu"))]
use super::gpu;
use super::summary::{note_module, with_relu};
use super::{Init, runs_here, ternary, zeros};
use crate::layers::kernels::convolution::Geometry;
use burn::module::{Module, Param};
use burn::tensor::module::conv2d;
use burn::tensor::ops::ConvOptions;
use burn::tensor::{Tensor, activation};

/// `y[i, j] = Σ x[i + k - (kernel - 1) / 2, j + l - (kernel - 1) / 2] W[k, l] + b`, zeros beyond the
/// borders: Keras `Conv2D` with `padding="same"` (or, on demand, `"valid"`) and stride 1, without activation.
#[derive(Module, Debug)]
pub struct Convolution2d {
    /// W as (kernel * kernel * inputs, outputs): Keras' (kernel, kernel, inputs, outputs) without its
    /// first boundaries.
    pub kernel: Param<Tensor<2>>,
    /// b (outputs).
    pub bias: Param<Tensor<1>>,
    /// Positions under the kernel along each axis.
    pub kernel_size: usize,
    /// Whether zeros stand beyond the borders, so that the image keeps its size.
    pub same: bool,
}

impl Convolution2d {
    /// Glorot-uniform weights, zero bias.
    pub fn new(inputs: usize, outputs: usize, kernel_size: usize, init: &mut Init) -> Self {
        let area = kernel_size * kernel_size;
        let (fan_in, fan_out) = (area * inputs, area * outputs);
        Self {
            kernel: init.glorot_uniform([fan_in, outputs], fan_in, fan_out),
            bias: zeros(outputs, &init.device),
            kernel_size,
            same: true,
        }
    }

    /// Layers one after the other; `sizes` holds outputs and kernel of each.
    pub fn stack(mut inputs: usize, sizes: impl IntoIterator<Item = (usize, usize)>, init: &mut Init) -> Vec<Self> {
        let layer = |(outputs, kernel_size)| {
            let layer = Self::new(inputs, outputs, kernel_size, init);
            inputs = outputs;
            layer
        };
        sizes.into_iter().map(layer).collect()
    }

    /// Without zeros beyond the borders: the image loses `kernel - 1` rows and columns.
    pub fn valid(self) -> Self {
        Self { same: false, ..self }
    }

    /// (batch, height, width, inputs) to (batch, height, width, outputs).
    pub fn forward(&self, input: Tensor<4>) -> Tensor<4> {
        self.apply(input, false)
    }

    /// The same, negative numbers replaced by zero: Keras `activation="relu"`.
    pub fn forward_relu(&self, input: Tensor<4>) -> Tensor<4> {
        self.apply(input, true)
    }

    fn apply(&self, input: Tensor<4>, relu: bool) -> Tensor<4> {
        let output = self.convolved(input, relu);
        let shape = output.dims();
        let multiply_adds = shape[1] * shape[2] * self.kernel.shape().num_elements();
        note_module(self, &shape, multiply_adds, || {
            let size = self.kernel_size;
            with_relu(format!("convolution {}, kernel {size} x {size}", shape[3]), relu)
        });
        output
    }

    fn convolved(&self, input: Tensor<4>, relu: bool) -> Tensor<4> {
        let [_, height, width, inputs] = input.dims();
        let channels = [inputs, self.bias.dims()[0]];
        let geometry = if self.same { Geometry::same } else { Geometry::valid };
        let geometry = geometry([height, width], [self.kernel_size; 2], channels);
        let (kernel, bias) = (self.kernel.val(), self.bias.val());
        if runs_here(&input) {
            return ternary(input, kernel, bias, Convolve { geometry, relu });
        }
        #[cfg(any(feature = "cuda", feature = "wgpu"))]
        {
            let [height, width] = geometry.output;
            let sizes = [height, width, channels[1]];
            if let Some(output) = gpu::convolution(&input, (kernel, bias), geometry, sizes, relu) {
                return output;
            }
        }
        let output = self.composed(input);
        if relu { activation::relu(output) } else { output }
    }

    /// Burn's own convolution.
    fn composed(&self, input: Tensor<4>) -> Tensor<4> {
        let inputs = input.dims()[3];
        let outputs = self.bias.dims()[0];
        let k = self.kernel_size;
        let weight = self.kernel.val().reshape([k, k, inputs, outputs]).permute([3, 2, 0, 1]);
        let padding = if self.same { ((k - 1) / 2, k / 2) } else { (0, 0) };
        let options = ConvOptions::new_with_padding([1, 1], [padding; 2], [1, 1], 1);
        let bias = Some(self.bias.val());
        conv2d(input.permute([0, 3, 1, 2]), weight, bias, options).permute([0, 2, 3, 1])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::device::device;
    use burn::tensor::TensorData;

    #[test]
    fn values_and_gradients_are_those_of_burns_convolution() {
        let device = device("flex").unwrap().autodiff();
        for (shape, outputs, kernel_size) in [
            ([3, 9, 14, 1], 16, 3),
            ([18, 4, 6, 16], 32, 3),
            ([2, 5, 7, 3], 50, 4),
            ([2, 2, 3, 64], 7, 7),
            ([1, 1, 5, 2], 4, 5),
        ] {
            let mut layer = Convolution2d::new(shape[3], outputs, kernel_size, &mut Init::new(3, &device));
            layer.same = shape[0] != 3;
            let values: Vec<f32> = (0..shape.iter().product())
                .map(|i: usize| (i as f32 * 0.7).sin())
                .collect();
            let run = |forward: &dyn Fn(Tensor<4>) -> Tensor<4>| {
                let input: Tensor<4> = Tensor::from_data(TensorData::new(values.clone(), shape), &device);
                let input = input.require_grad();
                let output = forward(input.clone());
                let gradients = output.clone().sin().sum().backward();
                [
                    output.inner().flatten::<1>(0, 3),
                    input.grad(&gradients).unwrap().flatten(0, 3),
                    layer.kernel.val().grad(&gradients).unwrap().flatten(0, 1),
                    layer.bias.val().grad(&gradients).unwrap(),
                ]
                .map(|tensor| tensor.into_data().try_into_vec::<f32>().unwrap())
            };
            let ours = run(&|input| layer.forward_relu(input));
            let composed = run(&|input| activation::relu(layer.composed(input)));
            for (ours, composed) in ours.iter().zip(&composed) {
                let scale = composed.iter().fold(1.0f32, |most, value| most.max(value.abs()));
                assert_eq!(ours.len(), composed.len());
                for (ours, composed) in ours.iter().zip(composed) {
                    assert!((ours - composed).abs() < 1e-5 * scale, "{shape:?}: {ours} {composed}");
                }
            }
            assert_eq!(ours, run(&|input| layer.forward_relu(input)));
        }
    }
}
