//! `time_conv1d`: four small convolutions over loudness and zero crossings.

use super::ModelError;
use super::architecture::Architecture;
use super::check::Check;
use super::layers::{Convolution, Dense, MaxPool, TrainingPass};
use crate::random::Stream;
use burn::module::Module;
use burn::tensor::{Device, Tensor};
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
    /// Refuses sizes that cannot be built, whatever the input.
    ///
    /// # Errors
    /// [`ModelError::Settings`] with the key and the remedy.
    pub fn validate(&self) -> Result<(), ModelError> {
        CHECK.sizes("filters", &self.filters, "[16, 32, 32, 64]")?;
        CHECK.as_many("kernel_sizes", &self.kernel_sizes, &self.filters)?;
        CHECK.size("pool_size", self.pool_size)?;
        let units = self.dense_units.iter();
        units.copied().try_for_each(|units| CHECK.size("dense_units", units))
    }

    /// How many numbers reach the dense layers, where the sizes can be built for this input.
    fn flat(&self, (frames, coefficients): (usize, usize)) -> Result<usize, ModelError> {
        self.validate()?;
        let left = CHECK.pooled("frames", frames, self.pool_size, self.filters.len())?;
        let inputs = std::iter::once(&coefficients).chain(&self.filters);
        let layers = self.kernel_sizes.iter().zip(inputs).zip(&self.filters);
        let sizes = layers.map(|((kernel, inputs), outputs)| [*kernel, *inputs, *outputs]);
        CHECK.weights("filters", sizes)?;
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

    fn new(
        settings: &Self::Settings,
        input: (usize, usize),
        classes: usize,
        stream: &mut Stream,
        device: &Device,
    ) -> Result<Self, ModelError> {
        let flat = settings.flat(input)?;
        let mut inputs = input.1;
        let mut convolutions = Vec::with_capacity(settings.filters.len());
        for (filters, kernel) in settings.filters.iter().zip(&settings.kernel_sizes) {
            convolutions.push(Convolution::new(inputs, *filters, *kernel, stream, device));
            inputs = *filters;
        }
        let units = settings.dense_units.last().copied().unwrap_or(flat);
        Ok(Self {
            convolutions,
            dense: Dense::stack(flat, &settings.dense_units, stream, device),
            output: Dense::new(units, classes, stream, device),
            pool_size: settings.pool_size,
        })
    }

    fn output(&self) -> &Dense {
        &self.output
    }

    fn forward(&self, batch: Tensor<3>, _: Option<&mut TrainingPass>) -> Tensor<2> {
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
