//! Normalisation of each row by its own mean and variance.

use pulp::Arch;
use rayon::prelude::*;

/// Numbers of a task.
const TASK: usize = 1 << 14;
/// Sums that run side by side, so that they fill vectors.
const LANES: usize = 16;

/// What a row is normalised by: its mean, and `1 / sqrt(variance + epsilon)`.
#[derive(Debug, Clone, Copy)]
struct Row {
    mean: f32,
    inverse: f32,
}

/// `gamma (x - mean) / sqrt(variance + epsilon) + beta` in each row, in place.
pub fn forward(values: &mut [f32], gamma: &[f32], beta: &[f32], epsilon: f32) {
    let width = gamma.len().max(1);
    values.par_chunks_mut(task(width)).for_each(|values| {
        Arch::new().dispatch(
            #[inline(always)]
            || {
                for values in values.chunks_exact_mut(width) {
                    let row = row(values, epsilon);
                    for ((value, gamma), beta) in values.iter_mut().zip(gamma).zip(beta) {
                        *value = (*value - row.mean) * row.inverse * gamma + beta;
                    }
                }
            },
        );
    });
}

/// From the input and the output's gradient, which becomes the input's: the gradients of gamma and beta.
pub fn backward(input: &[f32], gradient: &mut [f32], gamma: &[f32], epsilon: f32) -> (Vec<f32>, Vec<f32>) {
    let width = gamma.len().max(1);
    let parts: Vec<(Vec<f32>, Vec<f32>)> = gradient
        .par_chunks_mut(task(width))
        .zip(input.par_chunks(task(width)))
        .map(|(gradient, input)| {
            let (mut to_gamma, mut to_beta) = (vec![0.0; width], vec![0.0; width]);
            Arch::new().dispatch(
                #[inline(always)]
                || {
                    for (gradient, input) in gradient.chunks_exact_mut(width).zip(input.chunks_exact(width)) {
                        row_backward(input, gradient, gamma, epsilon, &mut to_gamma, &mut to_beta);
                    }
                },
            );
            (to_gamma, to_beta)
        })
        .collect();
    let (mut to_gamma, mut to_beta) = (vec![0.0; width], vec![0.0; width]);
    for (gamma, beta) in &parts {
        to_gamma.iter_mut().zip(gamma).for_each(|(sum, part)| *sum += part);
        to_beta.iter_mut().zip(beta).for_each(|(sum, part)| *sum += part);
    }
    (to_gamma, to_beta)
}

/// Whole rows.
fn task(width: usize) -> usize {
    TASK.div_ceil(width) * width
}

#[inline(always)]
fn row(values: &[f32], epsilon: f32) -> Row {
    let count = values.len() as f32;
    let mean = sum(values, |value| value) / count;
    let variance = sum(values, |value| (value - mean) * (value - mean)) / count;
    Row {
        mean,
        inverse: 1.0 / (variance + epsilon).sqrt(),
    }
}

#[inline(always)]
fn row_backward(
    input: &[f32],
    gradient: &mut [f32],
    gamma: &[f32],
    epsilon: f32,
    to_gamma: &mut [f32],
    to_beta: &mut [f32],
) {
    let Row { mean, inverse } = row(input, epsilon);
    for ((gradient, input), (to_gamma, to_beta)) in gradient
        .iter()
        .zip(input)
        .zip(to_gamma.iter_mut().zip(to_beta.iter_mut()))
    {
        *to_gamma += gradient * (input - mean) * inverse;
        *to_beta += gradient;
    }
    gradient
        .iter_mut()
        .zip(gamma)
        .for_each(|(gradient, gamma)| *gradient *= gamma);
    let count = input.len() as f32;
    let plain = sum(gradient, |value| value) / count;
    let weighted = gradient
        .iter()
        .zip(input)
        .map(|(gradient, input)| gradient * (input - mean));
    let weighted = weighted.sum::<f32>() * inverse * inverse / count;
    for (gradient, input) in gradient.iter_mut().zip(input) {
        *gradient = inverse * (*gradient - plain - (input - mean) * weighted);
    }
}

#[inline(always)]
fn sum(values: &[f32], term: impl Fn(f32) -> f32) -> f32 {
    let (chunks, rest) = values.as_chunks::<LANES>();
    let mut lanes = [0.0; LANES];
    for chunk in chunks {
        for (lane, value) in lanes.iter_mut().zip(chunk) {
            *lane += term(*value);
        }
    }
    lanes.iter().sum::<f32>() + rest.iter().map(|value| term(*value)).sum::<f32>()
}
