//! Adam, in one pass over memory.

use super::tensors::Tensors;
use crate::models::layers::runs_here;
use burn::module::{Module, ModuleMapper, Param};
use burn::optim::GradientsParams;
use burn::tensor::Tensor;
use pulp::Arch;
use rayon::prelude::*;
use std::collections::BTreeMap;

const STEPS: &str = "steps";

/// Adam (Kingma and Ba 2015) with bias correction, at step `t`:
///
/// ```text
/// m = m + (1 - beta_1) (g - m)        v = v + (1 - beta_2) (g² - v)
/// w = w - rate / (1 - beta_1^t) * m / (sqrt(v / (1 - beta_2^t)) + epsilon)
/// ```
///
/// as PyTorch `torch.optim.Adam`. Keras adds its epsilon before the correction of `v`, which matters for
/// gradients as small as epsilon only.
#[derive(Debug, Clone)]
pub struct Adam {
    beta_1: f64,
    beta_2: f64,
    epsilon: f64,
    steps: u64,
    /// By the parameter's path in the network, which a later process gives it as well.
    moments: BTreeMap<String, Moments>,
}

/// The running means of a parameter's gradient and of its square.
#[derive(Debug, Clone)]
struct Moments {
    first: Tensor<1>,
    second: Tensor<1>,
}

impl Default for Adam {
    /// Keras' defaults: 0.9, 0.999, epsilon 1e-7.
    fn default() -> Self {
        Self {
            beta_1: 0.9,
            beta_2: 0.999,
            epsilon: 1e-7,
            steps: 0,
            moments: BTreeMap::new(),
        }
    }
}

impl Adam {
    /// As by default.
    pub fn new() -> Self {
        Self::default()
    }

    /// The module after one more step; parameters without gradient stay as they are. The weights are
    /// changed in place where nothing else holds them.
    pub fn step<M: Module>(&mut self, rate: f64, module: M, gradients: GradientsParams) -> M {
        self.steps += 1;
        let time = self.steps as f64;
        let change = Change {
            beta_1: self.beta_1 as f32,
            beta_2: self.beta_2 as f32,
            rate: (rate / (1.0 - self.beta_1.powf(time))) as f32,
            correction: (1.0 / (1.0 - self.beta_2.powf(time)).sqrt()) as f32,
            epsilon: self.epsilon as f32,
        };
        module.map(&mut Stepping {
            change,
            gradients,
            moments: &mut self.moments,
            path: Vec::new(),
        })
    }

    /// Steps and moments (`<path>.first`, `<path>.second`).
    pub(super) fn state(&self) -> Tensors {
        let mut state = Tensors::default();
        state.words.insert(STEPS.to_owned(), self.steps.to_string());
        for (path, Moments { first, second }) in &self.moments {
            state.rows.insert(format!("{path}.first"), first.clone());
            state.rows.insert(format!("{path}.second"), second.clone());
        }
        state
    }

    /// Goes on from what [`Self::state`] said; nothing when it is no state of an optimiser.
    pub(super) fn restored(mut state: Tensors) -> Option<Self> {
        let mut adam = Self::new();
        adam.steps = state.words.get(STEPS)?.parse().ok()?;
        let paths = state.rows.keys().filter_map(|name| name.strip_suffix(".first"));
        for path in paths.map(str::to_owned).collect::<Vec<_>>() {
            let moments = Moments {
                first: state.rows.remove(&format!("{path}.first"))?,
                second: state.rows.remove(&format!("{path}.second"))?,
            };
            adam.moments.insert(path, moments);
        }
        Some(adam)
    }
}

/// The numbers of one step.
#[derive(Debug, Clone, Copy)]
struct Change {
    beta_1: f32,
    beta_2: f32,
    /// Learning rate over the first moment's correction.
    rate: f32,
    /// What the root of the second moment is multiplied by.
    correction: f32,
    epsilon: f32,
}

/// Numbers that a thread takes at a time.
const CHUNK: usize = 1 << 14;

