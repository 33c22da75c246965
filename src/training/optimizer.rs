//! From gradients to new weights, in one pass over memory.

use super::adam::Adam;
use super::rule::{Rule, Stepped};
use super::sgd::Sgd;
use super::tensors::Tensors;
use super::{OptimizerKind, TrainingSettings};
use crate::layers::runs_here;
use burn::module::{Module, ModuleMapper, Param};
use burn::optim::GradientsParams;
use burn::tensor::{Tensor, TensorData};
use pulp::Arch;
use rayon::prelude::*;
use std::collections::BTreeMap;

const STEPS: &str = "steps";
/// What the rows of the state are called, beside the parameter's path.
const MOMENTS: [&str; 2] = ["first", "second"];
/// Numbers that a thread takes at a time.
const CHUNK: usize = 1 << 14;

/// Changes weights by their gradients, and keeps what it needs of earlier ones.
///
/// Weight decay falls on parameters of two and more dimensions but biases, which leaves those of the norms alone, too:
/// the two groups that PyTorch users make by hand.
#[derive(Debug, Clone)]
pub struct Optimizer {
    method: Method,
    steps: u64,
    /// By the parameter's path in the network, which a later process gives it as well.
    moments: BTreeMap<String, Vec<Tensor<1>>>,
}

#[derive(Debug, Clone, Copy)]
enum Method {
    Adam(Adam),
    Sgd(Sgd),
}

impl Default for Optimizer {
    /// Adam without weight decay.
    fn default() -> Self {
        Self::with(Method::Adam(Adam::default()))
    }
}

impl Optimizer {
    /// As the settings ask.
    pub fn new(settings: &TrainingSettings) -> Self {
        let decay = settings.weight_decay;
        Self::with(match settings.optimizer {
            OptimizerKind::Adam => Method::Adam(Adam {
                decay,
                ..Adam::default()
            }),
            OptimizerKind::Adamw => Method::Adam(Adam {
                decay,
                decoupled: true,
                ..Adam::default()
            }),
            OptimizerKind::Sgd => Method::Sgd(Sgd {
                momentum: settings.momentum,
                nesterov: settings.nesterov,
                decay,
            }),
        })
    }

    fn with(method: Method) -> Self {
        Self {
            method,
            steps: 0,
            moments: BTreeMap::new(),
        }
    }

    /// The module after one more step; parameters without gradient stay as they are. The weights are
    /// changed in place where nothing else holds them.
    pub fn step<M: Module>(&mut self, rate: f64, module: M, gradients: GradientsParams) -> M {
        self.step_by_part(rate, &|_| 1.0, module, gradients)
    }

    /// The same with a learning rate for every part: `factor` says what it is multiplied by for the parameter of that path
    /// in the module.
    pub fn step_by_part<M: Module>(
        &mut self,
        rate: f64,
        factor: &dyn Fn(&[String]) -> f64,
        module: M,
        gradients: GradientsParams,
    ) -> M {
        self.steps += 1;
        module.map(&mut Stepping {
            method: self.method,
            rate,
            factor,
            steps: self.steps,
            gradients,
            moments: &mut self.moments,
            path: Vec::new(),
        })
    }

    /// Steps that were taken.
    pub fn steps(&self) -> u64 {
        self.steps
    }

    /// Steps and moments (`<path>.first`, `<path>.second`).
    pub(super) fn state(&self) -> Tensors {
        let mut state = Tensors::default();
        state.words.insert(STEPS.to_owned(), self.steps.to_string());
        for (path, moments) in &self.moments {
            for (name, moment) in MOMENTS.iter().zip(moments) {
                state.rows.insert(format!("{path}.{name}"), moment.clone());
            }
        }
        state
    }

    /// Continues from what [`Self::state`] gave; whether it is the state of such an optimiser.
    pub(super) fn restore(&mut self, state: &mut Tensors) -> bool {
        let mut read = || {
            let steps = state.words.get(STEPS)?.parse().ok()?;
            let paths = state.rows.keys().filter_map(|name| name.strip_suffix(".first"));
            let paths: Vec<String> = paths.map(str::to_owned).collect();
            let mut moments = BTreeMap::new();
            for path in paths {
                let of_path = MOMENTS[..self.method.moments()]
                    .iter()
                    .map(|name| state.rows.remove(&format!("{path}.{name}")))
                    .collect::<Option<Vec<_>>>()?;
                moments.insert(path, of_path);
            }
            Some((steps, moments))
        };
        read().map(|read| (self.steps, self.moments) = read).is_some()
    }
}

