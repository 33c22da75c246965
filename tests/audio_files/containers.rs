//! Opus, and containers that other programs write, beside what those programs make of them.
//!
//! The files come from `tests/golden/opus.py`.

use std::fs;
use std::path::{Path, PathBuf};
use undertone::audio::{AudioError, Channel, decode, decode_channel, read_header};

/// Samples of every file at 48 kHz.
const LENGTH: usize = 12_007;

pub fn file(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/golden/opus")
        .join(name)
}

fn difference(a: &[f32], b: &[f32]) -> f32 {
    a.iter().zip(b).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max)
}

#[test]
fn opus_is_decoded_as_by_opusdec_from_the_first_sample_to_the_last() {
    for (name, container, channels) in [
        ("silk.opus", "ogg", 1),
        ("hybrid.opus", "ogg", 1),
        ("hybrid_60.opus", "ogg", 1),
        ("celt.opus", "ogg", 2),
        ("celt_2.5.opus", "ogg", 1),
        ("gain.opus", "ogg", 1),
        ("browser.webm", "webm", 1),
    ] {
        let header = read_header(&file(name)).unwrap();
        assert_eq!(
            (header.container.as_str(), header.rate, header.channels, header.frames),
            (container, 48_000, channels, LENGTH as u64),
            "{name}"
        );
        let reference = Path::new(name).with_extension("flac");
        for channel in (1..=channels).map(Channel::One).chain([Channel::Mix]) {
            let decoded = decode_channel(&file(name), channel).unwrap();
            let expected = decode_channel(&file(reference.to_str().unwrap()), channel).unwrap();
            assert_eq!(decoded.header, header, "{name}");
            assert_eq!(expected.wave.samples.len(), LENGTH, "{name}");
            // The reference is rounded to 16 bits.
            let worst = difference(&decoded.wave.samples, &expected.wave.samples);
            assert!(worst < 3.2e-5, "{name} {channel:?}: {worst}");
        }
    }
    let [whole, quiet] = ["hybrid.opus", "gain.opus"].map(|name| decode(&file(name)).unwrap().wave.samples);
    let quieter: Vec<f32> = whole.iter().map(|sample| sample * 10f32.powf(-0.3)).collect();
    assert!(difference(&quiet, &quieter) < 1e-4);
}

#[test]
fn vorbis_in_webm_is_read_too() {
    let header = read_header(&file("vorbis.webm")).unwrap();
    let decoded = decode(&file("vorbis.webm")).unwrap();
    assert_eq!((header.container.as_str(), header.rate), ("webm", 48_000));
    assert_eq!(header, decoded.header);
    // A block of Vorbis more or less at the end, of which WebM says nothing.
    assert!(
        (0..2_048).contains(&(decoded.wave.samples.len() - LENGTH)),
        "{}",
        decoded.wave.samples.len()
    );
}

#[test]
fn wav_files_of_64_bits_and_sphere_hold_what_their_wav_file_holds() {
    let names = [
        ("rf64.wav", "wav", 2000),
        ("wave64.w64", "w64", 2000),
        ("sphere.sph", "sph", 2000),
    ];
    let [rf64, wave64, sphere] = names.map(|(name, container, frames)| {
        let header = read_header(&file(name)).unwrap();
        assert_eq!(
            (header.container.as_str(), header.rate, header.channels, header.frames),
            (container, 8_000, 1, frames),
            "{name}"
        );
        let decoded = decode(&file(name)).unwrap();
        assert_eq!(decoded.header, header, "{name}");
        (decoded.content, decoded.wave.samples)
    });
    assert_eq!(rf64.0, wave64.0);
    // sox resamples with other filters than ffmpeg.
    assert!(difference(&rf64.1, &sphere.1) < 0.05);
}

#[test]
fn a_variable_rate_without_a_length_is_counted_and_not_guessed() {
    // 9 frames of 1,152 samples: the sound, and what the encoder put around it. By its first bit rate it would be longer.
    let header = read_header(&file("variable.mp3")).unwrap();
    assert_eq!(header, decode(&file("variable.mp3")).unwrap().header);
    assert!(
        header.frames >= 4_002 && header.frames <= 4_002 + 3 * 576,
        "{}",
        header.frames
    );
}

