//! Layers in Burn's own operations, channels last.

use super::{glorot_uniform, zeros};
use crate::random::Stream;
use burn::module::{Module, Param, RunningState};
use burn::nn::PaddingConfig1d;
use burn::nn::pool::{MaxPool1dConfig, MaxPool2dConfig};
use burn::tensor::module::{batch_norm, batch_norm_train, conv2d};
use burn::tensor::ops::ConvOptions;
use burn::tensor::{Device, Tensor};

/// Keras `Conv2D` with `padding="same"`.
#[derive(Module, Debug)]
pub struct Convolution2d {
    /// W as (kernel * kernel * inputs, outputs).
    pub kernel: Param<Tensor<2>>,
    /// b (outputs).
    pub bias: Param<Tensor<1>>,
    /// Positions under the kernel along each axis.
    pub kernel_size: usize,
}

impl Convolution2d {
    /// Glorot-uniform weights, zero bias.
    pub fn new(inputs: usize, outputs: usize, kernel_size: usize, stream: &mut Stream, device: &Device) -> Self {
        let area = kernel_size * kernel_size;
        let (fan_in, fan_out) = (area * inputs, area * outputs);
        Self {
            kernel: glorot_uniform([fan_in, outputs], fan_in, fan_out, stream, device),
            bias: zeros(outputs, device),
            kernel_size,
        }
    }

    /// (batch, height, width, inputs) to (batch, height, width, outputs).
    pub fn forward(&self, input: Tensor<4>) -> Tensor<4> {
        let [_, _, _, inputs] = input.dims();
        let k = self.kernel_size;
        let outputs = self.bias.dims()[0];
        let weight = self.kernel.val().reshape([k, k, inputs, outputs]).permute([3, 2, 0, 1]);
        let (before, after) = ((k - 1) / 2, k / 2);
        let options = ConvOptions::new_with_padding([1, 1], [(before, after); 2], [1, 1], 1);
        conv2d(input.permute([0, 3, 1, 2]), weight, Some(self.bias.val()), options).permute([0, 2, 3, 1])
    }
}

/// Keras `BatchNormalization`.
#[derive(Module, Debug)]
pub struct BatchNorm {
    /// gamma (channels).
    pub gamma: Param<Tensor<1>>,
    /// beta (channels).
    pub beta: Param<Tensor<1>>,
    /// Running mean (channels).
    pub mean: RunningState<Tensor<1>>,
    /// Running variance (channels).
    pub variance: RunningState<Tensor<1>>,
}

impl BatchNorm {
    /// gamma 1, beta 0, running mean 0 and variance 1.
    pub fn new(channels: usize, device: &Device) -> Self {
        Self {
            gamma: Param::from_tensor(Tensor::ones([channels], device)),
            beta: zeros(channels, device),
            mean: RunningState::new(Tensor::zeros([channels], device)),
            variance: RunningState::new(Tensor::ones([channels], device)),
        }
    }

    /// Normalises the last axis.
    pub fn forward<const D: usize>(&self, input: Tensor<D>, training: bool) -> Tensor<D> {
        let shape = input.shape();
        let channels = self.gamma.dims()[0];
        let rows = shape.num_elements() / channels;
        let flat = input.reshape([rows, channels]);
        let (gamma, beta) = (self.gamma.val(), self.beta.val());
        let output = if training {
            let found = batch_norm_train(flat, gamma, beta, 1e-3);
            let mix = |old: Tensor<1>, new: Tensor<1>| old.mul_scalar(0.99) + new.detach().mul_scalar(0.01);
            self.mean.update(mix(self.mean.value_sync(), found.mean).detach());
            self.variance
                .update(mix(self.variance.value_sync(), found.variance).detach());
            found.output
        } else {
            batch_norm(
                flat,
                gamma,
                beta,
                self.mean.value_sync(),
                self.variance.value_sync(),
                1e-3,
            )
        };
        output.reshape(shape)
    }
}

/// Keras `MaxPooling1D(size, stride, padding="same")`.
pub fn max_pool_same(input: Tensor<3>, size: usize, stride: usize) -> Tensor<3> {
    let pool = MaxPool1dConfig::new(size)
        .with_stride(stride)
        .with_padding(PaddingConfig1d::Same)
        .init();
    pool.forward(input.swap_dims(1, 2)).swap_dims(1, 2)
}

/// Keras `MaxPooling2D(size)`.
pub fn max_pool_2d(input: Tensor<4>, size: [usize; 2]) -> Tensor<4> {
    let pool = MaxPool2dConfig::new(size).with_strides(size).init();
    pool.forward(input.permute([0, 3, 1, 2])).permute([0, 2, 3, 1])
}
