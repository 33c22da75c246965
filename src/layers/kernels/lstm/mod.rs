//! A bidirectional LSTM over slices: large products, and between them the steps in time.

mod product;
mod recurrence;

pub use recurrence::{GROUP, Sizes};

use product::{View, product};
use pulp::Arch;
use rayon::prelude::*;
use recurrence::{Backward, Forward, Packed};

/// What goes in besides the sequences, direction by direction.
#[derive(Debug, Clone, Copy)]
pub struct Weights<'a> {
    /// (2, inputs, 4 units).
    pub kernel: &'a [f32],
    /// (2, units, 4 units).
    pub recurrent: &'a [f32],
    /// (2, 4 units).
    pub bias: &'a [f32],
}

/// What the steps leave behind; the first boundary of each is the direction.
#[derive(Debug, Clone)]
pub struct Trace {
    /// The gates after their activation, (2, batch, steps, 4 units).
    pub gates: Vec<f32>,
    /// The cells, (2, batch, steps, units).
    pub cells: Vec<f32>,
    /// The hidden states, (2, batch, steps, units).
    pub hidden: Vec<f32>,
}

/// Gradients of everything that went in.
pub struct Gradients {
    /// (batch, steps, inputs), where it was asked for.
    pub input: Option<Vec<f32>>,
    /// (2, inputs, 4 units).
    pub kernel: Vec<f32>,
    /// (2, units, 4 units).
    pub recurrent: Vec<f32>,
    /// (2, 4 units).
    pub bias: Vec<f32>,
}

impl Sizes {
    fn rows(&self) -> usize {
        self.batch * self.steps
    }

    /// Clips that one thread takes of one direction: each direction has half of the threads.
    fn share(&self) -> usize {
        self.batch.div_ceil(rayon::current_num_threads().div_ceil(2)).max(1)
    }
}

/// The states of all steps, from the input (batch, steps, inputs). One product takes all steps to the
/// gates of a direction; what is left to each step is the product with the state before it.
pub fn forward(sizes: Sizes, input: &[f32], weights: Weights) -> Trace {
    let (rows, units) = (sizes.rows(), sizes.units);
    let mut trace = Trace {
        gates: vec![0.0; 2 * rows * 4 * units],
        cells: vec![0.0; 2 * rows * units],
        hidden: vec![0.0; 2 * rows * units],
    };
    let directions = (trace.gates.par_chunks_mut(rows * 4 * units))
        .zip(trace.cells.par_chunks_mut(rows * units))
        .zip(trace.hidden.par_chunks_mut(rows * units))
        .enumerate();
    directions.for_each(|(direction, ((gates, cells), hidden))| {
        let kernel = of(weights.kernel, direction);
        product(
            View::new(input, rows, sizes.inputs),
            View::new(kernel, sizes.inputs, 4 * units),
            gates,
            false,
        );
        let recurrent = of(weights.recurrent, direction);
        let recurrent = Packed::new(units, 4 * units, |row, column| recurrent[row * 4 * units + column]);
        let (share, arch) = (sizes.share() * sizes.steps, Arch::new());
        (gates.par_chunks_mut(share * 4 * units))
            .zip(cells.par_chunks_mut(share * units))
            .zip(hidden.par_chunks_mut(share * units))
            .for_each(|((gates, cells), hidden)| {
                arch.dispatch(Forward {
                    sizes,
                    reverse: direction == 1,
                    recurrent: &recurrent,
                    bias: of(weights.bias, direction),
                    gates,
                    cells,
                    hidden,
                });
            });
    });
    trace
}

