//! `mel_conv2d`: three convolutions over time and frequency, with dropout.

use super::architecture::Architecture;
use super::check::Check;
use crate::layers::{Convolution2d, Dense, Init, MaxPool, Mode, dropout};
use crate::models::ModelError;
use burn::module::{Module, Param};
use burn::tensor::{Tensor, TensorData};
use serde::{Deserialize, Serialize};

/// `[model.mel_conv2d]`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MelConv2dSettings {
    /// Output channels of the convolutions.
    pub filters: Vec<usize>,
    /// Kernel of each convolution, frames and coefficients alike.
    pub kernel_size: usize,
    /// Max pooling after each convolution, frames and coefficients alike.
    pub pool_size: usize,
    /// Dropout after each pooling.
    pub dropout: f64,
    /// Units of the dense layer.
    pub dense_units: usize,
    /// Dropout before the output.
    pub dense_dropout: f64,
    /// Whether the output's bias starts at the logarithm of each class's share of the training clips.
    pub prior_bias: bool,
}

const CHECK: Check = Check("mel_conv2d");

impl MelConv2dSettings {
    /// Outputs and kernel of each convolution.
    fn convolutions(&self) -> impl Iterator<Item = (usize, usize)> {
        self.filters.iter().map(|filters| (*filters, self.kernel_size))
    }

    /// How many numbers reach the dense layer, where the sizes can be built for this input.
    fn flat(&self, (frames, coefficients): (usize, usize)) -> Result<usize, ModelError> {
        let poolings = self.filters.len();
        let height = CHECK.pooled("frames", frames, self.pool_size, poolings)?;
        let width = CHECK.pooled("coefficients", coefficients, self.pool_size, poolings)?;
        let areas = self.convolutions().map(|(outputs, kernel)| (outputs, kernel * kernel));
        CHECK.convolutions("filters", 1, areas)?;
        let flat = height * width * self.filters.last().copied().unwrap_or(1);
        CHECK.weights("dense_units", [[1, flat, self.dense_units]])?;
        Ok(flat)
    }
}

/// A mel spectrogram as one channel; convolutions (ReLU, zeros beyond the edges), each with max pooling and
/// dropout; a dense layer (ReLU), dropout; one logit per class.
///
/// With the sizes that ship, 256 frames of 64 mel bands and 8 classes:
///
/// | layer | output | parameters |
/// |---|---|---|
/// | convolution 32, kernel 3 | 256 x 64 x 32 | 320 |
/// | max pooling 2; dropout | 128 x 32 x 32 | |
/// | convolution 64, kernel 3 | 128 x 32 x 64 | 18,496 |
/// | max pooling 2; dropout | 64 x 16 x 64 | |
/// | convolution 128, kernel 3 | 64 x 16 x 128 | 73,856 |
/// | max pooling 2; dropout | 32 x 8 x 128 | |
/// | dense 128; dropout | 128 | 4,194,432 |
/// | output | 8 | 1,032 |
///
/// 4,288,136 parameters. First weights are Keras': Glorot-uniform, biases zero; the output's bias, where it is asked
/// for, as Keras `bias_initializer=Constant(log(shares))`, so that the first predictions are the classes' shares.
#[derive(Module, Debug)]
pub struct MelConv2d {
    convolutions: Vec<Convolution2d>,
    dense: Dense,
    output: Dense,
    #[module(skip)]
    sizes: MelConv2dSettings,
}

impl Architecture for MelConv2d {
    type Settings = MelConv2dSettings;
    const ABOUT: &'static str = "three convolutions over time and frequency, with dropout";
    const PUBLISHED: ((usize, usize), usize) = ((256, 64), 8);
    const SIZES: &'static str = "\
# Output channels of each convolution.
filters = [32, 64, 128]
# Kernel of each convolution (frames and coefficients alike).
kernel_size = 3
# Max pooling after each convolution (frames and coefficients alike).
pool_size = 2
# Dropout after each pooling; 0 to 1.
dropout = 0.25
# Units of the dense layer.
dense_units = 128
# Dropout before the output; 0 to 1.
dense_dropout = 0.5
# Start the output's bias at the logarithm of each class's share of the training clips.
prior_bias = false
";

