//! A bidirectional LSTM.

#[cfg(any(feature = "cuda", feature = "wgpu"))]
use super::gpu;
use super::summary::{note, note_module};
use super::{Init, Operation, Pullback, Values, quaternary, runs_here};
use crate::layers::kernels::lstm::{GROUP, Sizes, Trace, Weights, backward, forward, interleave};
use burn::module::{Module, Param};
use burn::tensor::activation::{sigmoid, tanh};
use burn::tensor::{Tensor, TensorData, s};
use std::sync::{Arc, Mutex, PoisonError};

/// Two LSTMs (Hochreiter and Schmidhuber 1997; Gers et al. 2000), one from the first step to the last and
/// one from the last to the first, side by side: Keras `Bidirectional(LSTM(units, return_sequences=True))`.
/// At every step, with the gates `i, f, g, o` in the order of Keras and PyTorch:
///
/// ```text
/// i, f, o = sigmoid(x W + h R + b)      g = tanh(x W + h R + b)
/// c = f c + i g                         h = o tanh(c)
/// ```
///
/// PyTorch keeps W and R transposed, and two biases that are added.
#[derive(Module, Debug)]
pub struct BiLstm {
    /// W of each direction, (2, inputs, 4 units).
    pub kernel: Param<Tensor<3>>,
    /// R of each direction, (2, units, 4 units).
    pub recurrent: Param<Tensor<3>>,
    /// b of each direction, (2, 4 units).
    pub bias: Param<Tensor<2>>,
}

impl BiLstm {
    /// First weights as in Keras: W Glorot-uniform, R orthogonal, b zero but 1 for the forget gate.
    pub fn new(inputs: usize, units: usize, init: &mut Init) -> Self {
        let stacked = |one: Vec<Tensor<2>>| Param::from_tensor(Tensor::stack::<3>(one, 0).detach());
        let kernel = (0..2).map(|_| init.glorot_uniform([inputs, 4 * units], inputs, 4 * units).val());
        let kernel = stacked(kernel.collect());
        let recurrent = (0..2).map(|_| init.orthogonal([units, 4 * units]));
        let recurrent = stacked(recurrent.collect());
        let bias: Vec<f32> = (0..8 * units)
            .map(|index| if index / units % 4 == 1 { 1.0 } else { 0.0 })
            .collect();
        let bias = Tensor::from_data(TensorData::new(bias, [2, 4 * units]), &init.device);
        Self {
            kernel,
            recurrent,
            bias: Param::from_tensor(bias),
        }
    }

    /// (batch, steps, inputs) to the hidden states (batch, steps, 2 units): forwards, then backwards.
    pub fn forward(&self, input: Tensor<3>) -> Tensor<3> {
        let (kernel, recurrent, bias) = (self.kernel.val(), self.recurrent.val(), self.bias.val());
        let [_, units, _] = recurrent.dims();
        let [clips, steps, _] = input.dims();
        let products = kernel.shape().num_elements() + recurrent.shape().num_elements();
        note_module(self, &[clips, steps, 2 * units], steps * products, || {
            format!("LSTM {units}, both directions")
        });
        #[cfg(any(feature = "cuda", feature = "wgpu"))]
        if let Some(states) = gpu::lstm(&input, [&kernel, &recurrent], &bias) {
            return states;
        }
        if !runs_here(&input) {
            return composed(input, kernel, recurrent, bias);
        }
        let missing = units.next_multiple_of(GROUP) - units;
        if missing == 0 {
            return quaternary(input, kernel, recurrent, bias, Lstm);
        }
        // Units without weights stay at zero and change nothing for the others.
        let kernel = wider(kernel, units, missing);
        let recurrent = wider(recurrent, units, missing);
        let below = Tensor::zeros([2, missing, 4 * (units + missing)], &input.device());
        let recurrent = Tensor::cat(vec![recurrent, below], 1);
        let bias: Tensor<2> = wider(bias.unsqueeze_dim(1), units, missing).squeeze_dim(1);
        let states: Tensor<3> = quaternary(input, kernel, recurrent, bias, Lstm);
        let [batch, steps, _] = states.dims();
        let states = states.reshape([batch, steps, 2, units + missing]);
        states
            .slice(s![.., .., .., 0..units])
            .reshape([batch, steps, 2 * units])
    }

    /// The state after the last step of each direction, (batch, 2 units): Keras `return_sequences=False`.
    pub fn last(states: Tensor<3>) -> Tensor<2> {
        let [clips, steps, width] = states.dims();
        note(&[clips, width], || "last state of each direction".to_owned());
        let forwards = states.clone().slice(s![.., steps - 1..steps, 0..width / 2]);
        let backwards = states.slice(s![.., 0..1, width / 2..width]);
        Tensor::cat(vec![forwards, backwards], 2).squeeze_dim(1)
    }
}

