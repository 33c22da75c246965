//! `deep_mel_conv2d`: six convolutions over time and frequency.

use super::ModelError;
use super::architecture::Architecture;
use super::check::Check;
use super::layers::{Convolution2d, Dense, MaxPool, TrainingPass};
use crate::random::Stream;
use burn::module::Module;
use burn::tensor::{Device, Tensor};
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
    /// Refuses sizes that cannot be built, whatever the input.
    ///
    /// # Errors
    /// [`ModelError::Settings`] with the key and the remedy.
    pub fn validate(&self) -> Result<(), ModelError> {
        CHECK.sizes("filters", &self.filters, "[16, 32, 64, 64, 128, 128]")?;
        CHECK.as_many("kernel_sizes", &self.kernel_sizes, &self.filters)?;
        CHECK.size("pool_size", self.pool_size)?;
        let units = self.dense_units.iter();
        units.copied().try_for_each(|units| CHECK.size("dense_units", units))
    }

    /// How many numbers reach the dense layers, where the sizes can be built for this input.
    fn flat(&self, (frames, coefficients): (usize, usize)) -> Result<usize, ModelError> {
        self.validate()?;
        let poolings = self.filters.len();
        let height = CHECK.pooled("frames", frames, self.pool_size, poolings)?;
        let width = CHECK.pooled("coefficients", coefficients, self.pool_size, poolings)?;
        let inputs = std::iter::once(&1).chain(&self.filters);
        let layers = self.kernel_sizes.iter().zip(inputs).zip(&self.filters);
        CHECK.weights(
            "filters",
            layers.map(|((kernel, inputs), outputs)| [kernel * kernel, *inputs, *outputs]),
        )?;
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

    fn new(
        settings: &Self::Settings,
        input: (usize, usize),
        classes: usize,
        stream: &mut Stream,
        device: &Device,
    ) -> Result<Self, ModelError> {
        let flat = settings.flat(input)?;
        let mut inputs = 1;
        let mut convolutions = Vec::with_capacity(settings.filters.len());
        for (filters, kernel) in settings.filters.iter().zip(&settings.kernel_sizes) {
            convolutions.push(Convolution2d::new(inputs, *filters, *kernel, stream, device));
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
