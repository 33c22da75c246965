//! `crnn`: two convolutions, and a bidirectional LSTM over what they find.

use super::architecture::Architecture;
use super::check::Check;
use crate::layers::{BatchNorm, BiLstm, Convolution2d, Dense, Init, MaxPool, Mode, dropout, noise, penalty};
use crate::models::ModelError;
use burn::module::Module;
use burn::tensor::Tensor;
use serde::{Deserialize, Serialize};

/// `[model.crnn]`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CrnnSettings {
    /// Deviation of the noise added to the input in training; 0 adds none.
    pub noise_std: f64,
    /// Output channels of the first convolution.
    pub filters1: usize,
    /// Output channels of the second.
    pub filters2: usize,
    /// Kernel of both, frames and coefficients alike.
    pub kernel_size: usize,
    /// Max pooling over coefficients after each.
    pub pool_size: usize,
    /// Dropout after each pooling.
    pub conv_dropout: f64,
    /// Units of the LSTM, in each direction.
    pub lstm_units: usize,
    /// Dropout after it.
    pub lstm_dropout: f64,
    /// Units of the dense layer; 0 leaves it out.
    pub dense_units: usize,
    /// Dropout after it.
    pub dense_dropout: f64,
    /// What the loss grows by per sum of the absolute weights.
    pub l1: f64,
    /// What the loss grows by per sum of the squared weights.
    pub l2: f64,
}

const CHECK: Check = Check("crnn");

impl CrnnSettings {
    /// Numbers of each frame that reach the LSTM.
    fn width(&self, coefficients: usize) -> usize {
        coefficients / self.pool_size / self.pool_size * self.filters2
    }

    fn validate_for(&self, coefficients: usize) -> Result<(), ModelError> {
        let width = self.width(coefficients);
        if width == 0 {
            let problem = format!(
                "is {}: 2 poolings leave nothing of {coefficients} coefficients; lower it, or take a recipe with more",
                self.pool_size
            );
            return Err(CHECK.refuse("pool_size", &problem));
        }
        let area = self.kernel_size * self.kernel_size;
        CHECK.convolutions("filters2", 1, [(self.filters1, area), (self.filters2, area)])?;
        let units = self.lstm_units;
        CHECK.weights("lstm_units", [[8, width, units], [8, units, units]])?;
        CHECK.dense("dense_units", 2 * units, &[self.dense_units])
    }
}

/// Frames and coefficients as one channel, with Gaussian noise in training; twice a convolution (ReLU, zeros
/// beyond the edges), batch normalisation, max pooling over coefficients and dropout; the last states of a
/// bidirectional LSTM, dropout; a dense layer (ReLU) and dropout, if wanted; one logit per class.
///
/// With the sizes that ship, 143 frames of 40 coefficients and 8 classes:
///
/// | layer | output | parameters |
/// |---|---|---|
/// | convolution 32, kernel 3; norm | 143 x 40 x 32 | 448 |
/// | max pooling 1 x 2; dropout | 143 x 20 x 32 | |
/// | convolution 64, kernel 3; norm | 143 x 20 x 64 | 18,752 |
/// | max pooling 1 x 2; dropout | 143 x 10 x 64 | |
/// | LSTM 128, both directions; dropout | 256 | 787,456 |
/// | output | 8 | 2,056 |
///
/// 808,712 parameters, 192 of them running statistics. First weights are Keras': Glorot-uniform, the LSTM's
/// recurrent ones orthogonal, biases zero but the forget gate's, which are 1.
#[derive(Module, Debug)]
pub struct Crnn {
    convolutions: Vec<Convolution2d>,
    norms: Vec<BatchNorm>,
    lstm: BiLstm,
    dense: Option<Dense>,
    output: Dense,
    #[module(skip)]
    sizes: CrnnSettings,
}

