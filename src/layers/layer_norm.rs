//! Normalisation within a frame.

use super::{Operation, Pullback, Values, runs_here, ternary};
use crate::layers::kernels::layer_norm;
use burn::module::{Module, Param};
use burn::tensor::Tensor;
use std::sync::Arc;

/// `y = gamma (x - mean) / sqrt(variance + epsilon) + beta` along the last axis, mean and (biased) variance those of
/// the same row: PyTorch's `LayerNorm` (Ba, Kiros and Hinton 2016).
#[derive(Module, Debug)]
pub struct LayerNorm {
    /// gamma (channels).
    pub gamma: Param<Tensor<1>>,
    /// beta (channels).
    pub beta: Param<Tensor<1>>,
    /// Added to the variance.
    pub epsilon: f64,
}

impl LayerNorm {
    /// Normalises the last axis.
    pub fn forward<const D: usize>(&self, input: Tensor<D>) -> Tensor<D> {
        if runs_here(&input) {
            let epsilon = self.epsilon as f32;
            return ternary(input, self.gamma.val(), self.beta.val(), Normalise { epsilon });
        }
        self.composed(input)
    }

    /// In Burn's own operations.
    fn composed<const D: usize>(&self, input: Tensor<D>) -> Tensor<D> {
        let centred = input.clone() - input.mean_dim(D - 1);
        let variance = centred.clone().square().mean_dim(D - 1);
        let normalised = centred / (variance + self.epsilon).sqrt();
        normalised * self.gamma.val().unsqueeze() + self.beta.val().unsqueeze()
    }
}

#[derive(Debug)]
struct Normalise {
    epsilon: f32,
}

impl Operation<3> for Normalise {
    fn forward(self: Box<Self>, inputs: [Values; 3], tracked: bool) -> (Values, Option<Arc<dyn Pullback<3>>>) {
        let [input, gamma, beta] = inputs;
        let kept = tracked.then(|| input.clone());
        let mut output = input;
        layer_norm::forward(output.slice_mut(), gamma.slice(), beta.slice(), self.epsilon);
        let epsilon = self.epsilon;
        let back = |input| Arc::new(NormaliseBack { input, gamma, epsilon }) as _;
        (output, kept.map(back))
    }
}

/// Kept for the backward pass.
#[derive(Debug)]
struct NormaliseBack {
    input: Values,
    gamma: Values,
    epsilon: f32,
}

impl Pullback<3> for NormaliseBack {
    fn backward(&self, mut gradient: Values, wanted: [bool; 3]) -> [Option<Values>; 3] {
        let (input, gamma) = (self.input.slice(), self.gamma.slice());
        let (to_gamma, to_beta) = layer_norm::backward(input, gradient.slice_mut(), gamma, self.epsilon);
        let channels = gamma.len();
        [
            wanted[0].then_some(gradient),
            wanted[1].then(|| Values::new(to_gamma, [channels])),
            wanted[2].then(|| Values::new(to_beta, [channels])),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::device::device;
    use crate::layers::lcg::Lcg;
    use burn::tensor::TensorData;

    #[test]
    fn values_and_gradients_are_those_of_burns_operations() {
        let device = device("flex").unwrap().autodiff();
        for (rows, width, offset) in [(1, 1, 0.0), (3, 7, 0.0), (50, 384, 10.0), (130, 33, -3.0)] {
            let mut draw = Lcg(5);
            let values: Vec<f32> = draw.values(rows * width).iter().map(|value| value + offset).collect();
            let [gamma, beta] = [0; 2].map(|_| draw.values(width));
            let layer = LayerNorm {
                gamma: Param::from_data(TensorData::new(gamma, [width]), &device),
                beta: Param::from_data(TensorData::new(beta, [width]), &device),
                epsilon: 1e-5,
            };
            let run = |forward: &dyn Fn(Tensor<3>) -> Tensor<3>| {
                let input: Tensor<3> = Tensor::from_data(TensorData::new(values.clone(), [1, rows, width]), &device);
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
            let ours = run(&|input| layer.forward(input));
            let composed = run(&|input| layer.composed(input));
            for (ours, composed) in ours.iter().zip(&composed) {
                let scale = composed.iter().fold(1.0f32, |most, value| most.max(value.abs()));
                for (ours, composed) in ours.iter().zip(composed) {
                    assert!((ours - composed).abs() < 5e-5 * scale, "{width}: {ours} {composed}");
                }
            }
        }
    }

    #[test]
    fn a_row_comes_out_with_the_deviation_gamma_about_beta() {
        let device = device("flex").unwrap();
        let layer = LayerNorm {
            gamma: Param::from_data([2.0, 2.0], &device),
            beta: Param::from_data([1.0, 1.0], &device),
            epsilon: 0.0,
        };
        let output = layer.forward(Tensor::<2>::from_data([[3.0, 5.0], [-1.0, -1.5]], &device));
        let output = output.into_data().try_into_vec::<f32>().unwrap();
        assert_eq!(output, [-1.0, 3.0, 3.0, -1.0]);
    }
}
