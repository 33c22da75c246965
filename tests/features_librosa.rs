//! Features against librosa 0.11 on the same samples, within 1e-4 of each feature's range.
//!
//! The golden files come from `tests/golden/features.py`; the signals are made here by the same formulas.

#![allow(clippy::unwrap_used)]

use std::f64::consts::PI;
use std::path::Path;
use undertone::audio::{Wave, power_spectrogram, resample};
use undertone::features::{
    Feature, Recipe, extract, mel_filterbank, mel_spectrogram, mfcc, power_to_db, root_mean_square, zero_crossing_rate,
};

const PARITY: f64 = 1e-4;

fn golden(name: &str) -> Vec<f32> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/golden/features")
        .join(format!("{name}.bin"));
    let bytes = std::fs::read(path).unwrap();
    bytes
        .as_chunks::<4>()
        .0
        .iter()
        .map(|&bytes| f32::from_le_bytes(bytes))
        .collect()
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

fn chirp(length: usize, rate: u32, low: f64, high: f64) -> Vec<f64> {
    let rate = f64::from(rate);
    let at = |n: usize| {
        let t = n as f64 / rate;
        (2.0 * PI * (low * t + (high - low) * t * t * rate / (2 * length) as f64)).sin()
    };
    (0..length).map(at).collect()
}

fn voice(length: usize, rate: u32, pitch: f64, formants: [f64; 3]) -> Vec<f64> {
    let at = |n: usize| {
        let t = n as f64 / f64::from(rate);
        let phase = 2.0 * PI * (pitch * t + 10.0 * (3.0 * t).sin());
        let harmonic = |k: u32| {
            let k = f64::from(k);
            let weight: f64 = formants
                .iter()
                .map(|formant| 1.0 / (1.0 + ((k * pitch - formant) / 100.0).powi(2)))
                .sum();
            weight * (k * phase).sin()
        };
        let swell = 0.1 + 0.2 * (PI * t * f64::from(rate) / length as f64).sin().powi(2);
        (1..25).map(harmonic).sum::<f64>() * swell
    };
    (0..length).map(at).collect()
}

fn mixed(a: f64, x: &[f64], b: f64, y: &[f64]) -> Vec<f64> {
    x.iter().zip(y).map(|(x, y)| a * x + b * y).collect()
}

fn scaled(a: f64, x: &[f64]) -> Vec<f64> {
    x.iter().map(|x| a * x).collect()
}

fn signals() -> Vec<(&'static str, Wave)> {
    let r = 22_050;
    let n = r as usize;
    let sine = |n: usize| 0.5 * (2.0 * PI * 440.0 * n as f64 / 22_050.0).sin();
    let signals = [
        ("sine", (0..n).map(sine).collect(), r),
        ("chirp", mixed(0.4, &chirp(n, r, 50.0, 10_000.0), 0.05, &noise(n, 1)), r),
        ("noise", scaled(0.3, &noise(n, 2)), r),
        (
            "impulse",
            (0..n).map(|n| if n == 5000 { 0.9 } else { 0.0 }).collect(),
            r,
        ),
        ("silence", vec![0.0; n], r),
        (
            "whisper",
            mixed(1e-5, &noise(n, 3), 1e-4, &chirp(n, r, 100.0, 3000.0)),
            r,
        ),
        ("threshold", scaled(3e-10, &noise(n, 4)), r),
        (
            "clipped",
            voice(n, r, 140.0, [600.0, 1700.0, 2600.0])
                .iter()
                .map(|x| (4.0 * x).clamp(-1.0, 1.0))
                .collect(),
            r,
        ),
        (
            "voice_low",
            mixed(1.0, &voice(n, r, 110.0, [700.0, 1100.0, 2500.0]), 1e-3, &noise(n, 5)),
            r,
        ),
        (
            "voice_high",
            mixed(1.0, &voice(n, r, 220.0, [300.0, 2300.0, 3000.0]), 1e-3, &noise(n, 6)),
            r,
        ),
        ("odd", scaled(0.4, &chirp(12_345, r, 80.0, 9000.0)), r),
        ("short", scaled(0.4, &chirp(100, r, 500.0, 5000.0)), r),
        ("rate_8000", voice(8000, 8000, 120.0, [500.0, 1500.0, 2500.0]), 8000),
        (
            "rate_48000",
            mixed(
                1.0,
                &voice(48_000, 48_000, 180.0, [800.0, 1200.0, 2800.0]),
                0.01,
                &noise(48_000, 7),
            ),
            48_000,
        ),
        (
            "half",
            chirp(n, r, 200.0, 6000.0)
                .iter()
                .enumerate()
                .map(|(at, x)| if at < n / 2 { 0.5 * x } else { 0.0 })
                .collect(),
            r,
        ),
        (
            "clip",
            mixed(
                1.0,
                &voice(70_000, r, 150.0, [650.0, 1300.0, 2500.0]),
                2e-3,
                &noise(70_000, 8),
            ),
            r,
        ),
    ];
    let wave = |samples: Vec<f64>, rate| Wave {
        samples: samples.iter().map(|&x| x as f32).collect(),
        rate,
    };
    signals
        .into_iter()
        .map(|(name, samples, rate)| (name, wave(samples, rate)))
        .collect()
}

fn signal(name: &str) -> Wave {
    signals().into_iter().find(|(known, _)| *known == name).unwrap().1
}

