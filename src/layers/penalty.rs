//! What large weights cost.

use burn::tensor::Tensor;

/// `l1 Σ|w| + l2 Σw²` over the given weights, each as a row: Keras `kernel_regularizer=L1L2(l1, l2)` of their
/// layers. Nothing when both are 0.
pub fn penalty(l1: f64, l2: f64, weights: impl IntoIterator<Item = Tensor<1>>) -> Option<Tensor<1>> {
    if l1 == 0.0 && l2 == 0.0 {
        return None;
    }
    let of = |weights: Tensor<1>| weights.clone().abs().sum().mul_scalar(l1) + weights.square().sum().mul_scalar(l2);
    weights.into_iter().map(of).reduce(|sum, one| sum + one)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::device::device;

    #[test]
    fn it_is_the_weighted_sum_of_absolute_and_squared_weights() {
        let device = device("flex").unwrap();
        let weights = || {
            [
                Tensor::from_data([1.0, -2.0], &device),
                Tensor::from_data([0.5], &device),
            ]
        };
        let value = penalty(0.1, 0.01, weights())
            .unwrap()
            .into_data()
            .try_into_vec::<f32>()
            .unwrap();
        assert!((value[0] - (0.1 * 3.5 + 0.01 * 5.25)).abs() < 1e-6, "{value:?}");
        assert!(penalty(0.0, 0.0, weights()).is_none());
    }
}
