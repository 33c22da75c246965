//! Stochastic gradient descent with momentum.

use super::rule::{Rule, Stepped};
use burn::tensor::Tensor;

/// As PyTorch `torch.optim.SGD` without dampening, whose weight decay is L2:
///
/// ```text
/// g = g + decay w
/// b = momentum b + g
/// w = w - rate b              with Nesterov's momentum: w = w - rate (g + momentum b)
/// ```
#[derive(Debug, Clone, Copy)]
pub(super) struct Sgd {
    pub momentum: f64,
    pub nesterov: bool,
    pub decay: f64,
}

impl Sgd {
    /// The numbers of one step for a parameter that decays or does not.
    pub fn rule(self, rate: f64, decays: bool) -> SgdRule {
        SgdRule {
            rate: rate as f32,
            momentum: self.momentum as f32,
            nesterov: self.nesterov,
            pull: if decays { self.decay as f32 } else { 0.0 },
        }
    }
}

#[derive(Debug, Clone, Copy)]
pub(super) struct SgdRule {
    rate: f32,
    momentum: f32,
    nesterov: bool,
    /// What the gradient grows by, in parts of the weight.
    pull: f32,
}

impl Rule for SgdRule {
    #[inline(always)]
    fn update_segment(self, weights: &mut [f32], gradient: &[f32], moments: &mut [&mut [f32]]) {
        let [buffer] = moments else {
            for (weight, gradient) in weights.iter_mut().zip(gradient) {
                *weight -= self.rate * (gradient + self.pull * *weight);
            }
            return;
        };
        for ((weight, gradient), buffer) in weights.iter_mut().zip(gradient).zip(buffer.iter_mut()) {
            let gradient = gradient + self.pull * *weight;
            *buffer = self.momentum * *buffer + gradient;
            let change = if self.nesterov {
                gradient + self.momentum * *buffer
            } else {
                *buffer
            };
            *weight -= self.rate * change;
        }
    }

    fn composed(self, weights: Tensor<1>, gradient: Tensor<1>, moments: Vec<Tensor<1>>) -> Stepped {
        let gradient = gradient + weights.clone().mul_scalar(self.pull);
        let Some(buffer) = moments.into_iter().next() else {
            return (weights - gradient.mul_scalar(self.rate), Vec::new());
        };
        let buffer = buffer.mul_scalar(self.momentum) + gradient.clone();
        let change = if self.nesterov {
            gradient + buffer.clone().mul_scalar(self.momentum)
        } else {
            buffer.clone()
        };
        (weights - change.mul_scalar(self.rate), vec![buffer])
    }
}
