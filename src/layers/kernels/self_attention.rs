//! Scaled dot-product attention of a sequence to itself. Weights are computed again in the backward pass, not kept.

use super::exponential::exp;
use super::product::{Left, Right, Sizes, Start, product};
use pulp::Arch;
use rayon::prelude::*;

/// A batch of sequences, and how they are attended to.
#[derive(Debug, Clone, Copy)]
pub struct Sequences<'a> {
    /// Frames of each sequence, those that only fill it up included.
    pub frames: usize,
    /// Numbers per frame of queries, keys, values and output each.
    pub width: usize,
    /// Parts of the width that attend by themselves.
    pub heads: usize,
    /// Own frames of each sequence, at least one: those behind them are not attended to, and their output is zero.
    pub lengths: &'a [usize],
}

impl Sequences<'_> {
    /// Numbers of a head.
    fn depth(&self) -> usize {
        self.width / self.heads.max(1)
    }

    fn scale(&self) -> f32 {
        1.0 / (self.depth() as f32).sqrt()
    }

    /// Queries that make a task, which does not depend on the threads.
    fn block(&self) -> usize {
        self.frames.div_ceil(8).clamp(32, 128)
    }

    /// Numbers from one frame to the next.
    fn step(&self) -> usize {
        3 * self.width
    }

    /// Where a head's queries, keys or values begin in a frame.
    fn place(&self, kind: Kind, head: usize) -> usize {
        kind as usize * self.width + head * self.depth()
    }

    /// Numbers of a sequence's queries, keys and values.
    fn len(&self) -> usize {
        self.frames * self.step()
    }
}

/// The queries, keys or values of a head in one sequence's (frames, 3 width).
#[derive(Debug, Clone, Copy)]
enum Kind {
    Query,
    Key,
    Value,
}

/// From queries, keys and values side by side (clips, frames, 3 width), and what is added to the scores (clips, heads,
/// frames, frames): `softmax(q kᵀ / sqrt(depth) + bias) v` of each head, (clips, frames, width).
pub fn forward(input: &[f32], bias: Option<&[f32]>, sequences: Sequences) -> Vec<f32> {
    let Sequences { frames, width, .. } = sequences;
    let mut output = vec![0.0; sequences.lengths.len() * frames * width];
    let clips = output
        .par_chunks_mut((frames * width).max(1))
        .zip(input.par_chunks(sequences.len().max(1)))
        .enumerate();
    clips.for_each(|(clip, (output, input))| {
        let own = sequences.lengths[clip];
        let block = sequences.block();
        let keys = across(input, Kind::Key, sequences, own, sequences.scale());
        output[..own * width]
            .par_chunks_mut(block * width)
            .enumerate()
            .for_each_init(Vec::new, |weights, (index, output)| {
                let rows = output.len() / width;
                for head in 0..sequences.heads {
                    let bias = bias.map(|bias| &bias[(clip * sequences.heads + head) * frames * frames..]);
                    weigh(input, &keys, bias, sequences, (head, own, index * block, rows), weights);
                    let values = right(input, Kind::Value, sequences, head);
                    let sizes = sizes(rows, sequences.depth(), own);
                    let output = &mut output[head * sequences.depth()..];
                    product(rows_of(weights, own), values, sizes, Start::Zero, false, output, width);
                }
            });
    });
    output
}

/// The gradients of the input and, if it is wanted, of what is added to the scores.
pub fn backward(
    input: &[f32],
    bias: Option<&[f32]>,
    gradient: &[f32],
    sequences: Sequences,
    bias_wanted: bool,
) -> (Vec<f32>, Option<Vec<f32>>) {
    let Sequences {
        frames, width, heads, ..
    } = sequences;
    let mut to_input = vec![0.0; input.len()];
    let mut to_bias = bias_wanted.then(|| vec![0.0; sequences.lengths.len() * heads * frames * frames]);
    let mut slices: Vec<&mut [f32]> = match &mut to_bias {
        Some(to_bias) => to_bias.chunks_mut((heads * frames * frames).max(1)).collect(),
        None => Vec::new(),
    };
    slices.resize_with(sequences.lengths.len(), Default::default);
    to_input
        .par_chunks_mut(sequences.len().max(1))
        .zip(input.par_chunks(sequences.len().max(1)))
        .zip(gradient.par_chunks((frames * width).max(1)))
        .zip(slices)
        .enumerate()
        .for_each(|(clip, (((to_input, input), gradient), to_bias))| {
            let own = sequences.lengths[clip];
            let keys = across(input, Kind::Key, sequences, own, sequences.scale());
            let values = across(input, Kind::Value, sequences, own, 1.0);
            let (mut weights, mut slopes) = (Vec::new(), vec![0.0; own * own]);
            for head in 0..heads {
                let bias = bias.map(|bias| &bias[(clip * heads + head) * frames * frames..]);
                weigh(input, &keys, bias, sequences, (head, own, 0, own), &mut weights);
                let values = &values[head * sequences.depth() * own..];
                let both = (weights.as_slice(), slopes.as_mut_slice());
                head_backward(input, values, gradient, sequences, (head, own), both, to_input);
                if let Some(to_bias) = to_bias.get_mut(head * frames * frames..) {
                    for (to_bias, slopes) in to_bias.chunks_mut(frames).zip(slopes.chunks(own)) {
                        to_bias[..own].copy_from_slice(slopes);
                    }
                }
            }
        });
    (to_input, to_bias)
}

