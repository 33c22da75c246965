//! `conv1d`: convolutions over frames, averaged, and a dense layer.

use super::architecture::Architecture;
use super::check::Check;
use crate::layers::{Convolution, Dense, Init, MaxPool, Mode, dropout, global_average};
use crate::models::ModelError;
use burn::module::Module;
use burn::tensor::Tensor;
use serde::{Deserialize, Serialize};

/// `[model.conv1d]`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Conv1dSettings {
    /// Output channels of the convolutions.
    pub filters: Vec<usize>,
    /// Kernel of each convolution.
    pub kernel_size: usize,
    /// Max pooling after each convolution but the last.
    pub pool_size: usize,
    /// Dropout after each pooling.
    pub dropout: f64,
    /// Units of the dense layer.
    pub dense_units: usize,
    /// Dropout before the output.
    pub dense_dropout: f64,
}

const CHECK: Check = Check("conv1d");

impl Conv1dSettings {
    /// Outputs and kernel of each convolution.
    fn convolutions(&self) -> impl Iterator<Item = (usize, usize)> {
        self.filters.iter().map(|filters| (*filters, self.kernel_size))
    }

    /// Refuses sizes that cannot be built for this input.
    fn validate_for(&self, (frames, coefficients): (usize, usize)) -> Result<(), ModelError> {
        CHECK.pooled("frames", frames, self.pool_size, self.filters.len() - 1)?;
        CHECK.convolutions("filters", coefficients, self.convolutions())?;
        let inputs = self.filters.last().copied().unwrap_or(1);
        CHECK.dense("dense_units", inputs, &[self.dense_units])
    }
}

/// Convolutions (ReLU, zeros beyond both ends so that short inputs keep their frames), max pooling
/// and dropout between them, global average pooling, a dense layer (ReLU), dropout, one logit per class.
///
/// With the sizes that ship, 108 frames of 22 coefficients and 8 classes:
///
/// | layer | output | parameters |
/// |---|---|---|
/// | convolution 128, kernel 5 | 108 x 128 | 14,208 |
/// | max pooling 2; dropout | 54 x 128 | |
/// | convolution 256, kernel 5 | 54 x 256 | 164,096 |
/// | average over frames | 256 | |
/// | dense 128; dropout | 128 | 32,896 |
/// | output | 8 | 1,032 |
///
/// 212,232 parameters. First weights are Keras': Glorot-uniform, biases zero.
#[derive(Module, Debug)]
pub struct Conv1d {
    convolutions: Vec<Convolution>,
    dense: Dense,
    output: Dense,
    #[module(skip)]
    sizes: Conv1dSettings,
}

impl Architecture for Conv1d {
    type Settings = Conv1dSettings;
    const ABOUT: &'static str = "convolutions over frames, averaged, and a dense layer";
    const PUBLISHED: ((usize, usize), usize) = ((108, 22), 8);
    const SIZES: &'static str = "\
# Output channels of each convolution.
filters = [128, 256]
# Kernel of each convolution (frames).
kernel_size = 5
# Max pooling after each convolution but the last (frames).
pool_size = 2
# Dropout after each pooling; 0 to 1.
dropout = 0.3
# Units of the dense layer.
dense_units = 128
# Dropout before the output; 0 to 1.
dense_dropout = 0.4
";

    fn validate(sizes: &Self::Settings) -> Result<(), ModelError> {
        CHECK.sizes("filters", &sizes.filters, "[128, 256]")?;
        CHECK.size("kernel_size", sizes.kernel_size)?;
        CHECK.size("pool_size", sizes.pool_size)?;
        CHECK.size("dense_units", sizes.dense_units)?;
        CHECK.rate("dropout", sizes.dropout)?;
        CHECK.rate("dense_dropout", sizes.dense_dropout)
    }

    fn new(sizes: &Self::Settings, input: (usize, usize), classes: usize, init: &mut Init) -> Result<Self, ModelError> {
        sizes.validate_for(input)?;
        let inputs = sizes.filters.last().copied().unwrap_or(input.1);
        Ok(Self {
            convolutions: Convolution::stack(input.1, sizes.convolutions(), init),
            dense: Dense::new(inputs, sizes.dense_units, init),
            output: Dense::new(sizes.dense_units, classes, init),
            sizes: sizes.clone(),
        })
    }

