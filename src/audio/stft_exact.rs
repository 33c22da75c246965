//! The short-time Fourier transform in double precision.

use super::{PadMode, Stft, Window};
use realfft::num_complex::Complex;
use realfft::{RealFftPlanner, RealToComplex};
use std::cell::RefCell;
use std::sync::Arc;

impl Stft {
    /// [`Stft::each_power`] with window and transform in f64, rounded at the end, which is how librosa.stft works on
    /// f32 samples. It takes twice the time and is for features of the weakest bins (bandwidth, contrast,
    /// flatness, the peaks that a tuning is estimated of), where single precision would show as noise.
    pub fn each_power_exact(&self, samples: &[f32], mut take: impl FnMut(usize, &[f32])) {
        if self.n_fft == 0 {
            return;
        }
        let key = (self.n_fft, self.window);
        // Taken out while in use, so that `take` may transform something itself.
        let kept = LAST.take().filter(|plan| plan.key == key);
        let mut plan = kept.unwrap_or_else(|| Plan::new(key));
        let half = if self.centre { self.n_fft / 2 } else { 0 };
        for frame in 0..self.frames(samples.len()) {
            take(frame, plan.power(samples, (frame * self.hop_length, half), self.pad));
        }
        LAST.set(Some(plan));
    }
}

thread_local! {
    static LAST: RefCell<Option<Plan>> = const { RefCell::new(None) };
}

/// The transform of one size with its window and buffers.
struct Plan {
    key: (usize, Window),
    fft: Arc<dyn RealToComplex<f64>>,
    window: Vec<f64>,
    frame: Vec<f64>,
    spectrum: Vec<Complex<f64>>,
    scratch: Vec<Complex<f64>>,
    power: Vec<f32>,
}

impl Plan {
    fn new((n_fft, window): (usize, Window)) -> Self {
        let fft = RealFftPlanner::new().plan_fft_forward(n_fft);
        Self {
            key: (n_fft, window),
            window: (0..n_fft).map(|n| window.weight(n, n_fft)).collect(),
            frame: fft.make_input_vec(),
            spectrum: fft.make_output_vec(),
            scratch: fft.make_scratch_vec(),
            power: vec![0.0; n_fft / 2 + 1],
            fft,
        }
    }

    /// The frame that begins `half` samples before `centre`.
    fn power(&mut self, samples: &[f32], (centre, half): (usize, usize), pad: PadMode) -> &[f32] {
        let inside = centre
            .checked_sub(half)
            .and_then(|from| samples.get(from..from + self.window.len()));
        let weighed = self.frame.iter_mut().zip(&self.window);
        match inside {
            Some(inside) => {
                for ((value, weight), sample) in weighed.zip(inside) {
                    *value = f64::from(*sample) * weight;
                }
            }
            None => {
                for (n, (value, weight)) in weighed.enumerate() {
                    *value = f64::from(pad.at(samples, (centre + n) as isize - half as isize)) * weight;
                }
            }
        }
        // It refuses buffers of wrong length only, and it made these itself.
        let done = self
            .fft
            .process_with_scratch(&mut self.frame, &mut self.spectrum, &mut self.scratch);
        debug_assert!(done.is_ok());
        for (power, bin) in self.power.iter_mut().zip(&self.spectrum) {
            *power = bin.norm_sqr() as f32;
        }
        &self.power
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_the_transform_in_single_precision_but_for_the_rounding() {
        for length in [0, 1, 31, 100, 1_000] {
            let samples: Vec<f32> = (0..length).map(|n| ((n * n) as f32 * 0.37).sin()).collect();
            for (centre, pad) in [
                (true, PadMode::Constant),
                (true, PadMode::Reflect),
                (false, PadMode::Constant),
            ] {
                let stft = Stft {
                    centre,
                    pad,
                    window: Window::Blackman,
                    ..Stft::new(64, 16)
                };
                let expected = stft.power(&samples);
                let mut power = Vec::new();
                stft.each_power_exact(&samples, |frame, bins| {
                    assert_eq!(power.len(), frame * bins.len());
                    power.extend_from_slice(bins);
                });
                assert_eq!(power.len(), expected.power.len());
                assert!(
                    power.iter().zip(&expected.power).all(|(a, b)| (a - b).abs() < 1e-4),
                    "{length}"
                );
            }
        }
    }

    #[test]
    fn far_from_a_tone_there_is_nothing() {
        // Its samples are exact in f32: 0, 1/2, 0, -1/2.
        let tone: Vec<f32> = (0..4_096).map(|n| [0.0, 0.5, 0.0, -0.5][n % 4]).collect();
        let weakest = |power: &[f32]| power[100..200].iter().copied().fold(0.0, f32::max);
        Stft {
            centre: false,
            ..Stft::new(2048, 2048)
        }
        .each_power_exact(&tone, |_, power| assert!(weakest(power) < 1e-12, "{}", weakest(power)));
    }
}
