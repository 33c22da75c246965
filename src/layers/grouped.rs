//! A convolution over frames in groups of channels.

use super::{Operation, Pullback, Values, runs_here, ternary};
use crate::layers::kernels::grouped::{self, Groups};
use crate::layers::kernels::strided;
use burn::module::{Module, Param};
use burn::tensor::module::conv1d;
use burn::tensor::ops::ConvOptions;
use burn::tensor::{Device, Tensor, TensorData, s};
use std::sync::Arc;

/// `y[t] = Σ_k x[t + k - kernel / 2] W[k] + b` in each group of channels, zeros beyond both ends, as many frames out as
/// in: PyTorch's `Conv1d` with groups and `padding=kernel // 2`, of an even kernel without the last frame.
#[derive(Module, Debug)]
pub struct GroupedConvolution {
    /// W (groups, kernel * inputs, outputs), inputs and outputs those of a group, as many of both.
    pub kernel: Param<Tensor<3>>,
    /// b (groups * outputs).
    pub bias: Param<Tensor<1>>,
    /// Frames under the kernel.
    pub kernel_size: usize,
}

impl GroupedConvolution {
    /// From PyTorch's weights (channels, channels of a group, kernel), row after row.
    pub fn from_torch(weights: &[f32], bias: Vec<f32>, groups: usize, kernel_size: usize, device: &Device) -> Self {
        let width = bias.len();
        let channels = width / groups.max(1);
        let parts = weights.chunks((channels * channels * kernel_size).max(1));
        let kernel: Vec<f32> = parts
            .flat_map(|part| strided::from_torch(part, channels, kernel_size))
            .collect();
        Self {
            kernel: Param::from_data(
                TensorData::new(kernel, [groups, kernel_size * channels, channels]),
                device,
            ),
            bias: Param::from_data(TensorData::new(bias, [width]), device),
            kernel_size,
        }
    }

    /// (batch, frames, channels) to the same shape.
    pub fn forward(&self, input: Tensor<3>) -> Tensor<3> {
        if runs_here(&input) {
            let [count, _, channels] = self.kernel.dims();
            let groups = Groups {
                count,
                frames: input.dims()[1],
                channels,
                kernel: self.kernel_size,
                before: self.kernel_size / 2,
            };
            return ternary(input, self.kernel.val(), self.bias.val(), Grouped { groups });
        }
        self.composed(input)
    }

    /// In Burn's own operations.
    fn composed(&self, input: Tensor<3>) -> Tensor<3> {
        let frames = input.dims()[1];
        let [groups, depth, channels] = self.kernel.dims();
        let kernel = self
            .kernel
            .val()
            .reshape([groups, self.kernel_size, depth / self.kernel_size, channels]);
        let kernel: Tensor<3> = kernel
            .permute([0, 3, 2, 1])
            .reshape([groups * channels, channels, self.kernel_size]);
        let options = ConvOptions::new([1], [self.kernel_size / 2], [1], groups);
        let output = conv1d(input.swap_dims(1, 2), kernel, Some(self.bias.val()), options);
        output.swap_dims(1, 2).slice(s![.., 0..frames, ..])
    }
}

#[derive(Debug)]
struct Grouped {
    groups: Groups,
}

impl Operation<3> for Grouped {
    fn forward(self: Box<Self>, inputs: [Values; 3], tracked: bool) -> (Values, Option<Arc<dyn Pullback<3>>>) {
        let [input, kernel, bias] = inputs;
        let groups = self.groups;
        let output = grouped::forward(input.slice(), kernel.slice(), bias.slice(), groups);
        let output = Values::new(output, input.shape().to_vec());
        let back = GroupedBack { groups, input, kernel };
        (output, tracked.then(|| Arc::new(back) as _))
    }
}

/// Kept for the backward pass.
#[derive(Debug)]
struct GroupedBack {
    groups: Groups,
    input: Values,
    kernel: Values,
}

impl Pullback<3> for GroupedBack {
    fn backward(&self, gradient: Values, wanted: [bool; 3]) -> [Option<Values>; 3] {
        let (input, kernel) = (self.input.slice(), self.kernel.slice());
        let found = grouped::backward(input, kernel, gradient.slice(), self.groups, wanted[0]);
        let (to_input, to_kernel, to_bias) = found;
        let width = to_bias.len();
        [
            to_input.map(|values| Values::new(values, self.input.shape().to_vec())),
            wanted[1].then(|| Values::new(to_kernel, self.kernel.shape().to_vec())),
            wanted[2].then(|| Values::new(to_bias, [width])),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::device::device;
    use crate::layers::lcg::Lcg;

    #[test]
    fn each_channel_sees_its_group_and_an_even_kernel_looks_one_frame_further_back() {
        let device = device("flex").unwrap();
        // Two groups of one channel, kernel of two frames.
        let layer = GroupedConvolution::from_torch(&[1.0, 10.0, 2.0, 20.0], vec![0.0, 0.5], 2, 2, &device);
        let output = layer.forward(Tensor::from_data([[[1.0, 5.0], [2.0, 6.0], [3.0, 7.0]]], &device));
        let output = output.into_data().try_into_vec::<f32>().unwrap();
        assert_eq!(output, [10.0, 100.5, 21.0, 130.5, 32.0, 152.5]);
    }

    #[test]
    fn values_and_gradients_are_those_of_burns_convolution() {
        let device = device("flex").unwrap().autodiff();
        for (groups, channels, kernel, frames) in [(4, 6, 16, 21), (3, 4, 5, 1), (1, 7, 3, 300), (2, 24, 4, 2)] {
            let mut draw = Lcg(7);
            let (weights, bias) = (
                draw.values(groups * channels * channels * kernel),
                draw.values(groups * channels),
            );
            let layer = GroupedConvolution::from_torch(&weights, bias, groups, kernel, &device);
            let shape = [3, frames, groups * channels];
            let values = draw.values(shape.iter().product());
            let run = |forward: &dyn Fn(Tensor<3>) -> Tensor<3>| {
                let input: Tensor<3> = Tensor::from_data(TensorData::new(values.clone(), shape), &device);
                let input = input.require_grad();
                let output = forward(input.clone());
                let gradients = output.clone().sin().sum().backward();
                [
                    output.inner().flatten::<1>(0, 2),
                    input.grad(&gradients).unwrap().flatten(0, 2),
                    layer.kernel.val().grad(&gradients).unwrap().flatten(0, 2),
                    layer.bias.val().grad(&gradients).unwrap(),
                ]
                .map(|tensor| tensor.into_data().try_into_vec::<f32>().unwrap())
            };
            let ours = run(&|input| layer.forward(input));
            let composed = run(&|input| layer.composed(input));
            for (ours, composed) in ours.iter().zip(&composed) {
                let scale = composed.iter().fold(1.0f32, |most, value| most.max(value.abs()));
                assert_eq!(ours.len(), composed.len());
                for (ours, composed) in ours.iter().zip(composed) {
                    assert!((ours - composed).abs() < 1e-5 * scale, "{ours} {composed}");
                }
            }
        }
    }
}
