//! The short-time Fourier transform.

use super::real_power::RealPower;
use super::{PadMode, Window};
use std::cell::RefCell;
use std::collections::HashMap;

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

/// How a wave is cut into frames that are transformed, which matches librosa.stft with `win_length = n_fft`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stft {
    /// Samples per frame and length of the transform.
    pub n_fft: usize,
    /// Samples from one frame to the next.
    pub hop_length: usize,
    /// Weights of a frame's samples.
    pub window: Window,
    /// Frame `t` lies around sample `t * hop_length`; otherwise it begins there and none reaches beyond the end.
    pub centre: bool,
    /// What centred frames see beyond the ends.
    pub pad: PadMode,
}

impl Stft {
    /// librosa's defaults: a Hann window, centred frames, zeros beyond the ends.
    pub fn new(n_fft: usize, hop_length: usize) -> Self {
        Self {
            n_fft,
            hop_length,
            window: Window::Hann,
            centre: true,
            pad: PadMode::Constant,
        }
    }

    /// Frames of a wave of this many samples: `1 + length / hop_length` when centred, otherwise
    /// `1 + (length - n_fft) / hop_length` or none. None when a size is 0.
    pub fn frames(&self, length: usize) -> usize {
        let room = if self.centre {
            Some(length)
        } else {
            length.checked_sub(self.n_fft)
        };
        let hops = room.and_then(|room| room.checked_div(self.hop_length));
        hops.filter(|_| self.n_fft > 0).map_or(0, |hops| 1 + hops)
    }

    /// `|STFT|^2`, as `numpy.abs(librosa.stft(y, ...)) ** 2`.
    pub fn power(&self, samples: &[f32]) -> Spectrogram {
        let frames = self.frames(samples.len());
        let bins = self.n_fft / 2 + 1;
        let mut power = Vec::with_capacity(frames * bins);
        self.each_power(samples, |_, bins| power.extend_from_slice(bins));
        Spectrogram { frames, bins, power }
    }

    /// `|STFT|`, as `numpy.abs(librosa.stft(y, ...))`; the values are in [`Spectrogram::power`].
    pub fn magnitude(&self, samples: &[f32]) -> Spectrogram {
        let mut spectrogram = self.power(samples);
        for value in &mut spectrogram.power {
            *value = value.sqrt();
        }
        spectrogram
    }

    /// Hands the power spectrum (`n_fft / 2 + 1` bins) of every frame to `take`, with the frame's number.
    pub fn each_power(&self, samples: &[f32], take: impl FnMut(usize, &[f32])) {
        let first = if self.centre { 0 } else { self.n_fft / 2 };
        let centres = (0..self.frames(samples.len())).map(|frame| first + frame * self.hop_length);
        each(samples, self.n_fft, (self.window, self.pad), centres, take);
    }
}

/// [`Stft::power`] with librosa's defaults: a periodic Hann window of `n_fft` samples, frames centred with zeros
/// at both ends. Nothing at all when `n_fft` or `hop_length` is 0.
pub fn power_spectrogram(samples: &[f32], n_fft: usize, hop_length: usize) -> Spectrogram {
    Stft::new(n_fft, hop_length).power(samples)
}

/// Hands the power spectrum (`n_fft / 2 + 1` bins) around each of `centres` (sample indices) to `take`,
/// with the number of the frame: [`power_spectrogram`] without keeping it.
pub fn power_frames(
    samples: &[f32],
    n_fft: usize,
    centres: impl IntoIterator<Item = usize>,
    take: impl FnMut(usize, &[f32]),
) {
    each(samples, n_fft, (Window::Hann, PadMode::Constant), centres, take);
}

