//! A network that is trained on made-up clips, to see how fast it is.

use super::loss::{Asked, Targets};
use super::{Optimizer, TrainingError};
use crate::device::{DeviceError, device};
use crate::layers::TrainingPass;
use crate::models::{ModelSettings, Network, nominal};
use crate::random::stream;
use burn::module::Module;
use burn::optim::GradientsParams;
use burn::tensor::activation::log_softmax;
use burn::tensor::{Device, Tensor, TensorData};
use rand::RngExt;
use std::time::{Duration, Instant};

/// What one step of training spent.
#[derive(Debug, Clone, Copy, Default)]
pub struct StepTime {
    /// From the batch to the loss.
    pub forward: Duration,
    /// Back to the gradients.
    pub backward: Duration,
    /// From the gradients to the new weights.
    pub optimizer: Duration,
}

impl StepTime {
    /// All of it.
    pub fn total(&self) -> Duration {
        self.forward + self.backward + self.optimizer
    }
}

/// A network, its optimiser, and clips of random numbers.
#[derive(Debug)]
pub struct StepBenchmark {
    network: Network,
    optimizer: Optimizer,
    batch: Tensor<3>,
    targets: Targets,
    pass: TrainingPass,
}

impl StepBenchmark {
    /// A new network for an input of (frames, coefficients), and a batch of so many clips.
    ///
    /// # Errors
    /// An unknown device or architecture, or an impossible size.
    pub fn new(
        settings: &ModelSettings,
        input: (usize, usize),
        classes: usize,
        clips: usize,
        device_name: &str,
    ) -> Result<Self, TrainingError> {
        let device = device(device_name)?.autodiff();
        let network = Network::new(settings, input, classes, 1, &device)?;
        let targets: Vec<Asked> = (0..clips).map(|clip| Asked::Label(clip % classes)).collect();
        Ok(Self {
            batch: clips_of(clips, input, &device),
            targets: Targets::new(&targets, None, (classes, 0.0), None),
            optimizer: Optimizer::default(),
            pass: TrainingPass::new(stream(1, "dropout", 0), 0),
            network,
        })
    }

    /// Parameters, and how many of them are trained.
    pub fn parameters(&self) -> (usize, usize) {
        (self.network.parameters(), self.network.trainable())
    }

    /// The network as it stands, for inference.
    pub fn network(&self) -> Network {
        self.network.valid()
    }

    /// One step, as a run makes it, and how long its parts took.
    pub fn step(&mut self) -> StepTime {
        let device = self.network.device();
        let begun = Instant::now();
        let logits = self.network.forward_training(self.batch.clone(), &mut self.pass);
        let loss = self.targets.loss(log_softmax(logits, 1));
        finish(&device);
        let forward = begun.elapsed();
        let begun = Instant::now();
        let gradients = GradientsParams::from_grads(loss.backward(), &self.network);
        finish(&device);
        let backward = begun.elapsed();
        let begun = Instant::now();
        self.network = self.optimizer.step(1e-3, self.network.clone(), gradients);
        finish(&device);
        StepTime {
            forward,
            backward,
            optimizer: begun.elapsed(),
        }
    }
}

/// How long one forward pass of a batch (clips, frames, coefficients) took.
pub fn infer(network: &Network, batch: &Tensor<3>) -> Duration {
    let begun = Instant::now();
    let logits = network.forward(batch.clone()).into_data();
    let elapsed = begun.elapsed();
    drop(logits);
    elapsed
}

/// Random numbers of an input's shape, (clips, frames, coefficients). Where lengths are unequal (0 frames) all clips are of
/// [`crate::models::NOMINAL_FRAMES`], and their own.
pub fn clips_of(clips: usize, input: (usize, usize), device: &Device) -> Tensor<3> {
    let [frames, columns] = nominal(input);
    let coefficients = input.1;
    let mut draw = stream(1, "clips", 0);
    let mut values = Vec::with_capacity(clips * frames * columns);
    for _ in 0..clips * frames {
        values.extend((0..coefficients).map(|_| 2.0 * draw.random::<f32>() - 1.0));
        values.extend((coefficients..columns).map(|_| 1.0));
    }
    Tensor::from_data(TensorData::new(values, [clips, frames, columns]), device)
}

/// Products of square matrices of this size are large enough to keep every core at its fastest.
const SQUARE: usize = 1024;

/// Floating-point operations per second of one large matrix product on the device.
///
/// # Errors
/// An unknown device.
pub fn product_speed(device_name: &str) -> Result<f64, DeviceError> {
    let device = device(device_name)?;
    let matrix: Tensor<2> = clips_of(1, (SQUARE, SQUARE), &device).squeeze_dim(0);
    let begun = Instant::now();
    let product = matrix.clone().matmul(matrix);
    finish(&device);
    let elapsed = begun.elapsed().as_secs_f64();
    drop(product);
    Ok(2.0 * (SQUARE as f64).powi(3) / elapsed.max(1e-9))
}

/// Waits for devices that compute asynchronously; the next step would meet any error again.
fn finish(device: &Device) {
    drop(device.sync());
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::models::fixture;

    #[test]
    fn every_part_of_a_step_takes_time_and_the_network_changes() {
        let settings = fixture::settings("conv1d");
        let mut step_benchmark = StepBenchmark::new(&settings, (12, 4), 3, 2, "flex").unwrap();
        let batch = clips_of(2, (12, 4), &device("flex").unwrap());
        let logits = |network: &Network| {
            let data = network.forward(batch.clone()).into_data();
            data.try_into_vec::<f32>().unwrap()
        };
        let before = logits(&step_benchmark.network());
        let time = step_benchmark.step();
        assert!(
            [time.forward, time.backward, time.optimizer]
                .iter()
                .all(|part| !part.is_zero())
        );
        assert_ne!(logits(&step_benchmark.network()), before);
        assert!(!infer(&step_benchmark.network(), &batch).is_zero());
        assert!(product_speed("flex").unwrap() > 0.0);
    }

    #[test]
    fn networks_for_unequal_lengths_are_timed_on_clips_of_a_nominal_one() {
        let settings = fixture::settings("emobox");
        let mut step_benchmark = StepBenchmark::new(&settings, (0, 4), 3, 2, "flex").unwrap();
        assert!(!step_benchmark.step().total().is_zero());
        let clips = clips_of(2, (0, 4), &device("flex").unwrap());
        assert_eq!(clips.dims(), [2, crate::models::NOMINAL_FRAMES, 5]);
        let last: Vec<f32> = clips.into_data().iter().skip(4).step_by(5).collect();
        assert!(last.iter().all(|own| *own == 1.0));
    }
}
