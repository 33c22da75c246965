//! Resampling between rates of a simple ratio: overlap-save in the frequency domain.
//!
//! A block of the input is transformed, its spectrum is weighted with the filter and cut or padded to the other
//! rate's length, and transformed back; what the filter's ends have wrapped around is thrown away. Two blocks
//! travel as real and imaginary part of one complex transform: the filter is real, so they do not mix.

use realfft::num_complex::Complex;
use rustfft::{Fft, FftPlanner};
use std::f64::consts::PI;
use std::ops::Range;
use std::sync::Arc;

/// Edge of the pass band, as a share of the lower rate's half: that of soxr's HQ quality, which librosa uses.
const PASS: f64 = 0.9136;
/// What the stop band, from half of the lower rate on, is below the pass band (dB); soxr's HQ has as much.
const STOP_DB: f64 = 126.0;
/// A block is at least this long at the higher rate. Longer ones waste less on their ends and leave the cache.
const BLOCK: usize = 4096;
/// A block is at least this many times what is thrown away of it.
const EFFICIENCY: usize = 4;

/// The transforms and the filter of one pair of rates.
pub(super) struct OverlapSave {
    /// Samples per block, and per step from one block to the next, on both sides.
    input: Side,
    output: Side,
    /// Gain per bin, zero frequency first.
    gain: Vec<f32>,
    forward: Arc<dyn Fft<f32>>,
    inverse: Arc<dyn Fft<f32>>,
    before: Vec<Complex<f32>>,
    after: Vec<Complex<f32>>,
    scratch: Vec<Complex<f32>>,
}

/// One side of the filter, in its own samples.
#[derive(Debug, Clone, Copy)]
struct Side {
    /// Length of a block.
    block: usize,
    /// From one block to the next.
    stride: usize,
    /// What is thrown away at a block's start.
    lead: usize,
}

impl OverlapSave {
    /// A filter from `from` to `to` samples in the same time; the two have no common divisor.
    pub(super) fn new(from: usize, to: usize) -> Self {
        let higher = from.max(to);
        let half = half_length(from, to);
        // In units of the shortest time that is a whole number of samples on both sides.
        let lead = half.div_ceil(higher);
        let least = BLOCK.div_ceil(higher).max(2 * lead * EFFICIENCY);
        let blocks = least.next_power_of_two();
        let side = |unit: usize| Side {
            block: blocks * unit,
            stride: (blocks - 2 * lead) * unit,
            lead: lead * unit,
        };
        let (input, output) = (side(from), side(to));
        let mut planner = FftPlanner::new();
        let forward = planner.plan_fft_forward(input.block);
        let inverse = planner.plan_fft_inverse(output.block);
        let scratch = forward.get_inplace_scratch_len().max(inverse.get_inplace_scratch_len());
        Self {
            gain: gain(from, to, blocks),
            before: vec![Complex::default(); input.block],
            after: vec![Complex::default(); output.block],
            scratch: vec![Complex::default(); scratch],
            input,
            output,
            forward,
            inverse,
        }
    }

    /// Samples of a pair of blocks, before and after.
    pub(super) fn period(&self) -> (usize, usize) {
        (2 * self.input.stride, 2 * self.output.stride)
    }

    /// This range of the resampled input, which is zero beyond its ends.
    pub(super) fn run(&mut self, samples: &[f32], range: Range<usize>) -> Vec<f32> {
        let stride = self.output.stride;
        let mut resampled = Vec::with_capacity(range.len());
        let pairs = range.start / (2 * stride)..range.end.div_ceil(2 * stride);
        for pair in pairs {
            self.pair(samples, pair);
            let valid = &self.after[self.output.lead..][..stride];
            for (block, part) in [(2 * pair, 0), (2 * pair + 1, 1)] {
                let start = block * stride;
                let from = range.start.clamp(start, start + stride) - start;
                let to = range.end.clamp(start, start + stride) - start;
                let values = valid[from..to].iter();
                match part {
                    0 => resampled.extend(values.map(|value| value.re)),
                    _ => resampled.extend(values.map(|value| value.im)),
                }
            }
        }
        resampled
    }

