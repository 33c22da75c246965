//! Both directions of an LSTM, all steps in one kernel per pass.

use super::columns::totals_of_sets;
use super::product::{Kind, Product};
use crate::layers::buffer::Buffer;
use crate::layers::kernels::convolution::Geometry;
use crate::layers::operation::Outcome;
use crate::layers::{Operation, Pullback};
use cubecl::prelude::*;
use std::sync::{Arc, Mutex, PoisonError};

#[cube]
fn sigmoid(x: f32) -> f32 {
    1.0f32 / (1.0f32 + f32::exp(-x))
}

/// Σ `values[from + k] matrix[at + k step]` over the first `count`; eight loads at a time, so that none waits for another.
#[cube]
fn dot(values: &Shared<[f32]>, from: usize, matrix: &[f32], at: usize, step: usize, count: usize) -> f32 {
    let mut sums = Array::<f32>::new(8usize);
    #[unroll]
    for i in 0..8usize {
        sums[i] = 0.0f32;
    }
    let whole = count / 8 * 8;
    let mut k = 0usize;
    while k < whole {
        #[unroll]
        for i in 0..8usize {
            sums[i] += values[from + k + i] * matrix[at + (k + i) * step];
        }
        k += 8;
    }
    while k < count {
        sums[0] += values[from + k] * matrix[at + k * step];
        k += 1;
    }
    ((sums[0] + sums[1]) + (sums[2] + sums[3])) + ((sums[4] + sums[5]) + (sums[6] + sums[7]))
}

/// A cube takes all steps of one clip in one direction. `gates` (2, clips, steps, 4 units) hold `x W + b`, and where `kept`
/// they leave with what the gates came to; `cells` and `before` (2, clips, steps, units) leave with the cells after and the
/// hidden states before each step; `states` are (clips, steps, 2 units).
#[cube(launch)]
fn forwards(
    gates: &mut [f32],
    recurrent: &[f32],
    cells: &mut [f32],
    before: &mut [f32],
    states: &mut [f32],
    clips: u32,
    steps: u32,
    units: u32,
    #[comptime] most: usize,
    #[comptime] kept: bool,
) {
    let mut hidden = Shared::<[f32]>::new_slice(most);
    let mut cell = Shared::<[f32]>::new_slice(most);
    let mut gate = Shared::<[f32]>::new_slice(comptime!(4 * most));
    let (clips, steps, units) = (clips as usize, steps as usize, units as usize);
    let clip = CUBE_POS_X as usize;
    let direction = CUBE_POS_Y as usize;
    let first = UNIT_POS_X as usize;
    let threads = CUBE_DIM_X as usize;
    let width = 4 * units;
    let mut j = first;
    while j < units {
        hidden[j] = 0.0f32;
        cell[j] = 0.0f32;
        j += threads;
    }
    sync_cube();
    for index in 0..steps {
        let mut step = index;
        if direction == 1 {
            step = steps - 1 - index;
        }
        let line = (direction * clips + clip) * steps + step;
        let mut j = first;
        while j < width {
            let at = line * width + j;
            let sum = gates[at] + dot(&hidden, 0usize, recurrent, direction * units * width + j, width, units);
            let mut value = sigmoid(sum);
            if j / units == 2 {
                value = f32::tanh(sum);
            }
            gate[j] = value;
            if comptime!(kept) {
                gates[at] = value;
            }
            j += threads;
        }
        sync_cube();
        let mut j = first;
        while j < units {
            let at = line * units + j;
            let new = gate[units + j] * cell[j] + gate[j] * gate[2 * units + j];
            let state = gate[3 * units + j] * f32::tanh(new);
            if comptime!(kept) {
                before[at] = hidden[j];
                cells[at] = new;
            }
            cell[j] = new;
            hidden[j] = state;
            states[((clip * steps + step) * 2 + direction) * units + j] = state;
            j += threads;
        }
        sync_cube();
    }
}

