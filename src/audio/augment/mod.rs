//! Changes to a wave that keep its emotion, so that a model learns more from the same clips.

mod convolve;
mod interpolate;
mod noise;
mod pitch;
mod ranges;
mod room;
mod sounds;
mod speed;
mod vocoder;

pub use ranges::{
    GainRange, NoiseKind, NoiseRange, PitchRange, RoomRange, ShiftRange, SpeedRange, StretchRange, WaveAugmentations,
};

use super::{AudioError, Wave};
use crate::random::Stream;
use serde::{Deserialize, Serialize};
use std::path::PathBuf;

/// Raised whenever the same change drawn from the same stream would give another wave.
pub const AUGMENTATION_VERSION: u32 = 2;

/// One change to a wave, with its amount. The rate of the wave stays as it is, and but for
/// [`Augmentation::Speed`] and [`Augmentation::Stretch`] its length too. Samples may pass full scale; nothing is clipped.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Augmentation {
    /// Noise is added, so loud that the wave's mean power is `snr_db` (dB) above the noise's. A silent wave
    /// stays silent.
    Noise {
        /// Which noise.
        colour: Noise,
        /// Signal-to-noise ratio (dB).
        snr_db: f64,
    },
    /// `rate` times as fast and as high, as a tape that runs faster: resampled (speed perturbation, Ko et al. 2015).
    Speed {
        /// Factor of the speed, 0.25 to 4; taken to the nearest hundredth.
        rate: f64,
    },
    /// `rate` times as fast at the same pitch (1.25: a fifth shorter), by a phase vocoder:
    /// librosa.effects.time_stretch.
    Stretch {
        /// Factor of the speed, 0.25 to 4.
        rate: f64,
    },
    /// Higher by this many semitones at the same speed (negative: lower): librosa.effects.pitch_shift.
    Pitch {
        /// Semitones, -24 to 24.
        semitones: f64,
    },
    /// Louder by this much (dB).
    Gain {
        /// Gain (dB).
        db: f64,
    },
    /// Later by this much (negative: earlier); zeros fill the gap, what passes the other end is lost.
    Shift {
        /// Delay (s).
        seconds: f64,
    },
    /// Reverberation: convolved with an impulse response. Direct sound stays where it was, the length and
    /// the mean power too.
    Room(Room),
    /// One after the other; with none, nothing changes.
    Chain(Vec<Augmentation>),
}

/// Which noise is added.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Noise {
    /// Gaussian, the same power at every frequency.
    White,
    /// Power falls by 3 dB per octave.
    Pink,
    /// A sound file drawn from this folder, from a random position, repeated where it is too short.
    Folder(PathBuf),
}

/// Which room a wave is convolved with.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Room {
    /// The direct sound, then noise that decays exponentially (Polack's model of late reverberation).
    Synthetic {
        /// Time in which the reverberation falls by 60 dB (s).
        rt60_seconds: f64,
        /// Energy of the direct sound over that of the reverberation (dB).
        direct_db: f64,
    },
    /// An impulse response drawn from the sound files of this folder.
    Folder(PathBuf),
}

impl Augmentation {
    /// The changed wave. What is random in it (noise, the file of a folder) comes from `draw`.
    ///
    /// # Errors
    /// [`AudioError::Augmentation`] for an amount that cannot work or a folder without sounds; what decoding
    /// a file of the folder says.
    pub fn apply(&self, wave: &Wave, draw: &mut Stream) -> Result<Wave, AudioError> {
        match self {
            Self::Noise { colour, snr_db } => {
                within("snr_db", *snr_db, -60.0, 120.0, "dB")?;
                noise::add(wave, colour, *snr_db, draw)
            }
            Self::Speed { rate } => {
                within("rate", *rate, 0.25, 4.0, "times")?;
                speed::played(wave, *rate)
            }
            Self::Stretch { rate } => {
                within("rate", *rate, 0.25, 4.0, "times")?;
                Ok(same_rate(wave, vocoder::stretch(&wave.samples, *rate)))
            }
            Self::Pitch { semitones } => {
                within("semitones", *semitones, -24.0, 24.0, "semitones")?;
                Ok(same_rate(wave, pitch::shift(&wave.samples, *semitones)))
            }
            Self::Gain { db } => {
                within("db", *db, -120.0, 60.0, "dB")?;
                let factor = 10f64.powf(db / 20.0) as f32;
                let samples = wave.samples.iter().map(|sample| sample * factor);
                Ok(same_rate(wave, samples.collect()))
            }
            Self::Shift { seconds } => {
                within("seconds", *seconds, -3600.0, 3600.0, "s")?;
                Ok(same_rate(wave, delayed(wave, *seconds)))
            }
            Self::Room(room) => room::reverberate(wave, room, draw),
            Self::Chain(steps) => {
                let mut steps = steps.iter();
                let Some(first) = steps.next() else {
                    return Ok(wave.clone());
                };
                steps.try_fold(first.apply(wave, draw)?, |wave, step| step.apply(&wave, draw))
            }
        }
    }

