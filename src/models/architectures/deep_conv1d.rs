//! `deep_conv1d`: five convolutions over a clip's numbers in one row.

use super::architecture::Architecture;
use super::check::Check;
use crate::layers::{BatchNorm, Convolution, Dense, Init, MaxPool, Mode, dropout};
use crate::models::ModelError;
use burn::module::Module;
use burn::tensor::Tensor;
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
    /// Outputs and kernel of each convolution.
    fn convolutions(&self) -> impl Iterator<Item = (usize, usize)> {
        self.filters.iter().copied().zip(self.kernel_sizes.iter().copied())
    }

    /// Numbers of each channel that reach the dense layer.
    fn left(&self, numbers: usize) -> usize {
        let halve = |left: usize, _: &usize| left.div_ceil(self.pool_stride);
        self.filters.iter().fold(numbers, halve)
    }

    fn validate_for(&self, numbers: usize) -> Result<(), ModelError> {
        CHECK.convolutions("filters", 1, self.convolutions())?;
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
    #[module(skip)]
    sizes: DeepConv1dSettings,
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

    fn validate(sizes: &Self::Settings) -> Result<(), ModelError> {
        CHECK.sizes("filters", &sizes.filters, "[512, 512, 256, 256, 128]")?;
        CHECK.as_many("kernel_sizes", &sizes.kernel_sizes, &sizes.filters)?;
        CHECK.as_many("pool_sizes", &sizes.pool_sizes, &sizes.filters)?;
        CHECK.size("pool_stride", sizes.pool_stride)?;
        CHECK.rate("dropout", sizes.dropout)?;
        CHECK.size("dense_units", sizes.dense_units)?;
        let last = sizes.filters.len();
        match sizes.dropout_after.iter().find(|after| !(1..=last).contains(after)) {
            Some(after) => Err(CHECK.refuse(
                "dropout_after",
                &format!("names pooling {after}; there are 1 to {last}"),
            )),
            None => Ok(()),
        }
    }

    fn new(sizes: &Self::Settings, input: (usize, usize), classes: usize, init: &mut Init) -> Result<Self, ModelError> {
        let numbers = input.0 * input.1;
        sizes.validate_for(numbers)?;
        let flat = sizes.left(numbers) * sizes.filters.last().copied().unwrap_or(1);
        Ok(Self {
            convolutions: Convolution::stack(1, sizes.convolutions(), init),
            norms: BatchNorm::each(&sizes.filters, init),
            dense: Dense::new(flat, sizes.dense_units, init),
            dense_norm: BatchNorm::new(sizes.dense_units, &init.device),
            output: Dense::new(sizes.dense_units, classes, init),
            sizes: sizes.clone(),
        })
    }

    fn forward(&self, batch: Tensor<3>, mode: &mut Mode) -> Tensor<2> {
        let sizes = &self.sizes;
        let [clips, frames, coefficients] = batch.dims();
        let mut hidden = batch.reshape([clips, frames * coefficients, 1]);
        let layers = self.convolutions.iter().zip(&self.norms).zip(&sizes.pool_sizes);
        for (index, ((convolution, norm), pool)) in layers.enumerate() {
            let pool = MaxPool::over_frames(*pool, sizes.pool_stride).same();
            hidden = norm.forward_pool(convolution.forward_relu(hidden), pool, mode.steps());
            if sizes.dropout_after.contains(&(index + 1)) {
                hidden = dropout(hidden, sizes.dropout, mode);
            }
        }
        let hidden = self.dense.forward_relu(hidden.flatten(1, 2));
        self.output.forward(self.dense_norm.forward(hidden, mode.steps()))
    }
}
