//! `attentive_crnn`: our own; a residual stem, a bidirectional LSTM with attentive pooling, and a linear path from the
//! clip's statistics.

use super::architecture::{Architecture, InputLayout};
use super::check::Check;
use super::parts::Parts;
use crate::layers::{
    AttentiveStatistics, BatchNorm, BiLstm, Convolution2d, Dense, Init, MaxPool, Mode, dropout, noise,
};
use crate::models::ModelError;
use burn::module::Module;
use burn::tensor::Tensor;
use serde::{Deserialize, Serialize};

/// `[model.attentive_crnn]`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AttentiveCrnnSettings {
    /// Deviation of the noise added to the input in training; 0 adds none.
    pub noise_std: f64,
    /// Columns of one channel of the picture: the recipe's mel bands.
    pub bands: usize,
    /// Parts of a clip, as in the recipe.
    pub parts: usize,
    /// Functionals of each, as many as in the recipe.
    pub functionals: usize,
    /// Channels after the first convolutions; twice as many after the second.
    pub filters: usize,
    /// Max pooling over bands after the first and after the second residual block.
    pub pool_sizes: [usize; 2],
    /// Dropout after each pooling.
    pub conv_dropout: f64,
    /// Units of the dense layer before the LSTM, and of that on the statistics.
    pub dense_units: usize,
    /// Dropout after the former.
    pub dense_dropout: f64,
    /// Units of the LSTM, in each direction.
    pub lstm_units: usize,
    /// Units of the attention.
    pub attention_units: usize,
    /// Dropout before the output.
    pub dropout: f64,
    /// Dropout of the statistics.
    pub statistics_dropout: f64,
}

const CHECK: Check = Check("attentive_crnn");
/// Kernel of every convolution.
const KERNEL: usize = 3;

impl AttentiveCrnnSettings {
    /// How the input is taken apart, and how many bands the poolings leave.
    fn parts_of(&self, input: (usize, usize), classes: usize) -> Result<(Parts, usize), ModelError> {
        let parts = Parts::new(self.bands, self.parts, self.functionals, input)
            .map_err(|problem| CHECK.refuse("parts", &problem))?;
        let left = self.pool_sizes.iter().fold(parts.bands, |left, size| left / size);
        if left == 0 {
            let problem = format!(
                "is {:?}: they leave nothing of {} bands; lower them, or take a recipe with more",
                self.pool_sizes, parts.bands
            );
            return Err(CHECK.refuse("pool_sizes", &problem));
        }
        let (channels, tracks, statistics) = parts.widths();
        let (area, twice, units) = (KERNEL * KERNEL, 2 * self.filters, self.lstm_units);
        CHECK.weights(
            "filters",
            [
                [area, channels, self.filters],
                [area, twice, twice],
                [left, twice, self.dense_units],
            ],
        )?;
        CHECK.weights(
            "lstm_units",
            [
                [8, self.dense_units, units],
                [8, units, units],
                [2, units, self.attention_units],
            ],
        )?;
        CHECK.weights("dense_units", [[1, statistics + tracks, classes.max(self.dense_units)]])?;
        Ok((parts, left))
    }
}

/// Made for the recipe `log_mel_delta`: functionals of log-mel bands, their deltas, pitch, level and the shape of the
/// spectrum over the whole clip and over eight equal parts of it, which `training.normalise = "speaker"` sets beside the same of the speaker's other clips. The
/// parts are a picture, a step for each, and go through two residual blocks (convolution, ReLU, batch normalisation;
/// `x + norm(relu(conv(x)))`), each followed by max pooling over bands and dropout; with the tracks beside them through a dense
/// layer (ReLU), dropout, a bidirectional LSTM and attentive statistics pooling (Okabe et al. 2018). The statistics go
/// through dropout and a dense layer (ReLU) with batch normalisation and join what was pooled; after dropout the output has
/// one logit per class. To these the statistics add theirs, straight through one dense layer: few speakers are enough to
/// learn it from. Recipes of frames are taken too: the frames are the steps, the statistics mean and deviation.
///
/// With the sizes that ship and 8 classes:
///
/// | layer | output | parameters |
/// |---|---|---|
/// | noise; picture of 8 parts, 10 channels | 8 x 64 x 10 | |
/// | convolution 8, kernel 3; norm | 8 x 64 x 8 | 760 |
/// | residual convolution 8, kernel 3; norm | 8 x 64 x 8 | 616 |
/// | max pooling 1 x 2; dropout | 8 x 32 x 8 | |
/// | convolution 16, kernel 3; norm | 8 x 32 x 16 | 1,232 |
/// | residual convolution 16, kernel 3; norm | 8 x 32 x 16 | 2,384 |
/// | max pooling 1 x 4; dropout; tracks beside it | 8 x 203 | |
/// | dense 64; dropout | 8 x 64 | 13,056 |
/// | LSTM 32, both directions | 8 x 64 | 24,832 |
/// | attentive mean and deviation | 128 | 2,113 |
/// | statistics; dropout; dense 64; norm | 64 | 86,528 |
/// | both; dropout; output | 8 | 1,544 |
/// | statistics; dropout; dense, added to the output | 8 | 10,784 |
///
/// 143,849 parameters, 224 of them running statistics. First weights are Keras': Glorot-uniform, the LSTM's recurrent ones
/// orthogonal, biases zero but the forget gate's, which are 1; those of the output and of the dense layer on the statistics
/// PyTorch's for `Linear`, which are smaller; those of the direct path are zero.
#[derive(Module, Debug)]
pub struct AttentiveCrnn {
    convolutions: Vec<Convolution2d>,
    norms: Vec<BatchNorm>,
    statistics_norm: BatchNorm,
    lstm: BiLstm,
    dense: Dense,
    attention: AttentiveStatistics,
    statistics: Dense,
    direct: Dense,
    output: Dense,
    #[module(skip)]
    parts: Parts,
    #[module(skip)]
    sizes: AttentiveCrnnSettings,
}

