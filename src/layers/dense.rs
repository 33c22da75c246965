//! A fully connected layer.

#[cfg(any(feature = "cuda", feature = "wgpu"))]
use super::gpu;
use super::summary::{note_module, with_relu};
use super::{Init, Operation, Pullback, Values, runs_here, ternary, zeros};
use crate::layers::kernels::dense;
use burn::module::{Module, Param};
use burn::tensor::{Device, Tensor, TensorData, activation};
use std::sync::Arc;

/// `y = x W + b`: Keras `Dense` without activation.
#[derive(Module, Debug)]
pub struct Dense {
    /// W (inputs, outputs).
    pub kernel: Param<Tensor<2>>,
    /// b (outputs).
    pub bias: Param<Tensor<1>>,
}

impl Dense {
    /// Glorot-uniform weights, zero bias.
    pub fn new(inputs: usize, outputs: usize, init: &mut Init) -> Self {
        Self {
            kernel: init.glorot_uniform([inputs, outputs], inputs, outputs),
            bias: zeros(outputs, &init.device),
        }
    }

    /// Layers one after the other, of so many units each.
    pub fn stack(mut inputs: usize, units: &[usize], init: &mut Init) -> Vec<Self> {
        let mut layers = Vec::with_capacity(units.len());
        for units in units {
            layers.push(Self::new(inputs, *units, init));
            inputs = *units;
        }
        layers
    }

    /// First weights match PyTorch's `Linear`, smaller than [`Self::new`]'s where outputs are few; zero bias.
    pub fn small(inputs: usize, outputs: usize, init: &mut Init) -> Self {
        Self {
            kernel: init.fan_in_uniform([inputs, outputs]),
            bias: zeros(outputs, &init.device),
        }
    }

    /// Zero weights and bias: its output is zero until training changes it.
    pub fn silent(inputs: usize, outputs: usize, device: &Device) -> Self {
        Self {
            kernel: Param::from_tensor(Tensor::zeros([inputs, outputs], device)),
            bias: zeros(outputs, device),
        }
    }

    /// From PyTorch's `Linear`: weights (outputs, inputs), row after row.
    pub fn from_rows(weights: &[f32], bias: Vec<f32>, device: &Device) -> Self {
        let outputs = bias.len();
        let inputs = weights.len() / outputs.max(1);
        let mut kernel = vec![0.0; weights.len()];
        dense::transpose(weights, inputs, &mut kernel);
        Self {
            kernel: Param::from_data(TensorData::new(kernel, [inputs, outputs]), device),
            bias: Param::from_data(TensorData::new(bias, [outputs]), device),
        }
    }

    /// (batch, inputs) to (batch, outputs).
    pub fn forward(&self, input: Tensor<2>) -> Tensor<2> {
        self.apply(input, false)
    }

    /// The same, negative numbers replaced by zero: Keras `activation="relu"`.
    pub fn forward_relu(&self, input: Tensor<2>) -> Tensor<2> {
        self.apply(input, true)
    }

    /// Every step of (batch, steps, inputs) to (batch, steps, outputs).
    pub fn forward_steps(&self, input: Tensor<3>) -> Tensor<3> {
        self.apply_steps(input, false)
    }

    /// The same, negative numbers replaced by zero.
    pub fn forward_steps_relu(&self, input: Tensor<3>) -> Tensor<3> {
        self.apply_steps(input, true)
    }

    fn apply_steps(&self, input: Tensor<3>, relu: bool) -> Tensor<3> {
        let [clips, steps, inputs] = input.dims();
        let output = self.product(input.reshape([clips * steps, inputs]), relu);
        let shape = [clips, steps, output.dims()[1]];
        note_module(self, &shape, steps * self.kernel.shape().num_elements(), || {
            with_relu(format!("dense {}", shape[2]), relu)
        });
        output.reshape(shape)
    }

    fn apply(&self, input: Tensor<2>, relu: bool) -> Tensor<2> {
        let [clips, outputs] = [input.dims()[0], self.bias.dims()[0]];
        note_module(self, &[clips, outputs], self.kernel.shape().num_elements(), || {
            with_relu(format!("dense {outputs}"), relu)
        });
        self.product(input, relu)
    }

