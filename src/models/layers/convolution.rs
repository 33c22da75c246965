//! A convolution over frames.

use super::{glorot_uniform, zeros};
use crate::random::Stream;
use burn::module::{Module, Param};
use burn::tensor::{Device, Tensor, s};

/// `y[t] = Σ_k x[t + k - (kernel - 1) / 2] W[k] + b`, zeros beyond both ends: Keras `Conv1D` with
/// `padding="same"` and stride 1, without activation.
#[derive(Module, Debug)]
pub struct Convolution {
    /// W as (kernel * inputs, outputs): Keras' (kernel, inputs, outputs) without its first boundary.
    pub kernel: Param<Tensor<2>>,
    /// b (outputs).
    pub bias: Param<Tensor<1>>,
    /// Frames under the kernel.
    pub kernel_size: usize,
}

impl Convolution {
    /// Glorot-uniform weights, zero bias.
    pub fn new(inputs: usize, outputs: usize, kernel_size: usize, stream: &mut Stream, device: &Device) -> Self {
        let (fan_in, fan_out) = (kernel_size * inputs, kernel_size * outputs);
        Self {
            kernel: glorot_uniform([fan_in, outputs], fan_in, fan_out, stream, device),
            bias: zeros(outputs, device),
            kernel_size,
        }
    }

    /// (batch, frames, inputs) to (batch, frames, outputs).
    ///
    /// One matrix product over all frames of the batch: on the CPU faster than Burn's convolution,
    /// above all backwards, where that one multiplies many thin matrices.
    pub fn forward(&self, input: Tensor<3>) -> Tensor<3> {
        let [batch, frames, inputs] = input.dims();
        let outputs = self.bias.dims()[0];
        let before = (self.kernel_size - 1) / 2;
        let zeros = |length| Tensor::zeros([batch, length, inputs], &input.device());
        let padded = Tensor::cat(
            vec![zeros(before), input.clone(), zeros(self.kernel_size - 1 - before)],
            1,
        );
        let shifted = (0..self.kernel_size).map(|shift| padded.clone().slice(s![.., shift..shift + frames, ..]));
        let windows = Tensor::cat(shifted.collect(), 2).reshape([batch * frames, self.kernel_size * inputs]);
        let product = windows.matmul(self.kernel.val()) + self.bias.val().unsqueeze();
        product.reshape([batch, frames, outputs])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::models::device;
    use crate::random::stream;
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
            let mut draw = stream(3, "weights", kernel_size as u64);
            let mut layer = Convolution::new(3, 4, kernel_size, &mut draw, &device);
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
}
