//! Dropout with masks from our own stream.

use crate::random::Stream;
use burn::tensor::{Tensor, TensorData};
use rand::Rng;

/// Inverted dropout: each value is zero with probability `rate` and divided by `1 - rate` otherwise;
/// unchanged without a stream (inference). The rate counts in steps of 1 / 65,536.
pub fn dropout<const D: usize>(input: Tensor<D>, rate: f64, stream: Option<&mut Stream>) -> Tensor<D> {
    let dropped = (rate * f64::from(STEPS)).round() as u32;
    match stream {
        Some(stream) if dropped > 0 => {
            let shape = input.dims();
            let mask = mask(shape.iter().product(), dropped, stream);
            let mask = Tensor::from_data(TensorData::new(mask, shape), &input.device());
            input * mask
        }
        _ => input,
    }
}

/// 16 random bits decide about a value: half the generator's work of 32, and finer than any rate needs.
const STEPS: u32 = 1 << 16;

fn mask(length: usize, dropped: u32, stream: &mut Stream) -> Vec<f32> {
    let mut bytes = vec![0; 2 * length];
    stream.fill_bytes(&mut bytes);
    let kept = STEPS as f32 / (STEPS - dropped.min(STEPS - 1)) as f32;
    let bits = bytes.chunks_exact(2).map(|pair| u16::from_le_bytes([pair[0], pair[1]]));
    bits.map(|bits| if u32::from(bits) < dropped { 0.0 } else { kept })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::models::device;
    use crate::random::stream;

    fn drop(rate: f64, stream: Option<&mut Stream>) -> Vec<f32> {
        let ones = Tensor::<2>::ones([100, 1000], &device("flex").unwrap());
        dropout(ones, rate, stream).into_data().try_into_vec().unwrap()
    }

    #[test]
    fn the_share_and_the_mean_are_right() {
        for rate in [0.1, 0.3, 0.9] {
            let values = drop(rate, Some(&mut stream(1, "dropout", 0)));
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
        let mut one = stream(1, "dropout", 0);
        let first = drop(0.5, Some(&mut one));
        assert_eq!(first, drop(0.5, Some(&mut stream(1, "dropout", 0))));
        assert_ne!(first, drop(0.5, Some(&mut one)));
        assert!(drop(0.5, None).iter().all(|value| *value == 1.0));
        assert!(drop(0.0, Some(&mut one)).iter().all(|value| *value == 1.0));
    }

    #[test]
    fn the_gradient_passes_through_the_same_mask() {
        let device = device("flex").unwrap().autodiff();
        let input = Tensor::<2>::ones([10, 10], &device).require_grad();
        let output = dropout(input.clone(), 0.5, Some(&mut stream(1, "dropout", 0)));
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
