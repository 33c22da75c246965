//! Files that no recording should be, through decoding and every shipped recipe: each gives finite numbers or
//! a reason that says what is wrong, and never a panic.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};
use undertone::audio::decode;
use undertone::engine::load_settings;
use undertone::features::{Recipe, extract};

/// What a wav header states.
struct Format {
    /// 1 is integers, 3 floats.
    tag: u16,
    channels: u16,
    rate: u32,
    bits: u16,
}

const PLAIN: Format = Format {
    tag: 1,
    channels: 1,
    rate: 16_000,
    bits: 16,
};

/// A wav file whose header claims `claimed` bytes of samples.
fn write(folder: &Path, name: &str, format: &Format, claimed: u32, data: &[u8]) -> PathBuf {
    let path = folder.join(name);
    let block = format.channels * format.bits / 8;
    let mut bytes = Vec::new();
    bytes.extend(b"RIFF");
    bytes.extend(claimed.saturating_add(36).to_le_bytes());
    bytes.extend(b"WAVEfmt ");
    bytes.extend(16u32.to_le_bytes());
    bytes.extend(format.tag.to_le_bytes());
    bytes.extend(format.channels.to_le_bytes());
    bytes.extend(format.rate.to_le_bytes());
    bytes.extend((format.rate.wrapping_mul(u32::from(block))).to_le_bytes());
    bytes.extend(block.to_le_bytes());
    bytes.extend(format.bits.to_le_bytes());
    bytes.extend(b"data");
    bytes.extend(claimed.to_le_bytes());
    bytes.extend(data);
    std::fs::write(&path, bytes).unwrap();
    path
}

fn wav(folder: &Path, name: &str, format: &Format, data: &[u8]) -> PathBuf {
    write(folder, name, format, data.len() as u32, data)
}

/// A hum of so many 16-bit samples, full scale at `scale` 1.
fn hum(samples: usize, scale: f64) -> Vec<u8> {
    let at = |n: usize| (32_767.0 * scale * (n as f64 * 0.06).sin()).clamp(-32_768.0, 32_767.0) as i16;
    (0..samples).flat_map(|n| at(n).to_le_bytes()).collect()
}

fn floats(samples: impl Iterator<Item = f32>) -> Vec<u8> {
    samples.flat_map(f32::to_le_bytes).collect()
}

fn recipes() -> Vec<(String, Recipe)> {
    let settings = load_settings(Some(Path::new("workbench.toml")), &[]).unwrap();
    assert!(settings.recipes.len() >= 6);
    settings.recipes.into_iter().collect()
}

/// Numbers by every recipe, or what was said instead.
fn outcomes(path: &Path, recipes: &[(String, Recipe)]) -> Vec<Result<(), String>> {
    let decoded = match decode(path) {
        Ok(decoded) => decoded,
        Err(error) => return vec![Err(error.to_string())],
    };
    let one = |(name, recipe): &(String, Recipe)| {
        let extracted = extract(&decoded.wave, recipe).map_err(|error| error.to_string())?;
        let matrix = extracted.matrix;
        assert_eq!((matrix.frames, matrix.coefficients), recipe.shape(), "{name}");
        assert!(
            matrix.values.iter().all(|value| value.is_finite()),
            "{name} of {path:?}"
        );
        Ok(())
    };
    recipes.iter().map(one).collect()
}

