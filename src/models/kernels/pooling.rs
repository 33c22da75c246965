//! Max pooling, channels last, of values that may be scaled and shifted on the way.

use super::batch_norm::Affine;
use pulp::Arch;
use rayon::prelude::*;

/// In place of the chosen position where a ReLU cut the largest off: no gradient flows.
const NONE: u8 = u8::MAX;

/// Which positions each output looks at. A sequence is an image of width 1.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Windows {
    /// Height and width of the input.
    pub input: [usize; 2],
    /// Height and width of the output.
    pub output: [usize; 2],
    /// Height and width of a window: together at most [`Windows::MOST`].
    pub size: [usize; 2],
    /// From one window to the next.
    pub stride: [usize; 2],
    /// Positions of the first window that lie before the input.
    pub before: [usize; 2],
    /// Channels.
    pub channels: usize,
}

impl Windows {
    /// Positions in a window whose index fits into a byte besides [`NONE`].
    pub const MOST: usize = 255;

    /// Windows that lie within the input: Keras and PyTorch without padding.
    pub fn valid(input: [usize; 2], size: [usize; 2], stride: [usize; 2], channels: usize) -> Self {
        let output = [0, 1].map(|axis| (input[axis] + stride[axis]).saturating_sub(size[axis]) / stride[axis].max(1));
        Self {
            input,
            output,
            size,
            stride,
            before: [0, 0],
            channels,
        }
    }

    /// One output for every stride begun; of an odd number of positions beyond the input the last
    /// lies behind it: Keras `padding="same"`.
    pub fn same(input: [usize; 2], size: [usize; 2], stride: [usize; 2], channels: usize) -> Self {
        let output = [0, 1].map(|axis| input[axis].div_ceil(stride[axis].max(1)));
        let before = [0, 1].map(|axis| {
            let needed = output[axis].saturating_sub(1) * stride[axis] + size[axis];
            needed.saturating_sub(input[axis]) / 2
        });
        Self {
            input,
            output,
            size,
            stride,
            before,
            channels,
        }
    }

    /// Values of an input image.
    pub fn input_len(&self) -> usize {
        self.input[0] * self.input[1] * self.channels
    }

    /// Values of an output image.
    pub fn output_len(&self) -> usize {
        self.output[0] * self.output[1] * self.channels
    }

    /// Calls `visit` with the number in the window and the offset of its channels in the input, for
    /// every position of the window of output (y, x) that lies within the input.
    #[inline(always)]
    fn each(&self, y: usize, x: usize, mut visit: impl FnMut(u8, usize)) {
        for k in 0..self.size[0] {
            let row = y * self.stride[0] + k;
            if row < self.before[0] || row - self.before[0] >= self.input[0] {
                continue;
            }
            for l in 0..self.size[1] {
                let column = x * self.stride[1] + l;
                if column < self.before[1] || column - self.before[1] >= self.input[1] {
                    continue;
                }
                let position = (row - self.before[0]) * self.input[1] + column - self.before[1];
                visit((k * self.size[1] + l) as u8, position * self.channels);
            }
        }
    }
}

/// The largest `scale (x - mean) + shift` of each window, and which of the window it was (the first of equals).
/// A value that is no number is the largest, as in PyTorch. With `relu`, negative results are replaced by zero.
pub fn forward(windows: Windows, input: &[f32], affine: Option<&Affine>, relu: bool) -> (Vec<f32>, Vec<u8>) {
    let batch = input.len() / windows.input_len().max(1);
    let mut output = vec![0.0; batch * windows.output_len()];
    let mut chosen = vec![0; output.len()];
    let row = windows.output[1] * windows.channels;
    if output.is_empty() {
        return (output, chosen);
    }
    output
        .par_chunks_mut(row)
        .zip(chosen.par_chunks_mut(row))
        .enumerate()
        .with_min_len(4)
        .for_each(|(index, (output, chosen))| {
            let (clip, y) = (index / windows.output[0], index % windows.output[0]);
            let input = &input[clip * windows.input_len()..][..windows.input_len()];
            Arch::new().dispatch(
                #[inline(always)]
                || {
                    match affine {
                        None => largest(&windows, input, y, output, chosen, |_, x| x),
                        Some(Affine { mean, scale, shift, .. }) => {
                            let channels = windows.channels;
                            let (mean, scale, shift) = (&mean[..channels], &scale[..channels], &shift[..channels]);
                            largest(&windows, input, y, output, chosen, |c, x| {
                                (x - mean[c]).mul_add(scale[c], shift[c])
                            });
                        }
                    }
                    if relu {
                        cut(output, chosen);
                    }
                },
            );
        });
    (output, chosen)
}

