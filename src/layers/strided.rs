//! A convolution over frames with a stride.

use super::{Operation, Pullback, Values, runs_here, ternary};
use crate::layers::kernels::strided::{self, Windows};
use burn::module::{Module, Param};
use burn::tensor::{Device, Tensor, TensorData, s};
use std::sync::Arc;

/// `y[t] = Σ_k x[t stride + k - padding] W[k] + b`, zeros beyond both ends: PyTorch's `Conv1d` on (batch, frames,
/// channels).
#[derive(Module, Debug)]
pub struct StridedConvolution {
    /// W as (kernel * inputs, outputs).
    pub kernel: Param<Tensor<2>>,
    /// b (outputs).
    pub bias: Param<Tensor<1>>,
    /// Frames under the kernel.
    pub kernel_size: usize,
    /// Frames from one place of the kernel to the next.
    pub stride: usize,
    /// Zeros beyond each end.
    pub padding: usize,
}

impl StridedConvolution {
    /// From PyTorch's weights (outputs, inputs, kernel), row after row.
    pub fn from_torch(
        weights: &[f32],
        bias: Vec<f32>,
        [kernel_size, stride, padding]: [usize; 3],
        device: &Device,
    ) -> Self {
        let outputs = bias.len();
        let window = weights.len() / outputs.max(1);
        let kernel = strided::from_torch(weights, window / kernel_size.max(1), kernel_size);
        Self {
            kernel: Param::from_data(TensorData::new(kernel, [window, outputs]), device),
            bias: Param::from_data(TensorData::new(bias, [outputs]), device),
            kernel_size,
            stride,
            padding,
        }
    }

    /// Frames that come out of so many.
    pub fn frames(&self, frames: usize) -> usize {
        let room = (frames + 2 * self.padding).checked_sub(self.kernel_size);
        room.map_or(0, |room| room / self.stride.max(1) + 1)
    }

    /// (batch, frames, inputs) to (batch, frames that come out, outputs).
    pub fn forward(&self, input: Tensor<3>) -> Tensor<3> {
        let [batch, frames, inputs] = input.dims();
        let padded = if self.padding > 0 {
            let zeros = Tensor::zeros([batch, self.padding, inputs], &input.device());
            Tensor::cat(vec![zeros.clone(), input, zeros], 1)
        } else {
            input
        };
        if runs_here(&padded) {
            let windows = Windows {
                frames: frames + 2 * self.padding,
                inputs,
                kernel: self.kernel_size,
                stride: self.stride,
                outputs: self.bias.dims()[0],
            };
            return ternary(padded, self.kernel.val(), self.bias.val(), Strided { windows });
        }
        self.unfolded(padded, self.frames(frames))
    }

    /// One matrix product over all windows of the batch, in Burn's own operations.
    fn unfolded(&self, padded: Tensor<3>, count: usize) -> Tensor<3> {
        let [batch, _, inputs] = padded.dims();
        let step = self.stride as isize;
        let shifted = |shift: usize| -> Tensor<3> {
            let end = shift + (count - 1) * self.stride + 1;
            padded.clone().slice(s![.., shift as isize..end as isize;step, ..])
        };
        let windows = Tensor::cat((0..self.kernel_size).map(shifted).collect(), 2);
        let windows = windows.reshape([batch * count, self.kernel_size * inputs]);
        let product = windows.matmul(self.kernel.val()) + self.bias.val().unsqueeze();
        product.reshape([batch, count, self.bias.dims()[0]])
    }
}

#[derive(Debug)]
struct Strided {
    windows: Windows,
}

impl Operation<3> for Strided {
    fn forward(self: Box<Self>, inputs: [Values; 3], tracked: bool) -> (Values, Option<Arc<dyn Pullback<3>>>) {
        let [input, kernel, bias] = inputs;
        let windows = self.windows;
        let output = strided::forward(input.slice(), kernel.slice(), bias.slice(), windows);
        let output = Values::new(output, [input.shape()[0], windows.count(), windows.outputs]);
        let back = StridedBack { windows, input, kernel };
        (output, tracked.then(|| Arc::new(back) as _))
    }
}