    /// How many samples of the wave before one of the wave after stands for, where every sample is changed on
    /// its own; none where a sample depends on distant ones, or comes from elsewhere.
    pub fn speed(&self) -> Option<f64> {
        match self {
            Self::Noise { .. } | Self::Pitch { .. } | Self::Gain { .. } => Some(1.0),
            Self::Speed { rate } => Some(speed::hundredths(*rate)),
            Self::Stretch { rate } => Some(*rate),
            Self::Shift { .. } | Self::Room(_) => None,
            Self::Chain(steps) => steps.iter().map(Self::speed).product(),
        }
    }

    /// What it does, with the amount: `pitch +2.0 semitones, then white noise at 20 dB SNR`.
    pub fn label(&self) -> String {
        match self {
            Self::Noise { colour, snr_db } => {
                let colour = match colour {
                    Noise::White => "white noise",
                    Noise::Pink => "pink noise",
                    Noise::Folder(_) => "recorded noise",
                };
                format!("{colour} at {snr_db:.0} dB SNR")
            }
            Self::Speed { rate } => format!("speed and pitch x{rate:.2}"),
            Self::Stretch { rate } => format!("speed x{rate:.2}"),
            Self::Pitch { semitones } => format!("pitch {semitones:+.1} semitones"),
            Self::Gain { db } => format!("gain {db:+.1} dB"),
            Self::Shift { seconds } => format!("shift {seconds:+.2} s"),
            Self::Room(Room::Synthetic { rt60_seconds, .. }) => format!("room with RT60 {rt60_seconds:.2} s"),
            Self::Room(Room::Folder(_)) => "recorded room".to_owned(),
            Self::Chain(steps) if steps.is_empty() => "unchanged".to_owned(),
            Self::Chain(steps) => steps.iter().map(Self::label).collect::<Vec<_>>().join(", then "),
        }
    }
}

fn same_rate(wave: &Wave, samples: Vec<f32>) -> Wave {
    Wave {
        samples,
        rate: wave.rate,
    }
}

fn delayed(wave: &Wave, seconds: f64) -> Vec<f32> {
    let length = wave.samples.len();
    let by = ((seconds.abs() * f64::from(wave.rate)).round() as usize).min(length);
    let mut samples = vec![0.0; length];
    if seconds >= 0.0 {
        samples[by..].copy_from_slice(&wave.samples[..length - by]);
    } else {
        samples[..length - by].copy_from_slice(&wave.samples[by..]);
    }
    samples
}

/// Mean of the squares.
fn power(samples: &[f32]) -> f64 {
    let energy: f64 = samples
        .iter()
        .map(|&sample| f64::from(sample) * f64::from(sample))
        .sum();
    energy / samples.len().max(1) as f64
}

