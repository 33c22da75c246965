//! Fundamental frequency by probabilistic YIN.

use super::pitch_path::{PathSettings, likeliest_path};
use super::yin::{Candidate, Yin};

/// Where pYIN looks, and how finely.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PitchSettings {
    /// Rate of the samples (Hz).
    pub rate: u32,
    /// Samples per frame; two periods of `low` should fit in.
    pub frame_length: usize,
    /// Samples from one frame to the next.
    pub hop_length: usize,
    /// Lowest F0 (Hz).
    pub low: f64,
    /// Highest F0 (Hz).
    pub high: f64,
}

/// F0 frame by frame.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Pitch {
    /// F0 (Hz), in steps of a tenth of a semitone; 0 where the voice rests.
    pub f0: Vec<f32>,
    /// Probability that the frame is voiced, 0 to 1.
    pub voicing: Vec<f32>,
}

/// Steps per semitone.
const STEPS: f64 = 10.0;
/// Octaves per second that a voice moves at most.
const FASTEST: f64 = 35.92;

impl PitchSettings {
    /// Steps from `low` to `high`.
    fn steps(&self) -> usize {
        (12.0 * STEPS * (self.high / self.low).log2()).floor().max(0.0) as usize + 1
    }

    /// F0 and voicing of `1 + len / hop_length` centred frames (zeros beyond both ends) by pYIN (Mauch & Dixon 2014):
    /// YIN's difference function gives candidates with probabilities over a prior of thresholds, and the likeliest path
    /// through them is taken. As librosa.pyin(fmin, fmax, sr, frame_length, hop_length) with its other defaults.
    ///
    /// Nothing when a size or a frequency is 0 or `high` is not above `low`.
    pub fn pitch(&self, samples: &[f32]) -> Pitch {
        let possible = self.hop_length > 0 && self.low > 0.0 && self.high > self.low && self.rate > 0;
        let Some(mut yin) = Yin::new(self.rate, self.frame_length, self.low..=self.high).filter(|_| possible) else {
            return Pitch::default();
        };
        let steps = self.steps();
        let frames = 1 + samples.len() / self.hop_length;
        let (mut observed, mut starts) = (Vec::new(), vec![0]);
        let mut voicing = Vec::with_capacity(frames);
        for frame in 0..frames {
            let first = observed.len();
            for &Candidate { hertz, probability } in yin.candidates(samples, frame * self.hop_length) {
                let step = (12.0 * STEPS * (hertz / self.low).log2()).round_ties_even().max(0.0) as usize;
                // Above the range: an unvoiced state for librosa, and so without effect.
                if step >= steps {
                    continue;
                }
                // Of two candidates at one step the later one counts.
                match observed[first..].iter_mut().find(|(known, _)| *known == step) {
                    Some((_, known)) => *known = probability,
                    None => observed.push((step, probability)),
                }
            }
            starts.push(observed.len());
            let sum: f64 = observed[first..].iter().map(|(_, probability)| probability).sum();
            voicing.push(sum.clamp(0.0, 1.0));
        }
        let seconds = self.hop_length as f64 / f64::from(self.rate);
        let reach = (FASTEST * 12.0 * seconds).round_ties_even() * STEPS / 2.0;
        let path = likeliest_path(
            &PathSettings {
                steps,
                reach: reach as usize,
            },
            starts.windows(2).map(|ends| &observed[ends[0]..ends[1]]),
            &voicing,
        );
        let hertz = |step: Option<usize>| step.map_or(0.0, |step| self.low * 2f64.powf(step as f64 / (12.0 * STEPS)));
        Pitch {
            f0: path.into_iter().map(|step| hertz(step) as f32).collect(),
            voicing: voicing.into_iter().map(|probability| probability as f32).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::f64::consts::TAU;

    const SPEECH: PitchSettings = PitchSettings {
        rate: 16_000,
        frame_length: 1024,
        hop_length: 256,
        low: 65.0,
        high: 500.0,
    };

    fn harmonics(hertz: f64, seconds: f64) -> Vec<f32> {
        let at = |n: usize| {
            let phase = TAU * hertz * n as f64 / 16_000.0;
            (1..8).map(|k| (f64::from(k) * phase).sin() / f64::from(k)).sum::<f64>() as f32 * 0.2
        };
        (0..(seconds * 16_000.0) as usize).map(at).collect()
    }

    #[test]
    fn a_voice_has_its_pitch_within_a_tenth_of_a_semitone() {
        for hertz in [80.0, 123.4, 220.0, 433.0] {
            let pitch = SPEECH.pitch(&harmonics(hertz, 0.5));
            assert_eq!(pitch.f0.len(), 1 + 8_000 / 256);
            for (f0, voicing) in pitch.f0[4..28].iter().zip(&pitch.voicing[4..28]) {
                let cents = 1200.0 * (f64::from(*f0) / hertz).log2();
                assert!(cents.abs() < 10.0, "{hertz}: {f0}");
                assert!(*voicing > 0.3, "{hertz}: {voicing}");
            }
        }
    }

    #[test]
    fn noise_silence_a_constant_and_a_click_are_unvoiced() {
        let mut state = 1u64;
        let mut noise = || {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            (state >> 40) as f32 / (1 << 23) as f32 - 1.0
        };
        let noise: Vec<f32> = (0..8_000).map(|_| noise()).collect();
        let voiced = |samples: &[f32]| {
            let pitch = SPEECH.pitch(samples);
            assert!(pitch.f0.iter().chain(&pitch.voicing).all(|value| value.is_finite()));
            pitch.f0.iter().filter(|f0| **f0 > 0.0).count()
        };
        assert!(voiced(&noise) < 8);
        assert_eq!(voiced(&[0.0; 8_000]), 0);
        let mut click = vec![0.0; 8_000];
        click[4_000] = 1.0;
        assert_eq!(voiced(&click), 0);
        voiced(&[0.5; 8_000]);
        voiced(&[0.5]);
        assert_eq!(voiced(&[]), 0);
    }

    #[test]
    fn impossible_settings_give_nothing() {
        for broken in [
            PitchSettings {
                hop_length: 0,
                ..SPEECH
            },
            PitchSettings { low: 0.0, ..SPEECH },
            PitchSettings { high: 60.0, ..SPEECH },
            PitchSettings {
                frame_length: 4,
                ..SPEECH
            },
        ] {
            assert_eq!(broken.pitch(&[0.1; 100]), Pitch::default());
        }
    }
}
