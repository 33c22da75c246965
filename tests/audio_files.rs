//! Every container and coding that is read, and what comes of damaged and senseless files.
//!
//! The compressed files come from `tests/golden/sounds.py`.

#![allow(clippy::unwrap_used)]

#[path = "audio_files/containers.rs"]
mod containers;

use std::f64::consts::TAU;
use std::fs;
use std::path::{Path, PathBuf};
use undertone::audio::{AudioError, decode, read_header};

fn sounds() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/sounds")
}

/// What every file in `sounds` holds, mixed to mono.
fn expected(rate: u32, channels: u16, frames: usize) -> Vec<f32> {
    let gain = if channels == 1 { 1.0 } else { 0.75 };
    let at = |n: usize| {
        let t = n as f64 / f64::from(rate);
        gain * (0.5 * (TAU * 440.0 * t).sin() + 0.2 * (TAU * 1500.0 * t).sin())
    };
    (0..frames).map(|n| at(n) as f32).collect()
}

/// Largest difference away from the ends, where a lossy encoder meets a hard start and stop.
fn worst(a: &[f32], b: &[f32]) -> f32 {
    let middle = a.len() / 4..a.len().min(b.len()) * 3 / 4;
    a[middle.clone()]
        .iter()
        .zip(&b[middle])
        .map(|(a, b)| (a - b).abs())
        .fold(0.0, f32::max)
}

#[test]
fn every_compressed_form_is_decoded_to_what_was_encoded() {
    // name, container, rate, channels, samples that an encoder without a length tag put before, largest difference
    for (name, container, rate, channels, before, tolerance) in [
        ("mono.flac", "flac", 16_000, 1, 0, 2e-5),
        ("stereo.flac", "flac", 16_000, 2, 0, 1e-6),
        ("mono.ogg", "ogg", 22_050, 1, 0, 0.02),
        ("stereo.ogg", "ogg", 44_100, 2, 0, 0.02),
        ("opus.ogg", "ogg", 48_000, 1, 0, 0.06),
        ("lame_tag.mp3", "mp3", 22_050, 1, 0, 0.04),
        ("no_tag.mp3", "mp3", 44_100, 2, 1105, 0.04),
        ("aac.m4a", "m4a", 44_100, 1, 1024, 0.06),
        ("alac.m4a", "m4a", 16_000, 2, 0, 2e-5),
        ("mono.aiff", "aiff", 24_000, 1, 0, 1e-6),
        ("alaw.wav", "wav", 8_000, 1, 0, 0.02),
        ("adpcm.wav", "wav", 16_000, 1, 0, 0.04),
    ] {
        let path = sounds().join(name);
        let header = read_header(&path).unwrap();
        assert_eq!(
            (header.container.as_str(), header.rate, header.channels),
            (container, rate, channels),
            "{name}"
        );
        let decoded = decode(&path).unwrap();
        assert_eq!(decoded.header.frames as usize, decoded.wave.samples.len());
        if container != "m4a" || before == 0 {
            assert_eq!(decoded.header, header, "{name}");
        }
        let sound = expected(rate, channels, rate as usize / 2);
        let difference = worst(&sound, &decoded.wave.samples[before..]);
        assert!(difference < tolerance, "{name}: {difference}");
    }
}

/// A wav file of these format fields and bytes.
fn wav(tag: u16, channels: u16, rate: u32, bits: u16, data: &[u8]) -> Vec<u8> {
    let frame = channels.wrapping_mul(bits / 8);
    let mut format = tag.to_le_bytes().to_vec();
    format.extend(channels.to_le_bytes());
    format.extend(rate.to_le_bytes());
    format.extend(rate.wrapping_mul(u32::from(frame)).to_le_bytes());
    format.extend(frame.to_le_bytes());
    format.extend(bits.to_le_bytes());
    if tag == 0xfffe {
        // WAVE_FORMAT_EXTENSIBLE: 22 more bytes, all bits valid, no speaker positions, the PCM or float GUID.
        format.extend(22u16.to_le_bytes());
        format.extend(bits.to_le_bytes());
        format.extend([0; 4]);
        format.extend([if bits == 32 { 3 } else { 1 }, 0]);
        format.extend(*b"\0\0\0\0\x10\0\x80\0\0\xaa\0\x38\x9b\x71");
    }
    let mut bytes = b"RIFF".to_vec();
    bytes.extend((4 + 8 + format.len() as u32 + 8 + data.len() as u32).to_le_bytes());
    bytes.extend(b"WAVEfmt ");
    bytes.extend((format.len() as u32).to_le_bytes());
    bytes.extend(format);
    bytes.extend(b"data");
    bytes.extend((data.len() as u32).to_le_bytes());
    bytes.extend(data);
    bytes
}

fn written(folder: &tempfile::TempDir, name: &str, bytes: &[u8]) -> PathBuf {
    let path = folder.path().join(name);
    fs::write(&path, bytes).unwrap();
    path
}