    fn forward(&self, batch: Tensor<3>, mode: &mut Mode) -> Tensor<2> {
        let sizes = &self.sizes;
        let mut hidden = batch;
        for (index, convolution) in self.convolutions.iter().enumerate() {
            if index + 1 == self.convolutions.len() {
                hidden = convolution.forward_relu(hidden);
            } else {
                let pool = MaxPool::over_frames(sizes.pool_size, sizes.pool_size);
                hidden = pool.forward_relu(convolution.forward(hidden));
                hidden = dropout(hidden, sizes.dropout, mode);
            }
        }
        let hidden = self.dense.forward_relu(global_average(hidden));
        self.output.forward(dropout(hidden, sizes.dense_dropout, mode))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::device::{device, device_names};
    use crate::layers::TrainingPass;
    use crate::layers::lcg::Lcg;
    use crate::random::stream;
    use burn::tensor::TensorData;

    fn settings() -> Conv1dSettings {
        Conv1dSettings {
            filters: vec![8, 16],
            kernel_size: 5,
            pool_size: 2,
            dropout: 0.3,
            dense_units: 12,
            dense_dropout: 0.4,
        }
    }

    fn build(settings: &Conv1dSettings, input: (usize, usize)) -> Result<Conv1d, ModelError> {
        Conv1d::validate(settings)?;
        Conv1d::new(settings, input, 3, &mut Init::new(1, &device("flex").unwrap()))
    }

    #[test]
    fn impossible_sizes_are_refused_by_key() {
        let refusal = |change: fn(&mut Conv1dSettings)| {
            let mut changed = settings();
            change(&mut changed);
            build(&changed, (20, 4)).unwrap_err().to_string()
        };
        assert!(refusal(|s| s.filters.clear()).starts_with("model.conv1d.filters: is empty"));
        assert!(refusal(|s| s.filters[1] = 0).starts_with("model.conv1d.filters: is 0"));
        assert!(refusal(|s| s.filters = vec![65_536; 3]).starts_with("model.conv1d.filters: and kernel sizes"));
        assert!(refusal(|s| s.kernel_size = 0).starts_with("model.conv1d.kernel_size: is 0"));
        assert!(refusal(|s| s.pool_size = usize::MAX).starts_with("model.conv1d.pool_size"));
        assert!(refusal(|s| s.pool_size = 21).contains("leave nothing of 20 frames"));
        assert!(refusal(|s| s.dropout = 1.0).starts_with("model.conv1d.dropout: is 1"));
        assert!(refusal(|s| s.dense_dropout = f64::NAN).starts_with("model.conv1d.dense_dropout: is NaN"));
        assert!(refusal(|s| s.dense_units = 0).starts_with("model.conv1d.dense_units: is 0"));
    }

    #[test]
    fn any_number_of_convolutions_and_any_length_work() {
        for filters in [vec![4], vec![4, 5], vec![4, 5, 6]] {
            let network = build(&Conv1dSettings { filters, ..settings() }, (4, 3)).unwrap();
            let logits = network.forward(Tensor::ones([2, 4, 3], &device("flex").unwrap()), &mut Mode::Inference);
            assert_eq!(logits.dims(), [2, 3]);
        }
    }

    #[test]
    fn dropout_acts_in_training_only() {
        let network = build(&settings(), (20, 4)).unwrap();
        let logits = |steps: Option<u64>| {
            let batch = Tensor::ones([2, 20, 4], &device("flex").unwrap());
            let mut pass = steps.map(|steps| TrainingPass::new(stream(1, "dropout", 1), steps));
            let mut mode = pass.as_mut().map_or(Mode::Inference, Mode::Training);
            let logits = network.forward(batch, &mut mode).into_data();
            logits.try_into_vec::<f32>().unwrap()
        };
        let plain = logits(None);
        assert_eq!(plain, logits(None));
        assert_ne!(plain, logits(Some(0)));
        assert_eq!(logits(Some(0)), logits(Some(0)));
    }

    #[derive(Deserialize)]
    struct Golden {
        filters: Vec<usize>,
        kernel_size: usize,
        pool_size: usize,
        dense_units: usize,
        input: [usize; 3],
        classes: usize,
        logits: Vec<f32>,
    }

    #[test]
    fn logits_match_an_independent_implementation() {
        let cases: Vec<Golden> = serde_json::from_str(include_str!("../../../tests/golden/conv1d.json")).unwrap();
        for name in device_names() {
            for case in &cases {
                let sizes = Conv1dSettings {
                    filters: case.filters.clone(),
                    kernel_size: case.kernel_size,
                    pool_size: case.pool_size,
                    dense_units: case.dense_units,
                    ..settings()
                };
                let device = device(&name).unwrap();
                let [batch, frames, coefficients] = case.input;
                let mut init = Init::new(1, &device);
                let network = Conv1d::new(&sizes, (frames, coefficients), case.classes, &mut init).unwrap();
                let mut lcg = Lcg(7);
                let network = network.map(&mut lcg);
                let input = lcg.values(batch * frames * coefficients);
                let input = Tensor::from_data(TensorData::new(input, case.input), &device);
                let logits = network
                    .forward(input, &mut Mode::Inference)
                    .into_data()
                    .try_into_vec::<f32>()
                    .unwrap();
                assert_eq!(logits.len(), case.logits.len());
                for (got, expected) in logits.iter().zip(&case.logits) {
                    assert!(
                        (got - expected).abs() < 1e-5 * expected.abs().max(1.0),
                        "{name}: {got} {expected}"
                    );
                }
            }
        }
    }
}
