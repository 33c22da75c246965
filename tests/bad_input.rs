//! Files that no recording should be, through decoding and every shipped recipe: each gives finite numbers or
//! a reason that says what is wrong, and never a panic; and in a corpus, where they stop nothing.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may panic")]

mod common;

use common::{Lab, files_below, signal, write_wav};
use serde_json::Value;
use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::Duration;
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
    // Encoders are not on every machine.
    let computed = |(_, recipe): &(String, Recipe)| !recipe.has_encoder();
    settings.recipes.into_iter().filter(computed).collect()
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

/// The clips of the demo corpus.
fn demo_clips(lab: &Lab) -> Vec<PathBuf> {
    let mut files = files_below(&lab.path("data/demo"));
    files.retain(|file| file.extension().is_some_and(|end| end == "wav"));
    assert_eq!(files.len(), 60);
    files
}

/// Another content of the same length and time of change: what was remembered of the file is not looked up again.
fn spoil(path: &Path) -> Vec<u8> {
    let whole = fs::read(path).unwrap();
    let time = fs::metadata(path).unwrap().modified().unwrap();
    overwrite(path, &vec![b'x'; whole.len()], time);
    whole
}

fn overwrite(path: &Path, content: &[u8], time: std::time::SystemTime) {
    fs::write(path, content).unwrap();
    File::options()
        .write(true)
        .open(path)
        .unwrap()
        .set_modified(time)
        .unwrap();
}

/// Side and reason by file, as a run's `split.csv` has them.
fn dealt(run: &Path) -> BTreeMap<PathBuf, (String, String)> {
    let mut table = csv::Reader::from_path(run.join("split.csv")).unwrap();
    assert_eq!(
        table.headers().unwrap(),
        &["path", "corpus", "speaker", "emotion", "side", "left_out"][..]
    );
    let rows = table.records().map(|row| row.unwrap());
    rows.map(|row| (row[0].into(), (row[4].to_owned(), row[5].to_owned())))
        .collect()
}

fn newest(lab: &Lab) -> PathBuf {
    lab.run_folder(lab.runs()[0]["id"].as_str().unwrap())
}

fn line(lab: &Lab) -> String {
    lab.json(&["report"])["protocol_line"].as_str().unwrap().to_owned()
}

fn journal(run: &Path) -> String {
    fs::read_to_string(run.join("events.jsonl")).unwrap()
}

/// A split by chance, so that no speaker is missed.
const RANDOM: [&str; 2] = ["-s", "split.kind=random"];

#[test]
fn clips_whose_samples_are_no_sound_are_named_and_stop_nothing() {
    let lab = Lab::new();
    let clips = demo_clips(&lab);
    let bad: Vec<&PathBuf> = [3, 21, 33, 50].iter().map(|clip| &clips[*clip]).collect();
    for (path, sample) in bad.iter().zip([1e30, f32::NAN, f32::INFINITY, 1e6]) {
        let hum = (0..32_000).map(|n| {
            if n == 20_000 {
                sample
            } else {
                0.3 * (n as f32 * 0.06).sin()
            }
        });
        write_wav(path, &hum.collect::<Vec<f32>>());
    }
    let scan = lab.json(&["scan"]);
    assert_eq!((&scan["clips"], &scan["selected"]), (&60.into(), &56.into()));
    assert_eq!(scan["excluded"], serde_json::json!({ "damaged": 4 }));
    for path in &bad {
        let issues = scan["quality_issues"].as_array().unwrap().iter();
        let of_clip = issues.filter(|issue| issue["path"].as_str() == path.to_str() && issue["kind"] == "damaged");
        let details: Vec<&str> = of_clip.map(|issue| issue["detail"].as_str().unwrap()).collect();
        assert!(
            details.len() == 1 && details[0].contains("sample 20000 is"),
            "{path:?}: {details:?}"
        );
    }

    let features = lab.json(&["features"]);
    assert_eq!(
        (&features["clips"], &features["refused"]),
        (&56.into(), &serde_json::json!([]))
    );
    for mode in ["none", "on_the_fly", "materialised"] {
        let mode = format!("augmentation.mode={mode}");
        lab.done(&[&["train", "-s", &mode], &RANDOM[..]].concat());
        assert!(line(&lab).contains("left out: 4 damaged"), "{mode}: {}", line(&lab));
    }
    lab.done(&[&["tune", "--study", "s", "--trials", "1"], &RANDOM[..]].concat());
    let study = lab.json(&["study", "show", "s"]);
    assert_eq!(study["trials"][0]["state"], "complete", "{study:#}");

    let (good, one) = (clips[0].to_str().unwrap(), bad[0].to_str().unwrap());
    for normalise in ["corpus", "speaker"] {
        let normalise = format!("training.normalise={normalise}");
        lab.done(&[&["train", "-s", &normalise], &RANDOM[..]].concat());
        let output = lab.run(&["predict", "--json", one, good]);
        assert_eq!(output.status.code(), Some(1));
        let predicted: Value = serde_json::from_slice(&output.stdout).unwrap();
        let said = predicted["predictions"][0]["error"].as_str().unwrap();
        assert!(said.contains(one) && said.contains("sample 20000"), "{said}");
        assert!(predicted["predictions"][1]["label"].is_string(), "{predicted}");
    }
}