    fn validate(sizes: &Self::Settings) -> Result<(), ModelError> {
        CHECK.sizes("filters", &sizes.filters, "[32, 64, 128]")?;
        CHECK.size("kernel_size", sizes.kernel_size)?;
        CHECK.size("pool_size", sizes.pool_size)?;
        CHECK.size("dense_units", sizes.dense_units)?;
        CHECK.rate("dropout", sizes.dropout)?;
        CHECK.rate("dense_dropout", sizes.dense_dropout)
    }

    fn new(sizes: &Self::Settings, input: (usize, usize), classes: usize, init: &mut Init) -> Result<Self, ModelError> {
        let flat = sizes.flat(input)?;
        Ok(Self {
            convolutions: Convolution2d::stack(1, sizes.convolutions(), init),
            dense: Dense::new(flat, sizes.dense_units, init),
            output: Dense::new(sizes.dense_units, classes, init),
            sizes: sizes.clone(),
        })
    }

    fn forward(&self, batch: Tensor<3>, mode: &mut Mode) -> Tensor<2> {
        let sizes = &self.sizes;
        let mut hidden: Tensor<4> = batch.unsqueeze_dim(3);
        for convolution in &self.convolutions {
            hidden = MaxPool::over_image([sizes.pool_size; 2]).forward_relu(convolution.forward(hidden));
            hidden = dropout(hidden, sizes.dropout, mode);
        }
        let hidden = self.dense.forward_relu(hidden.flatten(1, 3));
        self.output.forward(dropout(hidden, sizes.dense_dropout, mode))
    }

    /// A class without a clip counts as if it had one: the logarithm of nothing would stay with the network.
    fn with_class_counts(mut self, counts: &[usize]) -> Self {
        if self.sizes.prior_bias {
            let clips: usize = counts.iter().sum();
            let share = |count: &usize| (*count).max(1) as f32 / clips.max(1) as f32;
            let bias: Vec<f32> = counts.iter().map(|count| share(count).ln()).collect();
            let bias = TensorData::new(bias, [counts.len()]);
            self.output.bias = Param::from_data(bias, &self.output.bias.val().device());
        }
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::device::device;
    use crate::models::fixture::settings;
    use burn::tensor::activation::softmax;

    #[test]
    fn the_first_predictions_are_the_shares_of_the_classes_where_that_is_asked_for() {
        let device = device("flex").unwrap().autodiff();
        let mut sizes = settings("mel_conv2d").mel_conv2d;
        for asked in [false, true] {
            sizes.prior_bias = asked;
            let network = MelConv2d::new(&sizes, (16, 8), 3, &mut Init::new(1, &device)).unwrap();
            let network = network.with_class_counts(&[6, 2, 0]);
            // Of silence every layer makes zeros.
            let logits = network.forward(Tensor::zeros([1, 16, 8], &device), &mut Mode::Inference);
            let shares = softmax(logits, 1).into_data().try_into_vec::<f32>().unwrap();
            let expected = if asked {
                [6.0, 2.0, 1.0].map(|x| x / 9.0)
            } else {
                [1.0 / 3.0; 3]
            };
            for (share, expected) in shares.iter().zip(expected) {
                assert!((share - expected).abs() < 1e-6, "{shares:?}");
            }
            let gradients = network
                .forward(Tensor::ones([1, 16, 8], &device), &mut Mode::Inference)
                .sum()
                .backward();
            assert!(network.output.bias.val().grad(&gradients).is_some());
        }
    }

    #[test]
    fn sizes_that_leave_nothing_are_refused_by_key() {
        let device = device("flex").unwrap();
        let sizes = settings("mel_conv2d").mel_conv2d;
        let error = MelConv2d::new(&sizes, (108, 2), 3, &mut Init::new(1, &device)).unwrap_err();
        let expected = "model.mel_conv2d.pool_size: is 2: 3 poolings leave nothing of 2 coefficients";
        assert!(error.to_string().starts_with(expected), "{error}");
        let narrow = MelConv2dSettings {
            kernel_size: 0,
            ..sizes
        };
        let error = MelConv2d::validate(&narrow).unwrap_err().to_string();
        assert!(error.starts_with("model.mel_conv2d.kernel_size: is 0"), "{error}");
    }
}
