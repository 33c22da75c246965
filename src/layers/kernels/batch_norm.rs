//! Batch normalisation over the last axis, with the max pooling that follows it.

use super::affine::{Affine, Moments, SEGMENT, Sums, sums, sums_in_segments};
use super::normalise;
use super::pooling::{self, Windows};
use super::vectors::{lanes, load, store};
use pulp::{Arch, Simd, WithSimd};
use rayon::prelude::*;
use std::ops::Range;

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
    let together = normalise::positions_together(rows, channels);
    let (width, origins) = (together * channels, origin.repeat(together));
    let (distance, square) = sums(rows / together, width, 1024, |rows, distance, square| {
        let rows = &input[rows.start * width..rows.end * width];
        Arch::new().dispatch(Distances {
            rows,
            origin: &origins,
            distance,
            square,
        });
    });
    let [distance, square] = [distance, square].map(|sums| normalise::folded(&sums, channels));
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

/// Adds the distances of some rows from `origin`, and their squares.
struct Distances<'a> {
    rows: &'a [f32],
    origin: &'a [f32],
    distance: &'a mut [f32],
    square: &'a mut [f32],
}

impl WithSimd for Distances<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let channels = self.origin.len();
        for lanes in lanes(simd, channels) {
            let origin = load(simd, self.origin, 0, lanes);
            let (mut sum, mut squares) = (load(simd, self.distance, 0, lanes), load(simd, self.square, 0, lanes));
            for row in self.rows.chunks_exact(channels) {
                let distance = simd.sub_f32s(load(simd, row, 0, lanes), origin);
                sum = simd.add_f32s(sum, distance);
                squares = simd.mul_add_e_f32s(distance, distance, squares);
            }
            store(simd, self.distance, 0, lanes, sum);
            store(simd, self.square, 0, lanes, squares);
        }
    }
}

/// The backward pass from a normalised and pooled output.
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
        let (beta, weighted) = match self.pooled {
            Some((windows, chosen)) => self.chosen_sums(windows, chosen, gradient),
            None => normalise::gradient_sums(self.input, &self.affine.mean, gradient),
        };
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
        let to_input = match self.pooled {
            Some((windows, chosen)) => self.to_chosen(windows, chosen, gradient, &slope, &offset),
            None => normalise::input_gradient(self.input, self.affine, gradient, &slope, &offset),
        };
        [to_input, gamma, beta]
    }

    /// Per channel `Σ g` and `Σ g (x - mean)`: a task is an image, a row one of its output's.
    fn chosen_sums(&self, windows: Windows, chosen: &[u8], gradient: &[f32]) -> Sums {
        let [height, width] = windows.output;
        let batch = gradient.len() / windows.output_len().max(1);
        let segment = (SEGMENT / width.max(1)).max(1);
        sums_in_segments(
            batch * height,
            windows.channels,
            (height, segment),
            |rows, plain, weighted| {
                Arch::new().dispatch(ChosenSums {
                    back: self,
                    windows,
                    chosen,
                    gradient,
                    rows,
                    plain,
                    weighted,
                });
            },
        )
    }

    /// `scale g + slope (x - mean) + offset`, where the gradient goes to the chosen values.
    fn to_chosen(&self, windows: Windows, chosen: &[u8], gradient: &[f32], slope: &[f32], offset: &[f32]) -> Vec<f32> {
        let mut to_input = vec![0.0; self.input.len()];
        let (long, short) = (windows.input_len(), windows.output_len());
        if gradient.is_empty() {
            return to_input;
        }
        let images = to_input.par_chunks_mut(long).zip(self.input.par_chunks(long));
        let gradients = gradient.par_chunks(short).zip(chosen.par_chunks(short));
        images
            .zip(gradients)
            .for_each(|((to_input, input), (gradient, chosen))| {
                Arch::new().dispatch(ToInput {
                    back: self,
                    windows,
                    input,
                    gradient,
                    chosen,
                    slope,
                    offset,
                    to_input,
                });
            });
        to_input
    }
}

struct ChosenSums<'a> {
    back: &'a Backward<'a>,
    windows: Windows,
    chosen: &'a [u8],
    gradient: &'a [f32],
    rows: Range<usize>,
    plain: &'a mut [f32],
    weighted: &'a mut [f32],
}

impl WithSimd for ChosenSums<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let windows = &self.windows;
        let (long, height) = (windows.input_len(), windows.output[0]);
        let row = windows.output[1] * windows.channels;
        for index in self.rows {
            let image = &self.back.input[index / height * long..][..long];
            let range = index * row..(index + 1) * row;
            let (gradient, chosen) = (&self.gradient[range.clone()], &self.chosen[range]);
            let mean = &self.back.affine.mean;
            let sums = (&mut *self.plain, &mut *self.weighted);
            pooling::chosen_sums(simd, windows, image, mean, index % height, gradient, chosen, sums);
        }
    }
}

/// One image.
struct ToInput<'a> {
    back: &'a Backward<'a>,
    windows: Windows,
    input: &'a [f32],
    gradient: &'a [f32],
    chosen: &'a [u8],
    slope: &'a [f32],
    offset: &'a [f32],
    to_input: &'a mut [f32],
}

impl WithSimd for ToInput<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let channels = self.slope.len();
        for lanes in lanes(simd, channels) {
            let mean = load(simd, &self.back.affine.mean, 0, lanes);
            let (slope, offset) = (load(simd, self.slope, 0, lanes), load(simd, self.offset, 0, lanes));
            for at in (0..self.input.len()).step_by(channels) {
                let distance = simd.sub_f32s(load(simd, self.input, at, lanes), mean);
                store(
                    simd,
                    self.to_input,
                    at,
                    lanes,
                    simd.mul_add_e_f32s(distance, slope, offset),
                );
            }
        }
        let scale = Some(self.back.affine.scale.as_slice());
        pooling::scatter(simd, &self.windows, self.gradient, self.chosen, scale, self.to_input);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_exact_where_the_mean_is_large_and_where_rows_fill_no_task() {
        for (rows, channels) in [(1, 3), (70, 17), (3000, 5)] {
            let value = |i: usize| (1000.0 + (i as f64 * 0.7).sin() * (1 + i % channels) as f64) as f32;
            let input: Vec<f32> = (0..rows * channels).map(value).collect();
            let found = moments(&input, channels);
            for channel in 0..channels {
                let column = || input.iter().skip(channel).step_by(channels).map(|x| f64::from(*x));
                let mean = column().sum::<f64>() / rows as f64;
                let variance = column().map(|x| (x - mean).powi(2)).sum::<f64>() / rows as f64;
                assert!((f64::from(found.mean[channel]) - mean).abs() < 1e-4, "{rows} {channel}");
                let off = (f64::from(found.variance[channel]) - variance).abs();
                assert!(off < 1e-5 * variance.max(1e-3), "{rows} {channel}: {off}");
            }
        }
    }
}
