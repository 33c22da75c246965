//! `deep_conv1d`: five convolutions over a clip's numbers in one row.

use super::ModelError;
use super::architecture::Architecture;
use super::check::Check;
use super::layers::{BatchNorm, Convolution, Dense, MaxPool, TrainingPass, dropout};
use crate::random::Stream;
use burn::module::Module;
use burn::tensor::{Device, Tensor};
use serde::{Deserialize, Serialize};

/// `[model.deep_conv1d]`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DeepConv1dSettings {
    /// Output channels of the convolutions.
    pub filters: Vec<usize>,
    /// Kernel of each convolution.
    pub kernel_sizes: Vec<usize>,
    /// Max pooling after each convolution.
    pub pool_sizes: Vec<usize>,
    /// Step of every pooling.
    pub pool_stride: usize,
    /// Dropout after the poolings of `dropout_after`.
    pub dropout: f64,
    /// Which poolings dropout follows, from 1.
    pub dropout_after: Vec<usize>,
    /// Units of the dense layer.
    pub dense_units: usize,
}

const CHECK: Check = Check("deep_conv1d");

impl DeepConv1dSettings {
    /// Refuses sizes that cannot be built, whatever the input.
    ///
    /// # Errors
    /// [`ModelError::Settings`] with the key and the remedy.
    pub fn validate(&self) -> Result<(), ModelError> {
        CHECK.sizes("filters", &self.filters, "[512, 512, 256, 256, 128]")?;
        CHECK.as_many("kernel_sizes", &self.kernel_sizes, &self.filters)?;
        CHECK.as_many("pool_sizes", &self.pool_sizes, &self.filters)?;
        CHECK.size("pool_stride", self.pool_stride)?;
        CHECK.rate("dropout", self.dropout)?;
        CHECK.size("dense_units", self.dense_units)?;
        let last = self.filters.len();
        match self.dropout_after.iter().find(|after| !(1..=last).contains(after)) {
            Some(after) => Err(CHECK.refuse(
                "dropout_after",
                &format!("names pooling {after}; there are 1 to {last}"),
            )),
            None => Ok(()),
        }
    }

    /// Numbers of each channel that reach the dense layer.
    fn left(&self, numbers: usize) -> usize {
        let halve = |left: usize, _: &usize| left.div_ceil(self.pool_stride);
        self.filters.iter().fold(numbers, halve)
    }

    fn validate_for(&self, numbers: usize) -> Result<(), ModelError> {
        self.validate()?;
        let inputs = std::iter::once(&1).chain(&self.filters);
        let layers = self.kernel_sizes.iter().zip(inputs).zip(&self.filters);
        CHECK.weights(
            "filters",
            layers.map(|((kernel, inputs), outputs)| [*kernel, *inputs, *outputs]),
        )?;
        let last = self.filters.last().copied().unwrap_or(1);
        CHECK.weights("dense_units", [[self.left(numbers), last, self.dense_units]])
    }
}

/// The numbers of all frames, one frame after the other, as one channel; convolutions (ReLU, zeros beyond
/// both ends), each with batch normalisation, max pooling (as if nothing lay beyond the ends) and, some,
/// dropout; a dense layer (ReLU, batch normalisation); one logit per class.
///
/// With the sizes that ship, 2,376 numbers and 7 classes:
///
/// | layer | output | parameters |
/// |---|---|---|
/// | convolution 512, kernel 5; norm | 2376 x 512 | 5,120 |
/// | max pooling 5, step 2 | 1188 x 512 | |
/// | convolution 512, kernel 5; norm | 1188 x 512 | 1,313,280 |
/// | max pooling 5, step 2; dropout | 594 x 512 | |
/// | convolution 256, kernel 5; norm | 594 x 256 | 656,640 |
/// | max pooling 5, step 2 | 297 x 256 | |
/// | convolution 256, kernel 3; norm | 297 x 256 | 197,888 |
/// | max pooling 5, step 2; dropout | 149 x 256 | |
/// | convolution 128, kernel 3; norm | 149 x 128 | 98,944 |
/// | max pooling 3, step 2; dropout | 75 x 128 | |
/// | dense 512; norm | 512 | 4,917,760 |
/// | output | 7 | 3,591 |
///
/// 7,193,223 parameters, 4,352 of them running statistics. First weights are Keras': Glorot-uniform, biases
/// zero.
#[derive(Module, Debug)]
pub struct DeepConv1d {
    convolutions: Vec<Convolution>,
    norms: Vec<BatchNorm>,
    dense: Dense,
    dense_norm: BatchNorm,
    output: Dense,
    pool_sizes: Vec<usize>,
    pool_stride: usize,
    dropout: f64,
    dropout_after: Vec<usize>,
}

