//! `[augmentation.wave]`: which changes are drawn, how often and how strong.

use super::{Augmentation, Noise, Room};
use crate::audio::AudioError;
use crate::random::Stream;
use rand::RngExt;
use serde::{Deserialize, Serialize};
use std::path::PathBuf;

/// Lowest and highest amount; every one between them is as likely.
type Range = [f64; 2];

/// `[augmentation.wave]`: what may be done to a wave.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WaveAugmentations {
    /// Additive noise.
    pub noise: NoiseRange,
    /// Another speed, and pitch with it.
    pub speed: SpeedRange,
    /// Another speed at the same pitch.
    pub stretch: StretchRange,
    /// Another pitch at the same speed.
    pub pitch: PitchRange,
    /// Another level.
    pub gain: GainRange,
    /// Earlier or later.
    pub shift: ShiftRange,
    /// In a room.
    pub room: RoomRange,
}

/// Which noise.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NoiseKind {
    /// The same power at every frequency.
    White,
    /// 3 dB less per octave.
    Pink,
    /// The sound files of a folder.
    Folder,
}

/// `[augmentation.wave.noise]`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NoiseRange {
    /// How often it is drawn; 0 to 1.
    pub probability: f64,
    /// Which noise.
    pub kind: NoiseKind,
    /// The folder of `kind = "folder"`.
    pub folder: PathBuf,
    /// Signal-to-noise ratio (dB).
    pub snr_db: Range,
}

/// `[augmentation.wave.speed]`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SpeedRange {
    /// How often it is drawn; 0 to 1.
    pub probability: f64,
    /// Factor of the speed.
    pub rate: Range,
}

/// `[augmentation.wave.stretch]`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StretchRange {
    /// How often it is drawn; 0 to 1.
    pub probability: f64,
    /// Factor of the speed.
    pub rate: Range,
}

/// `[augmentation.wave.pitch]`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PitchRange {
    /// How often it is drawn; 0 to 1.
    pub probability: f64,
    /// Semitones.
    pub semitones: Range,
}

/// `[augmentation.wave.gain]`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GainRange {
    /// How often it is drawn; 0 to 1.
    pub probability: f64,
    /// Gain (dB).
    pub db: Range,
}

/// `[augmentation.wave.shift]`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ShiftRange {
    /// How often it is drawn; 0 to 1.
    pub probability: f64,
    /// Delay (s).
    pub seconds: Range,
}

/// `[augmentation.wave.room]`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RoomRange {
    /// How often it is drawn; 0 to 1.
    pub probability: f64,
    /// Folder of impulse responses; with an empty path they are made.
    pub folder: PathBuf,
    /// Of those that are made: time in which the reverberation falls by 60 dB (s).
    pub rt60_seconds: Range,
    /// Of those that are made: energy of the direct sound over that of the reverberation (dB).
    pub direct_db: Range,
}

impl WaveAugmentations {
    /// A change drawn by the probabilities and amounts; none when nothing came up. Speed, stretch and pitch
    /// come first, then the room around the speaker, the noise in it, and what the recording makes of it.
    pub fn draw(&self, draw: &mut Stream) -> Option<Augmentation> {
        let mut steps = Vec::new();
        // Every number is drawn whether it is needed or not, so that one setting does not move another's.
        let mut offer = |probability: f64, make: &dyn Fn(&mut Stream) -> Augmentation| {
            let chosen = draw.random::<f64>() < probability;
            let step = make(draw);
            if chosen {
                steps.push(step);
            }
        };
        offer(self.stretch.probability, &|draw| self.stretch(draw));
        offer(self.pitch.probability, &|draw| self.pitch(draw));
        offer(self.room.probability, &|draw| self.room(draw));
        offer(self.noise.probability, &|draw| self.noise(draw));
        offer(self.shift.probability, &|draw| Augmentation::Shift {
            seconds: between(self.shift.seconds, draw),
        });
        offer(self.gain.probability, &|draw| Augmentation::Gain {
            db: between(self.gain.db, draw),
        });
        // Drawn last, so that nothing else is drawn otherwise than before it was there.
        let fast = draw.random::<f64>() < self.speed.probability;
        let speed = self.speed(draw);
        if fast {
            steps.insert(0, speed);
        }
        match steps.len() {
            0 | 1 => steps.pop(),
            _ => Some(Augmentation::Chain(steps)),
        }
    }

    /// Whether anything can come up.
    pub fn is_active(&self) -> bool {
        self.probabilities().iter().any(|(_, probability)| *probability > 0.0)
    }

    /// What a clip gets beside itself in the papers' four-fold set: noise, pitch, and pitch with noise, each
    /// with amounts drawn from the ranges; probabilities play no part.
    pub fn three_copies(&self, draw: &mut Stream) -> [Augmentation; 3] {
        let [noise, pitch] = [self.noise(draw), self.pitch(draw)];
        [
            noise,
            pitch,
            Augmentation::Chain(vec![self.pitch(draw), self.noise(draw)]),
        ]
    }