    /// What layers made of it use, which note themselves.
    pub(super) fn product(&self, input: Tensor<2>, relu: bool) -> Tensor<2> {
        if runs_here(&input) {
            return ternary(input, self.kernel.val(), self.bias.val(), Product { relu });
        }
        #[cfg(any(feature = "cuda", feature = "wgpu"))]
        if let Some(output) = gpu::dense(&input, self.kernel.val(), self.bias.val(), relu) {
            return output;
        }
        let output = self.composed(input);
        if relu { activation::relu(output) } else { output }
    }

    /// In Burn's own operations.
    fn composed(&self, input: Tensor<2>) -> Tensor<2> {
        input.matmul(self.kernel.val()) + self.bias.val().unsqueeze()
    }
}

#[derive(Debug)]
struct Product {
    relu: bool,
}

impl Operation<3> for Product {
    fn forward(self: Box<Self>, inputs: [Values; 3], tracked: bool) -> (Values, Option<Arc<dyn Pullback<3>>>) {
        let [input, weights, bias] = inputs;
        let output = dense::forward(input.slice(), weights.slice(), bias.slice(), self.relu);
        let output = Values::new(output, [input.shape()[0], bias.slice().len()]);
        let pullback = tracked.then(|| {
            let output = self.relu.then(|| output.clone());
            Arc::new(ProductBack { input, weights, output }) as _
        });
        (output, pullback)
    }
}

/// Kept for the backward pass; the output only where ReLU cut it.
#[derive(Debug)]
struct ProductBack {
    input: Values,
    weights: Values,
    output: Option<Values>,
}

impl Pullback<3> for ProductBack {
    fn backward(&self, mut gradient: Values, wanted: [bool; 3]) -> [Option<Values>; 3] {
        if let Some(output) = &self.output {
            for (gradient, output) in gradient.slice_mut().iter_mut().zip(output.slice()) {
                *gradient = if *output > 0.0 { *gradient } else { 0.0 };
            }
        }
        let outputs = self.weights.shape()[1];
        let gradient = gradient.slice();
        let to_input = || dense::input_gradient(gradient, self.weights.slice(), outputs);
        let (weights, bias) = dense::weight_gradients(self.input.slice(), gradient, outputs);
        [
            wanted[0].then(|| Values::new(to_input(), self.input.shape().to_vec())),
            wanted[1].then(|| Values::new(weights, self.weights.shape().to_vec())),
            wanted[2].then(|| Values::new(bias, [outputs])),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::device::device;

    #[test]
    fn it_is_a_matrix_product_plus_bias() {
        let device = device("flex").unwrap();
        let mut dense = Dense::new(2, 3, &mut Init::new(1, &device));
        dense.kernel = Param::from_data([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]], &device);
        dense.bias = Param::from_data([0.5, 0.0, -1.0], &device);
        let output = dense.forward(Tensor::from_data([[1.0, 1.0], [2.0, 0.0]], &device));
        assert_eq!(
            output.into_data().try_into_vec::<f32>().unwrap(),
            [5.5, 7.0, 8.0, 2.5, 4.0, 5.0]
        );
    }

    #[test]
    fn values_and_gradients_are_those_of_burns_product() {
        let device = device("flex").unwrap().autodiff();
        for (rows, inputs, outputs) in [(1, 5, 7), (32, 70, 130), (3, 200, 16)] {
            let layer = Dense::new(inputs, outputs, &mut Init::new(2, &device));
            let values: Vec<f32> = (0..rows * inputs).map(|i| (i as f32 * 0.7).sin()).collect();
            let run = |forward: &dyn Fn(Tensor<2>) -> Tensor<2>| {
                let input: Tensor<2> = Tensor::from_data(TensorData::new(values.clone(), [rows, inputs]), &device);
                let input = input.require_grad();
                let output = forward(input.clone());
                let gradients = output.clone().sin().sum().backward();
                [
                    output.inner().flatten::<1>(0, 1),
                    input.grad(&gradients).unwrap().flatten(0, 1),
                    layer.kernel.val().grad(&gradients).unwrap().flatten(0, 1),
                    layer.bias.val().grad(&gradients).unwrap(),
                ]
                .map(|tensor| tensor.into_data().try_into_vec::<f32>().unwrap())
            };
            let ours = run(&|input| layer.forward_relu(input));
            let composed = run(&|input| activation::relu(layer.composed(input)));
            for (ours, composed) in ours.iter().flatten().zip(composed.iter().flatten()) {
                assert!(
                    (ours - composed).abs() < 1e-5 * composed.abs().max(1.0),
                    "{ours} {composed}"
                );
            }
        }
    }
}