    /// Leaves blocks `2 * pair` and `2 * pair + 1` in `after`.
    fn pair(&mut self, samples: &[f32], pair: usize) {
        let Side { block, stride, lead } = self.input;
        let start = 2 * pair * stride;
        let whole = start.checked_sub(lead).and_then(|first| {
            let real = samples.get(first..first + block)?;
            let imaginary = samples.get(first + stride..first + stride + block)?;
            Some((real, imaginary))
        });
        if let Some((real, imaginary)) = whole {
            for ((value, re), im) in self.before.iter_mut().zip(real).zip(imaginary) {
                *value = Complex::new(*re, *im);
            }
        } else {
            let at = |index: usize| index.checked_sub(lead).and_then(|index| samples.get(index)).copied();
            for (offset, value) in self.before.iter_mut().enumerate() {
                let index = start + offset;
                *value = Complex::new(at(index).unwrap_or(0.0), at(index + stride).unwrap_or(0.0));
            }
        }
        self.forward.process_with_scratch(&mut self.before, &mut self.scratch);
        let kept = self.gain.len();
        let rest = self.after.len() - (kept - 1);
        for ((value, bin), gain) in self.after.iter_mut().zip(&self.before).zip(&self.gain) {
            *value = bin * gain;
        }
        self.after[kept..rest].fill(Complex::default());
        let negative = self.before.len() - (kept - 1);
        let bins = self.before[negative..].iter().zip(self.gain[1..].iter().rev());
        for (value, (bin, gain)) in self.after[rest..].iter_mut().zip(bins) {
            *value = bin * gain;
        }
        self.inverse.process_with_scratch(&mut self.after, &mut self.scratch);
    }
}

/// Half of the filter's length, in samples of the higher rate: what Kaiser's formula asks for.
fn half_length(from: usize, to: usize) -> usize {
    let transition = PI * (1.0 - PASS) * from.min(to) as f64 / from.max(to) as f64;
    ((STOP_DB - 7.95) / (2.285 * transition) / 2.0).ceil() as usize
}

/// The filter's response at the bins of a block below half of the lower rate: a sinc under a Kaiser window, its
/// middle at time zero. The transforms' scale is in it.
fn gain(from: usize, to: usize, blocks: usize) -> Vec<f32> {
    let (lower, higher) = (from.min(to), from.max(to));
    let half = half_length(from, to);
    let cutoff = (1.0 + PASS) / 2.0 * lower as f64 / higher as f64;
    let beta = 0.1102 * (STOP_DB - 8.7);
    let length = blocks * higher;
    let mut response = vec![Complex::<f64>::default(); length];
    for n in 0..=half {
        let share = n as f64 / (half + 1) as f64;
        let window = bessel(beta * (1.0 - share * share).sqrt()) / bessel(beta);
        let angle = PI * cutoff * n as f64;
        let sinc = if n == 0 { 1.0 } else { angle.sin() / angle };
        let tap = Complex::new(cutoff * sinc * window, 0.0);
        response[n] = tap;
        response[(length - n) % length] = tap;
    }
    FftPlanner::new().plan_fft_forward(length).process(&mut response);
    let scale = 1.0 / (response[0].re * (blocks * from) as f64);
    let kept = (blocks * lower).div_ceil(2);
    response[..kept].iter().map(|bin| (bin.re * scale) as f32).collect()
}

/// The modified Bessel function of the first kind and order zero, by its series.
fn bessel(x: f64) -> f64 {
    let (mut sum, mut term, mut k) = (1.0, 1.0, 1.0);
    while term > 1e-18 * sum {
        term *= (x / 2.0 / k).powi(2);
        sum += term;
        k += 1.0;
    }
    sum
}
