//! Blends of two examples and their labels.

use crate::random::Stream;
use burn::tensor::{Int, Tensor, TensorData, s};
use rand::RngExt;
use rand::seq::SliceRandom;

/// How the examples of one batch are blended: `x' = λ x + (1 - λ) x[partner]`, and the same of the labels
/// (Zhang et al. 2018, "mixup: beyond empirical risk minimization"; one λ per batch, as in its code).
#[derive(Debug, Clone, PartialEq)]
pub(in crate::training) struct Mixup {
    /// The example that each one is blended with.
    pub partners: Vec<usize>,
    /// λ, at least one half: an example keeps more of itself than it gets. (The paper's λ and 1 - λ are
    /// as likely as each other, and so are the partners.)
    pub share: f64,
}

impl Mixup {
    /// λ from Beta(α, α), the partners a permutation; nothing with an α of 0.
    pub fn draw(alpha: f64, examples: usize, draw: &mut Stream) -> Option<Self> {
        if alpha <= 0.0 {
            return None;
        }
        let share = beta(alpha, draw);
        let mut partners: Vec<usize> = (0..examples).collect();
        partners.shuffle(draw);
        Some(Self {
            partners,
            share: share.max(1.0 - share),
        })
    }

    /// The blended batch. Of clips of unequal length (`masked`) an example is as long as the longer of the two, and their
    /// last column stays a mask.
    pub fn blend(&self, batch: Tensor<3>, masked: bool) -> Tensor<3> {
        let partners: Vec<i64> = self.partners.iter().map(|&partner| partner as i64).collect();
        let partners = TensorData::new(partners, [self.partners.len()]);
        let partners = Tensor::<1, Int>::from_data(partners, &batch.device());
        let others = batch.clone().select(0, partners);
        let blended = batch.clone() * self.share + others.clone() * (1.0 - self.share);
        if !masked {
            return blended;
        }
        let mask = batch.dims()[2].saturating_sub(1);
        let of = |tensor: Tensor<3>| tensor.slice(s![.., .., mask..]);
        let either = of(batch).max_pair(of(others));
        Tensor::cat(vec![blended.slice(s![.., .., 0..mask]), either], 2)
    }

    /// The labels of the partners.
    pub fn targets<T: Copy>(&self, targets: &[T]) -> Vec<T> {
        self.partners.iter().map(|&partner| targets[partner]).collect()
    }
}

/// Beta(α, α) by Jöhnk's method (1964): of two uniform numbers `x = u^(1/α)`, `y = v^(1/α)` with `x + y <= 1`,
/// `x / (x + y)`; in logarithms, since a small α makes them vanish.
fn beta(alpha: f64, draw: &mut Stream) -> f64 {
    loop {
        let (x, y) = (log_uniform(draw) / alpha, log_uniform(draw) / alpha);
        let largest = x.max(y);
        let sum = largest + ((x - largest).exp() + (y - largest).exp()).ln();
        if sum <= 0.0 {
            return (x - sum).exp();
        }
    }
}

/// The logarithm of a number above 0 and at most 1.
fn log_uniform(draw: &mut Stream) -> f64 {
    (1.0 - draw.random::<f64>()).ln()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::device::device;
    use crate::random::stream;

    #[test]
    fn shares_follow_the_beta_distribution() {
        for alpha in [0.01, 0.2, 1.0, 3.0] {
            let draw = &mut stream(1, "test", 0);
            let values: Vec<f64> = (0..40_000).map(|_| beta(alpha, draw)).collect();
            let mean = values.iter().sum::<f64>() / 4e4;
            let variance = values.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / 4e4;
            let expected = 1.0 / (4.0 * (2.0 * alpha + 1.0));
            assert!((mean - 0.5).abs() < 0.01, "{alpha}: {mean}");
            assert!(
                (variance / expected - 1.0).abs() < 0.03,
                "{alpha}: {variance} {expected}"
            );
            assert!(values.iter().all(|value| (0.0..=1.0).contains(value)));
        }
    }

    #[test]
    fn a_batch_is_blended_with_its_partners() {
        let mix = Mixup {
            partners: vec![2, 0, 1],
            share: 0.75,
        };
        let device = device("flex").unwrap().autodiff();
        let batch = Tensor::<3>::from_data([[[1.0, 10.0]], [[2.0, 20.0]], [[4.0, 40.0]]], &device);
        let blended: Vec<f32> = mix.blend(batch, false).into_data().iter().collect();
        assert_eq!(blended, [1.75, 17.5, 1.75, 17.5, 3.5, 35.0]);
        assert_eq!(mix.targets(&[5, 6, 7]), [7, 5, 6]);
    }

    #[test]
    fn a_blend_of_unequal_lengths_is_as_long_as_the_longer() {
        let mix = Mixup {
            partners: vec![1, 0],
            share: 0.75,
        };
        let device = device("flex").unwrap();
        let batch = Tensor::<3>::from_data([[[1.0, 1.0], [0.0, 0.0]], [[2.0, 1.0], [4.0, 1.0]]], &device);
        let blended: Vec<f32> = mix.blend(batch, true).into_data().iter().collect();
        assert_eq!(blended, [1.25, 1.0, 1.0, 1.0, 1.75, 1.0, 3.0, 1.0]);
    }

    #[test]
    fn an_alpha_of_zero_switches_off_and_any_other_keeps_at_least_a_half() {
        let draw = &mut stream(1, "test", 0);
        assert!(Mixup::draw(0.0, 4, draw).is_none());
        for _ in 0..100 {
            let mix = Mixup::draw(0.4, 4, draw).unwrap();
            assert!((0.5..=1.0).contains(&mix.share));
            let mut partners = mix.partners;
            partners.sort_unstable();
            assert_eq!(partners, [0, 1, 2, 3]);
        }
    }
}
