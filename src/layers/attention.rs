//! What matters of a sequence.

use super::summary::note_module;
use super::{Dense, Init};
use burn::module::Module;
use burn::tensor::Tensor;
use burn::tensor::activation::{softmax, tanh};

/// What the score of a step that pads a clip is lowered by: its weight is 0, exactly.
const NEVER: f64 = 1e9;
/// Below this a variance counts as this: the square root has no slope at 0.
const LEAST_VARIANCE: f64 = 1e-5;

/// Attentive statistics pooling (Okabe, Koshinaka and Shinoda 2018): every step is weighed by what it holds, and the
/// weighted mean and deviation of each channel are kept.
///
/// ```text
/// e = v tanh(x W + b) + k      a = softmax(e) over the steps
/// mean = Σ a x                 deviation = sqrt(max(Σ a x² - mean², 1e-5))
/// ```
///
/// With a mask the softmax is over a clip's own steps: those that pad it have no weight.
#[derive(Module, Debug)]
pub struct AttentiveStatistics {
    /// W (channels, units) and b.
    pub hidden: Dense,
    /// v (units, 1) and k.
    pub score: Dense,
}

impl AttentiveStatistics {
    /// Glorot-uniform weights, zero biases.
    pub fn new(channels: usize, units: usize, init: &mut Init) -> Self {
        Self {
            hidden: Dense::new(channels, units, init),
            score: Dense::new(units, 1, init),
        }
    }

    /// (batch, steps, channels) to means and deviations (batch, 2 channels); `mask` (batch, steps, 1) is 1 in a clip's own
    /// steps and 0 in those that pad it.
    pub fn forward(&self, input: Tensor<3>, mask: Option<Tensor<3>>) -> Tensor<2> {
        let [clips, steps, channels] = input.dims();
        let flat: Tensor<2> = input.clone().reshape([clips * steps, channels]);
        let scores = self.score.product(tanh(self.hidden.product(flat, false)), false);
        let mut scores: Tensor<3> = scores.reshape([clips, steps, 1]);
        if let Some(mask) = mask {
            scores = scores + (mask - 1.0) * NEVER;
        }
        let weights = softmax(scores, 1);
        let mean = (input.clone() * weights.clone()).sum_dim(1);
        let square = (input.square() * weights).sum_dim(1);
        let deviation = (square - mean.clone().square()).clamp_min(LEAST_VARIANCE).sqrt();
        let output: Tensor<2> = Tensor::cat(vec![mean, deviation], 2).squeeze_dim(1);
        let products = self.hidden.kernel.shape().num_elements() + self.score.kernel.shape().num_elements();
        note_module(self, &[clips, 2 * channels], steps * products, || {
            "attentive mean and deviation".to_owned()
        });
        output
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::device::device;
    use burn::tensor::TensorData;

    #[test]
    fn mean_and_deviation_are_weighed_as_defined() {
        let device = device("flex").unwrap();
        let layer = AttentiveStatistics::new(3, 4, &mut Init::new(1, &device));
        let values: Vec<f32> = (0..2 * 5 * 3).map(|i| (i as f32 * 0.9).sin()).collect();
        let input = Tensor::from_data(TensorData::new(values.clone(), [2, 5, 3]), &device);
        let found = layer.forward(input, None).into_data().try_into_vec::<f32>().unwrap();
        let weights = |dense: &Dense| dense.kernel.val().into_data().try_into_vec::<f32>().unwrap();
        let (hidden, score) = (weights(&layer.hidden), weights(&layer.score));
        for (clip, found) in values.chunks(15).zip(found.chunks(6)) {
            let steps: Vec<&[f32]> = clip.chunks(3).collect();
            let score = |step: &&[f32]| {
                let unit = |unit: usize| step.iter().zip(hidden.chunks(4)).map(|(x, w)| x * w[unit]).sum::<f32>();
                (0..4).map(|n| score[n] * unit(n).tanh()).sum::<f32>().exp()
            };
            let shares: Vec<f32> = steps.iter().map(score).collect();
            let all: f32 = shares.iter().sum();
            for channel in 0..3 {
                let average = |of: fn(f32) -> f32| {
                    let terms = steps.iter().zip(&shares).map(|(step, share)| of(step[channel]) * share);
                    terms.sum::<f32>() / all
                };
                let mean = average(|x| x);
                let deviation = (average(|x| x * x) - mean * mean).sqrt();
                assert!((found[channel] - mean).abs() < 1e-5, "{found:?}");
                assert!((found[3 + channel] - deviation).abs() < 1e-5, "{found:?}");
            }
        }
    }

    #[test]
    fn steps_that_pad_a_clip_change_nothing() {
        let device = device("flex").unwrap();
        let layer = AttentiveStatistics::new(2, 4, &mut Init::new(1, &device));
        let values: Vec<f32> = (0..10).map(|i| (i as f32 * 0.9).sin()).collect();
        let own = Tensor::<3>::from_data(TensorData::new(values.clone(), [1, 5, 2]), &device);
        let padded = [values, vec![70.0, -3.0, 0.0, 0.0]].concat();
        let padded = Tensor::<3>::from_data(TensorData::new(padded, [1, 7, 2]), &device);
        let mask = [1.0f32, 1.0, 1.0, 1.0, 1.0, 0.0, 0.0];
        let mask = Tensor::<3>::from_data(TensorData::new(mask.to_vec(), [1, 7, 1]), &device);
        let numbers = |tensor: Tensor<2>| tensor.into_data().try_into_vec::<f32>().unwrap();
        let (alone, found) = (
            numbers(layer.forward(own, None)),
            numbers(layer.forward(padded, Some(mask))),
        );
        for (alone, found) in alone.iter().zip(&found) {
            assert!((alone - found).abs() < 1e-6, "{alone} {found}");
        }
    }

    #[test]
    fn steps_that_are_all_alike_have_a_gradient_too() {
        let device = device("flex").unwrap().autodiff();
        let layer = AttentiveStatistics::new(2, 3, &mut Init::new(1, &device));
        let input = Tensor::<3>::ones([1, 4, 2], &device).require_grad();
        let gradients = layer.forward(input.clone(), None).sum().backward();
        let gradient = input
            .grad(&gradients)
            .unwrap()
            .into_data()
            .try_into_vec::<f32>()
            .unwrap();
        assert!(gradient.iter().all(|value| value.is_finite()), "{gradient:?}");
    }
}
