//! Normalisation over a batch.

#[cfg(any(feature = "cuda", feature = "wgpu"))]
use super::gpu;
use super::pooling::pooled_shape;
use super::summary::note_module;
use super::{Init, MaxPool, Operation, Pullback, Values, runs_here, ternary, zeros};
use crate::layers::kernels::affine::{Affine, Moments};
use crate::layers::kernels::batch_norm::{self, Backward};
use crate::layers::kernels::normalise;
use crate::layers::kernels::pooling::{self, Windows};
use burn::module::{Module, Param, RunningState};
use burn::tensor::{Device, Tensor, TensorData};
use std::sync::{Arc, OnceLock};

/// Share of the old running statistics that a batch leaves in the long run: the default of Keras.
const MOMENTUM: f32 = 0.99;
/// Added to the variance: the default of Keras.
const EPSILON: f32 = 1e-3;

/// `y = gamma (x - mean) / sqrt(variance + 1e-3) + beta` for each channel (the last axis): Keras
/// `BatchNormalization` (Ioffe and Szegedy 2015). Training takes mean and (biased) variance of the
/// batch, and moves the running ones towards them; inference takes the running ones.
///
/// Of the running statistics a batch leaves `min(0.99, (1 + n) / (10 + n))` after `n` steps: 0.99 in the long run, as
/// Keras does, but less at first, as TensorFlow's `ExponentialMovingAverage(decay, num_updates)`. With 0.99 from the
/// start a network is evaluated with the statistics that it began with (0 and 1) for hundreds of steps, which on a corpus of
/// a thousand clips are all epochs that early stopping leaves. A batch of one value per channel leaves them as they are.
#[derive(Module, Debug)]
pub struct BatchNorm {
    /// gamma (channels).
    pub gamma: Param<Tensor<1>>,
    /// beta (channels).
    pub beta: Param<Tensor<1>>,
    /// Running mean (channels).
    pub mean: RunningState<Tensor<1>>,
    /// Running variance (channels).
    pub variance: RunningState<Tensor<1>>,
}

impl BatchNorm {
    /// gamma 1, beta 0, running mean 0 and variance 1.
    pub fn new(channels: usize, device: &Device) -> Self {
        Self {
            gamma: Param::from_tensor(Tensor::ones([channels], device)),
            beta: zeros(channels, device),
            mean: RunningState::new(Tensor::zeros([channels], device)),
            variance: RunningState::new(Tensor::ones([channels], device)),
        }
    }

    /// One for each of so many channels.
    pub fn each(channels: &[usize], init: &Init) -> Vec<Self> {
        channels
            .iter()
            .map(|channels| Self::new(*channels, &init.device))
            .collect()
    }

    /// Normalises the last axis: in training after so many steps, without them in inference.
    pub fn forward<const D: usize>(&self, input: Tensor<D>, steps: Option<u64>) -> Tensor<D> {
        self.note(&input.dims());
        if runs_here(&input) {
            let shape = input.dims().to_vec();
            return self.here(input, None, shape, steps);
        }
        #[cfg(any(feature = "cuda", feature = "wgpu"))]
        if let Some(output) = self.on_gpu(&input, steps) {
            return output;
        }
        self.composed(input, steps)
    }

    /// Normalises the last axis and pools what comes out, which is written down nowhere in between.
    pub fn forward_pool<const D: usize>(&self, input: Tensor<D>, pool: MaxPool, steps: Option<u64>) -> Tensor<D> {
        match pool.windows(&input.dims()) {
            Some(windows) if runs_here(&input) => {
                self.note(&input.dims());
                let shape = pooled_shape(&input.dims(), &windows);
                pool.note(&shape, false);
                self.here(input, Some(windows), shape, steps)
            }
            _ => pool.forward(self.forward(input, steps)),
        }
    }

    fn note(&self, shape: &[usize]) {
        note_module(self, shape, 0, || "batch normalisation".to_owned());
    }

    fn here<const D: usize>(
        &self,
        input: Tensor<D>,
        windows: Option<Windows>,
        shape: Vec<usize>,
        steps: Option<u64>,
    ) -> Tensor<D> {
        let found = Arc::new(OnceLock::new());
        let steps_counted = steps.filter(|_| self.has_variance(&input));
        let source = if steps.is_some() {
            Source::Batch(Arc::clone(&found))
        } else {
            let [mean, variance] = [&self.mean, &self.variance].map(|state| numbers(state.value_sync()));
            Source::Running(Moments { mean, variance })
        };
        let normalise = Normalise {
            source,
            windows,
            shape,
            epsilon: EPSILON,
        };
        let output = ternary(input, self.gamma.val(), self.beta.val(), normalise);
        if let (Some(steps), Some(Moments { mean, variance })) = (steps_counted, found.get()) {
            let kept = kept(steps);
            for (state, batch) in [(&self.mean, mean), (&self.variance, variance)] {
                let old = state.value_sync();
                let device = old.device();
                let terms = numbers(old).into_iter().zip(batch);
                let mixed: Vec<f32> = terms.map(|(old, new)| kept * old + (1.0 - kept) * new).collect();
                let count = mixed.len();
                remember(state, Tensor::from_data(TensorData::new(mixed, [count]), &device));
            }
        }
        output
    }

