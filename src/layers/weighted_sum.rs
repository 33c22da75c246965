//! A learnt mixture of the states of an encoder.

use super::summary::note_module;
use super::{Init, zeros};
use burn::module::{Module, Param};
use burn::tensor::Tensor;
use burn::tensor::activation::softmax;

/// `y = Σ a[s] x[s]` with `a = softmax(w)`: one weight for each of the states that lie side by side in a row (SUPERB:
/// Yang et al. 2021).
#[derive(Module, Debug)]
pub struct WeightedSum {
    /// w (states); all alike at first.
    pub scores: Param<Tensor<1>>,
}

impl WeightedSum {
    /// Of so many states.
    pub fn new(states: usize, init: &Init) -> Self {
        Self {
            scores: zeros(states, &init.device),
        }
    }

    /// (batch, states * width) to (batch, width).
    pub fn forward(&self, input: Tensor<2>) -> Tensor<2> {
        let [clips, columns] = input.dims();
        let states = self.scores.dims()[0];
        let shares: Tensor<3> = softmax(self.scores.val(), 0).reshape([1, states, 1]);
        let input: Tensor<3> = input.reshape([clips, states, columns / states]);
        let output: Tensor<2> = (input * shares).sum_dim(1).squeeze_dim(1);
        note_module(self, &output.dims(), columns, || {
            format!("weighted sum of {states} states")
        });
        output
    }

    /// The states' shares, which sum to 1.
    pub fn shares(&self) -> Vec<f32> {
        softmax(self.scores.val(), 0).into_data().iter().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::device::device;

    #[test]
    fn states_are_mixed_by_their_shares() {
        let device = device("flex").unwrap();
        let mut layer = WeightedSum::new(2, &Init::new(1, &device));
        assert_eq!(layer.shares(), [0.5, 0.5]);
        layer.scores = Param::from_data([0.0, 3f32.ln()], &device);
        let output = layer.forward(Tensor::from_data([[4.0, 8.0, 0.0, -4.0]], &device));
        let output = output.into_data().try_into_vec::<f32>().unwrap();
        assert!(
            (output[0] - 1.0).abs() < 1e-6 && (output[1] + 1.0).abs() < 1e-6,
            "{output:?}"
        );
    }
}
