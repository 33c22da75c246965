//! The Gaussian error linear unit.

use super::{Operation, Pullback, Values, runs_here, unary};
use crate::layers::kernels::gelu as kernel;
use burn::tensor::{Tensor, activation};
use std::f64::consts::SQRT_2;
use std::sync::Arc;

/// `x (1 + erf(x / sqrt 2)) / 2` of each number: PyTorch's `GELU` (Hendrycks and Gimpel 2016), not its approximation by
/// tanh.
pub fn gelu<const D: usize>(input: Tensor<D>) -> Tensor<D> {
    if runs_here(&input) {
        return unary(input, Gelu);
    }
    if !input.device().is_autodiff() {
        return activation::gelu(input);
    }
    // The derivative of Burn's operation is that of the approximation by tanh.
    input.clone() * ((input / SQRT_2).erf() + 1.0) * 0.5
}

#[derive(Debug)]
struct Gelu;

impl Operation<1> for Gelu {
    fn forward(self: Box<Self>, inputs: [Values; 1], tracked: bool) -> (Values, Option<Arc<dyn Pullback<1>>>) {
        let [input] = inputs;
        let kept = tracked.then(|| input.clone());
        let mut output = input;
        kernel::forward(output.slice_mut());
        (output, kept.map(|input| Arc::new(GeluBack { input }) as _))
    }
}

/// Kept for the backward pass.
#[derive(Debug)]
struct GeluBack {
    input: Values,
}

impl Pullback<1> for GeluBack {
    fn backward(&self, mut gradient: Values, wanted: [bool; 1]) -> [Option<Values>; 1] {
        kernel::backward(self.input.slice(), gradient.slice_mut());
        [wanted[0].then_some(gradient)]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::device::device;
    use burn::tensor::TensorData;

    #[test]
    fn values_and_gradients_are_those_of_burns_operation() {
        let device = device("flex").unwrap().autodiff();
        let values: Vec<f32> = (-300..300).map(|step| step as f32 / 40.0).collect();
        let run = |forward: &dyn Fn(Tensor<2>) -> Tensor<2>| {
            let input: Tensor<2> = Tensor::from_data(TensorData::new(values.clone(), [20, 30]), &device);
            let input = input.require_grad();
            let output = forward(input.clone());
            let gradients = output.clone().sin().sum().backward();
            [output.inner(), input.grad(&gradients).unwrap()]
                .map(|tensor| tensor.into_data().try_into_vec::<f32>().unwrap())
        };
        let (ours, composed) = (run(&gelu), run(&activation::gelu));
        for (ours, composed) in ours.iter().flatten().zip(composed.iter().flatten()) {
            assert!(
                (ours - composed).abs() < 2e-6 * composed.abs().max(1.0),
                "{ours} {composed}"
            );
        }
    }
}
