//! Convolution with stride 1, channels last, and its gradients as matrix products.

use super::product::{Left, Right, Sizes, Start, product};
use rayon::prelude::*;

/// `y[i, j] = Σ x[i + k - before.0, j + l - before.1] W[k, l] + b`, zeros beyond the borders. A sequence is an image
/// of height 1.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Geometry {
    /// Height and width of the input.
    pub input: [usize; 2],
    /// Height and width of the output.
    pub output: [usize; 2],
    /// Height and width of the kernel.
    pub kernel: [usize; 2],
    /// Zeros before the first row and column.
    pub before: [usize; 2],
    /// Channels of input and output.
    pub channels: [usize; 2],
}

impl Geometry {
    /// Output as large as the input; of an odd number of zeros the last stands behind (Keras `same`).
    pub fn same(input: [usize; 2], kernel: [usize; 2], channels: [usize; 2]) -> Self {
        let before = kernel.map(|kernel| (kernel - 1) / 2);
        Self {
            input,
            output: input,
            kernel,
            before,
            channels,
        }
    }

    /// No zeros: the output is smaller by the kernel less one.
    pub fn valid(input: [usize; 2], kernel: [usize; 2], channels: [usize; 2]) -> Self {
        let output = [0, 1].map(|axis| (input[axis] + 1).saturating_sub(kernel[axis]));
        Self {
            input,
            output,
            kernel,
            before: [0, 0],
            channels,
        }
    }

    /// The convolution that leads the gradient of the output to the input.
    pub fn backward(&self) -> Self {
        Self {
            input: self.output,
            output: self.input,
            kernel: self.kernel,
            before: [0, 1].map(|axis| self.kernel[axis] - 1 - self.before[axis]),
            channels: [self.channels[1], self.channels[0]],
        }
    }

    fn input_len(&self) -> usize {
        self.input[0] * self.input[1] * self.channels[0]
    }

    fn output_len(&self) -> usize {
        self.output[0] * self.output[1] * self.channels[1]
    }

    fn weights(&self) -> usize {
        self.kernel[0] * self.kernel[1] * self.channels[0] * self.channels[1]
    }
}

/// The gradients of a batch.
#[derive(Debug)]
pub struct Gradients {
    /// Of the input, if it was wanted.
    pub input: Option<Vec<f32>>,
    /// Of the kernel.
    pub kernel: Vec<f32>,
    /// Of the bias.
    pub bias: Vec<f32>,
}

/// Tasks that a batch is cut into at least, as far as its size allows: enough for many processors.
const TASKS: usize = 64;

/// The convolution of a batch: `kernel` is (height, width, inputs, outputs).
pub fn forward(geometry: Geometry, input: &[f32], kernel: &[f32], bias: &[f32], relu: bool) -> Vec<f32> {
    let batch = input.len() / geometry.input_len().max(1);
    let mut output = vec![0.0; batch * geometry.output_len()];
    if output.is_empty() {
        return output;
    }
    let [height, width] = geometry.output;
    // Rows of an image lie side by side, and so do parts of the one row of a sequence.
    let along = usize::from(height == 1);
    let length = geometry.output[along];
    let block = length
        .div_ceil(TASKS.div_ceil(batch))
        .max(if along == 1 { 96.min(width) } else { 1 });
    let stride = if along == 1 {
        geometry.channels[1]
    } else {
        width * geometry.channels[1]
    };
    let clips = output
        .par_chunks_mut(geometry.output_len())
        .zip(input.par_chunks(geometry.input_len()));
    clips.for_each(|(output, input)| {
        output
            .par_chunks_mut(block * stride)
            .enumerate()
            .for_each_init(Vec::new, |padded, (index, output)| {
                let mut from = [0, 0];
                from[along] = index * block;
                let mut size = geometry.output;
                size[along] = output.len() / stride;
                part(geometry, input, kernel, Some(bias), relu, (from, size), padded, output);
            });
    });
    output
}