/// One head of one sequence, whose values lie across: the gradients of its queries, keys and values; `slopes` become
/// those of the scores.
fn head_backward(
    input: &[f32],
    values: &[f32],
    gradient: &[f32],
    sequences: Sequences,
    (head, own): (usize, usize),
    (weights, slopes): (&[f32], &mut [f32]),
    to_input: &mut [f32],
) {
    let (depth, width) = (sequences.depth(), sequences.width);
    let gradient = &gradient[head * depth..];
    let square = sizes(own, own, depth);
    let values = Right { values, row: own };
    product(
        rows_of(gradient, width),
        values,
        square,
        Start::Zero,
        false,
        slopes,
        own,
    );
    Arch::new().dispatch(
        #[inline(always)]
        || {
            for (slopes, weights) in slopes.chunks_exact_mut(own).zip(weights.chunks_exact(own)) {
                let mean: f32 = slopes.iter().zip(weights).map(|(slope, weight)| slope * weight).sum();
                for (slope, weight) in slopes.iter_mut().zip(weights) {
                    *slope = weight * (*slope - mean);
                }
            }
        },
    );
    let mut into = |kind: Kind, left: Left, right: Right| {
        let at = sequences.place(kind, head);
        let sizes = sizes(own, depth, own);
        product(
            left,
            right,
            sizes,
            Start::Zero,
            false,
            &mut to_input[at..],
            sequences.step(),
        );
    };
    let gradient = Right {
        values: gradient,
        row: width,
    };
    into(
        Kind::Query,
        rows_of(slopes, own),
        right(input, Kind::Key, sequences, head),
    );
    into(
        Kind::Key,
        columns_of(slopes, own),
        right(input, Kind::Query, sequences, head),
    );
    into(Kind::Value, columns_of(weights, own), gradient);
    for frame in to_input.chunks_mut(sequences.step()).take(own) {
        for kind in [Kind::Query, Kind::Key] {
            let at = sequences.place(kind, head);
            frame[at..at + depth]
                .iter_mut()
                .for_each(|value| *value *= sequences.scale());
        }
    }
}

/// The weights of so many queries from the first on: (rows, own), each row with the sum 1. Keys lie across and are scaled.
fn weigh(
    input: &[f32],
    keys: &[f32],
    bias: Option<&[f32]>,
    sequences: Sequences,
    (head, own, first, rows): (usize, usize, usize, usize),
    weights: &mut Vec<f32>,
) {
    weights.clear();
    weights.resize(rows * own, 0.0);
    let depth = sequences.depth();
    let queries = rows_of(
        &input[first * sequences.step() + sequences.place(Kind::Query, head)..],
        sequences.step(),
    );
    let keys = Right {
        values: &keys[head * depth * own..],
        row: own,
    };
    product(queries, keys, sizes(rows, own, depth), Start::Zero, false, weights, own);
    Arch::new().dispatch(
        #[inline(always)]
        || {
            for (row, weights) in weights.chunks_exact_mut(own).enumerate() {
                if let Some(bias) = bias {
                    let bias = &bias[(first + row) * sequences.frames..][..own];
                    weights.iter_mut().zip(bias).for_each(|(weight, bias)| *weight += bias);
                }
                softmax(weights);
            }
        },
    );
}

/// `e^x / Σ e^x`, in lanes that fill vectors.
#[inline(always)]
fn softmax(row: &mut [f32]) {
    const LANES: usize = 16;
    let (chunks, rest) = row.as_chunks_mut::<LANES>();
    let mut most = [f32::NEG_INFINITY; LANES];
    for chunk in chunks.iter() {
        for (most, value) in most.iter_mut().zip(chunk) {
            *most = if *value > *most { *value } else { *most };
        }
    }
    let most = most
        .iter()
        .chain(rest.iter())
        .fold(f32::NEG_INFINITY, |most, value| most.max(*value));
    let mut sums = [0.0; LANES];
    for chunk in chunks.iter_mut() {
        for (sum, value) in sums.iter_mut().zip(chunk) {
            *value = exp(*value - most);
            *sum += *value;
        }
    }
    let mut sum: f32 = sums.iter().sum();
    for value in rest.iter_mut() {
        *value = exp(*value - most);
        sum += *value;
    }
    let share = 1.0 / sum;
    row.iter_mut().for_each(|value| *value *= share);
}

/// Keys or values of a sequence, times a factor, with frames for columns: (width, own).
fn across(input: &[f32], kind: Kind, sequences: Sequences, own: usize, factor: f32) -> Vec<f32> {
    let mut across = vec![0.0; sequences.width * own];
    let at = sequences.place(kind, 0);
    // Few frames at a time, so that what is written stays near.
    for first in (0..own).step_by(16) {
        let frames = first..(first + 16).min(own);
        for (column, across) in across.chunks_exact_mut(own).enumerate() {
            for frame in frames.clone() {
                across[frame] = factor * input[frame * sequences.step() + at + column];
            }
        }
    }
    across
}

/// Queries, keys or values of a head as they lie.
fn right<'a>(input: &'a [f32], kind: Kind, sequences: Sequences, head: usize) -> Right<'a> {
    Right {
        values: &input[sequences.place(kind, head)..],
        row: sequences.step(),
    }
}

/// A matrix whose rows begin so far apart.
fn rows_of(values: &[f32], row: usize) -> Left<'_> {
    Left {
        values,
        row,
        segment: 0,
        step: 1,
    }
}

/// The same transposed.
fn columns_of(values: &[f32], row: usize) -> Left<'_> {
    Left {
        values,
        row: 1,
        segment: 0,
        step: row,
    }
}

fn sizes(rows: usize, columns: usize, depth: usize) -> Sizes {
    Sizes {
        rows,
        columns,
        segments: 1,
        depth,
    }
}
