//! Augmentations by measurement, and against librosa.effects on the same samples.
//!
//! The golden files come from `tests/golden/augment.py`; the signals are made here by the same formulas.

#![allow(clippy::unwrap_used)]

use std::f64::consts::PI;
use std::path::Path;
use undertone::audio::augment::{Augmentation, Noise, Room};
use undertone::audio::{Wave, decode, resample};
use undertone::corpus::demo::{DemoSettings, write_demo};
use undertone::random::stream;

const RATE: u32 = 22_050;

fn apply(augmentation: &Augmentation, wave: &Wave) -> Wave {
    augmentation.apply(wave, &mut stream(1, "test", 0)).unwrap()
}

fn wave(samples: impl Iterator<Item = f64>) -> Wave {
    Wave {
        samples: samples.map(|sample| sample as f32).collect(),
        rate: RATE,
    }
}

/// Harmonics of one pitch.
fn harmonic(pitch: f64, seconds: f64) -> Wave {
    wave((0..(seconds * f64::from(RATE)) as usize).map(|n| {
        let phase = 2.0 * PI * pitch * n as f64 / f64::from(RATE);
        0.1 * (1..15)
            .map(|k| (f64::from(k) * phase).sin() / f64::from(k))
            .sum::<f64>()
    }))
}

/// The pitch of the samples (Hz) by the highest peak of their normalised autocorrelation within 60 to 500 Hz,
/// and how high it is (1: exactly periodic).
fn pitch(samples: &[f32]) -> (f64, f64) {
    let (shortest, longest) = (RATE as usize / 500, RATE as usize / 60);
    let length = samples.len() - longest - 1;
    let energy = |from: usize| -> f64 { samples[from..from + length].iter().map(|&x| f64::from(x).powi(2)).sum() };
    let similarity: Vec<f64> = (shortest - 1..=longest + 1)
        .map(|lag| {
            let product: f64 = samples[..length]
                .iter()
                .zip(&samples[lag..])
                .map(|(&a, &b)| f64::from(a) * f64::from(b))
                .sum();
            product / (energy(0) * energy(lag)).sqrt().max(1e-12)
        })
        .collect();
    let highest = similarity.iter().copied().fold(0.0, f64::max);
    // The first that is nearly as high: twice the period is as good a period.
    let is_peak = |at: usize| similarity[at] >= similarity[at - 1] && similarity[at] >= similarity[at + 1];
    let Some(at) = (1..similarity.len() - 1).find(|&at| is_peak(at) && similarity[at] > 0.93 * highest) else {
        return (0.0, 0.0);
    };
    let (before, here, after) = (similarity[at - 1], similarity[at], similarity[at + 1]);
    let curve = before - 2.0 * here + after;
    let between = if curve < 0.0 {
        0.5 * (before - after) / curve
    } else {
        0.0
    };
    (f64::from(RATE) / ((shortest - 1 + at) as f64 + between), here)
}

fn within_one_percent(measured: f64, expected: f64, what: &str) {
    assert!(
        (measured / expected - 1.0).abs() < 0.01,
        "{what}: {measured} for {expected}"
    );
}

/// The middle half second.
fn middle(wave: &Wave) -> &[f32] {
    let (half, middle) = (RATE as usize / 4, wave.samples.len() / 2);
    &wave.samples[middle - half..middle + half]
}

#[test]
fn pitch_and_length_of_harmonics_move_by_the_ratio() {
    for hertz in [95.0, 160.0, 240.0] {
        let voice = harmonic(hertz, 2.0);
        within_one_percent(pitch(middle(&voice)).0, hertz, "as it is");
        for rate in [0.7, 0.85, 1.1, 1.4] {
            let there = apply(&Augmentation::Stretch { rate }, &voice);
            within_one_percent(pitch(middle(&there)).0, hertz, &format!("speed {rate}"));
            within_one_percent(there.samples.len() as f64, voice.samples.len() as f64 / rate, "length");
        }
        for semitones in [-5.0, -2.0, 0.5, 2.0, 4.0] {
            let there = apply(&Augmentation::Pitch { semitones }, &voice);
            let expected = hertz * 2f64.powf(semitones / 12.0);
            within_one_percent(pitch(middle(&there)).0, expected, &format!("{semitones} semitones"));
            assert_eq!(there.samples.len(), voice.samples.len());
        }
    }
}