/// The way back: `gates` turn into the gradients of their sums. `transposed` is R as (2, 4 units, units).
#[cube(launch)]
fn backwards(
    gates: &mut [f32],
    cells: &[f32],
    transposed: &[f32],
    gradient: &[f32],
    clips: u32,
    steps: u32,
    units: u32,
    #[comptime] most: usize,
) {
    let mut slope = Shared::<[f32]>::new_slice(comptime!(4 * most));
    let mut part = Shared::<[f32]>::new_slice(comptime!(4 * most));
    let mut carried = Shared::<[f32]>::new_slice(most);
    let (clips, steps, units) = (clips as usize, steps as usize, units as usize);
    let clip = CUBE_POS_X as usize;
    let direction = CUBE_POS_Y as usize;
    let first = UNIT_POS_X as usize;
    let threads = CUBE_DIM_X as usize;
    let width = 4 * units;
    let mut j = first;
    while j < width {
        part[j] = 0.0f32;
        if j < units {
            carried[j] = 0.0f32;
        }
        j += threads;
    }
    sync_cube();
    for back in 0..steps {
        let index = steps - 1 - back;
        let mut step = index;
        let mut prior = step - 1;
        if direction == 1 {
            step = back;
            prior = step + 1;
        }
        let from = (direction * clips + clip) * steps;
        let mut j = first;
        while j < units {
            let at = (from + step) * width + j;
            let i = gates[at];
            let f = gates[at + units];
            let g = gates[at + 2 * units];
            let o = gates[at + 3 * units];
            let mut old = 0.0f32;
            if index > 0 {
                old = cells[(from + prior) * units + j];
            }
            let own = gradient[((clip * steps + step) * 2 + direction) * units + j];
            let to_state = own + ((part[j] + part[units + j]) + (part[2 * units + j] + part[3 * units + j]));
            let squashed = f32::tanh(cells[(from + step) * units + j]);
            let to_cell = carried[j] + to_state * o * (1.0f32 - squashed * squashed);
            let to_i = to_cell * g * i * (1.0f32 - i);
            let to_f = to_cell * old * f * (1.0f32 - f);
            let to_g = to_cell * i * (1.0f32 - g * g);
            let to_o = to_state * squashed * o * (1.0f32 - o);
            carried[j] = to_cell * f;
            slope[j] = to_i;
            slope[units + j] = to_f;
            slope[2 * units + j] = to_g;
            slope[3 * units + j] = to_o;
            gates[at] = to_i;
            gates[at + units] = to_f;
            gates[at + 2 * units] = to_g;
            gates[at + 3 * units] = to_o;
            j += threads;
        }
        sync_cube();
        // A quarter of the gates each.
        let mut j = first;
        while j < width {
            let gate = j / units;
            let at = (direction * width + gate * units) * units + j % units;
            part[j] = dot(&slope, gate * units, transposed, at, units, units);
            j += threads;
        }
        sync_cube();
    }
}

/// Units that the kernels' shared memory is laid out for: few sizes, and so few kernels.
fn room(units: usize) -> usize {
    units.next_power_of_two().max(64)
}

/// Whether a cube of the device has room for so many units.
pub fn fits(client: &Client, units: usize) -> bool {
    9 * room(units) * size_of::<f32>() <= client.properties().hardware.max_shared_memory_size
}

fn threads(client: &Client, units: usize) -> CubeDim {
    let hardware = &client.properties().hardware;
    let most = hardware.max_units_per_cube.min(hardware.max_cube_dim.0);
    CubeDim::new_1d((4 * room(units) as u32).min(most))
}

/// Rows times a matrix, in the words of convolutions.
fn rows_times(inputs: usize, outputs: usize) -> Geometry {
    Geometry::valid([1, 1], [1, 1], [inputs, outputs])
}

/// The operation on an input (clips, steps, inputs), W (2, inputs, 4 units), R (2, units, 4 units) and b (2, 4 units).
#[derive(Debug)]
pub struct Lstm;

#[derive(Debug, Clone, Copy)]
struct Sizes {
    clips: usize,
    steps: usize,
    inputs: usize,
    units: usize,
}