impl Change {
    /// One pass: each weight, its gradient and its moments are read once, and written once.
    fn apply(self, weights: &mut [f32], gradient: &[f32], first: &mut [f32], second: &mut [f32]) {
        let arch = Arch::new();
        (weights.par_chunks_mut(CHUNK))
            .zip(gradient.par_chunks(CHUNK))
            .zip(first.par_chunks_mut(CHUNK))
            .zip(second.par_chunks_mut(CHUNK))
            .for_each(|(((weights, gradient), first), second)| {
                arch.dispatch(
                    #[inline(always)]
                    || self.apply_to(weights, gradient, first, second),
                );
            });
    }

    #[inline(always)]
    fn apply_to(self, weights: &mut [f32], gradient: &[f32], first: &mut [f32], second: &mut [f32]) {
        for (((weight, gradient), first), second) in weights.iter_mut().zip(gradient).zip(first).zip(second) {
            *first += (1.0 - self.beta_1) * (gradient - *first);
            *second += (1.0 - self.beta_2) * (gradient * gradient - *second);
            *weight -= self.rate * *first / (second.sqrt() * self.correction + self.epsilon);
        }
    }

    /// The same in Burn's operations, for devices whose numbers are not at hand.
    fn composed(self, weights: Tensor<1>, gradient: Tensor<1>, moments: Moments) -> (Tensor<1>, Moments) {
        let Moments { first, second } = moments;
        let first = first.clone() + (gradient.clone() - first).mul_scalar(1.0 - self.beta_1);
        let second = second.clone() + (gradient.square() - second).mul_scalar(1.0 - self.beta_2);
        let size = second
            .clone()
            .sqrt()
            .mul_scalar(self.correction)
            .add_scalar(self.epsilon);
        let weights = weights - first.clone().mul_scalar(self.rate) / size;
        (weights, Moments { first, second })
    }
}

struct Stepping<'a> {
    change: Change,
    gradients: GradientsParams,
    moments: &'a mut BTreeMap<String, Moments>,
    path: Vec<String>,
}

impl Stepping<'_> {
    fn moved<const D: usize>(&mut self, weights: Tensor<D>, gradient: Tensor<D>) -> Tensor<D> {
        let shape = weights.shape();
        let path = self.path.join(".");
        let zeros = || Tensor::zeros([shape.num_elements()], &weights.device());
        let moments = self.moments.remove(&path).unwrap_or_else(|| Moments {
            first: zeros(),
            second: zeros(),
        });
        let slices = runs_here(&weights);
        let (weights, gradient) = (weights.flatten::<1>(0, D - 1), gradient.flatten::<1>(0, D - 1));
        let (weights, moments) = if slices {
            self.in_place(weights, gradient, moments)
        } else {
            self.change.composed(weights, gradient, moments)
        };
        self.moments.insert(path, moments);
        weights.reshape(shape)
    }

    fn in_place(&self, weights: Tensor<1>, gradient: Tensor<1>, moments: Moments) -> (Tensor<1>, Moments) {
        let device = weights.device();
        let tensors = [weights, gradient, moments.first, moments.second];
        let mut data = tensors.map(|tensor| tensor.into_data());
        let [weights, gradient, first, second] = &mut data;
        let slices = (
            weights.as_mut_slice::<f32>(),
            gradient.as_slice::<f32>(),
            first.as_mut_slice::<f32>(),
            second.as_mut_slice::<f32>(),
        );
        let stepped = if let (Ok(weights), Ok(gradient), Ok(first), Ok(second)) = slices {
            self.change.apply(weights, gradient, first, second);
            true
        } else {
            false
        };
        let [weights, gradient, first, second] = data.map(|data| Tensor::from_data(data, &device));
        let moments = Moments { first, second };
        if stepped {
            (weights, moments)
        } else {
            self.change.composed(weights, gradient, moments)
        }
    }
}

