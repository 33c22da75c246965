//! Scaled dot-product attention of a sequence to itself. Weights are computed again in the backward pass, not kept.

use super::exponential::exp;
use super::packed::{View, product, product_within};
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
        output[..own * width]
            .par_chunks_mut(block * width)
            .enumerate()
            .for_each_init(Vec::new, |weights, (index, output)| {
                let first = index * block;
                for head in 0..sequences.heads {
                    let bias = bias.map(|bias| &bias[(clip * sequences.heads + head) * frames * frames..]);
                    let rows = output.len() / width;
                    weigh(input, bias, sequences, (head, own, first, rows), weights);
                    let output = &mut output[head * sequences.depth()..];
                    let values = part(input, Kind::Value, sequences, head, 0, own);
                    product_within(View::new(weights, rows, own), values, output, width, false);
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
            let (mut weights, mut slopes) = (Vec::new(), vec![0.0; own * own]);
            for head in 0..heads {
                let bias = bias.map(|bias| &bias[(clip * heads + head) * frames * frames..]);
                weigh(input, bias, sequences, (head, own, 0, own), &mut weights);
                head_backward(
                    input,
                    gradient,
                    sequences,
                    (head, own),
                    (&weights, &mut slopes),
                    to_input,
                );
                if let Some(to_bias) = to_bias.get_mut(head * frames * frames..) {
                    for (to_bias, slopes) in to_bias.chunks_mut(frames).zip(slopes.chunks(own)) {
                        to_bias[..own].copy_from_slice(slopes);
                    }
                }
            }
        });
    (to_input, to_bias)
}

/// One head of one sequence: the gradients of its queries, keys and values; `slopes` become those of the scores.
fn head_backward(
    input: &[f32],
    gradient: &[f32],
    sequences: Sequences,
    (head, own): (usize, usize),
    (weights, slopes): (&[f32], &mut [f32]),
    to_input: &mut [f32],
) {
    let depth = sequences.depth();
    let gradient = View::within(&gradient[head * depth..], own, depth, sequences.width);
    let values = part(input, Kind::Value, sequences, head, 0, own);
    product(gradient, values.transposed(), slopes, false);
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
    let scores = View::new(slopes, own, own);
    let weights = View::new(weights, own, own);
    let [queries, keys] = [Kind::Query, Kind::Key].map(|kind| part(input, kind, sequences, head, 0, own));
    let mut into = |kind: Kind, left: View, right: View| {
        let at = kind as usize * sequences.width + head * depth;
        product_within(left, right, &mut to_input[at..], sequences.step(), false);
    };
    into(Kind::Query, scores, keys);
    into(Kind::Key, scores.transposed(), queries);
    into(Kind::Value, weights.transposed(), gradient);
    for frame in to_input.chunks_mut(sequences.step()).take(own) {
        for kind in [Kind::Query, Kind::Key] {
            let at = kind as usize * sequences.width + head * depth;
            frame[at..at + depth]
                .iter_mut()
                .for_each(|value| *value *= sequences.scale());
        }
    }
}

/// The weights of so many queries from the first on: (rows, own), each row with the sum 1.
fn weigh(
    input: &[f32],
    bias: Option<&[f32]>,
    sequences: Sequences,
    (head, own, first, rows): (usize, usize, usize, usize),
    weights: &mut Vec<f32>,
) {
    weights.clear();
    weights.resize(rows * own, 0.0);
    let queries = part(input, Kind::Query, sequences, head, first, rows);
    let keys = part(input, Kind::Key, sequences, head, 0, own);
    product(queries, keys.transposed(), weights, false);
    let scale = sequences.scale();
    Arch::new().dispatch(
        #[inline(always)]
        || {
            for (row, weights) in weights.chunks_exact_mut(own).enumerate() {
                weights.iter_mut().for_each(|weight| *weight *= scale);
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

fn part<'a>(input: &'a [f32], kind: Kind, sequences: Sequences, head: usize, first: usize, rows: usize) -> View<'a> {
    let at = first * sequences.step() + kind as usize * sequences.width + head * sequences.depth();
    View::within(&input[at..], rows, sequences.depth(), sequences.step())
}