/// The gradients, from that of the output (batch, steps, 2 units). Each step leaves the gradient of its
/// gates behind; the weights' gradients are one product each, at the end.
pub fn backward(
    sizes: Sizes,
    input: &[f32],
    weights: Weights,
    trace: Trace,
    outgoing: &[f32],
    wants_input: bool,
) -> Gradients {
    let (rows, units) = (sizes.rows(), sizes.units);
    let Trace {
        mut gates,
        cells,
        hidden,
    } = trace;
    let mut kernel = vec![0.0; weights.kernel.len()];
    let mut recurrent = vec![0.0; weights.recurrent.len()];
    let mut bias = vec![0.0; weights.bias.len()];
    let directions = (gates.par_chunks_mut(rows * 4 * units))
        .zip(kernel.par_chunks_mut(sizes.inputs * 4 * units))
        .zip(recurrent.par_chunks_mut(units * 4 * units))
        .zip(bias.par_chunks_mut(4 * units))
        .enumerate();
    directions.for_each(|(direction, (((gates, kernel), recurrent), bias))| {
        let weights = of(weights.recurrent, direction);
        let transposed = Packed::new(4 * units, units, |row, column| weights[column * 4 * units + row]);
        let (share, arch) = (sizes.share(), Arch::new());
        (gates.par_chunks_mut(share * sizes.steps * 4 * units))
            .zip(of(&cells, direction).par_chunks(share * sizes.steps * units))
            .zip(outgoing.par_chunks(share * sizes.steps * 2 * units))
            .for_each(|((gates, cells), outgoing)| {
                arch.dispatch(Backward {
                    sizes,
                    reverse: direction == 1,
                    recurrent: &transposed,
                    outgoing,
                    outgoing_width: 2 * units,
                    outgoing_from: direction * units,
                    gates,
                    cells,
                });
            });
        product(
            View::new(input, rows, sizes.inputs).transposed(),
            View::new(gates, rows, 4 * units),
            kernel,
            false,
        );
        let hidden = of(&hidden, direction);
        for clip in 0..sizes.batch {
            // The state before a step is that of its neighbour; the first step has none.
            let (from, steps) = (clip * sizes.steps, sizes.steps - 1);
            let (state, gate) = if direction == 1 {
                (from + 1, from)
            } else {
                (from, from + 1)
            };
            product(
                View::new(&hidden[state * units..][..steps * units], steps, units).transposed(),
                View::new(&gates[gate * 4 * units..][..steps * 4 * units], steps, 4 * units),
                recurrent,
                clip > 0,
            );
        }
        sum_rows(gates, bias);
    });
    let input = wants_input.then(|| {
        let mut gradient = vec![0.0; rows * sizes.inputs];
        let share = sizes.rows().div_ceil(rayon::current_num_threads());
        (gradient.par_chunks_mut(share * sizes.inputs))
            .enumerate()
            .for_each(|(part, gradient)| {
                let count = gradient.len() / sizes.inputs;
                for direction in 0..2 {
                    let gates = of(&gates, direction);
                    product(
                        View::new(
                            &gates[part * share * 4 * units..][..count * 4 * units],
                            count,
                            4 * units,
                        ),
                        View::new(of(weights.kernel, direction), sizes.inputs, 4 * units).transposed(),
                        gradient,
                        direction > 0,
                    );
                }
            });
        gradient
    });
    Gradients {
        input,
        kernel,
        recurrent,
        bias,
    }
}

/// (2, batch, steps, units) to (batch, steps, 2 units).
pub fn interleave(sizes: Sizes, hidden: &[f32]) -> Vec<f32> {
    let units = sizes.units;
    let mut output = vec![0.0; hidden.len()];
    output
        .par_chunks_mut(2 * units)
        .enumerate()
        .with_min_len(64)
        .for_each(|(row, output)| {
            for (direction, output) in output.chunks_exact_mut(units).enumerate() {
                output.copy_from_slice(&of(hidden, direction)[row * units..][..units]);
            }
        });
    output
}

/// One direction's half.
fn of(values: &[f32], direction: usize) -> &[f32] {
    let half = values.len() / 2;
    &values[direction * half..][..half]
}

fn sum_rows(matrix: &[f32], sums: &mut [f32]) {
    Arch::new().dispatch(
        #[inline(always)]
        || {
            for row in matrix.chunks_exact(sums.len()) {
                for (sum, value) in sums.iter_mut().zip(row) {
                    *sum += value;
                }
            }
        },
    );
}
