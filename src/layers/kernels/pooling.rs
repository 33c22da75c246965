//! Max pooling, channels last, of values that may be scaled and shifted first.

use super::affine::Affine;
use super::vectors::{lanes, load, load_bytes, store, store_bytes};
use pulp::{Arch, Simd, WithSimd};
use rayon::prelude::*;

/// In place of the chosen position where a ReLU cut the largest off: no gradient flows.
const NONE: u32 = 255;

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
    fn each(&self, y: usize, x: usize, mut visit: impl FnMut(u32, usize)) {
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
                visit((k * self.size[1] + l) as u32, position * self.channels);
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
    let rows = output.par_chunks_mut(row).zip(chosen.par_chunks_mut(row));
    rows.enumerate().with_min_len(4).for_each(|(index, (output, chosen))| {
        let (clip, y) = (index / windows.output[0], index % windows.output[0]);
        let input = &input[clip * windows.input_len()..][..windows.input_len()];
        Arch::new().dispatch(Largest {
            windows,
            input,
            affine,
            relu,
            y,
            output,
            chosen,
        });
    });
    (output, chosen)
}

/// One row of outputs.
struct Largest<'a> {
    windows: Windows,
    input: &'a [f32],
    affine: Option<&'a Affine>,
    relu: bool,
    y: usize,
    output: &'a mut [f32],
    chosen: &'a mut [u8],
}

impl WithSimd for Largest<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let Self {
            windows,
            input,
            affine,
            relu,
            y,
            output,
            chosen,
        } = self;
        let zero = simd.splat_f32s(0.0);
        for lanes in lanes(simd, windows.channels) {
            let by = affine.map(
                #[inline(always)]
                |affine| {
                    [&affine.mean, &affine.scale, &affine.shift].map(
                        #[inline(always)]
                        |values| load(simd, values, 0, lanes),
                    )
                },
            );
            for x in 0..windows.output[1] {
                let mut best = simd.splat_f32s(f32::NEG_INFINITY);
                let mut position = simd.splat_u32s(0);
                windows.each(
                    y,
                    x,
                    #[inline(always)]
                    |index, at| {
                        let mut value = load(simd, input, at, lanes);
                        if let Some([mean, scale, shift]) = by {
                            value = simd.mul_add_e_f32s(simd.sub_f32s(value, mean), scale, shift);
                        }
                        // Not at most: larger, or no number.
                        let larger = simd.not_m32s(simd.less_than_or_equal_f32s(value, best));
                        // What is no number stays.
                        let number = simd.equal_f32s(best, best);
                        let larger = simd.and_m32s(larger, number);
                        best = simd.select_f32s(larger, value, best);
                        position = simd.select_u32s(larger, simd.splat_u32s(index), position);
                    },
                );
                if relu {
                    let off = simd.less_than_or_equal_f32s(best, zero);
                    best = simd.select_f32s(off, zero, best);
                    position = simd.select_u32s(off, simd.splat_u32s(NONE), position);
                }
                let at = x * windows.channels;
                store(simd, output, at, lanes, best);
                store_bytes(simd, chosen, at, lanes, position);
            }
        }
    }
}

/// Adds the gradient of each output, times its channel's `scale`, to the input that it was chosen
/// from. One image.
#[inline(always)]
pub fn scatter<S: Simd>(
    simd: S,
    windows: &Windows,
    gradient: &[f32],
    chosen: &[u8],
    scale: Option<&[f32]>,
    to_input: &mut [f32],
) {
    let zero = simd.splat_f32s(0.0);
    for y in 0..windows.output[0] {
        for x in 0..windows.output[1] {
            let from = (y * windows.output[1] + x) * windows.channels;
            for lanes in lanes(simd, windows.channels) {
                let mut flow = load(simd, gradient, from, lanes);
                if let Some(scale) = scale {
                    flow = simd.mul_f32s(flow, load(simd, scale, 0, lanes));
                }
                let position = load_bytes(simd, chosen, from, lanes);
                windows.each(
                    y,
                    x,
                    #[inline(always)]
                    |index, at| {
                        let here = simd.equal_u32s(position, simd.splat_u32s(index));
                        let sum = simd.add_f32s(load(simd, to_input, at, lanes), simd.select_f32s(here, flow, zero));
                        store(simd, to_input, at, lanes, sum);
                    },
                );
            }
        }
    }
}

/// Adds up, per channel, the gradients and the gradients times (chosen input - `mean`). Row `y` of
/// the output of one image.
#[inline(always)]
#[allow(clippy::too_many_arguments)]
pub fn chosen_sums<S: Simd>(
    simd: S,
    windows: &Windows,
    input: &[f32],
    mean: &[f32],
    y: usize,
    gradient: &[f32],
    chosen: &[u8],
    (plain, weighted): (&mut [f32], &mut [f32]),
) {
    let zero = simd.splat_f32s(0.0);
    for lanes in lanes(simd, windows.channels) {
        let mean = load(simd, mean, 0, lanes);
        let (mut sum, mut product) = (load(simd, plain, 0, lanes), load(simd, weighted, 0, lanes));
        for x in 0..windows.output[1] {
            let from = x * windows.channels;
            let flow = load(simd, gradient, from, lanes);
            let position = load_bytes(simd, chosen, from, lanes);
            sum = simd.add_f32s(sum, flow);
            windows.each(
                y,
                x,
                #[inline(always)]
                |index, at| {
                    let here = simd.equal_u32s(position, simd.splat_u32s(index));
                    let flow = simd.select_f32s(here, flow, zero);
                    let distance = simd.sub_f32s(load(simd, input, at, lanes), mean);
                    product = simd.mul_add_e_f32s(flow, distance, product);
                },
            );
        }
        store(simd, plain, 0, lanes, sum);
        store(simd, weighted, 0, lanes, product);
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
            Arch::new().dispatch(Scatter {
                windows,
                gradient,
                chosen,
                to_input,
            });
        });
    to_input
}

struct Scatter<'a> {
    windows: Windows,
    gradient: &'a [f32],
    chosen: &'a [u8],
    to_input: &'a mut [f32],
}

impl WithSimd for Scatter<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        scatter(simd, &self.windows, self.gradient, self.chosen, None, self.to_input);
    }
}