/// Largest deviation as a share of the expected values' range; of their magnitude where they do not vary.
fn deviation(ours: &[f32], theirs: &[f32]) -> f64 {
    assert_eq!(ours.len(), theirs.len());
    let (low, high) = theirs
        .iter()
        .fold((f32::MAX, f32::MIN), |(low, high), &x| (low.min(x), high.max(x)));
    let range = if high > low {
        f64::from(high - low)
    } else {
        f64::from(high.abs()).max(1e-12)
    };
    let worst = ours
        .iter()
        .zip(theirs)
        .map(|(a, b)| f64::from(a - b).abs())
        .fold(0.0, f64::max);
    assert!(ours.iter().all(|x| x.is_finite()));
    worst / range
}

fn recipe(rate: u32, samples: usize) -> Recipe {
    Recipe {
        sample_rate: rate,
        skip_seconds: 0.0,
        take_seconds: samples as f64 / f64::from(rate),
        frame_length: 2048,
        hop_length: 512,
        n_mels: 128,
        n_mfcc: 20,
        features: vec![Feature::Zcr, Feature::Rms, Feature::Mfcc],
        ..Recipe::default()
    }
}

#[test]
fn zcr_rms_and_mfcc_are_librosas_on_every_signal() {
    let mut worst = [0f64; 3];
    for (name, wave) in signals() {
        let theirs = golden(&format!("features_{name}"));
        let recipe = match name {
            "clip" => Recipe {
                skip_seconds: 0.6,
                take_seconds: 2.5,
                ..recipe(wave.rate, 0)
            },
            // Shorter than a recipe may be, so the functions themselves are compared.
            "short" => {
                let mut mel = mel_spectrogram(
                    &power_spectrogram(&wave.samples, 2048, 512),
                    &mel_filterbank(wave.rate, 2048, 128),
                );
                power_to_db(&mut mel, 1e-10, 80.0);
                assert_eq!(zero_crossing_rate(&wave.samples, 2048, 512), theirs[..1]);
                assert!(deviation(&root_mean_square(&wave.samples, 2048, 512), &theirs[1..2]) < PARITY);
                assert!(deviation(&mfcc(&mel, 128, 20), &theirs[2..]) < PARITY);
                continue;
            }
            _ => recipe(wave.rate, wave.samples.len()),
        };
        let flat = extract(&wave, &recipe).unwrap().matrix.flat(&recipe);
        assert_eq!(flat.len(), theirs.len(), "{name}");
        let frames = recipe.shape().0;
        for (feature, part) in [0..frames, frames..2 * frames, 2 * frames..flat.len()]
            .into_iter()
            .enumerate()
        {
            let deviation = deviation(&flat[part.clone()], &theirs[part]);
            assert!(
                deviation < PARITY,
                "{name}, {:?}: {deviation}",
                recipe.features[feature]
            );
            worst[feature] = worst[feature].max(deviation);
        }
    }
    println!(
        "worst deviation in shares of the range: zcr {:.1e}, rms {:.1e}, mfcc {:.1e}",
        worst[0], worst[1], worst[2]
    );
}

#[test]
fn the_whole_recipe_gives_the_2376_numbers_of_the_papers() {
    let recipe = Recipe {
        skip_seconds: 0.6,
        take_seconds: 2.5,
        ..recipe(22_050, 0)
    };
    let extracted = extract(&signal("clip"), &recipe).unwrap();
    assert_eq!((extracted.matrix.frames, extracted.matrix.coefficients), (108, 22));
    assert!(extracted.notes.is_empty());
    let flat = extracted.matrix.flat(&recipe);
    assert_eq!(flat.len(), 2376);
    assert!(deviation(&flat[..108], &golden("features_clip")[..108]) < 1e-9);
}

#[test]
fn power_mel_filters_and_decibels_are_librosas() {
    let odd = signal("odd");
    let power = power_spectrogram(&odd.samples, 512, 400);
    assert_eq!(power.frames, 31);
    assert!(deviation(&power.power, &golden("power_odd")) < PARITY);
    assert!(deviation(&mel_filterbank(16_000, 512, 40).rows().concat(), &golden("mel_filters")) < 1e-6);
    for name in ["chirp", "whisper"] {
        let wave = signal(name);
        let filterbank = mel_filterbank(wave.rate, 2048, 128);
        let mut mel = mel_spectrogram(&power_spectrogram(&wave.samples, 2048, 512), &filterbank);
        power_to_db(&mut mel, 1e-10, 80.0);
        let deviation = deviation(&mel, &golden(&format!("mel_db_{name}")));
        assert!(deviation < PARITY, "{name}: {deviation}");
    }
}

/// The two filters differ in the upper tenth of the band, where soxr's falls off earlier. Below it both are
/// the ideal one: a chirp up to 84 % of the band is the same to 100 dB below full scale.
#[test]
fn resampling_is_soxrs_within_the_band() {
    for (from, to) in [(48_000u32, 22_050u32), (16_000, 22_050), (24_414, 22_050)] {
        let length = from as usize / 2;
        let chirp = chirp(length, from, 100.0, 0.42 * f64::from(from.min(to)));
        let swell = |n: usize| 0.5 * (PI * n as f64 / length as f64).sin().powi(2);
        let samples: Vec<f64> = chirp.iter().enumerate().map(|(n, x)| swell(n) * x).collect();
        let wave = Wave {
            samples: samples.iter().map(|&x| x as f32).collect(),
            rate: from,
        };
        let ours = resample(&wave, to).unwrap().samples;
        let theirs = golden(&format!("resampled_{from}_{to}"));
        assert_eq!(ours.len(), theirs.len());
        let worst = ours.iter().zip(&theirs).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
        println!("{from} to {to}: worst difference {worst:.1e}");
        assert!(worst < 1e-5, "{from} to {to}: {worst}");
    }
}