impl Architecture for DeepConv1d {
    type Settings = DeepConv1dSettings;
    const ABOUT: &'static str = "five convolutions over a clip's numbers in one row";
    const PUBLISHED: ((usize, usize), usize) = ((108, 22), 7);
    const SIZES: &'static str = "\
# Output channels of each convolution; they run over all numbers of a clip, one frame after the other.
filters = [512, 512, 256, 256, 128]
# Kernel of each convolution (numbers).
kernel_sizes = [5, 5, 5, 3, 3]
# Max pooling after each convolution (numbers).
pool_sizes = [5, 5, 5, 5, 3]
# Step of every pooling (numbers).
pool_stride = 2
# Dropout after some poolings; 0 to 1.
dropout = 0.2
# Which poolings it follows, from 1.
dropout_after = [2, 4, 5]
# Units of the dense layer.
dense_units = 512
";

    fn new(
        settings: &Self::Settings,
        input: (usize, usize),
        classes: usize,
        stream: &mut Stream,
        device: &Device,
    ) -> Result<Self, ModelError> {
        let numbers = input.0 * input.1;
        settings.validate_for(numbers)?;
        let mut inputs = 1;
        let mut convolutions = Vec::with_capacity(settings.filters.len());
        for (filters, kernel) in settings.filters.iter().zip(&settings.kernel_sizes) {
            convolutions.push(Convolution::new(inputs, *filters, *kernel, stream, device));
            inputs = *filters;
        }
        let norms = settings.filters.iter().map(|filters| BatchNorm::new(*filters, device));
        let flat = settings.left(numbers) * inputs;
        Ok(Self {
            convolutions,
            norms: norms.collect(),
            dense: Dense::new(flat, settings.dense_units, stream, device),
            dense_norm: BatchNorm::new(settings.dense_units, device),
            output: Dense::new(settings.dense_units, classes, stream, device),
            pool_sizes: settings.pool_sizes.clone(),
            pool_stride: settings.pool_stride,
            dropout: settings.dropout,
            dropout_after: settings.dropout_after.clone(),
        })
    }

    fn output(&self) -> &Dense {
        &self.output
    }

    fn forward(&self, batch: Tensor<3>, mut pass: Option<&mut TrainingPass>) -> Tensor<2> {
        let training = pass.as_deref().map(|pass| pass.steps);
        let [clips, frames, coefficients] = batch.dims();
        let mut hidden = batch.reshape([clips, frames * coefficients, 1]);
        let layers = self.convolutions.iter().zip(&self.norms).zip(&self.pool_sizes);
        for (index, ((convolution, norm), pool)) in layers.enumerate() {
            let pool = MaxPool::over_frames(*pool, self.pool_stride).same();
            hidden = norm.forward_pool(convolution.forward_relu(hidden), pool, training);
            if self.dropout_after.contains(&(index + 1)) {
                hidden = dropout(hidden, self.dropout, pass.as_deref_mut());
            }
        }
        let hidden = self.dense.forward_relu(hidden.flatten(1, 2));
        self.output.forward(self.dense_norm.forward(hidden, training))
    }
}