    /// Every change by name, as strong as the ranges allow: what there is to listen to.
    pub fn named(&self) -> Vec<(&'static str, Augmentation)> {
        let noise = Augmentation::Noise {
            colour: self.colour(),
            snr_db: self.noise.snr_db[0],
        };
        let pitch = Augmentation::Pitch {
            semitones: strongest(self.pitch.semitones, 0.0),
        };
        let both = Augmentation::Chain(vec![pitch.clone(), noise.clone()]);
        let room = if self.room.folder.as_os_str().is_empty() {
            Room::Synthetic {
                rt60_seconds: self.room.rt60_seconds[1],
                direct_db: self.room.direct_db[0],
            }
        } else {
            Room::Folder(self.room.folder.clone())
        };
        vec![
            ("noise", noise),
            ("pitch", pitch),
            ("pitch+noise", both),
            (
                "speed",
                Augmentation::Speed {
                    rate: strongest(self.speed.rate.map(f64::ln), 0.0).exp(),
                },
            ),
            (
                "stretch",
                Augmentation::Stretch {
                    rate: strongest(self.stretch.rate.map(f64::ln), 0.0).exp(),
                },
            ),
            (
                "gain",
                Augmentation::Gain {
                    db: strongest(self.gain.db, 0.0),
                },
            ),
            (
                "shift",
                Augmentation::Shift {
                    seconds: strongest(self.shift.seconds, 0.0),
                },
            ),
            ("room", Augmentation::Room(room)),
        ]
    }

    fn noise(&self, draw: &mut Stream) -> Augmentation {
        Augmentation::Noise {
            colour: self.colour(),
            snr_db: between(self.noise.snr_db, draw),
        }
    }

    fn colour(&self) -> Noise {
        match self.noise.kind {
            NoiseKind::White => Noise::White,
            NoiseKind::Pink => Noise::Pink,
            NoiseKind::Folder => Noise::Folder(self.noise.folder.clone()),
        }
    }

    fn speed(&self, draw: &mut Stream) -> Augmentation {
        Augmentation::Speed {
            rate: between(self.speed.rate.map(f64::ln), draw).exp(),
        }
    }

    /// Twice as fast and half as fast are as far from the middle as each other.
    fn stretch(&self, draw: &mut Stream) -> Augmentation {
        Augmentation::Stretch {
            rate: between(self.stretch.rate.map(f64::ln), draw).exp(),
        }
    }

    fn pitch(&self, draw: &mut Stream) -> Augmentation {
        Augmentation::Pitch {
            semitones: between(self.pitch.semitones, draw),
        }
    }

    fn room(&self, draw: &mut Stream) -> Augmentation {
        let (rt60_seconds, direct_db) = (
            between(self.room.rt60_seconds, draw),
            between(self.room.direct_db, draw),
        );
        Augmentation::Room(if self.room.folder.as_os_str().is_empty() {
            Room::Synthetic {
                rt60_seconds,
                direct_db,
            }
        } else {
            Room::Folder(self.room.folder.clone())
        })
    }