#[test]
fn clips_that_are_first_found_bad_when_features_are_made_are_left_out_where_they_were_dealt() {
    let lab = Lab::new();
    lab.done(&[&["train"], &RANDOM[..]].concat());
    let whole = dealt(&newest(&lab));
    assert_eq!(whole.len(), 60);
    assert!(whole.values().all(|(_, reason)| reason.is_empty()));
    let clips = demo_clips(&lab);
    // One of each side.
    let of = |subset: &str| clips.iter().find(|clip| whole[*clip].0 == subset).unwrap();
    let bad = ["train", "validation", "test"].map(of);
    lab.done(&["cache", "--clear", "features"]);
    let contents = bad.map(|path| spoil(path));

    let features = lab.json(&["features"]);
    assert_eq!(features["clips"], 57);
    let refused = features["refused"].as_array().unwrap();
    assert!(
        bad.iter()
            .all(|path| refused.iter().any(|one| one["path"].as_str() == path.to_str())),
        "{refused:?}"
    );

    let left_out_by = |more: &[&str]| {
        lab.done(&[&["train"], &RANDOM[..], more].concat());
        let run = newest(&lab);
        let now = dealt(&run);
        for (path, (subset, _)) in &whole {
            assert_eq!(&now[path].0, subset, "{path:?} moved");
            assert_eq!(now[path].1.is_empty(), !bad.contains(&path), "{path:?}");
        }
        assert!(line(&lab).contains("left out: 3 without features"), "{}", line(&lab));
        let journal = journal(&run);
        assert!(
            bad.iter().all(|path| journal.contains(path.to_str().unwrap())),
            "{journal}"
        );
    };
    for more in [
        &[][..],
        &["-s", "augmentation.mode=on_the_fly"],
        &["-s", "augmentation.mode=materialised"],
        &["-s", "training.normalise=speaker"],
    ] {
        left_out_by(more);
    }
    assert!(line(&lab).contains("features standardised per speaker"));
    lab.done(&[&["tune", "--study", "s", "--trials", "1"], &RANDOM[..]].concat());
    assert_eq!(lab.json(&["study", "show", "s"])["trials"][0]["state"], "complete");

    // A run that is interrupted goes on without them, even when they have been mended meanwhile.
    let id = lab.start_long_run(&RANDOM);
    let process = lab.wait_for_epochs(&id);
    signal("KILL", process);
    lab.wait(&id, Duration::from_secs(60), |row| row["state"] == "dead");
    for (path, content) in bad.iter().zip(&contents) {
        overwrite(path, content, fs::metadata(path).unwrap().modified().unwrap());
    }
    lab.done(&["resume", &id, "--detach"]);
    let epochs = lab.row(&id)["epochs"].as_u64().unwrap();
    lab.wait(&id, Duration::from_secs(60), |row| {
        assert_ne!(row["state"], "failed", "{row}");
        row["epochs"].as_u64() > Some(epochs + 1)
    });
    lab.done(&["stop", &id]);
    let reasons = dealt(&lab.run_folder(&id));
    assert!(bad.iter().all(|path| !reasons[*path].1.is_empty()));
}

#[test]
fn copies_and_changes_that_cannot_be_made_leave_the_clips_as_they_are() {
    let lab = Lab::new();
    lab.done(&[&["train"], &RANDOM[..]].concat());
    let subsets = dealt(&newest(&lab));
    let clips = demo_clips(&lab);
    let learnt: Vec<&PathBuf> = clips.iter().filter(|clip| subsets[*clip].0 == "train").collect();
    // Its features are in the cache, its samples cannot be read any more.
    spoil(learnt[0]);
    lab.done(&[&["train", "-s", "augmentation.mode=materialised"], &RANDOM[..]].concat());
    let copied = format!(
        "{} training clips become {} examples",
        learnt.len() - 1,
        4 * (learnt.len() - 1)
    );
    let told = line(&lab);
    assert!(
        told.contains("3 copies could not be made") && told.contains(&copied),
        "{told}"
    );
    assert!(told.contains("left out: none"), "{told}");
    let often = [
        "-s",
        "augmentation.mode=on_the_fly",
        "-s",
        "augmentation.wave.noise.probability=1.0",
    ];
    lab.done(&[&["train"], &often[..], &RANDOM[..]].concat());
    let told = line(&lab);
    assert!(told.contains("1 training clips could not be augmented"), "{told}");
    assert!(journal(&newest(&lab)).contains(learnt[0].to_str().unwrap()));
}

#[test]
fn a_class_without_features_is_missed_and_named() {
    let lab = Lab::new();
    let scan = lab.json(&["scan", "--export", "clips.csv"]);
    assert_eq!(scan["selected"], 60);
    let mut table = csv::Reader::from_path(lab.path("clips.csv")).unwrap();
    let rows: Vec<csv::StringRecord> = table.records().map(|row| row.unwrap()).collect();
    let sad: Vec<PathBuf> = rows
        .iter()
        .filter(|row| &row[4] == "sad")
        .map(|row| lab.path(&row[0]))
        .collect();
    assert!(!sad.is_empty());
    sad.iter().for_each(|path| drop(spoil(path)));
    lab.done(&[&["train"], &RANDOM[..]].concat());
    let told = line(&lab);
    assert!(
        told.contains(&format!("left out: {} without features", sad.len())),
        "{told}"
    );
    assert!(told.contains("no clip of sad is left"), "{told}");
}
