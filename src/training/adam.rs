//! Adam and AdamW.

use super::rule::{Rule, Stepped};
use burn::tensor::Tensor;

/// Adam (Kingma and Ba 2015) with bias correction, at step `t`:
///
/// ```text
/// m = m + (1 - beta_1) (g - m)        v = v + (1 - beta_2) (g² - v)
/// w = w - rate / (1 - beta_1^t) * m / (sqrt(v / (1 - beta_2^t)) + epsilon)
/// ```
///
/// as PyTorch `torch.optim.Adam`, whose weight decay is L2: `g = g + decay w` comes first. Decoupled, as
/// `torch.optim.AdamW` (Loshchilov and Hutter 2019), `w = w - rate decay w` comes first instead.
/// Keras adds its epsilon before the correction of `v`, which matters for gradients as small as epsilon only.
#[derive(Debug, Clone, Copy)]
pub(super) struct Adam {
    pub beta_1: f64,
    pub beta_2: f64,
    pub epsilon: f64,
    pub decay: f64,
    pub decoupled: bool,
}

impl Default for Adam {
    /// Keras' defaults: 0.9, 0.999, epsilon 1e-7.
    fn default() -> Self {
        Self {
            beta_1: 0.9,
            beta_2: 0.999,
            epsilon: 1e-7,
            decay: 0.0,
            decoupled: false,
        }
    }
}

impl Adam {
    /// The numbers of one step, from 1, for a parameter that decays or does not.
    pub fn rule(self, rate: f64, step: u64, decays: bool) -> AdamRule {
        let time = step as f64;
        let decay = if decays { self.decay } else { 0.0 };
        let (pull, shrink) = if self.decoupled {
            (0.0, rate * decay)
        } else {
            (decay, 0.0)
        };
        AdamRule {
            beta_1: self.beta_1 as f32,
            beta_2: self.beta_2 as f32,
            rate: (rate / (1.0 - self.beta_1.powf(time))) as f32,
            correction: (1.0 / (1.0 - self.beta_2.powf(time)).sqrt()) as f32,
            epsilon: self.epsilon as f32,
            pull: pull as f32,
            keep: (1.0 - shrink) as f32,
        }
    }
}

#[derive(Debug, Clone, Copy)]
pub(super) struct AdamRule {
    beta_1: f32,
    beta_2: f32,
    /// Learning rate over the first moment's correction.
    rate: f32,
    /// What the root of the second moment is multiplied by.
    correction: f32,
    epsilon: f32,
    /// What the gradient grows by, in parts of the weight.
    pull: f32,
    /// What is left of the weight before the step.
    keep: f32,
}

impl Rule for AdamRule {
    #[inline(always)]
    fn update_segment(self, weights: &mut [f32], gradient: &[f32], moments: &mut [&mut [f32]]) {
        let [first, second] = moments else { return };
        for (((weight, gradient), first), second) in weights
            .iter_mut()
            .zip(gradient)
            .zip(first.iter_mut())
            .zip(second.iter_mut())
        {
            let gradient = gradient + self.pull * *weight;
            *first += (1.0 - self.beta_1) * (gradient - *first);
            *second += (1.0 - self.beta_2) * (gradient * gradient - *second);
            *weight = *weight * self.keep - self.rate * *first / (second.sqrt() * self.correction + self.epsilon);
        }
    }

    #[cfg(any(feature = "cuda", feature = "wgpu"))]
    fn on_gpu(self, weights: &Tensor<1>, gradient: &Tensor<1>, moments: &[Tensor<1>]) -> Option<Stepped> {
        let [first, second] = moments else { return None };
        let numbers = [
            self.beta_1,
            self.beta_2,
            self.rate,
            self.correction,
            self.epsilon,
            self.pull,
            self.keep,
        ];
        let [weights, first, second] = crate::layers::gpu::adam([weights, gradient, first, second], numbers)?;
        Some((weights, vec![first, second]))
    }

    fn composed(self, weights: Tensor<1>, gradient: Tensor<1>, moments: Vec<Tensor<1>>) -> Stepped {
        let Ok([first, second]) = <[Tensor<1>; 2]>::try_from(moments) else {
            return (weights, Vec::new());
        };
        let gradient = gradient + weights.clone().mul_scalar(self.pull);
        let first = first.clone() + (gradient.clone() - first).mul_scalar(1.0 - self.beta_1);
        let second = second.clone() + (gradient.square() - second).mul_scalar(1.0 - self.beta_2);
        let size = second
            .clone()
            .sqrt()
            .mul_scalar(self.correction)
            .add_scalar(self.epsilon);
        let weights = weights.mul_scalar(self.keep) - first.clone().mul_scalar(self.rate) / size;
        (weights, vec![first, second])
    }
}