/// One row of outputs.
#[inline(always)]
fn largest(
    windows: &Windows,
    input: &[f32],
    y: usize,
    output: &mut [f32],
    chosen: &mut [u8],
    value: impl Fn(usize, f32) -> f32,
) {
    let channels = windows.channels;
    let rows = output.chunks_exact_mut(channels).zip(chosen.chunks_exact_mut(channels));
    for (x, (output, chosen)) in rows.enumerate() {
        output.fill(f32::NEG_INFINITY);
        windows.each(y, x, |index, at| {
            let input = &input[at..at + channels];
            for (c, ((x, best), chosen)) in input.iter().zip(&mut *output).zip(&mut *chosen).enumerate() {
                let value = value(c, *x);
                let larger = value > *best || value.is_nan();
                *best = if larger { value } else { *best };
                *chosen = if larger { index } else { *chosen };
            }
        });
    }
}

/// ReLU of the outputs, remembered by what was chosen.
#[inline(always)]
fn cut(output: &mut [f32], chosen: &mut [u8]) {
    for (value, chosen) in output.iter_mut().zip(chosen) {
        let off = *value <= 0.0;
        *value = if off { 0.0 } else { *value };
        *chosen = if off { NONE } else { *chosen };
    }
}

/// Adds the gradient of each output, times its channel's `scale`, to the input that it was chosen
/// from. One image.
#[inline(always)]
pub fn scatter(windows: &Windows, gradient: &[f32], chosen: &[u8], scale: Option<&[f32]>, to_input: &mut [f32]) {
    let channels = windows.channels;
    for y in 0..windows.output[0] {
        for x in 0..windows.output[1] {
            let at = (y * windows.output[1] + x) * channels;
            let (gradient, chosen) = (&gradient[at..at + channels], &chosen[at..at + channels]);
            windows.each(y, x, |index, at| {
                let to_input = &mut to_input[at..at + channels];
                match scale {
                    None => {
                        for c in 0..channels {
                            to_input[c] += if chosen[c] == index { gradient[c] } else { 0.0 };
                        }
                    }
                    Some(scale) => {
                        let scale = &scale[..channels];
                        for c in 0..channels {
                            to_input[c] += if chosen[c] == index {
                                scale[c] * gradient[c]
                            } else {
                                0.0
                            };
                        }
                    }
                }
            });
        }
    }
}

/// Adds up, per channel, the gradients and the gradients times (chosen input - `mean`). Row `y` of
/// the output of one image.
#[inline(always)]
#[allow(clippy::too_many_arguments)]
pub fn chosen_sums(
    windows: &Windows,
    input: &[f32],
    mean: &[f32],
    y: usize,
    gradient: &[f32],
    chosen: &[u8],
    (plain, weighted): (&mut [f32], &mut [f32]),
) {
    let channels = windows.channels;
    let (mean, plain, weighted) = (&mean[..channels], &mut plain[..channels], &mut weighted[..channels]);
    let rows = gradient.chunks_exact(channels).zip(chosen.chunks_exact(channels));
    for (x, (gradient, chosen)) in rows.enumerate() {
        for c in 0..channels {
            plain[c] += gradient[c];
        }
        windows.each(y, x, |index, at| {
            let input = &input[at..at + channels];
            for c in 0..channels {
                weighted[c] += if chosen[c] == index {
                    gradient[c] * (input[c] - mean[c])
                } else {
                    0.0
                };
            }
        });
    }
}

/// The gradient of the input.
pub fn backward(windows: Windows, gradient: &[f32], chosen: &[u8]) -> Vec<f32> {
    let batch = gradient.len() / windows.output_len().max(1);
    let mut to_input = vec![0.0; batch * windows.input_len()];
    if gradient.is_empty() {
        return to_input;
    }
    to_input
        .par_chunks_mut(windows.input_len())
        .zip(gradient.par_chunks(windows.output_len()))
        .zip(chosen.par_chunks(windows.output_len()))
        .for_each(|((to_input, gradient), chosen)| {
            Arch::new().dispatch(
                #[inline(always)]
                || scatter(&windows, gradient, chosen, None, to_input),
            );
        });
    to_input
}
