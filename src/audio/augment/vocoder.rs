//! Time stretching by a phase vocoder.

use pulp::Arch;
use realfft::num_complex::Complex;
use realfft::{ComplexToReal, RealFftPlanner, RealToComplex};
use std::cell::RefCell;
use std::f64::consts::TAU;
use std::sync::Arc;

/// Samples of a frame.
const FRAME: usize = 2_048;
/// Samples from one frame to the next.
const HOP: usize = FRAME / 4;
const BINS: usize = FRAME / 2 + 1;
/// Frames that lie over one sample.
const OVERLAP: usize = FRAME / HOP;

/// librosa.effects.time_stretch with its defaults (`n_fft=2048`, a hop of a quarter, Hann): `round(len / rate)`
/// samples, `rate` times as fast at the same pitch (Flanagan and Golden 1966; librosa.phase_vocoder).
pub(super) fn stretch(samples: &[f32], rate: f64) -> Vec<f32> {
    stretch_below(samples, rate, 1.0)
}

/// [`stretch`] with only the lowest `share` of the band left.
pub(super) fn stretch_below(samples: &[f32], rate: f64, share: f64) -> Vec<f32> {
    let bins = (1 + (share * (BINS - 1) as f64) as usize).min(BINS);
    VOCODER.with_borrow_mut(|vocoder| {
        let vocoder = vocoder.get_or_insert_with(|| Box::new(Vocoder::new()));
        vocoder.stretch(samples, rate, bins)
    })
}

thread_local! {
    static VOCODER: RefCell<Option<Box<Vocoder>>> = const { RefCell::new(None) };
}

/// One column of the analysed spectrogram: magnitudes, and the phases as complex numbers of length 1.
struct Column {
    magnitude: [f32; BINS],
    re: [f32; BINS],
    im: [f32; BINS],
}

impl Column {
    const fn silent() -> Self {
        Self {
            magnitude: [0.0; BINS],
            re: [1.0; BINS],
            im: [0.0; BINS],
        }
    }
}

/// Transforms and buffers of one thread.
///
/// The phase of an output bin is the sum of the differences from one analysed column to the next, which
/// librosa computes with arc tangents, sines and cosines. As complex numbers of length 1 the phases multiply
/// where angles add, and none of these functions is needed: `phasor *= column[i + 1] * conj(column[i])`.
struct Vocoder {
    forward: Arc<dyn RealToComplex<f32>>,
    inverse: Arc<dyn ComplexToReal<f32>>,
    window: [f32; FRAME],
    frame: Vec<f32>,
    spectrum: Vec<Complex<f32>>,
    scratch: Vec<Complex<f32>>,
    /// Columns `i` and `i + 1`.
    columns: [Box<Column>; 2],
    /// The phase of the output.
    phasor: Column,
}

impl Vocoder {
    fn new() -> Self {
        let mut planner = RealFftPlanner::new();
        let (forward, inverse) = (planner.plan_fft_forward(FRAME), planner.plan_fft_inverse(FRAME));
        let scratch = forward.get_scratch_len().max(inverse.get_scratch_len());
        Self {
            window: std::array::from_fn(|n| (0.5 - 0.5 * (TAU * n as f64 / FRAME as f64).cos()) as f32),
            frame: forward.make_input_vec(),
            spectrum: forward.make_output_vec(),
            scratch: vec![Complex::default(); scratch],
            columns: [Box::new(Column::silent()), Box::new(Column::silent())],
            phasor: Column::silent(),
            forward,
            inverse,
        }
    }

    fn stretch(&mut self, samples: &[f32], rate: f64, bins: usize) -> Vec<f32> {
        let length = (samples.len() as f64 / rate).round_ties_even() as usize;
        let analysed = 1 + samples.len() / HOP;
        let steps = (analysed as f64 / rate).ceil() as usize;
        // What lies beyond the last sample is not made.
        let steps = steps.min((length + FRAME).div_ceil(HOP));
        // The first frame lies around the first sample.
        let mut output = vec![0.0; FRAME / 2 + length.max(steps * HOP) + FRAME];
        let mut at = None;
        for step in 0..steps {
            let position = step as f64 * rate;
            let column = position as usize;
            self.columns_at(samples, analysed, column, at);
            if at.is_none() {
                self.phasor.re = self.columns[0].re;
                self.phasor.im = self.columns[0].im;
            }
            at = Some(column);
            self.synthesise((position - column as f64) as f32, bins);
            self.add_to(&mut output[step * HOP..][..FRAME]);
        }
        self.level(&mut output, steps);
        output.drain(..FRAME / 2);
        output.truncate(length);
        output
    }

    /// Columns `column` and `column + 1`, one of which may be there already.
    fn columns_at(&mut self, samples: &[f32], analysed: usize, column: usize, at: Option<usize>) {
        if at == Some(column) {
            return;
        }
        if at.is_some_and(|at| at + 1 == column) {
            self.columns.swap(0, 1);
        } else {
            self.analyse(samples, analysed, column, 0);
        }
        self.analyse(samples, analysed, column + 1, 1);
    }