/// The part of one image's output that begins at `from` and has `size`.
#[allow(clippy::too_many_arguments)]
fn part(
    geometry: Geometry,
    input: &[f32],
    kernel: &[f32],
    bias: Option<&[f32]>,
    relu: bool,
    (from, size): ([usize; 2], [usize; 2]),
    padded: &mut Vec<f32>,
    output: &mut [f32],
) {
    let [inputs, outputs] = geometry.channels;
    let row = pad(geometry, input, from, size, padded);
    let sizes = Sizes {
        rows: size[1],
        columns: outputs,
        segments: geometry.kernel[0],
        depth: geometry.kernel[1] * inputs,
    };
    for (y, output) in output.chunks_mut(size[1] * outputs).enumerate() {
        let left = Left {
            values: &padded[y * row..],
            row: inputs,
            segment: row,
            step: 1,
        };
        let right = Right {
            values: kernel,
            row: outputs,
        };
        let start = match bias {
            Some(bias) => Start::Bias(bias),
            None => Start::Zero,
        };
        product(left, right, sizes, start, relu, output, outputs);
    }
}

/// What a part of the output reads, with the zeros beyond the borders. Returns the length of a row.
fn pad(geometry: Geometry, input: &[f32], from: [usize; 2], size: [usize; 2], padded: &mut Vec<f32>) -> usize {
    let inputs = geometry.channels[0];
    let [height, width] = [0, 1].map(|axis| size[axis] + geometry.kernel[axis] - 1);
    let row = width * inputs;
    padded.clear();
    padded.resize(height * row, 0.0);
    let [top, left] = geometry.before;
    // Columns of the input under this part.
    let first = from[1].saturating_sub(left);
    let end = (from[1] + width).saturating_sub(left).min(geometry.input[1]);
    if first >= end {
        return row;
    }
    let at = (first + left - from[1]) * inputs;
    let count = (end - first) * inputs;
    for (y, padded) in padded.chunks_mut(row).enumerate() {
        let Some(source) = (from[0] + y).checked_sub(top).filter(|y| *y < geometry.input[0]) else {
            continue;
        };
        let start = (source * geometry.input[1] + first) * inputs;
        padded[at..at + count].copy_from_slice(&input[start..start + count]);
    }
    row
}

/// Parts of the batch, each of which sums the kernel's gradient for itself: independent of the
/// number of threads, and fewer where the kernel is large.
fn parts(batch: usize, weights: usize) -> usize {
    let most = ((1 << 22) / weights.max(1)).clamp(8, 16);
    batch.min(most).max(1)
}

/// The gradients from that of the output, in which the positions that `relu`'s output `output` shows
/// to have been cut off are set to zero.
pub fn backward(
    geometry: Geometry,
    input: &[f32],
    kernel: &[f32],
    output: Option<&[f32]>,
    gradient: &mut [f32],
    input_wanted: bool,
) -> Gradients {
    let outputs = geometry.channels[1];
    let weights = geometry.weights();
    let mut bias = vec![0.0; outputs];
    let mut sums = vec![0.0; weights];
    let batch = input.len() / geometry.input_len().max(1);
    let mut to_input = input_wanted.then(|| vec![0.0; input.len()]);
    if batch == 0 || geometry.output_len() == 0 {
        return Gradients {
            input: to_input,
            kernel: sums,
            bias,
        };
    }
    let flipped = if input_wanted {
        flip(geometry, kernel)
    } else {
        Vec::new()
    };
    let clips = batch.div_ceil(parts(batch, weights));
    let mut none: Vec<f32> = Vec::new();
    let results: Vec<(Vec<f32>, Vec<f32>)> = {
        // Without an input gradient every part gets an empty slice of it.
        let to_input = to_input.as_mut().unwrap_or(&mut none);
        let count = batch.div_ceil(clips);
        let mut slices: Vec<&mut [f32]> = to_input.chunks_mut(clips * geometry.input_len()).collect();
        slices.resize_with(count, Default::default);
        let masks: Vec<&[f32]> = match output {
            Some(output) => output.chunks(clips * geometry.output_len()).collect(),
            None => vec![&[]; count],
        };
        gradient
            .par_chunks_mut(clips * geometry.output_len())
            .zip(input.par_chunks(clips * geometry.input_len()))
            .zip(slices)
            .zip(masks)
            .map(|(((gradient, input), to_input), mask)| {
                clips_backward(geometry, input, mask, gradient, &flipped, to_input)
            })
            .collect()
    };
    for (_, part) in &results {
        bias.iter_mut().zip(part).for_each(|(sum, part)| *sum += part);
    }
    sums.par_chunks_mut(1 << 14).enumerate().for_each(|(index, sums)| {
        let from = index << 14;
        for (part, _) in &results {
            let part = &part[from..from + sums.len()];
            sums.iter_mut().zip(part).for_each(|(sum, part)| *sum += part);
        }
    });
    Gradients {
        input: to_input,
        kernel: sums,
        bias,
    }
}

