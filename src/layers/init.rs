//! First weights, drawn from our own stream; the distributions match Keras or PyTorch.

use crate::random::{Stream, stream};
use burn::module::Param;
use burn::tensor::{Device, Tensor, TensorData};
use rand::RngExt;
use rand_distr::StandardNormal;

/// Draws first weights, and puts them on a device.
#[derive(Debug)]
pub struct Init {
    stream: Stream,
    /// Where the weights lie.
    pub device: Device,
}

impl Init {
    /// The stream of first weights of this seed.
    pub fn new(seed: u64, device: &Device) -> Self {
        Self {
            stream: stream(seed, "weights", 0),
            device: device.clone(),
        }
    }

    /// A matrix (inputs, outputs) drawn uniformly from ±sqrt(6 / (fan_in + fan_out)): Keras
    /// `GlorotUniform`. For a convolution the fans count the kernel's positions as well.
    pub fn glorot_uniform(&mut self, shape: [usize; 2], fan_in: usize, fan_out: usize) -> Param<Tensor<2>> {
        self.uniform(shape, (6.0 / (fan_in + fan_out) as f64).sqrt())
    }

    /// A matrix (inputs, outputs) drawn uniformly from ±1 / sqrt(inputs): the weights of PyTorch's `Linear`.
    pub fn fan_in_uniform(&mut self, [inputs, outputs]: [usize; 2]) -> Param<Tensor<2>> {
        self.uniform([inputs, outputs], (1.0 / inputs as f64).sqrt())
    }

    fn uniform(&mut self, shape: [usize; 2], limit: f64) -> Param<Tensor<2>> {
        let values: Vec<f32> = (0..shape[0] * shape[1])
            .map(|_| (self.stream.random::<f32>() * 2.0 - 1.0) * limit as f32)
            .collect();
        Param::from_tensor(Tensor::from_data(TensorData::new(values, shape), &self.device))
    }

    /// A matrix (rows, columns), no more rows than columns, whose rows are of length 1 and at right angles to each
    /// other, all such matrices alike: Keras `Orthogonal` (Saxe et al. 2014).
    pub fn orthogonal(&mut self, [rows, columns]: [usize; 2]) -> Tensor<2> {
        let mut matrix: Vec<f64> = Vec::with_capacity(rows * columns);
        for _ in 0..rows {
            let mut row: Vec<f64> = (0..columns).map(|_| self.stream.sample(StandardNormal)).collect();
            // Twice, since once leaves a rest when rows are nearly parallel.
            for _ in 0..2 {
                for other in matrix.chunks_exact(columns) {
                    let shared: f64 = row.iter().zip(other).map(|(one, two)| one * two).sum();
                    row.iter_mut().zip(other).for_each(|(one, two)| *one -= shared * two);
                }
            }
            let length = row.iter().map(|value| value * value).sum::<f64>().sqrt();
            matrix.extend(row.iter().map(|value| value / length));
        }
        let matrix: Vec<f32> = matrix.into_iter().map(|value| value as f32).collect();
        Tensor::from_data(TensorData::new(matrix, [rows, columns]), &self.device)
    }
}

/// A vector of zeros: the first biases.
pub fn zeros(length: usize, device: &Device) -> Param<Tensor<1>> {
    Param::from_tensor(Tensor::zeros([length], device))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::device::device;

    #[test]
    fn weights_fill_the_interval_evenly_and_depend_on_the_stream_alone() {
        let device = device("flex").unwrap();
        let glorot = |seed| Init::new(seed, &device).glorot_uniform([100, 200], 500, 1000);
        let fan_in = |seed| Init::new(seed, &device).fan_in_uniform([100, 200]);
        is_even(glorot, (6.0f32 / 1500.0).sqrt());
        is_even(fan_in, 0.1);
    }

    fn is_even(draw: impl Fn(u64) -> Param<Tensor<2>>, limit: f32) {
        let draw = |seed| draw(seed).val().into_data().try_into_vec::<f32>().unwrap();
        let values = draw(1);
        assert_eq!(values, draw(1));
        assert_ne!(values, draw(2));
        assert!(values.iter().all(|value| value.abs() <= limit));
        let count = values.len() as f32;
        let mean = values.iter().sum::<f32>() / count;
        let variance = values.iter().map(|value| value * value).sum::<f32>() / count;
        // A uniform distribution on ±limit has mean 0 and variance limit² / 3.
        assert!(mean.abs() < 0.01 * limit, "{mean}");
        assert!((variance / (limit * limit / 3.0) - 1.0).abs() < 0.03, "{variance}");
    }
}
