//! The short-time Fourier transform.

use super::real_power::RealPower;
use std::cell::RefCell;
use std::collections::HashMap;
use std::f64::consts::TAU;

/// Power per frame and frequency bin.
#[derive(Debug, Clone, PartialEq)]
pub struct Spectrogram {
    /// Number of frames.
    pub frames: usize,
    /// Number of frequency bins, `n_fft / 2 + 1`.
    pub bins: usize,
    /// Power, frame after frame (`frames * bins`).
    pub power: Vec<f32>,
}

/// `|STFT|^2` with a periodic Hann window of `n_fft` samples, frames centred with zeros at both ends:
/// `1 + len / hop_length` frames, as `numpy.abs(librosa.stft(y, n_fft, hop_length)) ** 2`.
/// Nothing at all when `n_fft` or `hop_length` is 0.
pub fn power_spectrogram(samples: &[f32], n_fft: usize, hop_length: usize) -> Spectrogram {
    let mut power = Vec::new();
    let mut frames = 0;
    if let Some(hops) = samples.len().checked_div(hop_length).filter(|_| n_fft > 0) {
        power.reserve((1 + hops) * (n_fft / 2 + 1));
        power_frames(samples, n_fft, (0..=hops).map(|frame| frame * hop_length), |_, bins| {
            power.extend_from_slice(bins);
            frames += 1;
        });
    }
    Spectrogram {
        frames,
        bins: n_fft / 2 + 1,
        power,
    }
}

/// Hands the power spectrum (`n_fft / 2 + 1` bins) around each of `centres` (sample indices) to `take`,
/// with the number of the frame: [`power_spectrogram`] without keeping it.
pub fn power_frames(
    samples: &[f32],
    n_fft: usize,
    centres: impl IntoIterator<Item = usize>,
    mut take: impl FnMut(usize, &[f32]),
) {
    if n_fft == 0 {
        return;
    }
    // Taken out while in use, so that `take` may transform something itself.
    let mut plan = PLANS
        .with_borrow_mut(|plans| plans.remove(&n_fft))
        .unwrap_or_else(|| Plan::new(n_fft));
    for (index, centre) in centres.into_iter().enumerate() {
        take(index, plan.power(samples, centre));
    }
    PLANS.with_borrow_mut(|plans| {
        if plans.len() >= KEPT {
            plans.clear();
        }
        plans.insert(n_fft, plan);
    });
}

/// Plans kept per thread.
const KEPT: usize = 8;

thread_local! {
    static PLANS: RefCell<HashMap<usize, Plan>> = RefCell::new(HashMap::new());
}

/// The transform of one size with its window and buffers.
struct Plan {
    transform: RealPower,
    window: Vec<f32>,
    frame: Vec<f32>,
    power: Vec<f32>,
}

impl Plan {
    fn new(n_fft: usize) -> Self {
        let window = (0..n_fft)
            .map(|n| (0.5 - 0.5 * (TAU * n as f64 / n_fft as f64).cos()) as f32)
            .collect();
        Self {
            transform: RealPower::new(n_fft),
            window,
            frame: vec![0.0; n_fft],
            power: vec![0.0; n_fft / 2 + 1],
        }
    }

    fn power(&mut self, samples: &[f32], centre: usize) -> &[f32] {
        let n_fft = self.window.len();
        let inside = centre
            .checked_sub(n_fft / 2)
            .and_then(|from| samples.get(from..from + n_fft));
        let frame = match inside {
            Some(frame) => frame,
            None => {
                fill(&mut self.frame, samples, centre);
                &self.frame
            }
        };
        self.transform.power(frame, &self.window, &mut self.power);
        &self.power
    }
}

/// The frame around a sample, with zeros where it reaches beyond the samples.
fn fill(frame: &mut [f32], samples: &[f32], centre: usize) {
    let half = frame.len() / 2;
    let before = half.saturating_sub(centre);
    let from = (centre + before).saturating_sub(half).min(samples.len());
    let inside = (frame.len() - before).min(samples.len() - from);
    frame[..before].fill(0.0);
    frame[before..before + inside].copy_from_slice(&samples[from..from + inside]);
    frame[before + inside..].fill(0.0);
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The definition, in f64.
    fn naive(samples: &[f32], n_fft: usize, hop: usize) -> Vec<f64> {
        let mut power = Vec::new();
        for frame in 0..=samples.len() / hop {
            for bin in 0..=n_fft / 2 {
                let (mut re, mut im) = (0.0, 0.0);
                for n in 0..n_fft {
                    let at = (frame * hop + n).checked_sub(n_fft / 2);
                    let sample = at.and_then(|at| samples.get(at)).copied().unwrap_or(0.0);
                    let window = 0.5 - 0.5 * (TAU * n as f64 / n_fft as f64).cos();
                    let angle = TAU * (bin * n) as f64 / n_fft as f64;
                    re += window * f64::from(sample) * angle.cos();
                    im -= window * f64::from(sample) * angle.sin();
                }
                power.push(re * re + im * im);
            }
        }
        power
    }

    #[test]
    fn it_is_the_definition_for_any_length() {
        for length in [0, 1, 7, 31, 32, 33, 100] {
            let samples: Vec<f32> = (0..length).map(|n| ((n * n) as f32 * 0.37).sin()).collect();
            let spectrogram = power_spectrogram(&samples, 32, 8);
            let expected = naive(&samples, 32, 8);
            assert_eq!((spectrogram.frames, spectrogram.bins), (1 + length / 8, 17));
            assert_eq!(spectrogram.power.len(), expected.len());
            let largest = expected.iter().copied().fold(1e-9, f64::max);
            for (ours, theirs) in spectrogram.power.iter().zip(expected) {
                assert!((f64::from(*ours) - theirs).abs() < 1e-6 * largest);
            }
        }
    }

    #[test]
    fn a_frame_can_be_transformed_while_another_is_looked_at() {
        let samples = [0.5; 64];
        power_frames(&samples, 32, [32], |_, outer| {
            assert_eq!(outer, &power_spectrogram(&samples, 32, 32).power[17..34]);
        });
    }

    #[test]
    fn sizes_of_zero_give_nothing() {
        assert_eq!(power_spectrogram(&[1.0], 0, 1).frames, 0);
        assert_eq!(power_spectrogram(&[1.0], 8, 0).frames, 0);
    }
}
