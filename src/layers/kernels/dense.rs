//! `y = x W + b` and its gradients.

use super::product::{Left, Right, Sizes, Start, product};
use rayon::prelude::*;

/// Columns, or rows of a gradient, that make a task.
const BLOCK: usize = 64;
/// Rows of the input from which on a copy of the weights pays.
const COPIED: usize = 16;

/// Writes the matrix of `columns` columns transposed.
pub fn transpose(matrix: &[f32], columns: usize, transposed: &mut [f32]) {
    let rows = matrix.len() / columns.max(1);
    // Square tiles, so that neither side jumps through memory for long.
    for from in (0..rows).step_by(16) {
        let rows_here = from..(from + 16).min(rows);
        for column in 0..columns {
            for row in rows_here.clone() {
                transposed[column * rows + row] = matrix[row * columns + column];
            }
        }
    }
}

/// (rows, inputs) times (inputs, outputs), plus the bias; negative results replaced by zero with `relu`.
pub fn forward(input: &[f32], weights: &[f32], bias: &[f32], relu: bool) -> Vec<f32> {
    let outputs = bias.len();
    let inputs = weights.len() / outputs.max(1);
    let rows = input.len() / inputs.max(1);
    // Blocks of columns, so that each weight is read once and many threads share them.
    let blocks: Vec<Vec<f32>> = (0..outputs.div_ceil(BLOCK))
        .into_par_iter()
        .map(|block| {
            let from = block * BLOCK;
            let columns = BLOCK.min(outputs - from);
            let mut out = vec![0.0; rows * columns];
            let left = Left {
                values: input,
                row: inputs,
                segment: 0,
                step: 1,
            };
            // Rows of a wide matrix lie so far apart that they drive each other out of the cache: where many rows of the
            // input pass them, their part of the block is copied side by side first.
            let near = if rows >= COPIED && outputs > BLOCK {
                let mut near = Vec::with_capacity(inputs * columns);
                for row in weights.chunks_exact(outputs) {
                    near.extend_from_slice(&row[from..from + columns]);
                }
                near
            } else {
                Vec::new()
            };
            let right = if near.is_empty() {
                Right {
                    values: &weights[from..],
                    row: outputs,
                }
            } else {
                Right {
                    values: &near,
                    row: columns,
                }
            };
            let sizes = Sizes {
                rows,
                columns,
                segments: 1,
                depth: inputs,
            };
            product(left, right, sizes, Start::Bias(&bias[from..]), relu, &mut out, columns);
            out
        })
        .collect();
    let mut output = vec![0.0; rows * outputs];
    for (row, output) in output.chunks_mut(outputs.max(1)).enumerate() {
        for (block, output) in blocks.iter().zip(output.chunks_mut(BLOCK)) {
            output.copy_from_slice(&block[row * output.len()..][..output.len()]);
        }
    }
    output
}

/// The gradient of the input: `g Wᵀ`.
pub fn input_gradient(gradient: &[f32], weights: &[f32], outputs: usize) -> Vec<f32> {
    let inputs = weights.len() / outputs.max(1);
    let rows = gradient.len() / outputs.max(1);
    let mut across = vec![0.0; gradient.len()];
    transpose(gradient, outputs, &mut across);
    let mut transposed = vec![0.0; inputs * rows];
    transposed
        .par_chunks_mut((BLOCK * rows).max(1))
        .zip(weights.par_chunks((BLOCK * outputs).max(1)))
        .for_each(|(out, weights)| {
            let left = Left {
                values: weights,
                row: outputs,
                segment: 0,
                step: 1,
            };
            let right = Right {
                values: &across,
                row: rows,
            };
            let sizes = Sizes {
                rows: weights.len() / outputs,
                columns: rows,
                segments: 1,
                depth: outputs,
            };
            product(left, right, sizes, Start::Zero, false, out, rows);
        });
    let mut to_input = vec![0.0; inputs * rows];
    transpose(&transposed, rows, &mut to_input);
    to_input
}

/// The gradients of the weights, `xᵀ g`, and of the bias.
pub fn weight_gradients(input: &[f32], gradient: &[f32], outputs: usize) -> (Vec<f32>, Vec<f32>) {
    let rows = gradient.len() / outputs.max(1);
    let inputs = input.len() / rows.max(1);
    let mut weights = vec![0.0; inputs * outputs];
    weights
        .par_chunks_mut((BLOCK * outputs).max(1))
        .enumerate()
        .for_each(|(block, out)| {
            let left = Left {
                values: &input[(block * BLOCK).min(input.len())..],
                row: 1,
                segment: 0,
                step: inputs,
            };
            let right = Right {
                values: gradient,
                row: outputs,
            };
            let sizes = Sizes {
                rows: out.len() / outputs,
                columns: outputs,
                segments: 1,
                depth: rows,
            };
            product(left, right, sizes, Start::Zero, false, out, outputs);
        });
    let mut bias = vec![0.0; outputs];
    for gradient in gradient.chunks_exact(outputs.max(1)) {
        bias.iter_mut()
            .zip(gradient)
            .for_each(|(sum, gradient)| *sum += gradient);
    }
    (weights, bias)
}
