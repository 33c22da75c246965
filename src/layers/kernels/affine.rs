//! What batch normalisation does to each channel, and the sums per channel that it needs.

use rayon::prelude::*;
use std::ops::Range;

/// What the values of each channel are normalised by.
#[derive(Debug, Clone, PartialEq)]
pub struct Moments {
    /// Mean of each channel.
    pub mean: Vec<f32>,
    /// Mean squared distance from the mean.
    pub variance: Vec<f32>,
}

/// `y = scale (x - mean) + shift`: the mean is taken off first, so that a large one costs no digits.
#[derive(Debug, Clone)]
pub struct Affine {
    /// What is taken off each channel.
    pub mean: Vec<f32>,
    /// `gamma / sqrt(variance + epsilon)`.
    pub scale: Vec<f32>,
    /// beta.
    pub shift: Vec<f32>,
    /// `1 / sqrt(variance + epsilon)`.
    pub inverse: Vec<f32>,
}

impl Affine {
    /// From what normalises, gamma and beta.
    pub fn new(moments: Moments, gamma: &[f32], beta: &[f32], epsilon: f32) -> Self {
        let inverse: Vec<f32> = moments.variance.iter().map(|v| 1.0 / (v + epsilon).sqrt()).collect();
        let scale = inverse.iter().zip(gamma).map(|(i, gamma)| i * gamma).collect();
        Self {
            mean: moments.mean,
            scale,
            shift: beta.to_vec(),
            inverse,
        }
    }
}

/// Rows that are summed in 32 bits before the sum continues in 64.
pub const SEGMENT: usize = 64;

/// Two sums per channel.
pub type Sums = (Vec<f64>, Vec<f64>);

/// Two sums per channel over all rows, each row's part of them added by `add`. Tasks of `task` rows
/// that do not depend on the threads, added up in order; 64 rows at a time in 32 bits.
pub fn sums(
    rows: usize,
    channels: usize,
    task: usize,
    add: impl Fn(Range<usize>, &mut [f32], &mut [f32]) + Sync,
) -> Sums {
    sums_in_segments(rows, channels, (task, SEGMENT), add)
}

/// The same with segments of `segment` rows in 32 bits.
pub fn sums_in_segments(
    rows: usize,
    channels: usize,
    (task, segment): (usize, usize),
    add: impl Fn(Range<usize>, &mut [f32], &mut [f32]) + Sync,
) -> Sums {
    let task = task.max(1);
    let parts: Vec<Vec<f64>> = (0..rows.div_ceil(task))
        .into_par_iter()
        .map(|index| {
            let mut sums = vec![0.0; 2 * channels];
            let mut short = vec![0.0f32; 2 * channels];
            let rows = index * task..((index + 1) * task).min(rows);
            for from in rows.clone().step_by(segment) {
                short.fill(0.0);
                let (first, second) = short.split_at_mut(channels);
                add(from..(from + segment).min(rows.end), first, second);
                sums.iter_mut()
                    .zip(&short)
                    .for_each(|(sum, short)| *sum += f64::from(*short));
            }
            sums
        })
        .collect();
    let mut first = vec![0.0; channels];
    let mut second = vec![0.0; channels];
    for part in &parts {
        first
            .iter_mut()
            .zip(&part[..channels])
            .for_each(|(sum, part)| *sum += part);
        second
            .iter_mut()
            .zip(&part[channels..])
            .for_each(|(sum, part)| *sum += part);
    }
    (first, second)
}
