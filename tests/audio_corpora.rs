//! Published recordings: the files that break loaders, originals as published, and a sample of whole corpora.
//!
//! The folder is named by `UNDERTONE_CORPORA`; without it these tests say 'skipped'.

#![allow(clippy::unwrap_used, clippy::print_stdout)]

use std::fs::File;
use std::path::{Path, PathBuf};
use symphonia::core::codecs::audio::AudioDecoderOptions;
use symphonia::core::formats::TrackType;
use symphonia::core::formats::probe::Hint;
use symphonia::core::io::MediaSourceStream;
use undertone::audio::{decode, level, read_header};

fn corpora() -> Option<PathBuf> {
    let folder = std::env::var_os("UNDERTONE_CORPORA")
        .map(PathBuf::from)
        .filter(|folder| folder.is_dir());
    if folder.is_none() {
        println!("skipped: UNDERTONE_CORPORA names no folder");
    }
    folder
}

/// All sound files below `folder`, in order.
fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path));
        } else if path
            .extension()
            .is_some_and(|extension| extension == "wav" || extension == "ogg")
        {
            found.push(path);
        }
    }
    found.sort();
    found
}

#[test]
fn the_files_that_break_loaders_are_read() {
    let Some(corpora) = corpora() else { return };
    let quirks = corpora.join("quirks");
    let expected = [
        ("03-01-02-01-01-02-01.wav", "wav", 48_000, 2),
        ("03-01-03-01-02-01-07.wav", "wav", 48_000, 1),
        ("03-01-03-01-02-02-07.wav", "wav", 48_000, 1),
        ("03-01-08-01-02-02-01.wav", "wav", 48_000, 2),
        ("1006_TIE_HAP_XX.wav", "wav", 16_000, 1),
        ("1006_TIE_NEU_XX.wav", "wav", 16_000, 1),
        ("1076_MTI_SAD_XX.wav", "wav", 16_000, 1),
        ("OAF_food_fear.wav", "wav", 96_000, 1),
        ("OA_bite_neutral.wav", "wav", 24_414, 1),
        ("YAF_germ_angry.wav", "aiff", 24_414, 1),
        ("YAF_neat_fear.wav", "aiff", 24_414, 1),
    ];
    assert_eq!(files(&quirks).len(), expected.len());
    for (name, container, rate, channels) in expected {
        let header = read_header(&quirks.join(name)).unwrap();
        assert_eq!(
            (header.container.as_str(), header.rate, header.channels),
            (container, rate, channels),
            "{name}"
        );
        let decoded = decode(&quirks.join(name)).unwrap();
        assert_eq!(decoded.header, header);
        assert_eq!(level(&decoded.wave).silent, name == "1076_MTI_SAD_XX.wav", "{name}");
    }
    let content = |name: &str| decode(&quirks.join(name)).unwrap().content;
    assert_eq!(content("1006_TIE_HAP_XX.wav"), content("1006_TIE_NEU_XX.wav"));
    assert_eq!(content("03-01-03-01-02-01-07.wav"), content("03-01-03-01-02-02-07.wav"));
    assert_ne!(content("YAF_germ_angry.wav"), content("YAF_neat_fear.wav"));
}

/// The mean of the channels as symphonia alone reads it.
fn by_symphonia(path: &Path) -> Vec<f32> {
    let stream = MediaSourceStream::new(Box::new(File::open(path).unwrap()), Default::default());
    let mut reader = symphonia::default::get_probe()
        .probe(&Hint::new(), stream, Default::default(), Default::default())
        .unwrap();
    let parameters = reader
        .default_track(TrackType::Audio)
        .unwrap()
        .codec_params
        .clone()
        .unwrap();
    let codecs = symphonia::default::get_codecs();
    let mut decoder = codecs
        .make_audio_decoder(parameters.audio().unwrap(), &AudioDecoderOptions::default())
        .unwrap();
    let (mut mono, mut piece) = (Vec::new(), Vec::<f32>::new());
    while let Some(packet) = reader.next_packet().unwrap() {
        let samples = decoder.decode(&packet).unwrap();
        let channels = samples.num_planes();
        samples.copy_to_vec_interleaved(&mut piece);
        mono.extend(
            piece
                .chunks_exact(channels)
                .map(|frame| frame.iter().sum::<f32>() / channels as f32),
        );
    }
    mono
}

#[test]
fn originals_are_read_as_published_and_bit_for_bit_as_symphonia_reads_them() {
    let Some(corpora) = corpora() else { return };
    let mut originals = files(&corpora.join("originals"));
    assert_eq!(originals.len(), 43);
    originals.extend(files(&corpora.join("quirks")));
    for path in originals {
        let decoded = decode(&path).unwrap();
        assert_eq!(decoded.header, read_header(&path).unwrap());
        let rates: &[u32] = match path.to_string_lossy() {
            name if name.contains("AF_") || name.contains("OA_") => &[24_414, 96_000],
            name if name.contains("_XX") || name.contains("crema") => &[16_000],
            _ => &[48_000],
        };
        assert!(
            rates.contains(&decoded.header.rate),
            "{}: {} Hz",
            path.display(),
            decoded.header.rate
        );
        assert!(decoded.wave.samples == by_symphonia(&path), "{}", path.display());
    }
}

#[test]
fn ogg_headers_state_the_number_of_samples_that_are_decoded() {
    let Some(corpora) = corpora() else { return };
    for (corpus, count) in [("ravdess", 1080), ("crema-d", 4901), ("tess", 2800)] {
        let files = files(&corpora.join(corpus));
        assert_eq!(files.len(), count);
        for path in &files {
            let header = read_header(path).unwrap();
            assert!(
                header.frames > 5_000 && header.channels == 1,
                "{}: {header:?}",
                path.display()
            );
        }
        for path in files.iter().step_by(count / 60) {
            assert_eq!(
                decode(path).unwrap().header,
                read_header(path).unwrap(),
                "{}",
                path.display()
            );
        }
    }
}