    /// The short-time spectrum around sample `column * HOP`, zeros beyond the ends; silence after the last.
    fn analyse(&mut self, samples: &[f32], analysed: usize, column: usize, into: usize) {
        if column >= analysed {
            *self.columns[into] = Column::silent();
            return;
        }
        let from = column * HOP;
        let before = (FRAME / 2).saturating_sub(from);
        let from = (from + before).saturating_sub(FRAME / 2).min(samples.len());
        let inside = (FRAME - before).min(samples.len() - from);
        self.frame[..before].fill(0.0);
        self.frame[before + inside..].fill(0.0);
        let (frame, window) = (&mut self.frame[before..before + inside], &self.window[before..]);
        for ((value, sample), weight) in frame.iter_mut().zip(&samples[from..]).zip(window) {
            *value = sample * weight;
        }
        // It refuses buffers of wrong length only, and these it made itself.
        let done = self
            .forward
            .process_with_scratch(&mut self.frame, &mut self.spectrum, &mut self.scratch);
        debug_assert!(done.is_ok());
        let (spectrum, column) = (self.spectrum.as_slice(), &mut self.columns[into]);
        Arch::new().dispatch(
            #[inline(always)]
            || to_column(spectrum, column),
        );
    }

    /// The output's next spectrum, `share` of the way from the first column to the second, as samples in `frame`.
    fn synthesise(&mut self, share: f32, bins: usize) {
        let ([from, to], phasor) = (&self.columns, &mut self.phasor);
        let spectrum = self.spectrum.as_mut_slice();
        Arch::new().dispatch(
            #[inline(always)]
            || advance(from, to, share, phasor, &mut spectrum[..bins]),
        );
        self.spectrum[bins..].fill(Complex::default());
        // A real signal has no imaginary part there.
        self.spectrum[0].im = 0.0;
        self.spectrum[BINS - 1].im = 0.0;
        let done = self
            .inverse
            .process_with_scratch(&mut self.spectrum, &mut self.frame, &mut self.scratch);
        debug_assert!(done.is_ok());
    }

    fn add_to(&self, output: &mut [f32]) {
        let (frame, window) = (self.frame.as_slice(), &self.window);
        Arch::new().dispatch(
            #[inline(always)]
            || {
                for ((output, value), weight) in output.iter_mut().zip(frame).zip(window) {
                    *output += value * weight;
                }
            },
        );
    }

    /// Divides by the sum of the squared windows over each sample, which matches librosa.istft.
    fn level(&self, output: &mut [f32], steps: usize) {
        // The squares of four Hann windows a quarter apart add up to 3/2 everywhere.
        let whole = 1.0 / (1.5 * FRAME as f32);
        for (hop, samples) in output.chunks_mut(HOP).enumerate() {
            let frames = (hop + 1).saturating_sub(OVERLAP)..(hop + 1).min(steps);
            if frames.len() == OVERLAP {
                samples.iter_mut().for_each(|sample| *sample *= whole);
                continue;
            }
            for (n, sample) in samples.iter_mut().enumerate() {
                let weight = |frame: usize| self.window[(hop - frame) * HOP + n].powi(2);
                let sum: f32 = frames.clone().map(weight).sum();
                if sum > f32::MIN_POSITIVE {
                    *sample /= sum;
                }
                *sample /= FRAME as f32;
            }
        }
    }
}

#[inline(always)]
fn to_column(spectrum: &[Complex<f32>], column: &mut Column) {
    let Column { magnitude, re, im } = column;
    let columns = magnitude.iter_mut().zip(re).zip(im);
    for (bin, ((magnitude, re), im)) in spectrum.iter().zip(columns) {
        let size = (bin.re * bin.re + bin.im * bin.im).sqrt();
        // Nothing has the phase 0, and so has what is too small to be divided by.
        let sound = size > 1e-18;
        let scale = 1.0 / if sound { size } else { 1.0 };
        *magnitude = size;
        *re = if sound { bin.re * scale } else { 1.0 };
        *im = if sound { bin.im * scale } else { 0.0 };
    }
}

/// Writes the output's spectrum and turns its phases by the difference of the two columns.
#[inline(always)]
fn advance(from: &Column, to: &Column, share: f32, phasor: &mut Column, spectrum: &mut [Complex<f32>]) {
    for (bin, value) in spectrum.iter_mut().enumerate() {
        let (re, im) = (phasor.re[bin], phasor.im[bin]);
        let magnitude = (1.0 - share) * from.magnitude[bin] + share * to.magnitude[bin];
        *value = Complex::new(magnitude * re, magnitude * im);
        let turn_re = to.re[bin] * from.re[bin] + to.im[bin] * from.im[bin];
        let turn_im = to.im[bin] * from.re[bin] - to.re[bin] * from.im[bin];
        let (re, im) = (re * turn_re - im * turn_im, re * turn_im + im * turn_re);
        // One step of Newton's method towards length 1, which rounding would leave in the end.
        let correction = 1.5 - 0.5 * (re * re + im * im);
        phasor.re[bin] = re * correction;
        phasor.im[bin] = im * correction;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn at_rate_one_nothing_changes() {
        for length in [0, 1, 511, 512, 5_000, 22_050] {
            let samples: Vec<f32> = (0..length).map(|n| ((n * n) as f32 * 1e-5).sin()).collect();
            let same = stretch(&samples, 1.0);
            assert_eq!(same.len(), length);
            for (n, (same, sample)) in same.iter().zip(&samples).enumerate() {
                assert!((same - sample).abs() < 1e-4, "{n} of {length}: {same} {sample}");
            }
        }
    }

    #[test]
    fn length_moves_by_the_rate_and_one_thread_gives_what_another_gives() {
        let samples: Vec<f32> = (0..30_001).map(|n| (n as f32 * 0.1).sin()).collect();
        for rate in [0.25, 0.8, 1.1, 1.5, 2.0, 3.7] {
            let here = stretch(&samples, rate);
            assert!((here.len() as f64 * rate - 30_001.0).abs() <= rate);
            let there = std::thread::scope(|scope| scope.spawn(|| stretch(&samples, rate)).join().unwrap());
            assert_eq!(here, there);
        }
    }
}
