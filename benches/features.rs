//! Every stage from a sound file to features, on one thread: `cargo bench`.

#![allow(clippy::unwrap_used, reason = "a measurement may panic")]

use divan::{Bencher, black_box};
use std::f32::consts::TAU;
use std::path::PathBuf;
use undertone::audio::{Wave, decode, mel_filterbank, power_frames, resample_range};
use undertone::features::{Recipe, extract, mfcc, power_to_db, root_mean_square, zero_crossing_rate};

fn main() {
    divan::main();
}

/// Rate and length of what the recipe of the papers takes of a clip.
const RATE: u32 = 22_050;
const TAKEN: usize = 55_125;
const FRAMES: usize = 108;

/// Something like a voice: harmonics of a gliding pitch.
fn wave(rate: u32, seconds: f32) -> Wave {
    let at = |n: usize| {
        let t = n as f32 / rate as f32;
        let phase = TAU * (140.0 * t + 3.0 * (3.0 * t).sin());
        (1..12u8)
            .map(|k| (f32::from(k) * phase).sin() / f32::from(k))
            .sum::<f32>()
            * 0.1
    };
    Wave {
        samples: (0..(seconds * rate as f32) as usize).map(at).collect(),
        rate,
    }
}

/// A 16-bit mono wav file of it, written anew by every process.
fn file(rate: u32) -> PathBuf {
    let wave = wave(rate, 3.7);
    let path = std::env::temp_dir().join(format!("undertone-bench-{}-{rate}.wav", std::process::id()));
    let format = hound::WavSpec {
        channels: 1,
        sample_rate: rate,
        bits_per_sample: 16,
        sample_format: hound::SampleFormat::Int,
    };
    let mut writer = hound::WavWriter::create(&path, format).unwrap();
    let samples = wave.samples.iter().map(|x| (x * 32_767.0) as i16);
    samples.for_each(|sample| writer.write_sample(sample).unwrap());
    writer.finalize().unwrap();
    path
}

#[divan::bench(args = [48_000, 16_000])]
fn decode_wav(bencher: Bencher, rate: u32) {
    let path = file(rate);
    bencher.bench(|| decode(black_box(&path)).unwrap());
    std::fs::remove_file(path).unwrap();
}

#[divan::bench(args = [48_000, 44_100, 24_414, 24_000, 16_000])]
fn resample(bencher: Bencher, rate: u32) {
    let wave = wave(rate, 3.7);
    bencher.bench(|| resample_range(black_box(&wave), RATE, 13_230..13_230 + TAKEN).unwrap());
}

#[divan::bench]
fn stft(bencher: Bencher) {
    let wave = wave(RATE, 2.5);
    bencher.bench(|| {
        let centres = (0..FRAMES).map(|frame| frame * 512);
        power_frames(black_box(&wave.samples), 2048, centres, |_, power| {
            black_box(power);
        });
    });
}

#[divan::bench]
fn mel(bencher: Bencher) {
    let filterbank = mel_filterbank(RATE, 2048, 128);
    let power: Vec<f32> = (0..1025u16).map(|bin| f32::from(bin).sin().abs()).collect();
    let mut bands = vec![0.0; 128];
    bencher.bench_local(|| {
        for _ in 0..FRAMES {
            filterbank.apply(black_box(&power), &mut bands);
        }
    });
}

#[divan::bench]
fn decibels(bencher: Bencher) {
    let mel: Vec<f32> = (0..(FRAMES * 128) as u16).map(|n| f32::from(n).sin().abs()).collect();
    bencher
        .with_inputs(|| mel.clone())
        .bench_values(|mut mel| power_to_db(&mut mel, 1e-10, 80.0));
}

#[divan::bench]
fn dct(bencher: Bencher) {
    let mel: Vec<f32> = (0..(FRAMES * 128) as u16).map(|n| f32::from(n).sin() * 40.0).collect();
    bencher.bench(|| mfcc(black_box(&mel), 128, 20));
}

#[divan::bench]
fn zcr(bencher: Bencher) {
    let wave = wave(RATE, 2.5);
    bencher.bench(|| zero_crossing_rate(black_box(&wave.samples), 2048, 512));
}

#[divan::bench]
fn rms(bencher: Bencher) {
    let wave = wave(RATE, 2.5);
    bencher.bench(|| root_mean_square(black_box(&wave.samples), 2048, 512));
}

#[divan::bench(args = [48_000, 16_000])]
fn mfcc_zcr_rms(bencher: Bencher, rate: u32) {
    let wave = wave(rate, 3.7);
    let recipe = Recipe::default();
    bencher.bench(|| extract(black_box(&wave), &recipe).unwrap());
}