#[test]
fn every_plain_kind_of_wav_is_decoded_at_full_scale() {
    let folder = tempfile::tempdir().unwrap();
    let half = |tag: u16, bits: u16| match (tag, bits) {
        (_, 8) => vec![192],
        (_, 16) => 0x4000i16.to_le_bytes().to_vec(),
        (_, 24) => vec![0, 0, 0x40],
        (1, 32) => 0x4000_0000i32.to_le_bytes().to_vec(),
        (_, 32) => 0.5f32.to_le_bytes().to_vec(),
        (_, _) => 0.5f64.to_le_bytes().to_vec(),
    };
    for (tag, bits) in [
        (1, 8),
        (1, 16),
        (1, 24),
        (1, 32),
        (3, 32),
        (3, 64),
        (0xfffe, 16),
        (0xfffe, 24),
        (0xfffe, 32),
    ] {
        for channels in [1, 2, 8] {
            let data = half(tag, bits).repeat(usize::from(channels) * 1000);
            let path = written(&folder, "a.wav", &wav(tag, channels, 48_000, bits, &data));
            let decoded = decode(&path).unwrap();
            assert_eq!(decoded.header, read_header(&path).unwrap());
            assert_eq!((decoded.header.channels, decoded.header.frames), (channels, 1000));
            assert!(
                decoded.wave.samples.iter().all(|&sample| sample == 0.5),
                "{tag} {bits} {channels}"
            );
        }
    }
}

#[test]
fn the_extension_says_nothing() {
    let folder = tempfile::tempdir().unwrap();
    for name in [
        "mono.flac",
        "mono.ogg",
        "lame_tag.mp3",
        "no_tag.mp3",
        "aac.m4a",
        "mono.aiff",
        "alaw.wav",
    ] {
        let truth = decode(&sounds().join(name)).unwrap();
        for disguise in ["clip.wav", "clip.mp3", "clip.txt", "clip"] {
            let path = folder.path().join(disguise);
            fs::copy(sounds().join(name), &path).unwrap();
            let decoded = decode(&path).unwrap();
            assert_eq!(
                (decoded.content, &decoded.header),
                (truth.content, &truth.header),
                "{name} as {disguise}"
            );
        }
    }
}

#[test]
fn the_content_is_that_of_the_samples_not_of_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let data: Vec<u8> = (0..4000u16)
        .flat_map(|n| (n.wrapping_mul(977) as i16).to_le_bytes())
        .collect();
    let content = |bytes: &[u8]| decode(&written(&folder, "a.wav", bytes)).unwrap().content;
    let plain = content(&wav(1, 1, 16_000, 16, &data));
    assert_eq!(plain, content(&wav(0xfffe, 1, 16_000, 16, &data)));
    let wider: Vec<u8> = data.chunks(2).flat_map(|pair| [0, pair[0], pair[1]]).collect();
    assert_eq!(plain, content(&wav(1, 1, 16_000, 24, &wider)));
    assert_ne!(plain, content(&wav(1, 1, 22_050, 16, &data)));
    assert_ne!(plain, content(&wav(1, 1, 16_000, 16, &data[2..])));
}

#[test]
fn no_sound_file_is_told_from_a_damaged_and_from_an_empty_one() {
    let folder = tempfile::tempdir().unwrap();
    let both = |bytes: &[u8]| {
        let path = written(&folder, "a.wav", bytes);
        [read_header(&path).unwrap_err(), decode(&path).unwrap_err()]
    };
    for (bytes, word) in [
        (&b"path,emotion\n1.wav,angry\n"[..], "text"),
        (&[0; 5000], "zeros"),
        (b"\x89PNG\r\n\x1a\n____________", "picture"),
        (b"R", "text"),
    ] {
        for error in both(bytes) {
            assert!(matches!(error, AudioError::NotAudio { .. }), "{error}");
            assert!(
                error.to_string().contains(word) && error.to_string().contains("a.wav"),
                "{error}"
            );
        }
    }
    for bytes in [&b""[..], &wav(1, 1, 16_000, 16, &[])] {
        for error in both(bytes) {
            assert!(matches!(error, AudioError::Empty { .. }), "{error}");
        }
    }
    for error in both(b"RIFF\0\0\0\0WAVE") {
        assert!(matches!(error, AudioError::Damaged { .. }), "{error}");
    }
    assert!(matches!(
        decode(&folder.path().join("absent.wav")),
        Err(AudioError::Io { .. })
    ));
    assert!(matches!(decode(folder.path()), Err(AudioError::NotAudio { .. })));
}

#[cfg(unix)]
#[test]
fn a_pipe_is_refused_and_not_waited_for() {
    let folder = tempfile::tempdir().unwrap();
    let pipe = folder.path().join("pipe.wav");
    let made = std::process::Command::new("mkfifo").arg(&pipe).status();
    if made.is_ok_and(|status| status.success()) {
        assert!(matches!(read_header(&pipe), Err(AudioError::NotAudio { .. })));
    }
}