#[test]
fn sound_that_is_not_read_is_named_with_the_line_that_converts_it() {
    let folder = tempfile::tempdir().unwrap();
    let written = |name: &str, bytes: &[u8]| {
        let path = folder.path().join(name);
        fs::write(&path, bytes).unwrap();
        path
    };
    for (path, word, pattern) in [
        (file("surround.m4a"), "5.1", "*.m4a"),
        (file("riff_mp3.wav"), "MP3", "*.wav"),
        (
            written("voice.amr", b"#!AMR\n<\x91\x17\x16\xbe\x66\x79\xe1"),
            "AMR",
            "*.amr",
        ),
        (
            written("a.wma", b"\x30\x26\xb2\x75\x8e\x66\xcf\x11\xa6\xd9\0\xaa"),
            "WMA",
            "*.wma",
        ),
        (
            written(
                "a.sph",
                b"NIST_1A\n   1024\nsample_rate -i 8000\nsample_coding -s26 pcm,embedded-shorten-v2.00\nend_head\n",
            ),
            "shorten",
            "*.sph",
        ),
        (
            written(
                "a.spx",
                &[&b"OggS\0\x02"[..], &[0; 20], &[1, 80], b"Speex   ", &[0; 72]].concat(),
            ),
            "Speex",
            "*.spx",
        ),
    ] {
        let error = read_header(&path).unwrap_err();
        let line = format!("for f in {pattern}; do ffmpeg -i \"$f\" \"${{f%.*}}.flac\"; done");
        assert!(matches!(error, AudioError::Damaged { .. }), "{error:?}");
        let error = error.to_string();
        assert!(error.contains(word) && error.ends_with(&line), "{error}");
        assert_eq!(decode(&path).unwrap_err().to_string(), error);
    }
}

#[test]
fn what_a_cut_recording_holds_is_read() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("cut");
    let mut browser = fs::read(file("browser.webm")).unwrap();
    // As browsers write it while they record: of a length that is not known yet.
    let segment = browser
        .windows(5)
        .position(|bytes| bytes == b"\x18\x53\x80\x67\x01")
        .unwrap();
    browser[segment + 5..segment + 12].fill(0xff);
    fs::write(&path, &browser).unwrap();
    assert_eq!(read_header(&path).unwrap().frames, LENGTH as u64);
    for (whole, least) in [
        (browser, 8_000),
        (fs::read(file("sphere.sph")).unwrap(), 1_800),
        (fs::read(file("wave64.w64")).unwrap(), 1_800),
        (fs::read(file("rf64.wav")).unwrap(), 1_800),
    ] {
        for missing in [1, 60, whole.len() / 15] {
            fs::write(&path, &whole[..whole.len() - missing]).unwrap();
            let decoded = decode(&path).unwrap();
            assert!(
                decoded.wave.samples.len() >= least,
                "{missing}: {}",
                decoded.wave.samples.len()
            );
        }
    }
    // An Ogg file says how long it was to be, and half of that is too little.
    let whole = fs::read(file("silk.opus")).unwrap();
    fs::write(&path, &whole[..whole.len() / 2]).unwrap();
    let error = decode(&path).unwrap_err();
    assert!(
        matches!(error, AudioError::Damaged { .. } | AudioError::Empty { .. }) && !error.to_string().contains("ffmpeg"),
        "{error}"
    );
}

#[test]
fn one_channel_of_several_is_taken_and_one_that_is_not_there_is_refused() {
    let path = file("celt.opus");
    let [left, right, mix] =
        [Channel::One(1), Channel::One(2), Channel::Mix].map(|channel| decode_channel(&path, channel).unwrap());
    let mean = left
        .wave
        .samples
        .iter()
        .zip(&right.wave.samples)
        .map(|(a, b)| (a + b) / 2.0);
    assert!(difference(&mix.wave.samples, &mean.collect::<Vec<_>>()) < 1e-6);
    assert!(left.content != right.content && right.content != mix.content);
    for (name, channel) in [("celt.opus", 3), ("silk.opus", 2), ("rf64.wav", 2), ("variable.mp3", 2)] {
        let error = decode_channel(&file(name), Channel::One(channel))
            .unwrap_err()
            .to_string();
        assert!(
            error.contains("channel") && error.contains(&channel.to_string()),
            "{error}"
        );
    }
}
