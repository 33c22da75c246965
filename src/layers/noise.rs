//! Gaussian noise from our own stream.

use super::Mode;
use super::summary::note;
use crate::layers::kernels::noise::normal;
use burn::tensor::{Tensor, TensorData};
use rand::Rng;

/// Adds to each value a number of mean 0 and the given deviation: Keras `GaussianNoise`; unchanged in
/// inference. The training's stream gives one key, from which the numbers follow; the same on every device.
pub fn noise<const D: usize>(input: Tensor<D>, deviation: f64, mode: &mut Mode) -> Tensor<D> {
    if deviation > 0.0 {
        note(&input.dims(), || format!("noise {deviation}"));
    }
    match mode {
        Mode::Training(pass) if deviation > 0.0 => {
            let shape = input.shape();
            let values = normal(shape.num_elements(), deviation as f32, pass.stream.next_u64());
            let device = input.device();
            input + Tensor::from_data(TensorData::new(values, shape), &device)
        }
        _ => input,
    }
}

#[cfg(test)]
mod tests {
    use super::super::TrainingPass;
    use super::*;
    use crate::device::device;
    use crate::random::stream;

    #[test]
    fn the_deviation_is_the_asked_one_and_inference_changes_nothing() {
        let training = || TrainingPass::new(stream(1, "dropout", 0), 0);
        let zeros = || Tensor::<1>::zeros([20_000], &device("flex").unwrap());
        let values = |tensor: Tensor<1>| tensor.into_data().try_into_vec::<f32>().unwrap();
        let noisy = values(noise(zeros(), 0.3, &mut Mode::Training(&mut training())));
        let mean = noisy.iter().sum::<f32>() / 20_000.0;
        let variance = noisy.iter().map(|value| value * value).sum::<f32>() / 20_000.0;
        assert!(mean.abs() < 0.01, "{mean}");
        assert!((variance.sqrt() - 0.3).abs() < 0.01, "{variance}");
        assert_eq!(noisy, values(noise(zeros(), 0.3, &mut Mode::Training(&mut training()))));
        assert_eq!(values(noise(zeros(), 0.3, &mut Mode::Inference)), [0.0; 20_000]);
        assert_eq!(
            values(noise(zeros(), 0.0, &mut Mode::Training(&mut training()))),
            [0.0; 20_000]
        );
    }
}
