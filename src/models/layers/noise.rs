//! Gaussian noise from our own stream.

use super::facts::note;
use super::init::normal;
use crate::random::Stream;
use burn::tensor::{Tensor, TensorData};

/// Adds to each value a number of mean 0 and the given deviation: Keras `GaussianNoise`; unchanged without a
/// stream (inference).
pub fn noise<const D: usize>(input: Tensor<D>, deviation: f64, stream: Option<&mut Stream>) -> Tensor<D> {
    if deviation > 0.0 {
        note(&input.dims(), || format!("noise {deviation}"));
    }
    match stream {
        Some(stream) if deviation > 0.0 => {
            let shape = input.shape();
            let values: Vec<f32> = (0..shape.num_elements())
                .map(|_| (deviation * normal(stream)) as f32)
                .collect();
            let device = input.device();
            input + Tensor::from_data(TensorData::new(values, shape), &device)
        }
        _ => input,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::models::device;
    use crate::random::stream;

    #[test]
    fn the_deviation_is_the_asked_one_and_inference_changes_nothing() {
        let zeros = || Tensor::<1>::zeros([20_000], &device("flex").unwrap());
        let values = |tensor: Tensor<1>| tensor.into_data().try_into_vec::<f32>().unwrap();
        let noisy = values(noise(zeros(), 0.3, Some(&mut stream(1, "dropout", 0))));
        let mean = noisy.iter().sum::<f32>() / 20_000.0;
        let variance = noisy.iter().map(|value| value * value).sum::<f32>() / 20_000.0;
        assert!(mean.abs() < 0.01, "{mean}");
        assert!((variance.sqrt() - 0.3).abs() < 0.01, "{variance}");
        assert_eq!(noisy, values(noise(zeros(), 0.3, Some(&mut stream(1, "dropout", 0)))));
        assert_eq!(values(noise(zeros(), 0.3, None)), [0.0; 20_000]);
        assert_eq!(
            values(noise(zeros(), 0.0, Some(&mut stream(1, "dropout", 0)))),
            [0.0; 20_000]
        );
    }
}
