//! Batch normalisation over the last axis, alone or with the max pooling that follows it.

use super::pooling::{self, Windows};
use pulp::Arch;
use rayon::prelude::*;

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

/// Values that are summed in 32 bits before the sum goes on in 64.
const RUN: usize = 64;

/// Two sums per channel over all rows, each row's part of them added by `add`. Tasks of `task` rows
/// that do not depend on the threads, added up in order; runs of `run` rows in 32 bits.
fn sums(
    rows: usize,
    channels: usize,
    (task, run): (usize, usize),
    add: impl Fn(std::ops::Range<usize>, &mut [f32], &mut [f32]) + Sync,
) -> (Vec<f64>, Vec<f64>) {
    let task = task.max(1);
    let parts: Vec<Vec<f64>> = (0..rows.div_ceil(task))
        .into_par_iter()
        .map(|index| {
            let mut sums = vec![0.0; 2 * channels];
            let mut short = vec![0.0f32; 2 * channels];
            let rows = index * task..((index + 1) * task).min(rows);
            for from in rows.clone().step_by(run) {
                short.fill(0.0);
                let (first, second) = short.split_at_mut(channels);
                add(from..(from + run).min(rows.end), first, second);
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

/// Mean and variance of each channel in one pass: sums of distances from the first row, which keeps
/// the difference of squares harmless where the mean is large.
pub fn moments(input: &[f32], channels: usize) -> Moments {
    let rows = input.len() / channels.max(1);
    if rows == 0 {
        return Moments {
            mean: vec![0.0; channels],
            variance: vec![1.0; channels],
        };
    }
    let origin = &input[..channels];
    let (distance, square) = sums(rows, channels, (1024, RUN), |rows, distance, square| {
        Arch::new().dispatch(
            #[inline(always)]
            || {
                for row in input[rows.start * channels..rows.end * channels].chunks_exact(channels) {
                    let sums = distance.iter_mut().zip(square.iter_mut());
                    for ((x, origin), (distance, square)) in row.iter().zip(origin).zip(sums) {
                        let from_origin = x - origin;
                        *distance += from_origin;
                        *square = from_origin.mul_add(from_origin, *square);
                    }
                }
            },
        );
    });
    let count = rows as f64;
    let variance = distance
        .iter()
        .zip(&square)
        .map(|(d, s)| (s / count - (d / count).powi(2)).max(0.0) as f32);
    let mean = distance
        .iter()
        .zip(origin)
        .map(|(d, origin)| (f64::from(*origin) + d / count) as f32);
    Moments {
        mean: mean.collect(),
        variance: variance.collect(),
    }
}

/// Values that make a task of an element-wise pass.
const TASK: usize = 1 << 15;

/// `scale (x - mean) + shift` of every row.
pub fn forward(input: &[f32], affine: &Affine) -> Vec<f32> {
    let channels = affine.scale.len().max(1);
    let task = (TASK / channels).max(1) * channels;
    let mut output = vec![0.0; input.len()];
    output
        .par_chunks_mut(task)
        .zip(input.par_chunks(task))
        .for_each(|(output, input)| {
            Arch::new().dispatch(
                #[inline(always)]
                || lines(output, input, &affine.mean, &affine.scale, &affine.shift),
            );
        });
    output
}

/// The way back from a normalised, perhaps pooled, output.
#[derive(Debug)]
pub struct Backward<'a> {
    /// The values that were normalised.
    pub input: &'a [f32],
    /// What they were normalised by.
    pub affine: &'a Affine,
    /// Whether the moments are those of this input, and so move with it.
    pub of_batch: bool,
    /// The pooling that followed, and what it chose.
    pub pooled: Option<(Windows, &'a [u8])>,
}

impl Backward<'_> {
    /// The gradients of input, gamma and beta (Ioffe and Szegedy 2015, section 3): with `x̂` the
    /// normalised values and M their number per channel,
    /// `dx = scale (g - (Σ g + x̂ Σ g x̂) / M)`.
    pub fn gradients(&self, gradient: &[f32]) -> [Vec<f32>; 3] {
        let channels = self.affine.scale.len();
        let (beta, weighted) = self.sums(gradient);
        let inverse = &self.affine.inverse;
        let gamma: Vec<f32> = weighted
            .iter()
            .zip(inverse)
            .map(|(w, i)| (w * f64::from(*i)) as f32)
            .collect();
        let beta: Vec<f32> = beta.iter().map(|sum| *sum as f32).collect();
        // dx = scale g + slope (x - mean) + offset
        let count = (self.input.len() / channels.max(1)) as f32;
        let share = if self.of_batch { -1.0 / count } else { 0.0 };
        let scale = &self.affine.scale;
        let slope: Vec<f32> = (0..channels)
            .map(|c| share * scale[c] * inverse[c] * gamma[c])
            .collect();
        let offset: Vec<f32> = (0..channels).map(|c| share * scale[c] * beta[c]).collect();
        [self.to_input(gradient, &slope, &offset), gamma, beta]
    }

    /// Per channel `Σ g` and `Σ g (x - mean)`.
    fn sums(&self, gradient: &[f32]) -> (Vec<f64>, Vec<f64>) {
        let channels = self.affine.scale.len();
        let mean = &self.affine.mean;
        match self.pooled {
            None => sums(
                gradient.len() / channels.max(1),
                channels,
                (1024, RUN),
                |rows, plain, weighted| {
                    let range = rows.start * channels..rows.end * channels;
                    Arch::new().dispatch(
                        #[inline(always)]
                        || {
                            let rows = self.input[range.clone()].chunks_exact(channels);
                            for (row, gradient) in rows.zip(gradient[range].chunks_exact(channels)) {
                                let sums = plain.iter_mut().zip(weighted.iter_mut());
                                for (((x, g), mean), (plain, weighted)) in row.iter().zip(gradient).zip(mean).zip(sums)
                                {
                                    *plain += g;
                                    *weighted = g.mul_add(x - mean, *weighted);
                                }
                            }
                        },
                    );
                },
            ),
            Some((windows, chosen)) => {
                // The rows are those of the output images, each a run of its own.
                let height = windows.output[0];
                let batch = gradient.len() / windows.output_len().max(1);
                let row = windows.output[1] * channels;
                sums(
                    batch * height,
                    channels,
                    (height, (RUN / windows.output[1]).max(1)),
                    |rows, plain, weighted| {
                        Arch::new().dispatch(
                            #[inline(always)]
                            || {
                                for index in rows {
                                    let image =
                                        &self.input[index / height * windows.input_len()..][..windows.input_len()];
                                    let range = index * row..(index + 1) * row;
                                    let (gradient, chosen) = (&gradient[range.clone()], &chosen[range]);
                                    let y = index % height;
                                    pooling::chosen_sums(&windows, image, mean, y, gradient, chosen, (plain, weighted));
                                }
                            },
                        );
                    },
                )
            }
        }
    }

    /// `scale g + slope (x - mean) + offset`, where a pooled gradient goes to the chosen values.
    fn to_input(&self, gradient: &[f32], slope: &[f32], offset: &[f32]) -> Vec<f32> {
        let channels = self.affine.scale.len().max(1);
        let scale = &self.affine.scale;
        let mut to_input = vec![0.0; self.input.len()];
        match self.pooled {
            None => {
                let task = (TASK / channels).max(1) * channels;
                let tasks = to_input.par_chunks_mut(task).zip(self.input.par_chunks(task));
                tasks
                    .zip(gradient.par_chunks(task))
                    .for_each(|((to_input, input), gradient)| {
                        Arch::new().dispatch(
                            #[inline(always)]
                            || {
                                lines(to_input, input, &self.affine.mean, slope, offset);
                                let rows = to_input.chunks_exact_mut(channels).zip(gradient.chunks_exact(channels));
                                for (to_input, gradient) in rows {
                                    for ((to_input, g), scale) in to_input.iter_mut().zip(gradient).zip(scale) {
                                        *to_input = g.mul_add(*scale, *to_input);
                                    }
                                }
                            },
                        );
                    });
            }
            Some((windows, chosen)) if !gradient.is_empty() => {
                let (long, short) = (windows.input_len(), windows.output_len());
                let images = to_input.par_chunks_mut(long).zip(self.input.par_chunks(long));
                let gradients = gradient.par_chunks(short).zip(chosen.par_chunks(short));
                images
                    .zip(gradients)
                    .for_each(|((to_input, input), (gradient, chosen))| {
                        Arch::new().dispatch(
                            #[inline(always)]
                            || {
                                lines(to_input, input, &self.affine.mean, slope, offset);
                                pooling::scatter(&windows, gradient, chosen, Some(scale), to_input);
                            },
                        );
                    });
            }
            Some(_) => {}
        }
        to_input
    }
}

/// `slope (x - mean) + offset` of every row.
#[inline(always)]
fn lines(output: &mut [f32], input: &[f32], mean: &[f32], slope: &[f32], offset: &[f32]) {
    let channels = slope.len().max(1);
    for (output, input) in output.chunks_exact_mut(channels).zip(input.chunks_exact(channels)) {
        let coefficients = mean.iter().zip(slope).zip(offset);
        for ((output, x), ((mean, slope), offset)) in output.iter_mut().zip(input).zip(coefficients) {
            *output = (x - mean).mul_add(*slope, *offset);
        }
    }
}