impl ModuleMapper for Stepping<'_> {
    fn enter_module(&mut self, name: &str, _container_type: &str) {
        self.path.push(name.to_owned());
    }

    fn exit_module(&mut self, _name: &str, _container_type: &str) {
        self.path.pop();
    }

    fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
        let Some(gradient) = self.gradients.remove::<D>(param.id) else {
            return param;
        };
        param.map(|weights| Tensor::from_inner(self.moved(weights.inner(), gradient)).require_grad())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::models::layers::Dense;
    use crate::models::lcg::Lcg;
    use crate::models::{device, device_names};
    use crate::random::stream;
    use burn::optim::AdamConfig;
    use burn::tensor::Device;
    use serde::Deserialize;

    /// A layer, and gradients over several powers of ten.
    fn layer(device: &Device) -> Dense {
        Dense::new(5, 4, &mut stream(1, "weights", 0), device).map(&mut Lcg(7))
    }

    fn gradients(dense: &Dense, step: usize) -> GradientsParams {
        let mut draw = Lcg(100 + step as u32);
        let device = dense.kernel.val().device().inner();
        let mut gradients = GradientsParams::new();
        let mut scaled = |count: usize| -> Vec<f32> {
            let values = draw.values(count).into_iter().enumerate();
            values
                .map(|(index, value)| value * 10f32.powi(-(index as i32 % 6)))
                .collect()
        };
        let kernel = Tensor::<1>::from_data(&scaled(20)[..], &device).reshape([5, 4]);
        gradients.register(dense.kernel.id, kernel);
        gradients.register(dense.bias.id, Tensor::<1>::from_data(&scaled(4)[..], &device));
        gradients
    }

    fn values(dense: &Dense) -> Vec<f32> {
        let kernel = dense.kernel.val().into_data();
        let bias = dense.bias.val().into_data();
        kernel.iter::<f32>().chain(bias.iter::<f32>()).collect()
    }

    fn run(device: &Device, steps: usize) -> (Dense, Adam) {
        let (mut dense, mut adam) = (layer(device), Adam::new());
        for step in 0..steps {
            let gradients = gradients(&dense, step);
            dense = adam.step(0.01, dense, gradients);
        }
        (dense, adam)
    }

    fn agree(one: &[f32], other: &[f32], tolerance: f32) {
        assert_eq!(one.len(), other.len());
        for (one, other) in one.iter().zip(other) {
            assert!((one - other).abs() < tolerance, "{one} {other}");
        }
    }

    #[derive(Deserialize)]
    struct Golden {
        steps: Vec<Vec<f32>>,
    }

    #[test]
    fn weights_move_as_they_do_in_pytorch_on_every_device() {
        let golden: Golden = serde_json::from_str(include_str!("../../tests/golden/adam.json")).unwrap();
        for name in device_names() {
            let device = device(name).unwrap().autodiff();
            let (mut dense, mut adam) = (layer(&device), Adam::new());
            for (step, expected) in golden.steps.iter().enumerate() {
                let gradients = gradients(&dense, step);
                dense = adam.step(0.01, dense, gradients);
                assert!(dense.kernel.val().is_require_grad());
                agree(&values(&dense), expected, 1e-6);
            }
        }
    }

    #[test]
    fn weights_move_as_they_do_with_burns_own() {
        let device = device("flex").unwrap().autodiff();
        let mut own = AdamConfig::new().with_epsilon(1e-7).init();
        let mut expected = layer(&device);
        // Few steps: Burn takes the powers of beta in 32 bits, which moves each step by up to 3e-7.
        for step in 0..3 {
            let gradients = gradients(&expected, step);
            expected = own.step(0.01, expected, gradients);
        }
        agree(&values(&run(&device, 3).0), &values(&expected), 1e-6);
    }

    #[test]
    fn a_saved_state_goes_on_as_if_never_interrupted() {
        let device = device("flex").unwrap().autodiff();
        let (dense, mut adam) = run(&device, 3);
        // Another process gives its parameters other numbers, but the same paths.
        let mut other = layer(&device);
        other.kernel = Param::from_tensor(dense.kernel.val());
        other.bias = Param::from_tensor(dense.bias.val());
        let mut restored = Adam::restored(adam.state()).unwrap();
        let (first, second) = (gradients(&dense, 3), gradients(&other, 3));
        let (dense, other) = (adam.step(0.01, dense, first), restored.step(0.01, other, second));
        assert_eq!(values(&dense), values(&other));

        let mut cut = adam.state();
        cut.rows.remove("kernel.second").unwrap();
        assert!(Adam::restored(cut).is_none());
        assert!(Adam::restored(Tensors::default()).is_none());
    }

    #[test]
    fn a_parameter_without_gradient_stays() {
        let device = device("flex").unwrap().autodiff();
        let dense = layer(&device);
        let before = values(&dense);
        let after = Adam::new().step(0.01, dense, GradientsParams::new());
        assert_eq!(values(&after), before);
    }
}
