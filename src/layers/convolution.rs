//! A convolution over frames.

use super::convolve::Convolve;
#[cfg(any(feature = "cuda", feature = "wgpu"))]
use super::gpu;
use super::summary::{note_module, with_relu};
use super::{Init, runs_here, ternary, zeros};
use crate::layers::kernels::convolution::Geometry;
use burn::module::{Module, Param};
use burn::tensor::{Tensor, activation, s};

/// `y[t] = Σ_k x[t + k - (kernel - 1) / 2] W[k] + b`, zeros beyond both ends: Keras `Conv1D` with
/// `padding="same"` (or, on demand, `"valid"`) and stride 1, without activation.
#[derive(Module, Debug)]
pub struct Convolution {
    /// W as (kernel * inputs, outputs): Keras' (kernel, inputs, outputs) without its first boundary.
    pub kernel: Param<Tensor<2>>,
    /// b (outputs).
    pub bias: Param<Tensor<1>>,
    /// Frames under the kernel.
    pub kernel_size: usize,
    /// Whether zeros stand beyond both ends, so that as many frames come out as went in.
    pub same: bool,
}

impl Convolution {
    /// Glorot-uniform weights, zero bias.
    pub fn new(inputs: usize, outputs: usize, kernel_size: usize, init: &mut Init) -> Self {
        let (fan_in, fan_out) = (kernel_size * inputs, kernel_size * outputs);
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

    /// Without zeros beyond the ends: `kernel - 1` frames fewer come out.
    pub fn valid(self) -> Self {
        Self { same: false, ..self }
    }

    /// (batch, frames, inputs) to (batch, frames, outputs).
    pub fn forward(&self, input: Tensor<3>) -> Tensor<3> {
        self.apply(input, false)
    }

    /// The same, negative numbers replaced by zero: Keras `activation="relu"`.
    pub fn forward_relu(&self, input: Tensor<3>) -> Tensor<3> {
        self.apply(input, true)
    }

    fn apply(&self, input: Tensor<3>, relu: bool) -> Tensor<3> {
        let output = self.convolved(input, relu);
        let shape = output.dims();
        let multiply_adds = shape[1] * self.kernel.shape().num_elements();
        note_module(self, &shape, multiply_adds, || {
            with_relu(format!("convolution {}, kernel {}", shape[2], self.kernel_size), relu)
        });
        output
    }

    fn convolved(&self, input: Tensor<3>, relu: bool) -> Tensor<3> {
        let [_, frames, inputs] = input.dims();
        let channels = [inputs, self.bias.dims()[0]];
        let geometry = if self.same { Geometry::same } else { Geometry::valid };
        let geometry = geometry([1, frames], [1, self.kernel_size], channels);
        let (kernel, bias) = (self.kernel.val(), self.bias.val());
        if runs_here(&input) {
            return ternary(input, kernel, bias, Convolve { geometry, relu });
        }
        #[cfg(any(feature = "cuda", feature = "wgpu"))]
        if let Some(output) = gpu::convolution(
            &input,
            (kernel, bias),
            geometry,
            [geometry.output[1], channels[1]],
            relu,
        ) {
            return output;
        }
        let output = self.unfolded(input);
        if relu { activation::relu(output) } else { output }
    }

    /// One matrix product over all frames of the batch, in Burn's own operations.
    fn unfolded(&self, input: Tensor<3>) -> Tensor<3> {
        let [batch, frames, inputs] = input.dims();
        let outputs = self.bias.dims()[0];
        let (padded, frames) = if self.same {
            let before = (self.kernel_size - 1) / 2;
            let zeros = |length| Tensor::zeros([batch, length, inputs], &input.device());
            let parts = vec![zeros(before), input.clone(), zeros(self.kernel_size - 1 - before)];
            (Tensor::cat(parts, 1), frames)
        } else {
            (input, (frames + 1).saturating_sub(self.kernel_size))
        };
        let shifted = (0..self.kernel_size).map(|shift| padded.clone().slice(s![.., shift..shift + frames, ..]));
        let windows = Tensor::cat(shifted.collect(), 2).reshape([batch * frames, self.kernel_size * inputs]);
        let product = windows.matmul(self.kernel.val()) + self.bias.val().unsqueeze();
        product.reshape([batch, frames, outputs])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::device::device;
    use burn::tensor::TensorData;

    /// The definition, element by element.
    fn naive(layer: &Convolution, input: &[f32], [batch, frames, inputs]: [usize; 3]) -> Vec<f32> {
        let kernel = layer.kernel.val().into_data().try_into_vec::<f32>().unwrap();
        let bias = layer.bias.val().into_data().try_into_vec::<f32>().unwrap();
        let outputs = bias.len();
        let mut output = Vec::new();
        for clip in 0..batch {
            for frame in 0..frames {
                for out in 0..outputs {
                    let mut sum = bias[out];
                    for k in 0..layer.kernel_size {
                        let Some(source) = (frame + k).checked_sub((layer.kernel_size - 1) / 2) else {
                            continue;
                        };
                        if source < frames {
                            for channel in 0..inputs {
                                sum += input[(clip * frames + source) * inputs + channel]
                                    * kernel[(k * inputs + channel) * outputs + out];
                            }
                        }
                    }
                    output.push(sum);
                }
            }
        }
        output
    }

    #[test]
    fn it_matches_the_definition_for_odd_and_even_kernels_and_for_clips_shorter_than_the_kernel() {
        let device = device("flex").unwrap();
        for (kernel_size, frames) in [(1, 4), (2, 5), (3, 7), (4, 6), (5, 2), (5, 1)] {
            let mut layer = Convolution::new(3, 4, kernel_size, &mut Init::new(3, &device));
            layer.bias = Param::from_data([0.1, -0.2, 0.3, 0.0], &device);
            let shape = [2, frames, 3];
            let input: Vec<f32> = (0..2 * frames * 3).map(|index| (index as f32 * 0.7).sin()).collect();
            let output = layer.forward(Tensor::from_data(TensorData::new(input.clone(), shape), &device));
            assert_eq!(output.dims(), [2, frames, 4]);
            let output = output.into_data().try_into_vec::<f32>().unwrap();
            for (got, expected) in output.iter().zip(naive(&layer, &input, shape)) {
                assert!((got - expected).abs() < 1e-5, "kernel {kernel_size}: {got} {expected}");
            }
        }
    }

    #[test]
    fn values_and_gradients_are_those_of_the_unfolded_product() {
        let device = device("flex").unwrap().autodiff();
        // Few and many channels, that fill vectors or do not; clips shorter than the kernel.
        for (batch, frames, inputs, outputs, kernel_size) in [
            (3, 37, 1, 16, 5),
            (20, 9, 16, 70, 3),
            (1, 250, 5, 33, 4),
            (2, 2, 8, 3, 5),
        ] {
            let mut layer = Convolution::new(inputs, outputs, kernel_size, &mut Init::new(3, &device));
            layer.same = batch != 3;
            let values: Vec<f32> = (0..batch * frames * inputs).map(|i| (i as f32 * 0.7).sin()).collect();
            let run = |forward: &dyn Fn(Tensor<3>) -> Tensor<3>| {
                let input: Tensor<3> =
                    Tensor::from_data(TensorData::new(values.clone(), [batch, frames, inputs]), &device);
                let input = input.require_grad();
                let output = forward(input.clone());
                let gradients = output.clone().sin().sum().backward();
                [
                    output.inner().flatten::<1>(0, 2),
                    input.grad(&gradients).unwrap().flatten(0, 2),
                    layer.kernel.val().grad(&gradients).unwrap().flatten(0, 1),
                    layer.bias.val().grad(&gradients).unwrap(),
                ]
                .map(|tensor| tensor.into_data().try_into_vec::<f32>().unwrap())
            };
            let ours = run(&|input| layer.forward_relu(input));
            let composed = run(&|input| activation::relu(layer.unfolded(input)));
            for (ours, composed) in ours.iter().zip(&composed) {
                let scale = composed.iter().fold(1.0f32, |most, value| most.max(value.abs()));
                assert_eq!(ours.len(), composed.len());
                for (ours, composed) in ours.iter().zip(composed) {
                    assert!((ours - composed).abs() < 1e-5 * scale, "{ours} {composed}");
                }
            }
            assert_eq!(ours, run(&|input| layer.forward_relu(input)));
        }
    }
}
