//! Batch normalisation position by position: nothing is pooled, so neighbouring positions can fill a vector together.

use super::affine::{Affine, Sums, sums};
use pulp::Arch;
use rayon::prelude::*;

/// Numbers that are changed together, at least: few channels leave a vector half empty.
const WIDE: usize = 64;
/// Numbers of a task.
const TASK: usize = 1 << 14;

/// How many positions are taken for one with as many times the channels: as many as divide them and fill [`WIDE`].
pub fn positions_together(positions: usize, channels: usize) -> usize {
    let mut together = 1;
    while together * channels < WIDE && positions.is_multiple_of(2 * together) {
        together *= 2;
    }
    together
}

/// The sums of positions that were taken together, channel by channel.
pub fn folded(sums: &[f64], channels: usize) -> Vec<f64> {
    (0..channels)
        .map(|channel| sums[channel..].iter().step_by(channels).sum())
        .collect()
}

/// `scale (x - mean) + shift`.
pub fn forward(input: &[f32], affine: &Affine) -> Vec<f32> {
    let mut output = vec![0.0; input.len()];
    let wide = Wide::new(input.len(), affine.scale.len());
    let [mean, scale, shift] = [&affine.mean, &affine.scale, &affine.shift].map(|values| wide.repeated(values));
    output
        .par_chunks_mut(wide.task())
        .zip(input.par_chunks(wide.task()))
        .for_each(|(output, input)| {
            Arch::new().dispatch(
                #[inline(always)]
                || {
                    for (output, input) in output.chunks_exact_mut(wide.width).zip(input.chunks_exact(wide.width)) {
                        let by = mean.iter().zip(&scale).zip(&shift);
                        for ((output, input), ((mean, scale), shift)) in output.iter_mut().zip(input).zip(by) {
                            *output = (input - mean).mul_add(*scale, *shift);
                        }
                    }
                },
            );
        });
    output
}

/// Per channel `Σ g` and `Σ g (x - mean)`.
pub fn gradient_sums(input: &[f32], mean: &[f32], gradient: &[f32]) -> Sums {
    let channels = mean.len();
    let wide = Wide::new(input.len(), channels);
    let mean = wide.repeated(mean);
    let width = wide.width;
    let (plain, weighted) = sums(
        input.len() / width,
        width,
        wide.task() / width,
        |rows, plain, weighted| {
            let range = rows.start * width..rows.end * width;
            let (input, gradient) = (&input[range.clone()], &gradient[range]);
            Arch::new().dispatch(
                #[inline(always)]
                || {
                    for (input, gradient) in input.chunks_exact(width).zip(gradient.chunks_exact(width)) {
                        let both = input
                            .iter()
                            .zip(gradient)
                            .zip(plain.iter_mut().zip(weighted.iter_mut()));
                        for (((input, gradient), (plain, weighted)), mean) in both.zip(&mean) {
                            *plain += gradient;
                            *weighted = (input - mean).mul_add(*gradient, *weighted);
                        }
                    }
                },
            );
        },
    );
    (folded(&plain, channels), folded(&weighted, channels))
}

/// The gradient of the input, `scale g + slope (x - mean) + offset`.
pub fn input_gradient(input: &[f32], affine: &Affine, gradient: &[f32], slope: &[f32], offset: &[f32]) -> Vec<f32> {
    let mut to_input = vec![0.0; input.len()];
    let wide = Wide::new(input.len(), affine.scale.len());
    let [mean, scale, slope, offset] =
        [&affine.mean[..], &affine.scale, slope, offset].map(|values| wide.repeated(values));
    let given = input.par_chunks(wide.task()).zip(gradient.par_chunks(wide.task()));
    to_input
        .par_chunks_mut(wide.task())
        .zip(given)
        .for_each(|(to_input, (input, gradient))| {
            Arch::new().dispatch(
                #[inline(always)]
                || {
                    let given = input.chunks_exact(wide.width).zip(gradient.chunks_exact(wide.width));
                    for (to_input, (input, gradient)) in to_input.chunks_exact_mut(wide.width).zip(given) {
                        let given = input.iter().zip(gradient);
                        let by = mean.iter().zip(&scale).zip(slope.iter().zip(&offset));
                        for ((to_input, (input, gradient)), ((mean, scale), (slope, offset))) in
                            to_input.iter_mut().zip(given).zip(by)
                        {
                            let centred = (input - mean).mul_add(*slope, *offset);
                            *to_input = gradient.mul_add(*scale, centred);
                        }
                    }
                },
            );
        });
    to_input
}

/// Positions that are taken together.
#[derive(Clone, Copy)]
struct Wide {
    /// Numbers of them.
    width: usize,
    /// How many.
    together: usize,
}

impl Wide {
    fn new(values: usize, channels: usize) -> Self {
        let channels = channels.max(1);
        let together = positions_together(values / channels, channels);
        Self {
            width: together * channels,
            together,
        }
    }

    /// Values of each channel, as often as there are positions.
    fn repeated(self, values: &[f32]) -> Vec<f32> {
        values.repeat(self.together)
    }

    /// Numbers of a task: whole positions.
    fn task(self) -> usize {
        (TASK / self.width).max(1) * self.width
    }
}
