//! Convolution over frames in groups of channels that do not see each other.

use super::strided::{self, Windows};
use rayon::prelude::*;

/// Sizes of a batch, channels last.
#[derive(Debug, Clone, Copy)]
pub struct Groups {
    /// How many.
    pub count: usize,
    /// Frames of each sequence.
    pub frames: usize,
    /// Channels of a group, of the input and of the output.
    pub channels: usize,
    /// Frames under the kernel.
    pub kernel: usize,
    /// Frames of zeros before the first. With those behind the last, as many frames come out as go in.
    pub before: usize,
}

impl Groups {
    fn width(&self) -> usize {
        self.count * self.channels
    }

    fn windows(&self) -> Windows {
        Windows {
            frames: self.frames + self.kernel - 1,
            inputs: self.channels,
            kernel: self.kernel,
            stride: 1,
            outputs: self.channels,
        }
    }

    /// Numbers of a group's kernel.
    fn weights(&self) -> usize {
        self.kernel * self.channels * self.channels
    }

    /// A group of each sequence, with room before and behind it.
    fn take(&self, batch: &[f32], group: usize, before: usize, frames: usize) -> Vec<f32> {
        let sequences = batch.len() / (self.frames * self.width()).max(1);
        let mut found = vec![0.0; sequences * frames * self.channels];
        let pairs = found
            .chunks_mut(frames * self.channels)
            .zip(batch.chunks(self.frames * self.width()));
        for (found, sequence) in pairs {
            let own = found[before * self.channels..].chunks_exact_mut(self.channels);
            for (own, frame) in own.zip(sequence.chunks_exact(self.width())) {
                own.copy_from_slice(&frame[group * self.channels..][..self.channels]);
            }
        }
        found
    }

    /// The groups side by side again, of each from the frame at `before` on.
    fn join(&self, parts: &[Vec<f32>], before: usize, frames: usize, batch: &mut [f32]) {
        let sequences = batch.chunks_mut((self.frames * self.width()).max(1));
        for (sequence, batch) in sequences.enumerate() {
            for (frame, batch) in batch.chunks_exact_mut(self.width()).enumerate() {
                let at = (sequence * frames + before + frame) * self.channels;
                for (batch, part) in batch.chunks_exact_mut(self.channels).zip(parts) {
                    batch.copy_from_slice(&part[at..][..self.channels]);
                }
            }
        }
    }
}

/// `y[t] = Σ_k x[t + k - before] W[k] + b` in each group, zeros beyond both ends: the kernel is (groups, kernel,
/// inputs, outputs).
pub fn forward(input: &[f32], kernel: &[f32], bias: &[f32], groups: Groups) -> Vec<f32> {
    let windows = groups.windows();
    let part = |group: usize| {
        let own = groups.take(input, group, groups.before, windows.frames);
        let weights = &kernel[group * groups.weights()..][..groups.weights()];
        let bias = &bias[group * groups.channels..][..groups.channels];
        strided::forward(&own, weights, bias, windows)
    };
    let parts: Vec<Vec<f32>> = (0..groups.count).into_par_iter().map(part).collect();
    let mut output = vec![0.0; input.len()];
    groups.join(&parts, 0, groups.frames, &mut output);
    output
}

/// The gradients of the input, if it is wanted, of the kernel and of the bias.
pub fn backward(
    input: &[f32],
    kernel: &[f32],
    gradient: &[f32],
    groups: Groups,
    input_wanted: bool,
) -> (Option<Vec<f32>>, Vec<f32>, Vec<f32>) {
    let windows = groups.windows();
    let part = |group: usize| {
        let own = groups.take(input, group, groups.before, windows.frames);
        let gradient = groups.take(gradient, group, 0, groups.frames);
        let weights = &kernel[group * groups.weights()..][..groups.weights()];
        strided::backward(&own, weights, &gradient, windows, input_wanted)
    };
    let parts: Vec<_> = (0..groups.count).into_par_iter().map(part).collect();
    let (mut to_kernel, mut to_bias, mut to_groups) = (Vec::new(), Vec::new(), Vec::new());
    for (to_input, kernel, bias) in parts {
        to_groups.extend(to_input);
        to_kernel.extend(kernel);
        to_bias.extend(bias);
    }
    let to_input = input_wanted.then(|| {
        let mut to_input = vec![0.0; input.len()];
        groups.join(&to_groups, groups.before, windows.frames, &mut to_input);
        to_input
    });
    (to_input, to_kernel, to_bias)
}