/// The time between two swells of sound (s).
fn distance(wave: &Wave) -> f64 {
    let half = wave.samples.len() / 2;
    let centre = |samples: &[f32]| {
        let energy = |(n, &x): (usize, &f32)| (n as f64 * f64::from(x).powi(2), f64::from(x).powi(2));
        let (moment, sum) = samples
            .iter()
            .enumerate()
            .map(energy)
            .fold((0.0, 0.0), |(a, b), (c, d)| (a + c, b + d));
        moment / sum
    };
    (half as f64 + centre(&wave.samples[half..]) - centre(&wave.samples[..half])) / f64::from(wave.rate)
}

#[test]
fn what_happens_in_a_wave_happens_sooner_or_later_by_the_ratio() {
    // So far apart and so wide that a frame of the vocoder, 23 ms, is little beside them: it moves short ones
    // by some frames, librosa's just as this one.
    let swell = |t: f64, at: f64| (-((t - at) / 0.4).powi(2)).exp();
    let two = wave((0..8 * RATE as usize).map(|n| {
        let t = n as f64 / f64::from(RATE);
        (2.0 * PI * 300.0 * t).sin() * (swell(t, 1.5) + swell(t, 6.5))
    }));
    within_one_percent(distance(&two), 5.0, "as it is");
    for rate in [0.7, 0.9, 1.2, 1.5] {
        let there = apply(&Augmentation::Stretch { rate }, &two);
        within_one_percent(distance(&there), 5.0 / rate, &format!("speed {rate}"));
    }
    for semitones in [-4.0, 3.0] {
        let there = apply(&Augmentation::Pitch { semitones }, &two);
        within_one_percent(distance(&there), 5.0, &format!("{semitones} semitones"));
    }
}

/// Median over all moments that are clearly voiced of how much higher the changed wave is at `1 / rate` of the time.
fn median_ratio(wave: &Wave, changed: &Wave, rate: f64) -> f64 {
    const FRAME: usize = 1_600;
    let voiced = |samples: &[f32]| {
        let (hertz, similarity) = pitch(samples);
        let loud = samples.iter().map(|x| x * x).sum::<f32>() > 0.5;
        (loud && similarity > 0.85).then_some(hertz)
    };
    let mut ratios: Vec<f64> = (0..wave.samples.len() - FRAME)
        .step_by(256)
        .filter_map(|from| {
            let centre = (from + FRAME / 2) as f64 / rate;
            let there = (centre as usize).checked_sub(FRAME / 2)?;
            let before = voiced(&wave.samples[from..from + FRAME])?;
            Some(voiced(changed.samples.get(there..there + FRAME)?)? / before)
        })
        .collect();
    assert!(ratios.len() > 20, "{}", ratios.len());
    ratios.sort_by(f64::total_cmp);
    ratios[ratios.len() / 2]
}

#[test]
fn pitch_and_length_of_demo_voices_move_by_the_ratio() {
    let folder = tempfile::tempdir().unwrap();
    let settings = DemoSettings {
        clips: 24,
        speakers: 12,
        seed: 3,
    };
    write_demo(&folder.path().join("demo"), &settings, &|_, _| {}).unwrap();
    let mut waves = Vec::new();
    let mut folders = vec![folder.path().to_owned()];
    while let Some(path) = folders.pop() {
        let mut entries: Vec<_> = path.read_dir().unwrap().map(|entry| entry.unwrap().path()).collect();
        entries.sort();
        for path in entries {
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|it| it == "wav") && waves.len() < 4 {
                let wave = resample(&decode(&path).unwrap().wave, RATE).unwrap();
                // As loud as each other, for the threshold of what is voiced.
                let peak = wave.samples.iter().fold(0f32, |peak, x| peak.max(x.abs()));
                let samples = wave.samples.iter().map(|x| 0.7 * x / peak).collect();
                waves.push(Wave { samples, rate: RATE });
            }
        }
    }
    assert_eq!(waves.len(), 4);
    for voice in &waves {
        for rate in [0.85, 1.18] {
            let there = apply(&Augmentation::Stretch { rate }, voice);
            within_one_percent(median_ratio(voice, &there, rate), 1.0, &format!("speed {rate}"));
            within_one_percent(there.samples.len() as f64, voice.samples.len() as f64 / rate, "length");
        }
        for semitones in [-2.0, 2.0] {
            let there = apply(&Augmentation::Pitch { semitones }, voice);
            let expected = 2f64.powf(semitones / 12.0);
            within_one_percent(
                median_ratio(voice, &there, 1.0),
                expected,
                &format!("{semitones} semitones"),
            );
        }
    }
}

/// A 64-bit linear congruential generator, its upper 24 bits in [-1, 1).
fn noise(length: usize, seed: u64) -> Vec<f64> {
    let mut state = seed;
    let mut next = || {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (state >> 40) as f64 / f64::from(1 << 23) - 1.0
    };
    (0..length).map(|_| next()).collect()
}