fn each(
    samples: &[f32],
    n_fft: usize,
    (window, pad): (Window, PadMode),
    centres: impl IntoIterator<Item = usize>,
    mut take: impl FnMut(usize, &[f32]),
) {
    if n_fft == 0 {
        return;
    }
    let key = (n_fft, window);
    // Taken out while in use, so that `take` may transform something itself.
    let mut plan = PLANS
        .with_borrow_mut(|plans| plans.remove(&key))
        .unwrap_or_else(|| Plan::new(n_fft, window));
    for (index, centre) in centres.into_iter().enumerate() {
        take(index, plan.power(samples, centre, pad));
    }
    PLANS.with_borrow_mut(|plans| {
        if plans.len() >= KEPT {
            plans.clear();
        }
        plans.insert(key, plan);
    });
}

/// Plans kept per thread.
const KEPT: usize = 8;

thread_local! {
    static PLANS: RefCell<HashMap<(usize, Window), Plan>> = RefCell::new(HashMap::new());
}

/// The transform of one size with its window and buffers.
struct Plan {
    transform: RealPower,
    window: Vec<f32>,
    frame: Vec<f32>,
    power: Vec<f32>,
}

impl Plan {
    fn new(n_fft: usize, window: Window) -> Self {
        Self {
            transform: RealPower::new(n_fft),
            window: window.weights(n_fft),
            frame: vec![0.0; n_fft],
            power: vec![0.0; n_fft / 2 + 1],
        }
    }

    fn power(&mut self, samples: &[f32], centre: usize, pad: PadMode) -> &[f32] {
        let n_fft = self.window.len();
        let inside = centre
            .checked_sub(n_fft / 2)
            .and_then(|from| samples.get(from..from + n_fft));
        let frame = match inside {
            Some(frame) => frame,
            None => {
                fill(&mut self.frame, samples, centre, pad);
                &self.frame
            }
        };
        self.transform.power(frame, &self.window, &mut self.power);
        &self.power
    }
}

/// The frame around a sample, where it reaches beyond the samples.
fn fill(frame: &mut [f32], samples: &[f32], centre: usize, pad: PadMode) {
    let half = frame.len() / 2;
    let before = half.saturating_sub(centre);
    let from = (centre + before).saturating_sub(half).min(samples.len());
    let inside = (frame.len() - before).min(samples.len() - from);
    frame[before..before + inside].copy_from_slice(&samples[from..from + inside]);
    let first = centre as isize - half as isize;
    for outside in (0..before).chain(before + inside..frame.len()) {
        frame[outside] = pad.at(samples, first + outside as isize);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::f64::consts::TAU;

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
    fn frames_that_are_not_centred_stay_inside() {
        let samples: Vec<f32> = (0..100).map(|n| (n as f32 * 0.37).sin()).collect();
        let inside = Stft {
            centre: false,
            ..Stft::new(32, 8)
        };
        let spectrogram = inside.power(&samples);
        assert_eq!(spectrogram.frames, 1 + (100 - 32) / 8);
        // Frame t is the centred frame t + 2, which begins at 8 t.
        let centred = Stft::new(32, 8).power(&samples);
        assert_eq!(spectrogram.power[..3 * 17], centred.power[2 * 17..5 * 17]);
        assert_eq!(inside.power(&samples[..31]).frames, 0);
    }

    #[test]
    fn padding_is_as_if_the_wave_were_longer() {
        let samples: Vec<f32> = (0..21).map(|n| ((n * n) as f32 * 0.37).sin()).collect();
        for pad in [PadMode::Constant, PadMode::Reflect, PadMode::Edge] {
            let centred = Stft {
                pad,
                window: Window::Hamming,
                ..Stft::new(16, 4)
            };
            let longer: Vec<f32> = (-8..29).map(|index| pad.at(&samples, index)).collect();
            let inside = Stft {
                centre: false,
                ..centred
            };
            let (ours, expected) = (centred.magnitude(&samples), inside.magnitude(&longer));
            assert_eq!(ours, expected, "{pad:?}");
        }
    }

    #[test]
    fn sizes_of_zero_give_nothing() {
        assert_eq!(power_spectrogram(&[1.0], 0, 1).frames, 0);
        assert_eq!(power_spectrogram(&[1.0], 8, 0).frames, 0);
    }
}
