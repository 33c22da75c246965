//! `deep_mel_conv2d`: six convolutions over time and frequency.

use super::architecture::Architecture;
use super::check::Check;
use crate::layers::{Convolution2d, Dense, Init, MaxPool, Mode};
use crate::models::ModelError;
use burn::module::Module;
use burn::tensor::Tensor;
use serde::{Deserialize, Serialize};

/// `[model.deep_mel_conv2d]`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DeepMelConv2dSettings {
    /// Output channels of the convolutions.
    pub filters: Vec<usize>,
    /// Kernel of each convolution, frames and coefficients alike.
    pub kernel_sizes: Vec<usize>,
    /// Max pooling after each convolution, frames and coefficients alike.
    pub pool_size: usize,
    /// Units of the dense layers.
    pub dense_units: Vec<usize>,
}

const CHECK: Check = Check("deep_mel_conv2d");

impl DeepMelConv2dSettings {
    /// Outputs and kernel of each convolution.
    fn convolutions(&self) -> impl Iterator<Item = (usize, usize)> {
        self.filters.iter().copied().zip(self.kernel_sizes.iter().copied())
    }

    /// How many numbers reach the dense layers, where the sizes can be built for this input.
    fn flat(&self, (frames, coefficients): (usize, usize)) -> Result<usize, ModelError> {
        let poolings = self.filters.len();
        let height = CHECK.pooled("frames", frames, self.pool_size, poolings)?;
        let width = CHECK.pooled("coefficients", coefficients, self.pool_size, poolings)?;
        let areas = self.convolutions().map(|(outputs, kernel)| (outputs, kernel * kernel));
        CHECK.convolutions("filters", 1, areas)?;
        let channels = self.filters.last().copied().unwrap_or(1);
        let flat = height * width * channels;
        CHECK.dense("dense_units", flat, &self.dense_units)?;
        Ok(flat)
    }
}

/// A mel spectrogram as one channel; convolutions (ReLU, zeros beyond the edges), each with max pooling;
/// dense layers (ReLU); one logit per class.
///
/// With the sizes that ship, 256 frames of 64 mel bands and 8 classes:
///
/// | layer | output | parameters |
/// |---|---|---|
/// | convolution 16, kernel 3; max pooling 2 | 128 x 32 x 16 | 160 |
/// | convolution 32, kernel 3; max pooling 2 | 64 x 16 x 32 | 4,640 |
/// | convolution 64, kernel 5; max pooling 2 | 32 x 8 x 64 | 51,264 |
/// | convolution 64, kernel 5; max pooling 2 | 16 x 4 x 64 | 102,464 |
/// | convolution 128, kernel 7; max pooling 2 | 8 x 2 x 128 | 401,536 |
/// | convolution 128, kernel 7; max pooling 2 | 4 x 1 x 128 | 802,944 |
/// | dense 128 | 128 | 65,664 |
/// | dense 64 | 64 | 8,256 |
/// | output | 8 | 520 |
///
/// 1,437,448 parameters. First weights are Keras': Glorot-uniform, biases zero.
#[derive(Module, Debug)]
pub struct DeepMelConv2d {
    convolutions: Vec<Convolution2d>,
    dense: Vec<Dense>,
    output: Dense,
    pool_size: usize,
}

impl Architecture for DeepMelConv2d {
    type Settings = DeepMelConv2dSettings;
    const ABOUT: &'static str = "six convolutions over time and frequency";
    const PUBLISHED: ((usize, usize), usize) = ((256, 64), 8);
    const SIZES: &'static str = "\
# Output channels of each convolution.
filters = [16, 32, 64, 64, 128, 128]
# Kernel of each convolution (frames and coefficients alike).
kernel_sizes = [3, 3, 5, 5, 7, 7]
# Max pooling after each convolution (frames and coefficients alike).
pool_size = 2
# Units of each dense layer.
dense_units = [128, 64]
";

    fn validate(sizes: &Self::Settings) -> Result<(), ModelError> {
        CHECK.sizes("filters", &sizes.filters, "[16, 32, 64, 64, 128, 128]")?;
        CHECK.as_many("kernel_sizes", &sizes.kernel_sizes, &sizes.filters)?;
        CHECK.size("pool_size", sizes.pool_size)?;
        CHECK.each("dense_units", &sizes.dense_units)
    }

    fn new(sizes: &Self::Settings, input: (usize, usize), classes: usize, init: &mut Init) -> Result<Self, ModelError> {
        let flat = sizes.flat(input)?;
        let units = sizes.dense_units.last().copied().unwrap_or(flat);
        Ok(Self {
            convolutions: Convolution2d::stack(1, sizes.convolutions(), init),
            dense: Dense::stack(flat, &sizes.dense_units, init),
            output: Dense::new(units, classes, init),
            pool_size: sizes.pool_size,
        })
    }

    fn forward(&self, batch: Tensor<3>, _mode: &mut Mode) -> Tensor<2> {
        let mut hidden: Tensor<4> = batch.unsqueeze_dim(3);
        for convolution in &self.convolutions {
            hidden = MaxPool::over_image([self.pool_size; 2]).forward_relu(convolution.forward(hidden));
        }
        let mut hidden: Tensor<2> = hidden.flatten(1, 3);
        for dense in &self.dense {
            hidden = dense.forward_relu(hidden);
        }
        self.output.forward(hidden)
    }
}
