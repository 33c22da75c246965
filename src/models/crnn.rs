//! `crnn`: two convolutions, and a bidirectional LSTM over what they find.

use super::ModelError;
use super::architecture::Architecture;
use super::check::Check;
use super::layers::{BatchNorm, BiLstm, Convolution2d, Dense, MaxPool, TrainingPass, dropout, noise, penalty};
use crate::random::Stream;
use burn::module::Module;
use burn::tensor::{Device, Tensor};
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
    /// Refuses sizes that cannot be built, whatever the input.
    ///
    /// # Errors
    /// [`ModelError::Settings`] with the key and the remedy.
    pub fn validate(&self) -> Result<(), ModelError> {
        let sizes = [
            ("filters1", self.filters1),
            ("filters2", self.filters2),
            ("kernel_size", self.kernel_size),
            ("pool_size", self.pool_size),
            ("lstm_units", self.lstm_units),
        ];
        sizes.into_iter().try_for_each(|(key, size)| CHECK.size(key, size))?;
        CHECK.size("dense_units", self.dense_units.max(1))?;
        for (key, amount) in [("noise_std", self.noise_std), ("l1", self.l1), ("l2", self.l2)] {
            CHECK.amount(key, amount)?;
        }
        CHECK.rate("conv_dropout", self.conv_dropout)?;
        CHECK.rate("lstm_dropout", self.lstm_dropout)?;
        CHECK.rate("dense_dropout", self.dense_dropout)
    }

    /// Numbers of each frame that reach the LSTM.
    fn width(&self, coefficients: usize) -> usize {
        coefficients / self.pool_size / self.pool_size * self.filters2
    }

    fn validate_for(&self, coefficients: usize) -> Result<(), ModelError> {
        self.validate()?;
        let width = self.width(coefficients);
        if width == 0 {
            let problem = format!(
                "is {}: 2 poolings leave nothing of {coefficients} coefficients; lower it, or take a recipe with more",
                self.pool_size
            );
            return Err(CHECK.refuse("pool_size", &problem));
        }
        let area = self.kernel_size * self.kernel_size;
        CHECK.weights(
            "filters2",
            [[area, 1, self.filters1], [area, self.filters1, self.filters2]],
        )?;
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
    noise_std: f64,
    pool_size: usize,
    conv_dropout: f64,
    lstm_dropout: f64,
    dense_dropout: f64,
    l1: f64,
    l2: f64,
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

    fn new(
        settings: &Self::Settings,
        (_, coefficients): (usize, usize),
        classes: usize,
        stream: &mut Stream,
        device: &Device,
    ) -> Result<Self, ModelError> {
        settings.validate_for(coefficients)?;
        let (first, second, kernel) = (settings.filters1, settings.filters2, settings.kernel_size);
        let convolutions = vec![
            Convolution2d::new(1, first, kernel, stream, device),
            Convolution2d::new(first, second, kernel, stream, device),
        ];
        let width = settings.width(coefficients);
        let lstm = BiLstm::new(width, settings.lstm_units, stream, device);
        let mut inputs = 2 * settings.lstm_units;
        let mut dense = None;
        if settings.dense_units > 0 {
            dense = Some(Dense::new(inputs, settings.dense_units, stream, device));
            inputs = settings.dense_units;
        }
        Ok(Self {
            convolutions,
            norms: vec![BatchNorm::new(first, device), BatchNorm::new(second, device)],
            lstm,
            dense,
            output: Dense::new(inputs, classes, stream, device),
            noise_std: settings.noise_std,
            pool_size: settings.pool_size,
            conv_dropout: settings.conv_dropout,
            lstm_dropout: settings.lstm_dropout,
            dense_dropout: settings.dense_dropout,
            l1: settings.l1,
            l2: settings.l2,
        })
    }

    fn output(&self) -> &Dense {
        &self.output
    }

    fn forward(&self, batch: Tensor<3>, mut pass: Option<&mut TrainingPass>) -> Tensor<2> {
        let training = pass.as_deref().map(|pass| pass.steps);
        let mut hidden: Tensor<4> = noise(batch, self.noise_std, pass.as_deref_mut()).unsqueeze_dim(3);
        for (convolution, norm) in self.convolutions.iter().zip(&self.norms) {
            let pool = MaxPool::over_image([1, self.pool_size]);
            hidden = norm.forward_pool(convolution.forward_relu(hidden), pool, training);
            hidden = dropout(hidden, self.conv_dropout, pass.as_deref_mut());
        }
        let hidden = BiLstm::last(self.lstm.forward(hidden.flatten(2, 3)));
        let mut hidden = dropout(hidden, self.lstm_dropout, pass.as_deref_mut());
        if let Some(dense) = &self.dense {
            hidden = dropout(dense.forward_relu(hidden), self.dense_dropout, pass);
        }
        self.output.forward(hidden)
    }

    /// Over the weights of every layer but the recurrent ones, biases and norms left out.
    fn penalty(&self) -> Option<Tensor<1>> {
        let convolutions = self.convolutions.iter().map(|layer| layer.kernel.val().flatten(0, 1));
        let dense = self.dense.iter().chain([&self.output]);
        let dense = dense.map(|layer| layer.kernel.val().flatten(0, 1));
        let lstm = [self.lstm.kernel.val().flatten(0, 2)];
        penalty(self.l1, self.l2, convolutions.chain(dense).chain(lstm))
    }
}