/// Kept for the backward pass.
#[derive(Debug)]
struct StridedBack {
    windows: Windows,
    input: Values,
    kernel: Values,
}

impl Pullback<3> for StridedBack {
    fn backward(&self, gradient: Values, wanted: [bool; 3]) -> [Option<Values>; 3] {
        let (input, kernel) = (self.input.slice(), self.kernel.slice());
        let found = strided::backward(input, kernel, gradient.slice(), self.windows, wanted[0]);
        let (to_input, to_kernel, to_bias) = found;
        let outputs = to_bias.len();
        [
            to_input.map(|values| Values::new(values, self.input.shape().to_vec())),
            wanted[1].then(|| Values::new(to_kernel, self.kernel.shape().to_vec())),
            wanted[2].then(|| Values::new(to_bias, [outputs])),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::device::device;
    use crate::layers::lcg::Lcg;

    fn layer(
        [inputs, outputs]: [usize; 2],
        sizes: [usize; 3],
        device: &Device,
    ) -> (StridedConvolution, Vec<f32>, Vec<f32>) {
        let mut draw = Lcg(3);
        let weights = draw.values(outputs * inputs * sizes[0]);
        let bias = draw.values(outputs);
        let layer = StridedConvolution::from_torch(&weights, bias.clone(), sizes, device);
        (layer, weights, bias)
    }

    #[test]
    fn it_is_pytorchs_definition() {
        let device = device("flex").unwrap();
        for (frames, channels, sizes) in [(7, [2, 3], [3, 2, 1]), (8, [2, 3], [3, 2, 1]), (31, [1, 4], [10, 5, 0])] {
            let (layer, weights, bias) = layer(channels, sizes, &device);
            let ([inputs, outputs], [kernel, stride, padding]) = (channels, sizes);
            let values = Lcg(4).values(2 * frames * inputs);
            let input = Tensor::from_data(TensorData::new(values.clone(), [2, frames, inputs]), &device);
            let output = layer.forward(input);
            let [_, count, _] = output.dims();
            assert_eq!(count, layer.frames(frames));
            let output = output.into_data().try_into_vec::<f32>().unwrap();
            for (index, found) in output.iter().enumerate() {
                let (clip, t, out) = (index / count / outputs, index / outputs % count, index % outputs);
                let mut expected = bias[out];
                for k in 0..kernel {
                    let Some(frame) = (t * stride + k).checked_sub(padding).filter(|frame| *frame < frames) else {
                        continue;
                    };
                    for channel in 0..inputs {
                        expected += values[(clip * frames + frame) * inputs + channel]
                            * weights[(out * inputs + channel) * kernel + k];
                    }
                }
                assert!((found - expected).abs() < 1e-5, "{found} {expected}");
            }
        }
    }

    #[test]
    fn values_and_gradients_are_those_of_burns_operations() {
        let device = device("flex").unwrap().autodiff();
        for (frames, channels, sizes) in [
            (300, [5, 17], [3, 2, 0]),
            (64, [1, 4], [10, 5, 0]),
            (9, [100, 6], [3, 1, 0]),
        ] {
            let (layer, ..) = layer(channels, sizes, &device);
            let values = Lcg(4).values(2 * frames * channels[0]);
            let run = |forward: &dyn Fn(Tensor<3>) -> Tensor<3>| {
                let shape = [2, frames, channels[0]];
                let input: Tensor<3> = Tensor::from_data(TensorData::new(values.clone(), shape), &device);
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
            let ours = run(&|input| layer.forward(input));
            let composed = run(&|input| layer.unfolded(input, layer.frames(frames)));
            for (ours, composed) in ours.iter().zip(&composed) {
                let scale = composed.iter().fold(1.0f32, |most, value| most.max(value.abs()));
                for (ours, composed) in ours.iter().zip(composed) {
                    assert!((ours - composed).abs() < 1e-5 * scale, "{ours} {composed}");
                }
            }
        }
    }
}
