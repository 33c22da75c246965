//! Windows of a sequence, each times the same matrix: a convolution over frames with any stride.

use super::dense;
use super::packed::{View, product_within};
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
}

/// Windows that make a task.
const ROWS: usize = 128;
/// Columns that make a task.
const COLUMNS: usize = 256;

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
    let weights = View::new(kernel, windows.window(), outputs);
    output
        .par_chunks_mut(count * outputs)
        .zip(input.par_chunks(windows.sequence()))
        .for_each(|(output, input)| {
            output
                .par_chunks_mut(ROWS * outputs)
                .enumerate()
                .for_each(|(block, output)| {
                    for output in output.chunks_exact_mut(outputs) {
                        output.copy_from_slice(bias);
                    }
                    let input = &input[block * ROWS * windows.step()..];
                    let left = View::within(input, output.len() / outputs, windows.window(), windows.step());
                    product_within(left, weights, output, outputs, true);
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
        let rows = COLUMNS.min(windows.window());
        to_kernel
            .par_chunks_mut(rows * outputs)
            .enumerate()
            .for_each(|(block, to_kernel)| {
                for (input, gradient) in pairs() {
                    let input = &input[block * rows..];
                    let left = View::within(input, count, to_kernel.len() / outputs, windows.step());
                    let right = View::new(gradient, count, outputs);
                    product_within(left.transposed(), right, to_kernel, outputs, true);
                }
            });
    }
    let to_input = input_wanted.then(|| {
        let mut to_input = vec![0.0; input.len()];
        let flipped = View::new(kernel, windows.window(), outputs).transposed();
        to_input
            .par_chunks_mut(windows.sequence().max(1))
            .zip(gradient.par_chunks((count * outputs).max(1)))
            .for_each(|(to_input, gradient)| {
                let mut unfolded = vec![0.0; count * windows.window()];
                product_within(
                    View::new(gradient, count, outputs),
                    flipped,
                    &mut unfolded,
                    windows.window(),
                    false,
                );
                for (index, window) in unfolded.chunks_exact(windows.window()).enumerate() {
                    let to_input = &mut to_input[index * windows.step()..][..window.len()];
                    to_input.iter_mut().zip(window).for_each(|(sum, value)| *sum += value);
                }
            });
        to_input
    });
    (to_input, to_kernel, to_bias)
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