/// One part of the batch: the kernel's and the bias's gradient of these clips, and the clips' own.
fn clips_backward(
    geometry: Geometry,
    input: &[f32],
    mask: &[f32],
    gradient: &mut [f32],
    flipped: &[f32],
    to_input: &mut [f32],
) -> (Vec<f32>, Vec<f32>) {
    let [inputs, outputs] = geometry.channels;
    let [height, width] = geometry.output;
    let reach = geometry.kernel[1] * inputs;
    let mut kernel = vec![0.0; geometry.weights()];
    let mut bias = vec![0.0; outputs];
    let mut padded = Vec::new();
    for (clip, input) in input.chunks(geometry.input_len()).enumerate() {
        let at = clip * geometry.output_len();
        let gradient = &mut gradient[at..at + geometry.output_len()];
        let mask = if mask.is_empty() {
            mask
        } else {
            &mask[at..at + gradient.len()]
        };
        pulp::Arch::new().dispatch(
            #[inline(always)]
            || cut_and_sum(gradient, mask, &mut bias),
        );
        let row = pad(geometry, input, [0, 0], geometry.output, &mut padded);
        for (y, kernel) in kernel.chunks_mut(reach * outputs).enumerate() {
            let left = Left {
                values: &padded[y * row..],
                row: 1,
                segment: row,
                step: inputs,
            };
            let right = Right {
                values: gradient,
                row: outputs,
            };
            let sizes = Sizes {
                rows: reach,
                columns: outputs,
                segments: height,
                depth: width,
            };
            product(left, right, sizes, Start::Output, false, kernel, outputs);
        }
        if !to_input.is_empty() {
            let to_input = &mut to_input[clip * geometry.input_len()..][..geometry.input_len()];
            let whole = ([0, 0], geometry.input);
            part(
                geometry.backward(),
                gradient,
                flipped,
                None,
                false,
                whole,
                &mut padded,
                to_input,
            );
        }
    }
    (kernel, bias)
}

/// Sets the gradient to zero where the output was cut off, and adds it up over positions.
#[inline(always)]
fn cut_and_sum(gradient: &mut [f32], mask: &[f32], sums: &mut [f32]) {
    let channels = sums.len();
    for (row, gradient) in gradient.chunks_exact_mut(channels).enumerate() {
        if !mask.is_empty() {
            let mask = &mask[row * channels..][..channels];
            for (gradient, mask) in gradient.iter_mut().zip(mask) {
                *gradient = if *mask > 0.0 { *gradient } else { 0.0 };
            }
        }
        sums.iter_mut()
            .zip(gradient)
            .for_each(|(sum, gradient)| *sum += *gradient);
    }
}

/// The kernel (height, width, inputs, outputs) turned by half a turn and with inputs and outputs exchanged.
fn flip(geometry: Geometry, kernel: &[f32]) -> Vec<f32> {
    let [inputs, outputs] = geometry.channels;
    let positions = geometry.kernel[0] * geometry.kernel[1];
    let mut flipped = vec![0.0; kernel.len()];
    flipped
        .par_chunks_mut(inputs * outputs)
        .enumerate()
        .for_each(|(position, flipped)| {
            let source = &kernel[(positions - 1 - position) * inputs * outputs..][..inputs * outputs];
            super::dense::transpose(source, outputs, flipped);
        });
    flipped
}
