//! `time_conv1d`: four small convolutions over loudness and zero crossings.

use super::architecture::Architecture;
use super::check::Check;
use crate::layers::{Convolution, Dense, Init, MaxPool, Mode};
use crate::models::ModelError;
use burn::module::Module;
use burn::tensor::Tensor;
use serde::{Deserialize, Serialize};

/// `[model.time_conv1d]`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TimeConv1dSettings {
    /// Output channels of the convolutions.
    pub filters: Vec<usize>,
    /// Kernel of each convolution.
    pub kernel_sizes: Vec<usize>,
    /// Max pooling after each convolution.
    pub pool_size: usize,
    /// Units of the dense layers.
    pub dense_units: Vec<usize>,
}

const CHECK: Check = Check("time_conv1d");

impl TimeConv1dSettings {
    /// Outputs and kernel of each convolution.
    fn convolutions(&self) -> impl Iterator<Item = (usize, usize)> {
        self.filters.iter().copied().zip(self.kernel_sizes.iter().copied())
    }

    /// How many numbers reach the dense layers, where the sizes can be built for this input.
    fn flat(&self, (frames, coefficients): (usize, usize)) -> Result<usize, ModelError> {
        let left = CHECK.pooled("frames", frames, self.pool_size, self.filters.len())?;
        CHECK.convolutions("filters", coefficients, self.convolutions())?;
        let flat = left * self.filters.last().copied().unwrap_or(1);
        CHECK.dense("dense_units", flat, &self.dense_units)?;
        Ok(flat)
    }
}

/// Convolutions over frames (ReLU, zeros beyond both ends), each with max pooling; dense layers (ReLU); one logit per
/// class.
///
/// With the sizes that ship, 108 frames of zero crossings and energy, and 6 classes:
///
/// | layer | output | parameters |
/// |---|---|---|
/// | convolution 16, kernel 3; max pooling 2 | 54 x 16 | 112 |
/// | convolution 32, kernel 3; max pooling 2 | 27 x 32 | 1,568 |
/// | convolution 32, kernel 5; max pooling 2 | 13 x 32 | 5,152 |
/// | convolution 64, kernel 7; max pooling 2 | 6 x 64 | 14,400 |
/// | dense 64 | 64 | 24,640 |
/// | dense 32 | 32 | 2,080 |
/// | output | 6 | 198 |
///
/// 48,150 parameters. First weights are Keras': Glorot-uniform, biases zero.
#[derive(Module, Debug)]
pub struct TimeConv1d {
    convolutions: Vec<Convolution>,
    dense: Vec<Dense>,
    output: Dense,
    pool_size: usize,
}

impl Architecture for TimeConv1d {
    type Settings = TimeConv1dSettings;
    const ABOUT: &'static str = "four small convolutions over loudness and zero crossings";
    const PUBLISHED: ((usize, usize), usize) = ((108, 2), 6);
    const SIZES: &'static str = "\
# Output channels of each convolution.
filters = [16, 32, 32, 64]
# Kernel of each convolution (frames).
kernel_sizes = [3, 3, 5, 7]
# Max pooling after each convolution (frames).
pool_size = 2
# Units of each dense layer.
dense_units = [64, 32]
";

    fn validate(sizes: &Self::Settings) -> Result<(), ModelError> {
        CHECK.sizes("filters", &sizes.filters, "[16, 32, 32, 64]")?;
        CHECK.as_many("kernel_sizes", &sizes.kernel_sizes, &sizes.filters)?;
        CHECK.size("pool_size", sizes.pool_size)?;
        CHECK.each("dense_units", &sizes.dense_units)
    }

    fn new(sizes: &Self::Settings, input: (usize, usize), classes: usize, init: &mut Init) -> Result<Self, ModelError> {
        let flat = sizes.flat(input)?;
        let units = sizes.dense_units.last().copied().unwrap_or(flat);
        Ok(Self {
            convolutions: Convolution::stack(input.1, sizes.convolutions(), init),
            dense: Dense::stack(flat, &sizes.dense_units, init),
            output: Dense::new(units, classes, init),
            pool_size: sizes.pool_size,
        })
    }

    fn forward(&self, batch: Tensor<3>, _mode: &mut Mode) -> Tensor<2> {
        let pool = MaxPool::over_frames(self.pool_size, self.pool_size);
        let mut hidden = batch;
        for convolution in &self.convolutions {
            hidden = pool.forward_relu(convolution.forward(hidden));
        }
        let mut hidden: Tensor<2> = hidden.flatten(1, 2);
        for dense in &self.dense {
            hidden = dense.forward_relu(hidden);
        }
        self.output.forward(hidden)
    }
}