#[test]
fn senseless_headers_are_refused_with_what_they_say() {
    let folder = tempfile::tempdir().unwrap();
    let message = |bytes: &[u8]| {
        let path = written(&folder, "a.wav", bytes);
        let header = read_header(&path).unwrap_err().to_string();
        assert_eq!(header, decode(&path).unwrap_err().to_string());
        header
    };
    let data = [0; 64];
    assert!(message(&wav(1, 1, 0, 16, &data)).contains("0 samples per second"));
    assert!(message(&wav(1, 1, 1, 16, &data)).contains("1 samples per second"));
    assert!(message(&wav(1, 1, u32::MAX, 16, &data)).contains("4294967295"));
    assert!(message(&wav(1, 0, 16_000, 16, &data)).contains("0 channels"));
    assert!(message(&wav(1, u16::MAX, 16_000, 16, &data)).contains("65535 channels"));
    assert!(message(&wav(1, 1, 16_000, 0, &data)).contains("size"));
    assert!(message(&wav(3, 1, 16_000, 16, &data)).contains("size"));
    assert!(message(&wav(0x55, 1, 16_000, 16, &data)).contains("MP3"));
    assert!(message(&wav(0x1234, 1, 16_000, 16, &data)).contains("unsupported"));
}

#[test]
fn a_claim_of_billions_of_frames_costs_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let mut bytes = wav(1, 1, 16_000, 16, &[1; 64]);
    let at = bytes.len() - 68;
    bytes[at..at + 4].copy_from_slice(&0x7000_0000u32.to_le_bytes());
    let path = written(&folder, "a.wav", &bytes);
    assert_eq!(read_header(&path).unwrap().frames, 0x3800_0000);
    let error = decode(&path).unwrap_err().to_string();
    assert!(error.contains("only 32 of 939524096 samples"), "{error}");
}

#[test]
fn samples_that_are_no_numbers_are_damage() {
    let folder = tempfile::tempdir().unwrap();
    for bad in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
        let mut samples = vec![0.1f32; 500];
        samples[77] = bad;
        let data: Vec<u8> = samples.iter().flat_map(|sample| sample.to_le_bytes()).collect();
        let error = decode(&written(&folder, "a.wav", &wav(3, 1, 16_000, 32, &data))).unwrap_err();
        assert!(
            matches!(error, AudioError::Damaged { .. }) && error.to_string().contains("sample 77"),
            "{error}"
        );
    }
}

#[test]
fn a_cut_wav_is_kept_from_nine_tenths_on() {
    let folder = tempfile::tempdir().unwrap();
    let whole = wav(1, 1, 16_000, 16, &[1; 20_000]);
    let cut = |missing: usize| decode(&written(&folder, "a.wav", &whole[..whole.len() - missing]));
    assert_eq!(cut(1999).unwrap().header.frames, 9000);
    let error = cut(2002).unwrap_err().to_string();
    assert!(
        error.contains("only 8999 of 10000 samples") && error.contains("ends too early"),
        "{error}"
    );
}

/// A small generator, so that a failure can be repeated.
fn pseudo_random(mut state: u64) -> impl FnMut() -> usize {
    move || {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as usize
    }
}

/// Whatever comes of it, it is a result: whole clips are consistent, errors have words.
fn survive(path: &Path) {
    if let Err(error) = read_header(path) {
        assert!(!error.to_string().is_empty());
    }
    match decode(path) {
        Ok(decoded) => {
            assert_eq!(decoded.header.frames as usize, decoded.wave.samples.len());
            assert!(decoded.wave.samples.iter().all(|sample| sample.is_finite()));
        }
        Err(error) => assert!(!error.to_string().is_empty()),
    }
}

#[test]
fn cut_flipped_and_random_bytes_never_panic_or_hang() {
    let folder = tempfile::tempdir().unwrap();
    let mut random = pseudo_random(7);
    let names = [sounds(), containers::file("")].map(|folder| fs::read_dir(folder).unwrap());
    let mut files: Vec<Vec<u8>> = names
        .into_iter()
        .flatten()
        .map(|file| fs::read(file.unwrap().path()).unwrap())
        .collect();
    files.push(wav(1, 2, 16_000, 16, &[9; 400]));
    files.push(wav(0xfffe, 2, 16_000, 32, &[0; 400]));
    for whole in &files {
        for _ in 0..ROUNDS {
            let cut = random() % whole.len();
            survive(&written(&folder, "cut", &whole[..cut]));
            let mut flipped = whole.clone();
            // Mostly in the headers, where most of the sense is.
            for _ in 0..1 + random() % 8 {
                let reach = if random().is_multiple_of(2) {
                    200.min(flipped.len())
                } else {
                    flipped.len()
                };
                flipped[random() % reach] = random() as u8;
            }
            survive(&written(&folder, "flipped", &flipped));
        }
        // A true beginning with noise after it.
        let mut noise = whole[..whole.len().min(64)].to_vec();
        noise.extend((0..20_000).map(|_| random() as u8));
        survive(&written(&folder, "noise", &noise));
    }
}

const ROUNDS: usize = 60;
