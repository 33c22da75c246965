//! The power spectrum of real samples.

use super::vector::vectorised;
use realfft::num_complex::Complex;
use rustfft::{Fft, FftPlanner};
use std::f64::consts::TAU;
use std::sync::Arc;

/// The real Fourier transform, of which only the power is wanted: a complex transform of half the size over pairs
/// of samples, and the power of both ends of the spectrum from each of its bins. (An odd number of samples has no
/// pairs and takes a transform of its own size.)
pub(super) struct RealPower {
    fft: Arc<dyn Fft<f32>>,
    n_fft: usize,
    planes: Planes,
    buffer: Vec<Complex<f32>>,
    scratch: Vec<Complex<f32>>,
}

impl RealPower {
    /// For frames of `n_fft` samples.
    pub(super) fn new(n_fft: usize) -> Self {
        let even = n_fft.is_multiple_of(2);
        let size = if even { n_fft / 2 } else { n_fft };
        let fft = FftPlanner::new().plan_fft_forward(size);
        let angles = (1..size.div_ceil(2)).map(|k| -TAU * k as f64 / n_fft as f64);
        Self {
            planes: Planes {
                re: vec![0.0; size],
                im: vec![0.0; size],
                mirrored_re: vec![0.0; angles.len()],
                mirrored_im: vec![0.0; angles.len()],
                cos: angles.clone().map(|angle| angle.cos() as f32).collect(),
                sin: angles.map(|angle| angle.sin() as f32).collect(),
            },
            buffer: vec![Complex::default(); size],
            scratch: vec![Complex::default(); fft.get_inplace_scratch_len()],
            n_fft,
            fft,
        }
    }

    /// `|X[k]|^2` of `samples[n] * window[n]` for `k` from 0 to `n_fft / 2`.
    pub(super) fn power(&mut self, samples: &[f32], window: &[f32], power: &mut [f32]) {
        let even = self.n_fft.is_multiple_of(2);
        let (buffer, planes) = (&mut self.buffer, &mut self.planes);
        if even {
            weigh_pairs(samples, window, buffer);
        } else {
            for ((value, x), w) in buffer.iter_mut().zip(samples).zip(window) {
                *value = Complex::new(x * w, 0.0);
            }
        }
        self.fft.process_with_scratch(buffer, &mut self.scratch);
        if even {
            both_ends(buffer, planes, power);
        } else {
            for (power, bin) in power.iter_mut().zip(buffer) {
                *power = bin.norm_sqr();
            }
        }
    }
}

/// Real and imaginary parts apart, as vector instructions take them.
struct Planes {
    re: Vec<f32>,
    im: Vec<f32>,
    /// Those of the upper half, backwards.
    mirrored_re: Vec<f32>,
    mirrored_im: Vec<f32>,
    /// `exp(-2 pi i k / n_fft)` for `k` from 1 on, up to the middle of the spectrum.
    cos: Vec<f32>,
    sin: Vec<f32>,
}

vectorised! {
fn weigh_pairs<'a>(samples: &'a [f32], window: &'a [f32], pairs: &'a mut [Complex<f32>]) {
    let (samples, _) = samples.as_chunks::<2>();
    let (window, _) = window.as_chunks::<2>();
    for ((pair, x), w) in pairs.iter_mut().zip(samples).zip(window) {
        *pair = Complex::new(x[0] * w[0], x[1] * w[1]);
    }
}
}

vectorised! {
/// With `E` and `O` the transforms of the even and the odd samples and `T = exp(-2 pi i k / n) O`, bin `k` is
/// `E + T` and bin `n / 2 - k` is the conjugate of `E - T`.
fn both_ends<'a>(pairs: &'a [Complex<f32>], planes: &'a mut Planes, power: &'a mut [f32]) {
    let Planes { re, im, mirrored_re, mirrored_im, cos, sin } = planes;
    // Loops of their own for what stands apart or backwards: only so does the compiler make vectors of them all.
    for ((re, im), pair) in re.iter_mut().zip(im.iter_mut()).zip(pairs) {
        (*re, *im) = (pair.re, pair.im);
    }
    let (half, count) = (pairs.len(), cos.len());
    power[0] = (re[0] + im[0]).powi(2);
    power[half] = (re[0] - im[0]).powi(2);
    if half.is_multiple_of(2) {
        power[half / 2] = re[half / 2].powi(2) + im[half / 2].powi(2);
    }
    for (mirrored, re) in mirrored_re.iter_mut().zip(re[half - count..].iter().rev()) {
        *mirrored = *re;
    }
    for (mirrored, im) in mirrored_im.iter_mut().zip(im[half - count..].iter().rev()) {
        *mirrored = *im;
    }
    let (low, high) = power[1..half].split_at_mut(half - 1 - count);
    let low = &mut low[..count];
    let (re, im, cos, sin) = (&re[1..=count], &im[1..=count], &cos[..count], &sin[..count]);
    let (mirrored_re, mirrored_im) = (&mut mirrored_re[..count], &mirrored_im[..count]);
    for k in 0..count {
        let (even_re, even_im) = (0.5 * (re[k] + mirrored_re[k]), 0.5 * (im[k] - mirrored_im[k]));
        let (odd_re, odd_im) = (0.5 * (im[k] + mirrored_im[k]), 0.5 * (mirrored_re[k] - re[k]));
        let turned_re = cos[k] * odd_re - sin[k] * odd_im;
        let turned_im = cos[k] * odd_im + sin[k] * odd_re;
        low[k] = (even_re + turned_re).powi(2) + (even_im + turned_im).powi(2);
        mirrored_re[k] = (even_re - turned_re).powi(2) + (even_im - turned_im).powi(2);
    }
    for (high, mirrored) in high.iter_mut().zip(mirrored_re.iter().rev()) {
        *high = *mirrored;
    }
}
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_the_definition_for_even_and_odd_sizes() {
        for n_fft in [1, 2, 3, 4, 5, 6, 8, 10, 12, 31, 64, 66, 70] {
            let samples: Vec<f32> = (0..n_fft).map(|n| ((n * n) as f32 * 0.37).sin()).collect();
            let window: Vec<f32> = (0..n_fft).map(|n| 0.5 + 0.3 * (n as f32).cos()).collect();
            let mut power = vec![0.0; n_fft / 2 + 1];
            RealPower::new(n_fft).power(&samples, &window, &mut power);
            for (bin, ours) in power.iter().enumerate() {
                let (mut re, mut im) = (0.0, 0.0);
                for n in 0..n_fft {
                    let angle = TAU * (bin * n) as f64 / n_fft as f64;
                    let value = f64::from(samples[n] * window[n]);
                    re += value * angle.cos();
                    im -= value * angle.sin();
                }
                let theirs = re * re + im * im;
                assert!(
                    (f64::from(*ours) - theirs).abs() < 1e-5 * theirs.max(1.0),
                    "{n_fft} at {bin}"
                );
            }
        }
    }
}