impl Architecture for AttentiveCrnn {
    type Settings = AttentiveCrnnSettings;
    const ABOUT: &'static str =
        "our own: residual stem, LSTM with attentive pooling, and the clip's statistics directly";
    const PUBLISHED: ((usize, usize), usize) = ((1, 6_435), 8);
    const SIZES: &'static str = "\
# Deviation of the noise that training adds to the input; 0 adds none.
noise_std = 0.1
# Columns of one channel of its picture: the mel bands of the recipe.
bands = 64
# Parts of a clip, as the recipe has them; of no matter where a recipe gives frames.
parts = 8
# Functionals of each, as many as the recipe has.
functionals = 5
# Output channels of the first two convolutions; the last two have twice as many.
filters = 8
# Max pooling over bands after the second and the fourth.
pool_sizes = [2, 4]
# Dropout after each pooling; 0 to 1.
conv_dropout = 0.1
# Units of the dense layer before the LSTM, and of that on the statistics.
dense_units = 64
# Dropout after the former; 0 to 1.
dense_dropout = 0.2
# Units of the LSTM, in each direction.
lstm_units = 32
# Units of the attention.
attention_units = 32
# Dropout before the output; 0 to 1.
dropout = 0.4
# Dropout of the clip's statistics; 0 to 1.
statistics_dropout = 0.5
";

    fn validate(sizes: &Self::Settings) -> Result<(), ModelError> {
        let positive = [
            ("bands", sizes.bands),
            ("parts", sizes.parts),
            ("functionals", sizes.functionals),
            ("filters", sizes.filters),
            ("pool_sizes", sizes.pool_sizes[0]),
            ("pool_sizes", sizes.pool_sizes[1]),
            ("dense_units", sizes.dense_units),
            ("lstm_units", sizes.lstm_units),
            ("attention_units", sizes.attention_units),
        ];
        positive.into_iter().try_for_each(|(key, size)| CHECK.size(key, size))?;
        CHECK.amount("noise_std", sizes.noise_std)?;
        CHECK.rate("conv_dropout", sizes.conv_dropout)?;
        CHECK.rate("dense_dropout", sizes.dense_dropout)?;
        CHECK.rate("dropout", sizes.dropout)?;
        CHECK.rate("statistics_dropout", sizes.statistics_dropout)
    }

    fn new(sizes: &Self::Settings, input: (usize, usize), classes: usize, init: &mut Init) -> Result<Self, ModelError> {
        let (parts, bands) = sizes.parts_of(input, classes)?;
        let (channels, tracks, statistics) = parts.widths();
        let (once, twice) = (sizes.filters, 2 * sizes.filters);
        let channels = [(channels, once), (once, once), (once, twice), (twice, twice)];
        let convolutions = channels.map(|(inputs, outputs)| Convolution2d::new(inputs, outputs, KERNEL, init));
        let (dense, lstm) = (sizes.dense_units, sizes.lstm_units);
        Ok(Self {
            convolutions: convolutions.into(),
            norms: channels
                .map(|(_, outputs)| BatchNorm::new(outputs, &init.device))
                .into(),
            statistics_norm: BatchNorm::new(dense, &init.device),
            lstm: BiLstm::new(dense, lstm, init),
            dense: Dense::new(bands * twice + tracks, dense, init),
            attention: AttentiveStatistics::new(2 * lstm, sizes.attention_units, init),
            statistics: Dense::small(statistics, dense, init),
            direct: Dense::silent(statistics, classes, &init.device),
            output: Dense::small(4 * lstm + dense, classes, init),
            parts,
            sizes: sizes.clone(),
        })
    }

    fn input_layout(sizes: &Self::Settings) -> InputLayout {
        InputLayout {
            bands: Some(sizes.bands),
            parts: Some(sizes.parts),
            functionals: Some(sizes.functionals),
            ..InputLayout::default()
        }
    }

    fn forward(&self, batch: Tensor<3>, mode: &mut Mode) -> Tensor<2> {
        let (sizes, training) = (&self.sizes, mode.steps());
        let views = self.parts.of(noise(batch, sizes.noise_std, mode));
        let mut hidden = views.picture;
        let pairs = self.convolutions.chunks_exact(2).zip(self.norms.chunks_exact(2));
        for ((convolutions, norms), pool) in pairs.zip(sizes.pool_sizes) {
            hidden = norms[0].forward(convolutions[0].forward_relu(hidden), training);
            hidden = hidden.clone() + norms[1].forward(convolutions[1].forward_relu(hidden), training);
            hidden = MaxPool::over_image([1, pool]).forward(hidden);
            hidden = dropout(hidden, sizes.conv_dropout, mode);
        }
        let mut steps: Tensor<3> = hidden.flatten(2, 3);
        if let Some(tracks) = views.tracks {
            steps = Tensor::cat(vec![steps, tracks], 2);
        }
        let steps = dropout(self.dense.forward_steps_relu(steps), sizes.dense_dropout, mode);
        let pooled = self.attention.forward(self.lstm.forward(steps), None);
        let mut drop = |input: &Tensor<2>, rate| dropout(input.clone(), rate, mode);
        let statistics = drop(&views.statistics, sizes.statistics_dropout);
        let statistics = self
            .statistics_norm
            .forward(self.statistics.forward_relu(statistics), training);
        let both = drop(&Tensor::cat(vec![pooled, statistics], 1), sizes.dropout);
        let direct = drop(&views.statistics, sizes.statistics_dropout);
        self.output.forward(both) + self.direct.forward(direct)
    }
}