const LENGTH: usize = 12_000;

fn golden_voice() -> Wave {
    let noise = noise(LENGTH, 1);
    wave((0..LENGTH).map(|n| {
        let t = n as f64 / f64::from(RATE);
        let phase = 2.0 * PI * (130.0 * t + 4.0 * (3.0 * t).sin());
        let sum: f64 = (1..25).map(|k| (f64::from(k) * phase).sin() / f64::from(k)).sum();
        0.3 * sum * (PI * n as f64 / LENGTH as f64).sin().powi(2) + 1e-3 * noise[n]
    }))
}

fn golden_chirp() -> Wave {
    let (noise, seconds) = (noise(LENGTH, 2), LENGTH as f64 / f64::from(RATE));
    wave((0..LENGTH).map(|n| {
        let t = n as f64 / f64::from(RATE);
        0.4 * (2.0 * PI * (80.0 * t + (6_000.0 - 80.0) * t * t / (2.0 * seconds))).sin() + 0.02 * noise[n]
    }))
}

/// librosa's every third sample.
fn golden(name: &str) -> Vec<f32> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/golden/augment")
        .join(format!("{name}.bin"));
    let bytes = std::fs::read(path).unwrap();
    let (values, _) = bytes.as_chunks::<4>();
    values.iter().map(|&bytes| f32::from_le_bytes(bytes)).collect()
}

/// Signal-to-error ratio (dB) of what we make to what librosa makes, sample by sample.
fn agreement(change: &Augmentation, wave: &Wave, name: &str) -> f64 {
    let (ours, theirs) = (apply(change, wave).samples, golden(name));
    assert_eq!(theirs.len(), ours.len().div_ceil(3), "{name}");
    let (mut signal, mut error) = (0.0, 0.0);
    for (ours, theirs) in ours.iter().step_by(3).zip(&theirs) {
        signal += f64::from(*theirs).powi(2);
        error += f64::from(ours - theirs).powi(2);
    }
    10.0 * (signal / error).log10()
}

#[test]
fn stretch_and_pitch_are_librosas_sample_by_sample() {
    for (signal, wave) in [("voice", golden_voice()), ("chirp", golden_chirp())] {
        for (rate, name) in [(0.8, "0.8"), (1.25, "1.25")] {
            let found = agreement(
                &Augmentation::Stretch { rate },
                &wave,
                &format!("{signal}_stretch_{name}"),
            );
            println!("{signal} speed {rate}: differs from librosa at {found:.1} dB below it");
            assert!(found > 90.0, "{signal} {rate}: {found} dB");
        }
        for semitones in [2.0, -3.0] {
            let name = format!("{signal}_pitch_{semitones}");
            let found = agreement(&Augmentation::Pitch { semitones }, &wave, &name);
            println!("{signal} {semitones} semitones: differs from librosa at {found:.1} dB below it");
            // The resampling filters differ at the upper end of the band, where these signals have their noise.
            assert!(found > 38.0, "{signal} {semitones}: {found} dB");
        }
    }
}

#[test]
fn noise_and_rooms_come_from_folders_too() {
    let folder = tempfile::tempdir().unwrap();
    let sounds = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/sounds");
    for name in ["mono.flac", "mono.aiff"] {
        std::fs::copy(sounds.join(name), folder.path().join(name)).unwrap();
    }
    std::fs::write(folder.path().join("readme.txt"), "no sound").unwrap();
    let voice = harmonic(150.0, 3.0);
    let power = |samples: &[f32]| samples.iter().map(|&x| f64::from(x).powi(2)).sum::<f64>() / samples.len() as f64;
    for snr_db in [0.0, 15.0] {
        let change = Augmentation::Noise {
            colour: Noise::Folder(folder.path().to_owned()),
            snr_db,
        };
        let noisy = apply(&change, &voice);
        let added: Vec<f32> = noisy.samples.iter().zip(&voice.samples).map(|(a, b)| a - b).collect();
        let measured = 10.0 * (power(&voice.samples) / power(&added)).log10();
        assert!((measured - snr_db).abs() < 0.1, "{measured}");
        // Another draw is another noise.
        let other = change.apply(&voice, &mut stream(2, "test", 0)).unwrap();
        assert_ne!(other, noisy);
        assert_eq!(apply(&change, &voice), noisy);
    }
    let there = apply(&Augmentation::Room(Room::Folder(folder.path().to_owned())), &voice);
    assert_eq!(there.samples.len(), voice.samples.len());
    assert!((power(&there.samples) / power(&voice.samples) - 1.0).abs() < 1e-3);
}
