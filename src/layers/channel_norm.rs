//! Normalisation of each channel over the frames of a clip.

use super::batch_norm::{Normalise, Source};
use super::{KeyMask, runs_here, ternary};
use burn::module::{Module, Param};
use burn::tensor::{Tensor, TensorData};
use std::sync::Arc;

/// `y = gamma (x - mean) / sqrt(variance + epsilon) + beta`, mean and (biased) variance those of the same channel over
/// the clip's own frames: PyTorch's `GroupNorm` with as many groups as channels (Wu and He 2018).
#[derive(Module, Debug)]
pub struct ChannelNorm {
    /// gamma (channels).
    pub gamma: Param<Tensor<1>>,
    /// beta (channels).
    pub beta: Param<Tensor<1>>,
    /// Added to the variance.
    pub epsilon: f64,
}

impl ChannelNorm {
    /// (batch, frames, channels): statistics over the frames that the mask says are a clip's own; what comes out for
    /// others means nothing.
    pub fn forward(&self, input: Tensor<3>, mask: &KeyMask) -> Tensor<3> {
        if input.dims()[0] == 1 && mask.is_full() && runs_here(&input) {
            // Of a single clip they are the statistics of the batch.
            let normalise = Normalise {
                source: Source::Batch(Arc::default()),
                windows: None,
                shape: input.dims().to_vec(),
                epsilon: self.epsilon as f32,
            };
            return ternary(input, self.gamma.val(), self.beta.val(), normalise);
        }
        self.composed(input, mask)
    }

    /// In Burn's own operations.
    fn composed(&self, input: Tensor<3>, mask: &KeyMask) -> Tensor<3> {
        let lengths: Vec<f32> = mask.lengths().iter().map(|length| *length as f32).collect();
        let shape = [lengths.len(), 1, 1];
        let lengths: Tensor<3> = Tensor::from_data(TensorData::new(lengths, shape), &input.device());
        let average = |values: Tensor<3>| mask.cleared(values).sum_dim(1) / lengths.clone();
        let centred = input.clone() - average(input);
        let variance = average(centred.clone().square());
        let normalised = centred / (variance + self.epsilon).sqrt();
        normalised * self.gamma.val().unsqueeze() + self.beta.val().unsqueeze()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::device::device;
    use crate::layers::lcg::Lcg;
    use burn::tensor::Device;

    fn layer(channels: usize, device: &Device) -> ChannelNorm {
        let mut draw = Lcg(11);
        let mut param = || Param::from_data(TensorData::new(draw.values(channels), [channels]), device);
        ChannelNorm {
            gamma: param(),
            beta: param(),
            epsilon: 1e-5,
        }
    }

    #[test]
    fn values_and_gradients_are_those_of_burns_operations() {
        let device = device("flex").unwrap().autodiff();
        for (frames, channels, offset) in [(2, 3, 0.0), (7, 5, 0.0), (400, 32, 3.0)] {
            let layer = layer(channels, &device);
            let values: Vec<f32> = Lcg(2).values(frames * channels).iter().map(|x| x + offset).collect();
            let run = |forward: &dyn Fn(Tensor<3>) -> Tensor<3>| {
                let shape = [1, frames, channels];
                let input: Tensor<3> = Tensor::from_data(TensorData::new(values.clone(), shape), &device);
                let input = input.require_grad();
                let output = forward(input.clone());
                let gradients = output.clone().sin().sum().backward();
                [
                    output.inner().flatten::<1>(0, 2),
                    input.grad(&gradients).unwrap().flatten(0, 2),
                    layer.gamma.val().grad(&gradients).unwrap(),
                    layer.beta.val().grad(&gradients).unwrap(),
                ]
                .map(|tensor| tensor.into_data().try_into_vec::<f32>().unwrap())
            };
            let mask = KeyMask::new(&[frames], frames);
            let ours = run(&|input| layer.forward(input, &mask));
            let composed = run(&|input| layer.composed(input, &mask));
            for (ours, composed) in ours.iter().zip(&composed) {
                let scale = composed.iter().fold(1.0f32, |most, value| most.max(value.abs()));
                for (ours, composed) in ours.iter().zip(composed) {
                    assert!((ours - composed).abs() < 1e-4 * scale, "{frames}: {ours} {composed}");
                }
            }
        }
    }

    #[test]
    fn what_stands_behind_a_clip_does_not_change_it() {
        let device = device("flex").unwrap();
        let layer = layer(4, &device);
        let values = Lcg(9).values(2 * 6 * 4);
        let batch: Tensor<3> = Tensor::from_data(TensorData::new(values.clone(), [2, 6, 4]), &device);
        let output = layer.forward(batch, &KeyMask::new(&[3, 6], 6));
        let output = output.into_data().try_into_vec::<f32>().unwrap();
        for (clip, frames) in [(0, 3), (1, 6)] {
            let own = values[clip * 24..][..frames * 4].to_vec();
            let alone = Tensor::from_data(TensorData::new(own, [1, frames, 4]), &device);
            let alone = layer
                .forward(alone, &KeyMask::new(&[frames], frames))
                .into_data()
                .try_into_vec::<f32>()
                .unwrap();
            for (batched, alone) in output[clip * 24..].iter().zip(&alone) {
                assert!((batched - alone).abs() < 1e-5, "{batched} {alone}");
            }
        }
    }
}