fn within(what: &str, value: f64, least: f64, most: f64, unit: &str) -> Result<(), AudioError> {
    // Written so that a NaN is refused too.
    if value >= least && value <= most {
        return Ok(());
    }
    Err(AudioError::Augmentation(format!(
        "{what} is {value}; use {least} to {most} {unit}"
    )))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::stream;

    fn ramp() -> Wave {
        Wave {
            samples: vec![0.1, 0.2, 0.3, 0.4],
            rate: 10,
        }
    }

    fn apply(augmentation: &Augmentation) -> Vec<f32> {
        augmentation.apply(&ramp(), &mut stream(1, "test", 0)).unwrap().samples
    }

    #[test]
    fn a_shift_moves_and_fills_with_zeros() {
        assert_eq!(apply(&Augmentation::Shift { seconds: 0.1 }), [0.0, 0.1, 0.2, 0.3]);
        assert_eq!(apply(&Augmentation::Shift { seconds: -0.2 }), [0.3, 0.4, 0.0, 0.0]);
        assert_eq!(apply(&Augmentation::Shift { seconds: 9.0 }), [0.0; 4]);
        assert_eq!(apply(&Augmentation::Shift { seconds: -9.0 }), [0.0; 4]);
    }

    #[test]
    fn a_gain_is_in_decibels_of_amplitude() {
        let louder = apply(&Augmentation::Gain { db: 20.0 });
        for (louder, sample) in louder.iter().zip(ramp().samples) {
            assert!((louder - 10.0 * sample).abs() < 1e-6);
        }
    }

    #[test]
    fn a_chain_is_its_steps_in_order() {
        let gain = Augmentation::Gain { db: 6.0 };
        let shift = Augmentation::Shift { seconds: 0.1 };
        let chain = Augmentation::Chain(vec![gain.clone(), shift.clone()]);
        let draw = &mut stream(1, "test", 0);
        let steps = shift.apply(&gain.apply(&ramp(), draw).unwrap(), draw).unwrap();
        assert_eq!(apply(&chain), steps.samples);
        assert_eq!(chain.label(), "gain +6.0 dB, then shift +0.10 s");
        assert_eq!(apply(&Augmentation::Chain(Vec::new())), ramp().samples);
    }

    #[test]
    fn amounts_that_cannot_work_are_refused_and_any_wave_is_taken() {
        let noise = |snr_db| Augmentation::Noise {
            colour: Noise::White,
            snr_db,
        };
        let room = |rt60_seconds| {
            Augmentation::Room(Room::Synthetic {
                rt60_seconds,
                direct_db: 0.0,
            })
        };
        let draw = &mut stream(1, "test", 0);
        let bad = [
            noise(f64::NAN),
            room(0.0),
            Augmentation::Speed { rate: 9.0 },
            Augmentation::Stretch { rate: 0.0 },
            Augmentation::Pitch { semitones: 99.0 },
            Augmentation::Gain { db: f64::INFINITY },
            Augmentation::Shift { seconds: f64::NAN },
        ];
        for augmentation in bad {
            let message = augmentation.apply(&ramp(), draw).unwrap_err().to_string();
            assert!(message.contains("; use "), "{message}");
        }
        let good = [
            noise(10.0),
            Augmentation::Noise {
                colour: Noise::Pink,
                snr_db: 0.0,
            },
            room(0.3),
            Augmentation::Speed { rate: 0.9 },
            Augmentation::Speed { rate: 4.0 },
            Augmentation::Stretch { rate: 1.3 },
            Augmentation::Stretch { rate: 4.0 },
            Augmentation::Pitch { semitones: -24.0 },
            Augmentation::Pitch { semitones: 1.0 },
            Augmentation::Gain { db: 3.0 },
            Augmentation::Shift { seconds: 0.1 },
        ];
        for augmentation in &good {
            for (length, rate) in [(0, 8_000), (1, 8_000), (2, 1_000), (700, 96_000), (5_000, 8_000)] {
                for level in [0.0, 0.5] {
                    let wave = Wave {
                        samples: (0..length).map(|n| level * (n as f32 * 0.3).sin()).collect(),
                        rate,
                    };
                    let changed = augmentation.apply(&wave, draw).unwrap();
                    assert_eq!(changed.rate, rate);
                    assert!(
                        changed.samples.iter().all(|sample| sample.is_finite()),
                        "{augmentation:?}"
                    );
                    if augmentation.speed().is_none_or(|speed| speed == 1.0) {
                        assert_eq!(changed.samples.len(), length);
                    }
                }
            }
        }
    }
}