impl Method {
    /// Rows that are remembered per parameter.
    fn moments(self) -> usize {
        match self {
            Self::Adam(_) => 2,
            Self::Sgd(sgd) => usize::from(sgd.momentum > 0.0),
        }
    }
}

struct Stepping<'a> {
    method: Method,
    rate: f64,
    factor: &'a dyn Fn(&[String]) -> f64,
    steps: u64,
    gradients: GradientsParams,
    moments: &'a mut BTreeMap<String, Vec<Tensor<1>>>,
    path: Vec<String>,
}

impl Stepping<'_> {
    fn moved<const D: usize>(&mut self, weights: Tensor<D>, gradient: Tensor<D>) -> Tensor<D> {
        let shape = weights.shape();
        let path = self.path.join(".");
        let moments = self.moments.remove(&path).unwrap_or_else(|| {
            let zeros = || Tensor::zeros([shape.num_elements()], &weights.device());
            std::iter::repeat_with(zeros).take(self.method.moments()).collect()
        });
        let here = runs_here(&weights);
        let (weights, gradient) = (weights.flatten::<1>(0, D - 1), gradient.flatten::<1>(0, D - 1));
        // The LSTM has a bias for each direction: a matrix.
        let decays = D > 1 && self.path.last().is_none_or(|name| name != "bias");
        let rate = self.rate * (self.factor)(&self.path);
        let (weights, moments) = match self.method {
            Method::Adam(adam) => change(adam.rule(rate, self.steps, decays), here, weights, gradient, moments),
            Method::Sgd(sgd) => change(sgd.rule(rate, decays), here, weights, gradient, moments),
        };
        self.moments.insert(path, moments);
        weights.reshape(shape)
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

fn change(rule: impl Rule, here: bool, weights: Tensor<1>, gradient: Tensor<1>, moments: Vec<Tensor<1>>) -> Stepped {
    if !here {
        #[cfg(any(feature = "cuda", feature = "wgpu"))]
        if let Some(stepped) = rule.on_gpu(&weights, &gradient, &moments) {
            return stepped;
        }
        return rule.composed(weights, gradient, moments);
    }
    let device = weights.device();
    let (mut weights, gradient) = (weights.into_data(), gradient.into_data());
    let mut moments: Vec<TensorData> = moments.into_iter().map(Tensor::into_data).collect();
    let rows: Result<Vec<&mut [f32]>, _> = moments.iter_mut().map(TensorData::as_mut_slice).collect();
    let stepped = match (weights.as_mut_slice::<f32>(), gradient.as_slice::<f32>(), rows) {
        (Ok(weights), Ok(gradient), Ok(rows)) => {
            in_place(rule, weights, gradient, rows);
            true
        }
        _ => false,
    };
    let weights = Tensor::from_data(weights, &device);
    let moments = moments
        .into_iter()
        .map(|data| Tensor::from_data(data, &device))
        .collect();
    if stepped {
        (weights, moments)
    } else {
        rule.composed(weights, Tensor::from_data(gradient, &device), moments)
    }
}

/// On all cores, and with the widest instructions that there are.
fn in_place(rule: impl Rule, weights: &mut [f32], gradient: &[f32], moments: Vec<&mut [f32]>) {
    let arch = Arch::new();
    let mut moments: Vec<_> = moments.into_iter().map(|row| row.chunks_mut(CHUNK)).collect();
    let segments: Vec<_> = weights
        .chunks_mut(CHUNK)
        .zip(gradient.chunks(CHUNK))
        .map(|(weights, gradient)| {
            let moments: Vec<&mut [f32]> = moments.iter_mut().filter_map(Iterator::next).collect();
            (weights, gradient, moments)
        })
        .collect();
    segments.into_par_iter().for_each(|(weights, gradient, mut moments)| {
        arch.dispatch(
            #[inline(always)]
            || rule.update_segment(weights, gradient, &mut moments),
        );
    });
}

#[cfg(test)]
mod tests {
    use super::super::settings::tests::shipped;
    use super::*;
    use crate::device::{device, device_names};
    use crate::layers::lcg::Lcg;
    use crate::layers::{Dense, Init};
    use burn::optim::AdamConfig;
    use burn::tensor::Device;
    use serde::Deserialize;

    /// A layer, and gradients over several powers of ten.
    fn layer(device: &Device) -> Dense {
        Dense::new(5, 4, &mut Init::new(1, device)).map(&mut Lcg(7))
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

    fn agree(one: &[f32], other: &[f32], tolerance: f32) {
        assert_eq!(one.len(), other.len());
        for (one, other) in one.iter().zip(other) {
            assert!((one - other).abs() < tolerance, "{one} {other}");
        }
    }

    #[derive(Deserialize)]
    struct Golden {
        cases: Vec<Case>,
    }

    #[derive(Deserialize)]
    struct Case {
        optimizer: OptimizerKind,
        weight_decay: f64,
        momentum: f64,
        nesterov: bool,
        steps: Vec<Vec<f32>>,
    }

    fn cases() -> Vec<(Optimizer, Case)> {
        let golden: Golden = serde_json::from_str(include_str!("../../tests/golden/optimizers.json")).unwrap();
        let optimizer = |case: &Case| {
            Optimizer::new(&TrainingSettings {
                optimizer: case.optimizer,
                weight_decay: case.weight_decay,
                momentum: case.momentum,
                nesterov: case.nesterov,
                ..shipped()
            })
        };
        golden.cases.into_iter().map(|case| (optimizer(&case), case)).collect()
    }

    #[test]
    fn weights_move_as_they_do_in_pytorch_on_every_device() {
        for name in device_names() {
            let device = device(&name).unwrap().autodiff();
            for (mut optimizer, case) in cases() {
                let mut dense = layer(&device);
                for (step, expected) in case.steps.iter().enumerate() {
                    let gradients = gradients(&dense, step);
                    dense = optimizer.step(0.01, dense, gradients);
                    assert!(dense.kernel.val().is_require_grad());
                    agree(&values(&dense), expected, 1e-6);
                }
            }
        }
    }

    #[test]
    fn weights_move_as_they_do_with_burns_own() {
        let device = device("flex").unwrap().autodiff();
        let mut own = AdamConfig::new().with_epsilon(1e-7).init();
        let (mut expected, mut dense, mut ours) = (layer(&device), layer(&device), Optimizer::default());
        // Few steps: Burn takes the powers of beta in 32 bits, which moves each step by up to 3e-7.
        for step in 0..3 {
            let (first, second) = (gradients(&expected, step), gradients(&dense, step));
            expected = own.step(0.01, expected, first);
            dense = ours.step(0.01, dense, second);
        }
        agree(&values(&dense), &values(&expected), 1e-6);
    }

    #[test]
    fn a_saved_state_goes_on_as_if_never_interrupted() {
        let device = device("flex").unwrap().autodiff();
        for (mut optimizer, case) in cases() {
            let mut dense = layer(&device);
            let mut restored = optimizer.clone();
            for step in 0..3 {
                let gradients = gradients(&dense, step);
                dense = optimizer.step(0.01, dense, gradients);
            }
            // Another process gives its parameters other numbers, but the same paths.
            let mut other = layer(&device);
            other.kernel = Param::from_tensor(dense.kernel.val());
            other.bias = Param::from_tensor(dense.bias.val());
            assert!(restored.restore(&mut optimizer.state()));
            let (first, second) = (gradients(&dense, 3), gradients(&other, 3));
            let (dense, other) = (optimizer.step(0.01, dense, first), restored.step(0.01, other, second));
            assert_eq!(values(&dense), values(&other), "{:?}", case.optimizer);
            assert!(!restored.restore(&mut Tensors::default()));
        }
        let mut adam = Optimizer::default();
        let dense = layer(&device);
        let gradients = gradients(&dense, 0);
        adam.step(0.01, dense, gradients);
        let mut cut = adam.state();
        cut.rows.remove("kernel.second").unwrap();
        assert!(!adam.clone().restore(&mut cut));
    }

    #[test]
    fn parts_move_at_rates_of_their_own() {
        let device = device("flex").unwrap().autodiff();
        for (mut optimizer, case) in cases() {
            let mut plain = optimizer.clone();
            let dense = layer(&device);
            let before = values(&dense);
            let stepped = |optimizer: &mut Optimizer, rate, factor: &dyn Fn(&[String]) -> f64| {
                let gradients = gradients(&dense, 0);
                values(&optimizer.step_by_part(rate, factor, dense.clone(), gradients))
            };
            let bias_only = |path: &[String]| if path == ["bias"] { 0.5 } else { 0.0 };
            let found = stepped(&mut optimizer, 0.02, &bias_only);
            assert_eq!(found[..20], before[..20], "{:?}", case.optimizer);
            assert_eq!(found[20..], stepped(&mut plain, 0.01, &|_| 1.0)[20..]);
        }
    }

    #[test]
    fn a_parameter_without_gradient_stays() {
        let device = device("flex").unwrap().autodiff();
        let dense = layer(&device);
        let before = values(&dense);
        let after = Optimizer::default().step(0.01, dense, GradientsParams::new());
        assert_eq!(values(&after), before);
    }
}
