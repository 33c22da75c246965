//! Windows of a sequence, each times the same matrix: a convolution over frames with any stride.

use super::dense;
use super::product::{Left, Right, Sizes, Start, product};
use rayon::prelude::*;

/// Sizes of a batch: windows read where they lie, without zeros beyond the ends.
#[derive(Debug, Clone, Copy)]
pub struct Windows {
    /// Frames of each sequence.
    pub frames: usize,
    /// Numbers per frame.
    pub inputs: usize,
    /// Frames of a window.
    pub kernel: usize,
    /// Frames from one window to the next.
    pub stride: usize,
    /// Numbers that come out for a window.
    pub outputs: usize,
}

impl Windows {
    /// Windows of a sequence.
    pub fn count(&self) -> usize {
        let room = self.frames.checked_sub(self.kernel);
        room.map_or(0, |room| room / self.stride.max(1) + 1)
    }

    fn sequence(&self) -> usize {
        self.frames * self.inputs
    }

    fn window(&self) -> usize {
        self.kernel * self.inputs
    }

    fn step(&self) -> usize {
        self.stride * self.inputs
    }

    /// Windows that make a task, which does not depend on the threads.
    fn block(&self) -> usize {
        self.count().div_ceil(8).clamp(32, 256)
    }
}

/// Rows of the kernel's gradient that make a task.
const ROWS: usize = 64;

/// `y[t] = x[t stride ..][.. kernel] W + b`: (clips, frames, inputs) to (clips, windows, outputs); the kernel is
/// (kernel, inputs, outputs).
pub fn forward(input: &[f32], kernel: &[f32], bias: &[f32], windows: Windows) -> Vec<f32> {
    let count = windows.count();
    let clips = input.len() / windows.sequence().max(1);
    let mut output = vec![0.0; clips * count * windows.outputs];
    if output.is_empty() {
        return output;
    }
    let outputs = windows.outputs;
    let weights = Right {
        values: kernel,
        row: outputs,
    };
    let block = windows.block();
    output
        .par_chunks_mut(count * outputs)
        .zip(input.par_chunks(windows.sequence()))
        .for_each(|(output, input)| {
            output
                .par_chunks_mut(block * outputs)
                .enumerate()
                .for_each(|(index, output)| {
                    let left = Left {
                        values: &input[index * block * windows.step()..],
                        row: windows.step(),
                        segment: 0,
                        step: 1,
                    };
                    let sizes = sizes(output.len() / outputs, outputs, windows.window());
                    product(left, weights, sizes, Start::Bias(bias), false, output, outputs);
                });
        });
    output
}

/// The gradients of the input, if it is wanted, of the kernel and of the bias.
pub fn backward(
    input: &[f32],
    kernel: &[f32],
    gradient: &[f32],
    windows: Windows,
    input_wanted: bool,
) -> (Option<Vec<f32>>, Vec<f32>, Vec<f32>) {
    let (count, outputs) = (windows.count(), windows.outputs);
    let mut to_kernel = vec![0.0; kernel.len()];
    let mut to_bias = vec![0.0; outputs];
    for gradient in gradient.chunks_exact(outputs.max(1)) {
        to_bias
            .iter_mut()
            .zip(gradient)
            .for_each(|(sum, gradient)| *sum += gradient);
    }
    let pairs = || {
        let inputs = input.chunks(windows.sequence().max(1));
        inputs.zip(gradient.chunks((count * outputs).max(1)))
    };
    if count > 0 {
        // Rows of the kernel's gradient, each summed over the clips in their order.
        to_kernel
            .par_chunks_mut(ROWS * outputs)
            .enumerate()
            .for_each(|(block, to_kernel)| {
                for (input, gradient) in pairs() {
                    let left = Left {
                        values: &input[block * ROWS..],
                        row: 1,
                        segment: 0,
                        step: windows.step(),
                    };
                    let right = Right {
                        values: gradient,
                        row: outputs,
                    };
                    let sizes = sizes(to_kernel.len() / outputs, outputs, count);
                    product(left, right, sizes, Start::Output, false, to_kernel, outputs);
                }
            });
    }
    let to_input = input_wanted.then(|| {
        let mut to_input = vec![0.0; input.len()];
        let mut flipped = vec![0.0; kernel.len()];
        dense::transpose(kernel, outputs, &mut flipped);
        let window = windows.window();
        to_input
            .par_chunks_mut(windows.sequence().max(1))
            .zip(gradient.par_chunks((count * outputs).max(1)))
            .for_each(|(to_input, gradient)| {
                let mut unfolded = vec![0.0; count * window];
                let left = Left {
                    values: gradient,
                    row: outputs,
                    segment: 0,
                    step: 1,
                };
                let right = Right {
                    values: &flipped,
                    row: window,
                };
                let sizes = sizes(count, window, outputs);
                product(left, right, sizes, Start::Zero, false, &mut unfolded, window);
                for (index, window) in unfolded.chunks_exact(window).enumerate() {
                    let to_input = &mut to_input[index * windows.step()..][..window.len()];
                    to_input.iter_mut().zip(window).for_each(|(sum, value)| *sum += value);
                }
            });
        to_input
    });
    (to_input, to_kernel, to_bias)
}

fn sizes(rows: usize, columns: usize, depth: usize) -> Sizes {
    Sizes {
        rows,
        columns,
        segments: 1,
        depth,
    }
}

/// The kernel from PyTorch's order (outputs, inputs, kernel) to (kernel, inputs, outputs).
pub fn from_torch(weights: &[f32], inputs: usize, kernel: usize) -> Vec<f32> {
    let columns = inputs * kernel;
    let mut across = vec![0.0; weights.len()];
    dense::transpose(weights, columns, &mut across);
    let outputs = weights.len() / columns.max(1);
    let mut ordered = Vec::with_capacity(weights.len());
    for frame in 0..kernel {
        for channel in 0..inputs {
            ordered.extend_from_slice(&across[(channel * kernel + frame) * outputs..][..outputs]);
        }
    }
    ordered
}