impl Architecture for Crnn {
    type Settings = CrnnSettings;
    const ABOUT: &'static str = "two convolutions, and a bidirectional LSTM over what they find";
    const PUBLISHED: ((usize, usize), usize) = ((143, 40), 8);
    const SIZES: &'static str = "\
# Deviation of the noise added to the input in training; 0 adds none.
noise_std = 0.0
# Output channels of the first convolution.
filters1 = 32
# Output channels of the second.
filters2 = 64
# Kernel of both (frames and coefficients alike).
kernel_size = 3
# Max pooling after each (coefficients only).
pool_size = 2
# Dropout after each pooling; 0 to 1.
conv_dropout = 0.2
# Units of the LSTM, in each direction.
lstm_units = 128
# Dropout after it; 0 to 1.
lstm_dropout = 0.3
# Units of a dense layer before the output; 0 leaves it out.
dense_units = 0
# Dropout after it; 0 to 1.
dense_dropout = 0.3
# What the loss grows by per sum of the absolute weights.
l1 = 0.0
# What the loss grows by per sum of the squared weights.
l2 = 0.0
";

    fn validate(sizes: &Self::Settings) -> Result<(), ModelError> {
        let positive = [
            ("filters1", sizes.filters1),
            ("filters2", sizes.filters2),
            ("kernel_size", sizes.kernel_size),
            ("pool_size", sizes.pool_size),
            ("lstm_units", sizes.lstm_units),
        ];
        positive.into_iter().try_for_each(|(key, size)| CHECK.size(key, size))?;
        CHECK.size("dense_units", sizes.dense_units.max(1))?;
        for (key, amount) in [("noise_std", sizes.noise_std), ("l1", sizes.l1), ("l2", sizes.l2)] {
            CHECK.amount(key, amount)?;
        }
        CHECK.rate("conv_dropout", sizes.conv_dropout)?;
        CHECK.rate("lstm_dropout", sizes.lstm_dropout)?;
        CHECK.rate("dense_dropout", sizes.dense_dropout)
    }

    fn new(sizes: &Self::Settings, input: (usize, usize), classes: usize, init: &mut Init) -> Result<Self, ModelError> {
        sizes.validate_for(input.1)?;
        let (first, second, kernel) = (sizes.filters1, sizes.filters2, sizes.kernel_size);
        let convolutions = Convolution2d::stack(1, [(first, kernel), (second, kernel)], init);
        let width = sizes.width(input.1);
        let lstm = BiLstm::new(width, sizes.lstm_units, init);
        let mut inputs = 2 * sizes.lstm_units;
        let mut dense = None;
        if sizes.dense_units > 0 {
            dense = Some(Dense::new(inputs, sizes.dense_units, init));
            inputs = sizes.dense_units;
        }
        Ok(Self {
            convolutions,
            norms: BatchNorm::each(&[first, second], init),
            lstm,
            dense,
            output: Dense::new(inputs, classes, init),
            sizes: sizes.clone(),
        })
    }

    fn forward(&self, batch: Tensor<3>, mode: &mut Mode) -> Tensor<2> {
        let sizes = &self.sizes;
        let mut hidden: Tensor<4> = noise(batch, sizes.noise_std, mode).unsqueeze_dim(3);
        for (convolution, norm) in self.convolutions.iter().zip(&self.norms) {
            let pool = MaxPool::over_image([1, sizes.pool_size]);
            hidden = norm.forward_pool(convolution.forward_relu(hidden), pool, mode.steps());
            hidden = dropout(hidden, sizes.conv_dropout, mode);
        }
        let hidden = BiLstm::last(self.lstm.forward(hidden.flatten(2, 3)));
        let mut hidden = dropout(hidden, sizes.lstm_dropout, mode);
        if let Some(dense) = &self.dense {
            hidden = dropout(dense.forward_relu(hidden), sizes.dense_dropout, mode);
        }
        self.output.forward(hidden)
    }

    /// Over the weights of every layer but the recurrent ones, biases and norms left out.
    fn penalty(&self) -> Option<Tensor<1>> {
        let convolutions = self.convolutions.iter().map(|layer| layer.kernel.val().flatten(0, 1));
        let dense = self.dense.iter().chain([&self.output]);
        let dense = dense.map(|layer| layer.kernel.val().flatten(0, 1));
        let lstm = [self.lstm.kernel.val().flatten(0, 2)];
        penalty(self.sizes.l1, self.sizes.l2, convolutions.chain(dense).chain(lstm))
    }
}