    #[cfg(any(feature = "cuda", feature = "wgpu"))]
    fn on_gpu<const D: usize>(&self, input: &Tensor<D>, steps: Option<u64>) -> Option<Tensor<D>> {
        let running = [&self.mean, &self.variance].map(RunningState::value_sync);
        let device = running[0].device();
        let from = match steps {
            Some(steps) => gpu::Statistics::Batch(self.has_variance(input).then_some((kept(steps), running))),
            None => gpu::Statistics::Known(running),
        };
        let (output, new) = gpu::normalise(input, [self.gamma.val(), self.beta.val()], from, EPSILON)?;
        for (state, new) in [&self.mean, &self.variance].into_iter().zip(new.into_iter().flatten()) {
            let trains = device.is_autodiff();
            remember(state, if trains { Tensor::from_inner(new) } else { new });
        }
        Some(output)
    }

    /// One value of each channel says nothing of how they vary.
    fn has_variance<const D: usize>(&self, input: &Tensor<D>) -> bool {
        input.shape().num_elements() > self.gamma.dims()[0]
    }

    /// In Burn's own operations.
    fn composed<const D: usize>(&self, input: Tensor<D>, steps: Option<u64>) -> Tensor<D> {
        let shape = input.shape();
        let channels = self.gamma.dims()[0];
        let has_variance = self.has_variance(&input);
        let flat: Tensor<2> = input.reshape([shape.num_elements() / channels.max(1), channels]);
        let (mean, variance) = if let Some(steps) = steps {
            let kept = kept(steps);
            let mean = flat.clone().mean_dim(0);
            let variance = (flat.clone() - mean.clone()).square().mean_dim(0);
            for (state, batch) in [(&self.mean, &mean), (&self.variance, &variance)]
                .into_iter()
                .filter(|_| has_variance)
            {
                let batch = batch.clone().squeeze_dim(0).detach().mul_scalar(1.0 - kept);
                remember(state, (state.value_sync().mul_scalar(kept) + batch).detach());
            }
            (mean, variance)
        } else {
            (
                self.mean.value_sync().unsqueeze(),
                self.variance.value_sync().unsqueeze(),
            )
        };
        let scale = self.gamma.val().unsqueeze::<2>() / variance.add_scalar(EPSILON).sqrt();
        ((flat - mean) * scale + self.beta.val().unsqueeze()).reshape(shape)
    }
}

/// Share of the old running statistics that is left after so many steps and one more.
fn kept(steps: u64) -> f32 {
    let steps = steps as f32;
    MOMENTUM.min((1.0 + steps) / (10.0 + steps))
}

/// An update waits until the state is asked for its value, and is no part of what is saved before.
fn remember(state: &RunningState<Tensor<1>>, value: Tensor<1>) {
    state.update(value);
    state.value_sync();
}

fn numbers(tensor: Tensor<1>) -> Vec<f32> {
    tensor.into_data().iter::<f32>().collect()
}

/// Where mean and variance come from.
#[derive(Debug)]
pub(super) enum Source {
    /// From the batch; they are stored there.
    Batch(Arc<OnceLock<Moments>>),
    Running(Moments),
}

/// `gamma (x - mean) / sqrt(variance + epsilon) + beta` in each channel, and the pooling that may follow.
#[derive(Debug)]
pub(super) struct Normalise {
    pub source: Source,
    /// Of the pooling that follows.
    pub windows: Option<Windows>,
    /// Of the output.
    pub shape: Vec<usize>,
    /// Added to the variance.
    pub epsilon: f32,
}

impl Operation<3> for Normalise {
    fn forward(self: Box<Self>, inputs: [Values; 3], tracked: bool) -> (Values, Option<Arc<dyn Pullback<3>>>) {
        let [input, gamma, beta] = inputs;
        let of_batch = matches!(self.source, Source::Batch(_));
        let moments = match self.source {
            Source::Running(moments) => moments,
            Source::Batch(found) => {
                let moments = batch_norm::moments(input.slice(), gamma.slice().len());
                // Only this line sets it.
                let _ = found.set(moments.clone());
                moments
            }
        };
        let affine = Affine::new(moments, gamma.slice(), beta.slice(), self.epsilon);
        let (output, pooled) = match self.windows {
            Some(windows) => {
                let (output, chosen) = pooling::forward(windows, input.slice(), Some(&affine), false);
                (output, Some((windows, chosen)))
            }
            None => (normalise::forward(input.slice(), &affine), None),
        };
        let output = Values::new(output, self.shape);
        let pullback = tracked.then(|| {
            Arc::new(NormaliseBack {
                input,
                affine,
                of_batch,
                pooled,
            }) as _
        });
        (output, pullback)
    }
}