/// What the way forward leaves for the way back.
#[derive(Debug)]
struct Trace {
    gates: Buffer,
    cells: Buffer,
    before: Buffer,
}

fn forward(sizes: Sizes, inputs: &[Buffer; 4], kept: bool) -> (Buffer, Trace) {
    let Sizes {
        clips, steps, units, ..
    } = sizes;
    let [input, kernel, recurrent, bias] = inputs;
    let product = Product {
        kind: Kind::Output,
        geometry: rows_times(sizes.inputs, 4 * units),
        clips: clips * steps,
        sets: 2,
        images: input,
        right: kernel,
        bias: Some(bias),
        relu: false,
    };
    let gates = product.find(vec![2, clips, steps, 4 * units]);
    let own = || {
        input.empty(if comptime!(kept) {
            vec![2, clips, steps, units]
        } else {
            vec![1]
        })
    };
    let (cells, before) = (own(), own());
    let states = input.empty([clips, steps, 2 * units]);
    forwards::launch(
        input.client(),
        CubeCount::Static(clips as u32, 2, 1),
        threads(input.client(), units),
        gates.arg(),
        recurrent.arg(),
        cells.arg(),
        before.arg(),
        states.arg(),
        clips as u32,
        steps as u32,
        units as u32,
        room(units),
        kept,
    );
    (states, Trace { gates, cells, before })
}

impl Operation<4, Buffer> for Lstm {
    fn forward(self: Box<Self>, inputs: [Buffer; 4], tracked: bool) -> Outcome<4, Buffer> {
        let (input, units) = (inputs[0].shape(), inputs[2].shape()[1]);
        let sizes = Sizes {
            clips: input[0],
            steps: input[1],
            inputs: input[2],
            units,
        };
        let (states, trace) = forward(sizes, &inputs, tracked);
        let back = || {
            let trace = Mutex::new(Some(trace));
            Arc::new(LstmBack { sizes, inputs, trace }) as _
        };
        (states, tracked.then(back))
    }
}

#[derive(Debug)]
struct LstmBack {
    sizes: Sizes,
    inputs: [Buffer; 4],
    /// Taken by the backward pass, which writes into it.
    trace: Mutex<Option<Trace>>,
}

impl Pullback<4, Buffer> for LstmBack {
    fn backward(&self, gradient: Buffer, wanted: [bool; 4]) -> [Option<Buffer>; 4] {
        let Sizes {
            clips,
            steps,
            inputs,
            units,
        } = self.sizes;
        let trace = self.trace.lock().unwrap_or_else(PoisonError::into_inner).take();
        let trace = trace.unwrap_or_else(|| forward(self.sizes, &self.inputs, true).1);
        let [input, kernel, recurrent, bias] = &self.inputs;
        let transposed = recurrent.transposed();
        let client = input.client();
        backwards::launch(
            client,
            CubeCount::Static(clips as u32, 2, 1),
            threads(client, units),
            trace.gates.arg(),
            trace.cells.arg(),
            transposed.arg(),
            gradient.arg(),
            clips as u32,
            steps as u32,
            units as u32,
            room(units),
        );
        let slopes = &trace.gates;
        let product = |kind, geometry, images, right| Product {
            kind,
            geometry,
            clips: clips * steps,
            sets: 2,
            images,
            right,
            bias: None,
            relu: false,
        };
        let (of_input, of_state) = (rows_times(inputs, 4 * units), rows_times(units, 4 * units));
        let shape = |like: &Buffer| like.shape().to_vec();
        let to_input = || product(Kind::InputGradient, of_input, slopes, kernel).find(shape(input));
        [
            wanted[0].then(to_input),
            wanted[1].then(|| product(Kind::WeightGradient, of_input, input, slopes).find(shape(kernel))),
            wanted[2].then(|| product(Kind::WeightGradient, of_state, &trace.before, slopes).find(shape(recurrent))),
            wanted[3].then(|| totals_of_sets(slopes, 2, shape(bias))),
        ]
    }
}
