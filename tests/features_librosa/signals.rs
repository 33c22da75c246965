//! The signals of `tests/golden/features.py`, by the same formulas.

use std::f64::consts::PI;
use undertone::audio::Wave;

/// A 64-bit linear congruential generator, its upper 24 bits in [-1, 1).
pub fn noise(length: usize, seed: u64) -> Vec<f64> {
    let mut state = seed;
    let mut next = || {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (state >> 40) as f64 / f64::from(1 << 23) - 1.0
    };
    (0..length).map(|_| next()).collect()
}

pub fn chirp(length: usize, rate: u32, low: f64, high: f64) -> Vec<f64> {
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

pub fn signals() -> Vec<(&'static str, Wave)> {
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

pub fn signal(name: &str) -> Wave {
    signals().into_iter().find(|(known, _)| *known == name).unwrap().1
}