    fn probabilities(&self) -> [(&'static str, f64); 7] {
        [
            ("speed", self.speed.probability),
            ("noise", self.noise.probability),
            ("stretch", self.stretch.probability),
            ("pitch", self.pitch.probability),
            ("gain", self.gain.probability),
            ("shift", self.shift.probability),
            ("room", self.room.probability),
        ]
    }

    /// Refuses what cannot be drawn.
    ///
    /// # Errors
    /// [`AudioError::Settings`] with the key and the remedy.
    pub fn validate(&self) -> Result<(), AudioError> {
        for (name, probability) in self.probabilities() {
            if !(0.0..=1.0).contains(&probability) {
                let problem = format!("{probability} is no probability; use 0 (never) to 1 (always)");
                return refuse(&format!("{name}.probability"), problem);
            }
        }
        range("noise.snr_db", self.noise.snr_db, -60.0, 120.0, "dB")?;
        range("speed.rate", self.speed.rate, 0.25, 4.0, "times")?;
        range("stretch.rate", self.stretch.rate, 0.25, 4.0, "times")?;
        range("pitch.semitones", self.pitch.semitones, -24.0, 24.0, "semitones")?;
        range("gain.db", self.gain.db, -120.0, 60.0, "dB")?;
        range("shift.seconds", self.shift.seconds, -3600.0, 3600.0, "s")?;
        range("room.rt60_seconds", self.room.rt60_seconds, 0.01, 10.0, "s")?;
        range("room.direct_db", self.room.direct_db, -60.0, 60.0, "dB")?;
        if self.noise.kind == NoiseKind::Folder && self.noise.folder.as_os_str().is_empty() {
            let problem = "is empty; name a folder of sound files, or set kind to \"white\" or \"pink\"";
            return refuse("noise.folder", problem.to_owned());
        }
        Ok(())
    }
}

fn between([low, high]: Range, draw: &mut Stream) -> f64 {
    low + (high - low) * draw.random::<f64>()
}

/// The end that is further from where nothing changes; the upper one of equals.
fn strongest([low, high]: Range, neutral: f64) -> f64 {
    if (low - neutral).abs() > (high - neutral).abs() {
        low
    } else {
        high
    }
}

fn range(key: &str, [low, high]: Range, least: f64, most: f64, unit: &str) -> Result<(), AudioError> {
    if low >= least && high <= most && low <= high {
        return Ok(());
    }
    refuse(
        key,
        format!("[{low}, {high}] is no range here; use [lowest, highest] within {least} to {most} {unit}"),
    )
}

fn refuse(key: &str, problem: String) -> Result<(), AudioError> {
    Err(AudioError::Settings {
        key: format!("augmentation.wave.{key}"),
        problem,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::stream;

    fn ranges() -> WaveAugmentations {
        WaveAugmentations {
            noise: NoiseRange {
                probability: 0.5,
                kind: NoiseKind::White,
                folder: PathBuf::new(),
                snr_db: [10.0, 30.0],
            },
            speed: SpeedRange {
                probability: 0.5,
                rate: [0.9, 1.12],
            },
            stretch: StretchRange {
                probability: 0.25,
                rate: [0.8, 1.25],
            },
            pitch: PitchRange {
                probability: 0.0,
                semitones: [-3.0, 2.0],
            },
            gain: GainRange {
                probability: 1.0,
                db: [-6.0, 6.0],
            },
            shift: ShiftRange {
                probability: 0.0,
                seconds: [-0.1, 0.1],
            },
            room: RoomRange {
                probability: 0.0,
                folder: PathBuf::new(),
                rt60_seconds: [0.2, 0.8],
                direct_db: [0.0, 10.0],
            },
        }
    }

    #[test]
    fn what_is_drawn_keeps_to_probabilities_and_ranges() {
        let (mut noises, mut stretches, mut speeds) = (0, 0, 0);
        for index in 0..2_000 {
            let drawn = ranges().draw(&mut stream(1, "test", index)).unwrap();
            let steps = match drawn {
                Augmentation::Chain(steps) => steps,
                single => vec![single],
            };
            for step in &steps {
                match step {
                    Augmentation::Noise { snr_db, .. } => {
                        assert!((10.0..=30.0).contains(snr_db));
                        noises += 1;
                    }
                    Augmentation::Stretch { rate } => {
                        assert!((0.8..=1.25).contains(rate));
                        stretches += 1;
                    }
                    Augmentation::Speed { rate } => {
                        assert!((0.9..=1.12).contains(rate));
                        speeds += 1;
                    }
                    Augmentation::Gain { db } => assert!(db.abs() <= 6.0),
                    other => panic!("{other:?}"),
                }
            }
            assert!(matches!(steps.last(), Some(Augmentation::Gain { .. })));
        }
        assert!((900..1_100).contains(&noises), "{noises}");
        assert!((430..570).contains(&stretches), "{stretches}");
        assert!((900..1_100).contains(&speeds), "{speeds}");
        let mut never = ranges();
        (never.noise.probability, never.speed.probability) = (0.0, 0.0);
        (never.stretch.probability, never.gain.probability) = (0.0, 0.0);
        assert!(!never.is_active() && never.draw(&mut stream(1, "test", 0)).is_none());
    }

    #[test]
    fn one_setting_does_not_move_what_another_draws() {
        let mut quiet = ranges();
        (quiet.stretch.probability, quiet.speed.probability) = (0.0, 0.0);
        let gain = |ranges: &WaveAugmentations, index| match ranges.draw(&mut stream(1, "test", index)) {
            Some(Augmentation::Chain(steps)) => steps.last().cloned(),
            single => single,
        };
        for index in 0..50 {
            assert_eq!(gain(&ranges(), index), gain(&quiet, index));
        }
    }

    #[test]
    fn the_named_ones_are_as_strong_as_the_ranges_allow() {
        let named = ranges().named();
        let labels: Vec<String> = named
            .iter()
            .map(|(name, change)| format!("{name}: {}", change.label()))
            .collect();
        assert_eq!(
            labels,
            [
                "noise: white noise at 10 dB SNR",
                "pitch: pitch -3.0 semitones",
                "pitch+noise: pitch -3.0 semitones, then white noise at 10 dB SNR",
                "speed: speed and pitch x1.12",
                "stretch: speed x1.25",
                "gain: gain +6.0 dB",
                "shift: shift +0.10 s",
                "room: room with RT60 0.80 s",
            ]
        );
    }

    #[test]
    fn mistakes_are_refused_by_key() {
        ranges().validate().unwrap();
        let refusal = |change: fn(&mut WaveAugmentations)| {
            let mut changed = ranges();
            change(&mut changed);
            changed.validate().unwrap_err().to_string()
        };
        assert!(refusal(|r| r.noise.probability = 1.5).starts_with("augmentation.wave.noise.probability: 1.5"));
        assert!(refusal(|r| r.pitch.semitones = [2.0, -2.0]).contains("[2, -2] is no range"));
        assert!(refusal(|r| r.stretch.rate = [f64::NAN, 1.0]).starts_with("augmentation.wave.stretch.rate"));
        assert!(refusal(|r| r.noise.kind = NoiseKind::Folder).starts_with("augmentation.wave.noise.folder: is empty"));
    }
}