/// Each gate's columns followed by as many zeros.
fn wider(weights: Tensor<3>, units: usize, missing: usize) -> Tensor<3> {
    let [two, rows, _] = weights.dims();
    let gates = weights.reshape([two, rows, 4, units]);
    let zeros = Tensor::zeros([two, rows, 4, missing], &gates.device());
    Tensor::cat(vec![gates, zeros], 3).reshape([two, rows, 4 * (units + missing)])
}

/// The same in Burn's operations: one product takes all steps to the gates of both directions.
fn composed(input: Tensor<3>, kernel: Tensor<3>, recurrent: Tensor<3>, bias: Tensor<2>) -> Tensor<3> {
    let [batch, steps, inputs] = input.dims();
    let [_, units, _] = recurrent.dims();
    let device = input.device();
    let flat = input.reshape([1, batch * steps, inputs]).repeat_dim(0, 2);
    let gates = flat.matmul(kernel) + bias.unsqueeze_dim(1);
    let gates = gates.reshape([2, batch, steps, 4 * units]);
    let mut directions = Vec::with_capacity(2);
    for direction in 0..2 {
        let recurrent = recurrent
            .clone()
            .slice(s![direction..direction + 1, .., ..])
            .squeeze_dim::<2>(0);
        let mut hidden = Tensor::<2>::zeros([batch, units], &device);
        let mut cell = Tensor::<2>::zeros([batch, units], &device);
        let mut states = Vec::with_capacity(steps);
        for index in 0..steps {
            let step = if direction == 1 { steps - 1 - index } else { index };
            let input = gates
                .clone()
                .slice(s![direction..direction + 1, .., step..step + 1, ..]);
            let sum = input.reshape([batch, 4 * units]) + hidden.matmul(recurrent.clone());
            let gate = |index: usize| sum.clone().slice(s![.., index * units..(index + 1) * units]);
            cell = sigmoid(gate(1)) * cell + sigmoid(gate(0)) * tanh(gate(2));
            hidden = sigmoid(gate(3)) * tanh(cell.clone());
            states.push(hidden.clone());
        }
        if direction == 1 {
            states.reverse();
        }
        directions.push(Tensor::stack::<3>(states, 1));
    }
    Tensor::cat(directions, 2)
}

/// The operation on an input (batch, steps, inputs) and the three weights.
struct Lstm;

/// What it kept.
#[derive(Debug)]
struct LstmBack {
    sizes: Sizes,
    inputs: [Values; 4],
    /// Taken by the backward pass, which writes into it.
    trace: Mutex<Option<Trace>>,
}

fn weights(inputs: &[Values; 4]) -> Weights<'_> {
    Weights {
        kernel: inputs[1].slice(),
        recurrent: inputs[2].slice(),
        bias: inputs[3].slice(),
    }
}

impl Operation<4> for Lstm {
    fn forward(self: Box<Self>, inputs: [Values; 4], tracked: bool) -> (Values, Option<Arc<dyn Pullback<4>>>) {
        let (input, recurrent) = (inputs[0].shape(), inputs[2].shape());
        let sizes = Sizes {
            batch: input[0],
            steps: input[1],
            inputs: input[2],
            units: recurrent[1],
        };
        let trace = forward(sizes, inputs[0].slice(), weights(&inputs));
        let states = interleave(sizes, &trace.hidden);
        let output = Values::new(states, [sizes.batch, sizes.steps, 2 * sizes.units]);
        let kept = || {
            Arc::new(LstmBack {
                sizes,
                inputs,
                trace: Mutex::new(Some(trace)),
            }) as _
        };
        (output, tracked.then(kept))
    }
}

impl Pullback<4> for LstmBack {
    fn backward(&self, gradient: Values, wanted: [bool; 4]) -> [Option<Values>; 4] {
        let trace = self.trace.lock().unwrap_or_else(PoisonError::into_inner).take();
        let weights = weights(&self.inputs);
        let trace = trace.unwrap_or_else(|| forward(self.sizes, self.inputs[0].slice(), weights));
        let [input, kernel, recurrent, bias] = &self.inputs;
        let found = backward(self.sizes, input.slice(), weights, trace, gradient.slice(), wanted[0]);
        let like = |values: Vec<f32>, like: &Values| Values::new(values, like.shape().to_vec());
        [
            found.input.map(|values| like(values, input)),
            Some(like(found.kernel, kernel)),
            Some(like(found.recurrent, recurrent)),
            Some(like(found.bias, bias)),
        ]
    }
}

#[cfg(test)]
mod tests;