#[test]
fn strange_but_readable_files_have_features_by_every_recipe() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let recipes = recipes();
    let float = Format {
        tag: 3,
        bits: 32,
        ..PLAIN
    };
    let eight = Format { channels: 8, ..PLAIN };
    for path in [
        wav(folder, "one_sample.wav", &PLAIN, &[1, 0]),
        wav(folder, "ten_milliseconds.wav", &PLAIN, &hum(160, 0.3)),
        wav(folder, "silence.wav", &PLAIN, &[0; 64_000]),
        wav(folder, "constant.wav", &PLAIN, &[0x11; 64_000]),
        wav(folder, "clipped.wav", &PLAIN, &hum(32_000, 40.0)),
        wav(folder, "eight_channels.wav", &eight, &hum(8 * 16_000, 0.3)),
        wav(
            folder,
            "denormal.wav",
            &float,
            &floats((0..16_000).map(|n| (n % 7) as f32 * 1e-42)),
        ),
        wav(
            folder,
            "loud.wav",
            &float,
            &floats((0..16_000).map(|n| (n as f32 * 0.1).sin() * 1e4)),
        ),
        wav(
            folder,
            "alternating.wav",
            &float,
            &floats((0..16_000).map(|n| if n % 2 == 0 { 1.0 } else { -1.0 })),
        ),
        // 95 % of what the header claims.
        write(folder, "nearly_whole.wav", &PLAIN, 32_000, &hum(15_200, 0.3)),
        wav(
            folder,
            "lowest_rate.wav",
            &Format { rate: 1_000, ..PLAIN },
            &hum(2_000, 0.3),
        ),
        wav(
            folder,
            "highest_rate.wav",
            &Format { rate: 768_000, ..PLAIN },
            &hum(90_000, 0.3),
        ),
    ] {
        for (outcome, (name, _)) in outcomes(&path, &recipes).into_iter().zip(&recipes) {
            assert_eq!(outcome, Ok(()), "{name} of {path:?}");
        }
    }
}

#[test]
fn what_has_no_features_is_refused_with_the_reason() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let recipes = recipes();
    let float = Format {
        tag: 3,
        bits: 32,
        ..PLAIN
    };
    let second = |value: f32| floats((0..16_000).map(move |n| if n == 9_000 { value } else { 0.1 }));
    let empty = folder.join("empty.wav");
    File::create(&empty).unwrap();
    for (path, words) in [
        (empty, "no samples"),
        (wav(folder, "header_only.wav", &PLAIN, &[]), "no samples"),
        (
            wav(folder, "nan.wav", &float, &second(f32::NAN)),
            "sample 9000 is not a finite number",
        ),
        (
            wav(folder, "infinite.wav", &float, &second(f32::INFINITY)),
            "not a finite number",
        ),
        (wav(folder, "huge.wav", &float, &second(1e30)), "far beyond full scale"),
        (
            wav(folder, "one_hertz.wav", &Format { rate: 1, ..PLAIN }, &hum(100, 0.3)),
            "1 samples per second",
        ),
        (
            wav(folder, "zero_hertz.wav", &Format { rate: 0, ..PLAIN }, &hum(100, 0.3)),
            "0 samples per second",
        ),
        (
            wav(
                folder,
                "no_channel.wav",
                &Format { channels: 0, ..PLAIN },
                &hum(100, 0.3),
            ),
            "0 channels",
        ),
        (
            write(folder, "truncated.wav", &PLAIN, 64_000, &hum(16_000, 0.3)),
            "only 16000 of 32000 samples",
        ),
    ] {
        for outcome in outcomes(&path, &recipes) {
            let said = outcome.unwrap_err();
            assert!(said.contains(words), "{path:?}: {said}");
        }
    }
}

#[test]
fn two_hours_give_their_first_seconds_or_a_reason_within_bounded_memory() {
    let folder = tempfile::tempdir().unwrap();
    let format = Format {
        rate: 8_000,
        bits: 8,
        ..PLAIN
    };
    let length = 7_200 * 8_000;
    let path = write(folder.path(), "two_hours.wav", &format, length, &[]);
    // Zeros that take no room on the disk; a hum where recipes listen.
    let mut file = File::options().append(true).open(&path).unwrap();
    let hum: Vec<u8> = (0..80_000)
        .map(|n| (128.0 + 90.0 * (f64::from(n) * 0.1).sin()) as u8)
        .collect();
    file.write_all(&hum).unwrap();
    file.set_len(44 + u64::from(length)).unwrap();
    let recipes = recipes();
    for (outcome, (name, recipe)) in outcomes(&path, &recipes).into_iter().zip(&recipes) {
        match outcome {
            Ok(()) => assert_eq!(recipe.trim_db, 0.0, "{name}"),
            Err(said) => assert!(said.contains("cut it into utterances"), "{name}: {said}"),
        }
    }
    // All of it, at eight bytes a sample.
    if let Ok(status) = std::fs::read_to_string("/proc/self/status") {
        let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
        let kilobytes: u64 = peak.trim().trim_end_matches(" kB").parse().unwrap();
        assert!(kilobytes < 700_000, "{kilobytes} kB");
    }
}