/// Kept for the backward pass.
#[derive(Debug)]
struct NormaliseBack {
    input: Values,
    affine: Affine,
    of_batch: bool,
    pooled: Option<(Windows, Vec<u8>)>,
}

impl Pullback<3> for NormaliseBack {
    fn backward(&self, gradient: Values, _: [bool; 3]) -> [Option<Values>; 3] {
        let backward = Backward {
            input: self.input.slice(),
            affine: &self.affine,
            of_batch: self.of_batch,
            pooled: self
                .pooled
                .as_ref()
                .map(|(windows, chosen)| (*windows, chosen.as_slice())),
        };
        let [input, gamma, beta] = backward.gradients(gradient.slice());
        let channels = gamma.len();
        [
            Some(Values::new(input, self.input.shape().to_vec())),
            Some(Values::new(gamma, [channels])),
            Some(Values::new(beta, [channels])),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::device::device;
    use burn::tensor::Shape;

    fn wave(shape: impl Into<Shape>, device: &Device) -> Tensor<4> {
        let shape = shape.into();
        let values = (0..shape.num_elements()).map(|i| (i as f32 * 0.7).sin() + 0.3 * (i % 5) as f32);
        Tensor::from_data(TensorData::new(values.collect::<Vec<f32>>(), shape), device)
    }

    type Pass<'a> = &'a dyn Fn(&BatchNorm, Tensor<4>) -> Tensor<4>;

    /// Output and gradients of input, gamma and beta, then the running statistics.
    fn run(layer: &BatchNorm, forward: Pass, shape: [usize; 4]) -> Vec<Vec<f32>> {
        let input = wave(shape, &device("flex").unwrap().autodiff()).require_grad();
        let output = forward(layer, input.clone());
        let gradients = output.clone().sin().sum().backward();
        vec![
            numbers(output.inner().flatten(0, 3)),
            numbers(input.grad(&gradients).unwrap().flatten(0, 3)),
            numbers(layer.gamma.val().grad(&gradients).unwrap()),
            numbers(layer.beta.val().grad(&gradients).unwrap()),
            numbers(layer.mean.value_sync()),
            numbers(layer.variance.value_sync()),
        ]
    }

    fn layer(channels: usize) -> BatchNorm {
        let device = device("flex").unwrap().autodiff();
        let mut layer = BatchNorm::new(channels, &device);
        let ramp = |from: f32, step: f32| -> Vec<f32> { (0..channels).map(|c| from + step * c as f32).collect() };
        // Negative factors as well: pooling must come after them.
        layer.gamma = Param::from_tensor(Tensor::from_data(TensorData::new(ramp(-0.7, 0.3), [channels]), &device));
        layer.beta = Param::from_tensor(Tensor::from_data(TensorData::new(ramp(0.2, -0.1), [channels]), &device));
        layer
    }

    #[test]
    fn running_statistics_soon_forget_what_they_began_with_and_then_move_as_in_keras() {
        let device = device("flex").unwrap();
        let layer = BatchNorm::new(1, &device);
        for step in 0..12 {
            layer.forward(Tensor::<2>::from_data([[2.0], [4.0]], &device), Some(step));
        }
        // After an epoch of a small corpus; with Keras' 0.99 alone these would be 0.34 and 1.
        let at = |state: &RunningState<Tensor<1>>| numbers(state.value_sync())[0];
        assert!((at(&layer.mean) - 3.0).abs() < 1e-4, "{}", at(&layer.mean));
        layer.forward(Tensor::<2>::from_data([[12.0], [14.0]], &device), Some(5_000));
        assert!((at(&layer.mean) - 3.1).abs() < 1e-4, "{}", at(&layer.mean));
        assert!((at(&layer.variance) - 1.0).abs() < 1e-4, "{}", at(&layer.variance));
    }

    #[test]
    fn values_gradients_and_running_statistics_are_those_of_the_definition() {
        let pool = MaxPool::over_image([2, 3]).same();
        for shape in [[5, 6, 7, 18], [3, 80, 1, 5], [2, 1, 1, 33]] {
            for steps in [Some(0), Some(20), None] {
                let cases: [[Pass; 2]; 2] = [
                    [&|n, x| n.forward(x, steps), &|n, x| n.composed(x, steps)],
                    [&|n, x| n.forward_pool(x, pool, steps), &|n, x| {
                        pool.composed(n.composed(x, steps))
                    }],
                ];
                for [ours, definition] in cases {
                    let found = run(&layer(shape[3]), ours, shape);
                    let expected = run(&layer(shape[3]), definition, shape);
                    for (what, (found, expected)) in found.iter().zip(&expected).enumerate() {
                        let scale = expected.iter().fold(1.0f32, |most, value| most.max(value.abs()));
                        assert_eq!(found.len(), expected.len());
                        for (found, expected) in found.iter().zip(expected) {
                            let off = (found - expected).abs();
                            assert!(off < 2e-5 * scale, "{shape:?} {steps:?} {what}: {found} {expected}");
                        }
                    }
                    assert_eq!(found, run(&layer(shape[3]), ours, shape));
                }
            }
        }
    }
}
