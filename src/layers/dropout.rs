//! Dropout with masks from our own stream.

#[cfg(any(feature = "cuda", feature = "wgpu"))]
use super::gpu;
use super::summary::note;
use super::{Mode, Operation, Pullback, Values, runs_here, unary};
use crate::layers::kernels::dropout::apply;
use burn::tensor::{Tensor, TensorData};
use rand::Rng;
use std::sync::Arc;

/// Inverted dropout: each value is zero with probability `rate` and divided by `1 - rate` otherwise;
/// unchanged in inference. The training's stream gives one key, from which the mask follows;
/// the same on every device.
pub fn dropout<const D: usize>(input: Tensor<D>, rate: f64, mode: &mut Mode) -> Tensor<D> {
    if rate > 0.0 {
        note(&input.dims(), || format!("dropout {rate}"));
    }
    match mode {
        Mode::Training(pass) if rate > 0.0 => {
            let key = pass.stream.next_u64();
            if runs_here(&input) {
                return unary(input, Drop { rate, key });
            }
            #[cfg(any(feature = "cuda", feature = "wgpu"))]
            if let Some(output) = gpu::dropout(&input, rate, key) {
                return output;
            }
            let shape = input.dims();
            let mut mask = vec![1.0; shape.iter().product()];
            apply(&mut mask, rate, key);
            let mask = Tensor::from_data(TensorData::new(mask, shape), &input.device());
            input * mask
        }
        _ => input,
    }
}

/// Also the backward pass: the gradient goes through the same mask, which is drawn again, not kept.
#[derive(Debug, Clone, Copy)]
struct Drop {
    rate: f64,
    key: u64,
}

impl Operation<1> for Drop {
    fn forward(self: Box<Self>, [mut input]: [Values; 1], tracked: bool) -> (Values, Option<Arc<dyn Pullback<1>>>) {
        apply(input.slice_mut(), self.rate, self.key);
        (input, tracked.then(|| Arc::new(*self) as _))
    }
}

impl Pullback<1> for Drop {
    fn backward(&self, mut gradient: Values, _: [bool; 1]) -> [Option<Values>; 1] {
        apply(gradient.slice_mut(), self.rate, self.key);
        [Some(gradient)]
    }
}

#[cfg(test)]
mod tests {
    use super::super::TrainingPass;
    use super::*;
    use crate::device::device;
    use crate::random::stream;

    fn training() -> TrainingPass {
        TrainingPass::new(stream(1, "dropout", 0), 0)
    }

    fn drop(rate: f64, mode: &mut Mode) -> Vec<f32> {
        let ones = Tensor::<2>::ones([100, 1000], &device("flex").unwrap());
        dropout(ones, rate, mode).into_data().try_into_vec().unwrap()
    }

    #[test]
    fn the_share_and_the_mean_are_right() {
        for rate in [0.1, 0.3, 0.9] {
            let values = drop(rate, &mut Mode::Training(&mut training()));
            let zeros = values.iter().filter(|value| **value == 0.0).count() as f64 / values.len() as f64;
            let mean = values.iter().map(|value| f64::from(*value)).sum::<f64>() / values.len() as f64;
            assert!((zeros - rate).abs() < 0.005, "{rate}: {zeros}");
            assert!((mean - 1.0).abs() < 0.03, "{rate}: {mean}");
            let kept = (1.0 / (1.0 - rate)) as f32;
            assert!(
                values
                    .iter()
                    .all(|value| *value == 0.0 || (value / kept - 1.0).abs() < 1e-3)
            );
        }
    }

    #[test]
    fn the_mask_follows_the_stream_and_inference_changes_nothing() {
        let mut one = training();
        let first = drop(0.5, &mut Mode::Training(&mut one));
        assert_eq!(first, drop(0.5, &mut Mode::Training(&mut training())));
        assert_ne!(first, drop(0.5, &mut Mode::Training(&mut one)));
        assert!(drop(0.5, &mut Mode::Inference).iter().all(|value| *value == 1.0));
        assert!(
            drop(0.0, &mut Mode::Training(&mut one))
                .iter()
                .all(|value| *value == 1.0)
        );
    }

    #[test]
    fn the_gradient_passes_through_the_same_mask() {
        let device = device("flex").unwrap().autodiff();
        let input = Tensor::<2>::ones([10, 10], &device).require_grad();
        let output = dropout(input.clone(), 0.5, &mut Mode::Training(&mut training()));
        let gradients = output.clone().sum().backward();
        let gradient = input
            .grad(&gradients)
            .unwrap()
            .into_data()
            .try_into_vec::<f32>()
            .unwrap();
        assert_eq!(gradient, output.into_data().try_into_vec::<f32>().unwrap());
    }
}
