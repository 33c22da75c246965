//! Normalisation over a batch.

use super::facts::note_module;
use super::pooling::pooled_shape;
use super::{MaxPool, Operation, Pullback, Values, runs_here, ternary, zeros};
use crate::models::kernels::batch_norm::{self, Affine, Backward, Moments};
use crate::models::kernels::pooling::{self, Windows};
use burn::module::{Module, Param, RunningState};
use burn::tensor::{Device, Tensor, TensorData};
use std::sync::{Arc, OnceLock};

/// Share of the old running statistics that a batch leaves: Keras' default.
const MOMENTUM: f32 = 0.99;
/// Added to the variance: Keras' default.
const EPSILON: f32 = 1e-3;

/// `y = gamma (x - mean) / sqrt(variance + 1e-3) + beta` for each channel (the last axis): Keras
/// `BatchNormalization` (Ioffe and Szegedy 2015). Training takes mean and (biased) variance of the
/// batch, and moves the running ones by a hundredth towards them; inference takes the running ones.
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

    /// Normalises the last axis.
    pub fn forward<const D: usize>(&self, input: Tensor<D>, training: bool) -> Tensor<D> {
        self.note(&input.dims());
        if runs_here(&input) {
            // Windows of one position: nothing is pooled.
            let shape = input.dims();
            let channels = shape[D - 1];
            let positions = shape[1..D - 1].iter().product();
            let windows = Windows::valid([positions, 1], [1, 1], [1, 1], channels);
            self.here(input, windows, shape.to_vec(), training)
        } else {
            self.composed(input, training)
        }
    }

    /// Normalises the last axis and pools what comes out, which is written down nowhere in between.
    pub fn forward_pool<const D: usize>(&self, input: Tensor<D>, pool: MaxPool, training: bool) -> Tensor<D> {
        match pool.windows(&input.dims()) {
            Some(windows) if runs_here(&input) => {
                self.note(&input.dims());
                let shape = pooled_shape(&input.dims(), &windows);
                pool.note(&shape, false);
                self.here(input, windows, shape, training)
            }
            _ => pool.forward(self.forward(input, training)),
        }
    }

    fn note(&self, shape: &[usize]) {
        note_module(self, shape, 0, || "batch normalisation".to_owned());
    }

    fn here<const D: usize>(&self, input: Tensor<D>, windows: Windows, shape: Vec<usize>, training: bool) -> Tensor<D> {
        let found = Arc::new(OnceLock::new());
        let source = if training {
            Source::Batch(Arc::clone(&found))
        } else {
            let [mean, variance] = [&self.mean, &self.variance].map(|state| numbers(state.value_sync()));
            Source::Running(Moments { mean, variance })
        };
        let normalise = Normalise { source, windows, shape };
        let output = ternary(input, self.gamma.val(), self.beta.val(), normalise);
        if let Some(Moments { mean, variance }) = found.get() {
            for (state, batch) in [(&self.mean, mean), (&self.variance, variance)] {
                let old = state.value_sync();
                let device = old.device();
                let terms = numbers(old).into_iter().zip(batch);
                let mixed: Vec<f32> = terms
                    .map(|(old, new)| MOMENTUM * old + (1.0 - MOMENTUM) * new)
                    .collect();
                let count = mixed.len();
                state.update(Tensor::from_data(TensorData::new(mixed, [count]), &device));
            }
        }
        output
    }

    /// In Burn's own operations.
    fn composed<const D: usize>(&self, input: Tensor<D>, training: bool) -> Tensor<D> {
        let shape = input.shape();
        let channels = self.gamma.dims()[0];
        let flat: Tensor<2> = input.reshape([shape.num_elements() / channels.max(1), channels]);
        let (mean, variance) = if training {
            let mean = flat.clone().mean_dim(0);
            let variance = (flat.clone() - mean.clone()).square().mean_dim(0);
            for (state, batch) in [(&self.mean, &mean), (&self.variance, &variance)] {
                let batch = batch.clone().squeeze_dim(0).detach().mul_scalar(1.0 - MOMENTUM);
                state.update((state.value_sync().mul_scalar(MOMENTUM) + batch).detach());
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

fn numbers(tensor: Tensor<1>) -> Vec<f32> {
    tensor.into_data().iter::<f32>().collect()
}

/// Where mean and variance come from.
#[derive(Debug)]
enum Source {
    /// From the batch, which are told there.
    Batch(Arc<OnceLock<Moments>>),
    Running(Moments),
}

#[derive(Debug)]
struct Normalise {
    source: Source,
    windows: Windows,
    /// Of the output.
    shape: Vec<usize>,
}

impl Operation<3> for Normalise {
    fn forward(self: Box<Self>, inputs: [Values; 3], tracked: bool) -> (Values, Option<Arc<dyn Pullback<3>>>) {
        let [input, gamma, beta] = inputs;
        let of_batch = matches!(self.source, Source::Batch(_));
        let moments = match self.source {
            Source::Running(moments) => moments,
            Source::Batch(told) => {
                let moments = batch_norm::moments(input.slice(), gamma.slice().len());
                // Told once: this is the only place that tells.
                let _ = told.set(moments.clone());
                moments
            }
        };
        let affine = Affine::new(moments, gamma.slice(), beta.slice(), EPSILON);
        let windows = self.windows;
        let (output, chosen) = pooling::forward(windows, input.slice(), Some(&affine), false);
        let output = Values::new(output, self.shape);
        let pullback = tracked.then(|| {
            Arc::new(NormaliseBack {
                input,
                affine,
                of_batch,
                windows,
                chosen,
            }) as _
        });
        (output, pullback)
    }
}

/// Kept for the way back.
#[derive(Debug)]
struct NormaliseBack {
    input: Values,
    affine: Affine,
    of_batch: bool,
    windows: Windows,
    chosen: Vec<u8>,
}

impl Pullback<3> for NormaliseBack {
    fn backward(&self, gradient: Values, _: [bool; 3]) -> [Option<Values>; 3] {
        let backward = Backward {
            input: self.input.slice(),
            affine: &self.affine,
            of_batch: self.of_batch,
            windows: self.windows,
            chosen: &self.chosen,
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
    use crate::models::device;
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
    fn values_gradients_and_running_statistics_are_those_of_the_definition() {
        let pool = MaxPool::over_image([2, 3]).same();
        for shape in [[5, 6, 7, 18], [3, 80, 1, 5], [2, 1, 1, 33]] {
            for training in [true, false] {
                let cases: [[Pass; 2]; 2] = [
                    [&|n, x| n.forward(x, training), &|n, x| n.composed(x, training)],
                    [&|n, x| n.forward_pool(x, pool, training), &|n, x| {
                        pool.composed(n.composed(x, training))
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
                            assert!(off < 2e-5 * scale, "{shape:?} {training} {what}: {found} {expected}");
                        }
                    }
                    assert_eq!(found, run(&layer(shape[3]), ours, shape));
                }
            }
        }
    }
}
