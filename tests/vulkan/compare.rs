//! An operation on two devices.

use burn::module::{Module, ModuleMapper, ModuleVisitor, Param};
use burn::optim::GradientsParams;
use burn::tensor::{Device, Tensor, TensorData};
use undertone::layers::{Mode, TrainingPass};
use undertone::random::stream;

/// Numbers between -1 and 1 that look random, the same everywhere.
pub struct Draw(pub u32);

impl Draw {
    pub fn values(&mut self, count: usize) -> Vec<f32> {
        let mut one = || {
            self.0 = self.0.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (self.0 >> 8) as f32 / (1u32 << 23) as f32 - 1.0
        };
        (0..count).map(|_| one()).collect()
    }

    pub fn tensor<const D: usize>(&mut self, shape: [usize; D], device: &Device) -> Tensor<D> {
        let values = self.values(shape.iter().product());
        Tensor::from_data(TensorData::new(values, shape), device)
    }
}

impl ModuleMapper for Draw {
    fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
        param.map(|old| {
            let (shape, trains) = (old.dims(), old.is_require_grad());
            // As large as first weights are.
            let scale = if D > 1 {
                (shape[D - 2] as f32).sqrt().recip()
            } else {
                1.0
            };
            let new = self.tensor(shape, &old.device().inner()).mul_scalar(scale);
            // Running variances are above 0.
            let new = if trains { new } else { new.abs().add_scalar(0.1) };
            match old.device().is_autodiff() {
                true if trains => Tensor::from_inner(new).require_grad(),
                true => Tensor::from_inner(new),
                false => new,
            }
        })
    }
}

pub fn numbers<const D: usize>(tensor: Tensor<D>) -> Vec<f32> {
    tensor.into_data().iter::<f32>().collect()
}

struct Gradients<'a>(&'a GradientsParams, Vec<Vec<f32>>);

impl ModuleVisitor for Gradients<'_> {
    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        if let Some(gradient) = self.0.get::<D>(param.id) {
            self.1.push(numbers(gradient));
        }
    }
}

/// The gradients of all parameters, in their order.
pub fn gradients_of<M: Module>(module: &M, gradients: &GradientsParams) -> Vec<Vec<f32>> {
    let mut found = Gradients(gradients, Vec::new());
    module.visit(&mut found);
    found.1
}

struct States(Vec<Vec<f32>>);

impl ModuleVisitor for States {
    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        self.0.push(numbers(param.val()));
    }
}

/// All weights and running statistics, in their order.
pub fn weights_of<M: Module>(module: &M) -> Vec<Vec<f32>> {
    let mut found = States(Vec::new());
    module.visit(&mut found);
    found.0
}

/// Output, gradients of input and parameters, and what the parameters are afterwards.
pub fn run<M: Module, const I: usize, const O: usize>(
    device: &Device,
    shape: [usize; I],
    make: &dyn Fn(&Device) -> M,
    pass: &dyn Fn(&M, Tensor<I>, &mut Mode) -> Tensor<O>,
) -> Vec<Vec<f32>> {
    let device = device.clone().autodiff();
    let module = make(&device).map(&mut Draw(7));
    let input = Draw(3).tensor(shape, &device).require_grad();
    let mut training = TrainingPass::new(stream(1, "dropout", 0), 3);
    let output = pass(&module, input.clone(), &mut Mode::Training(&mut training));
    let weights = Draw(5).tensor(output.dims(), &device);
    let gradients = (output.clone() * weights).sum().backward();
    let mut found = vec![numbers(output)];
    found.extend(input.grad(&gradients).map(numbers));
    found.extend(gradients_of(&module, &GradientsParams::from_grads(gradients, &module)));
    found.extend(weights_of(&module));
    found
}

/// The largest difference, in parts of the largest number that is expected, or of `least`.
pub fn difference(found: &[f32], expected: &[f32], least: f32) -> f32 {
    assert_eq!(found.len(), expected.len());
    let scale = expected.iter().fold(least, |most, value| most.max(value.abs()));
    let off = found
        .iter()
        .zip(expected)
        .map(|(found, expected)| (found - expected).abs());
    // What is no number must not be passed over.
    off.fold(0.0, |most: f32, off| if off <= most { most } else { off }) / scale
}
