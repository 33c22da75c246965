//! Recipes of an encoder through the program: features, a model, predictions, whatever happens in between.

#![cfg(unix)]
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test may panic, and says when it is skipped"
)]

mod common;

use common::Lab;
use common::encoder::{published, write_tiny};
use serde_json::Value;
use std::fs;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;
use undertone::engine::load_settings;

/// A laboratory whose recipe is of a tiny encoder.
fn lab(pool: &str, layer: &str) -> Lab {
    let lab = Lab::new();
    write_tiny(&lab.path("tiny"), 7);
    add(
        &lab,
        &format!("\n[recipes.tiny]\nencoder = \"tiny\"\nlayer = {layer}\npool = \"{pool}\"\n"),
    );
    lab
}

fn add(lab: &Lab, text: &str) {
    let file = lab.path("workbench.toml");
    let before = fs::read_to_string(&file).unwrap();
    fs::write(file, format!("recipe = \"tiny\"\n{before}{text}")).unwrap();
}

const MLP: [&str; 2] = ["-s", "model.name=mlp"];

#[test]
fn a_model_is_trained_on_an_encoder_and_predicts_with_the_same_weights_alone() {
    let lab = lab("mean_std", "\"all\"");
    let features = lab.json(&["features"]);
    assert_eq!(
        (features["clips"].as_u64(), features["cached"].as_u64()),
        (Some(60), Some(0))
    );
    assert_eq!(features["shape"], serde_json::json!([1, 4 * 16 * 2]));
    lab.done(&[&["train"], &MLP[..]].concat());
    let id = lab.runs()[0]["id"].as_str().unwrap().to_owned();
    let package = fs::read_to_string(lab.run_folder(&id).join("model/package.toml")).unwrap();
    let package: toml::Table = package.parse().unwrap();
    let recipe = package["recipe"].as_table().unwrap();
    assert_eq!(
        recipe["encoder"].as_str(),
        lab.path("tiny").to_str(),
        "a worker finds it from anywhere"
    );
    assert_eq!(recipe["resolved_encoder"]["states"].as_integer(), Some(4));
    assert!(!recipe.contains_key("n_mels"));
    // Nothing is encoded again.
    assert_eq!(lab.json(&["features"])["cached"], 60);
    let clip = lab.clip();
    let clip = clip.to_str().unwrap();
    let predicted = lab.json(&["predict", clip, "--run", &id]);
    assert!(predicted.to_string().contains("probabilit"), "{predicted}");
    write_tiny(&lab.path("tiny"), 8);
    let refused = lab.run(&["predict", clip, "--run", &id]);
    let words = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(!refused.status.success() && words.contains("fingerprint"), "{words}");
    // Other weights are other features.
    assert_eq!(lab.json(&["features"])["cached"], 0);
    fs::remove_dir_all(lab.path("tiny")).unwrap();
    let refused = lab.run(&["features"]);
    let words = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(!refused.status.success() && words.contains("tiny"), "{words}");
}

#[test]
fn features_that_were_interrupted_go_on_and_frames_come_out_the_same() {
    let lab = lab("frames", "2");
    lab.done(&["scan"]);
    let kept = || -> u64 {
        let report = lab.json(&["cache"]);
        let rows = report["entries"].as_array().unwrap().iter();
        rows.filter_map(|row| row["clips"].as_u64().filter(|_| row["kind"] == "features"))
            .sum()
    };
    let mut clips = 0;
    for _ in 0..20 {
        let mut program = lab.program(&["features", "--json"]);
        let mut child = program.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        std::thread::sleep(Duration::from_millis(150));
        child.kill().unwrap();
        child.wait().unwrap();
        let now = kept();
        assert!(now >= clips, "{now} after {clips}: what was kept is lost");
        clips = now;
    }
    let features = lab.json(&["features"]);
    assert_eq!(
        (features["clips"].as_u64(), features["cached"].as_u64()),
        (Some(60), Some(clips))
    );
    assert_eq!(features["shape"], serde_json::json!([0, 16]));
    assert_eq!(lab.json(&["features"])["cached"], 60);
    let refused = lab.run(&["features", "--export", "arrays"]);
    assert!(!refused.status.success() && !lab.path("arrays").exists());
}

#[test]
fn settings_take_layers_as_numbers_and_words_and_refuse_what_an_encoder_cannot_follow() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("workbench.toml");
    let load = |text: &str, changes: &[(&str, &str)]| {
        fs::write(&file, text).unwrap();
        let changes: Vec<_> = changes
            .iter()
            .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()))
            .collect();
        load_settings(Some(&file), &changes).map_err(|error| error.to_string())
    };
    for (layer, written) in [("3", "3"), ("\"all\"", "\"all\""), ("\"last\"", "\"last\"")] {
        let settings = load(&format!("[recipes.mine]\nencoder = \"a/b\"\nlayer = {layer}\n"), &[]).unwrap();
        assert_eq!(serde_json::to_string(&settings.recipes["mine"].layer).unwrap(), written);
        assert_eq!(settings.recipes["mine"].encoder, "a/b");
    }
    let settings = load("", &[("recipes.whisper_tiny.layer", "2")]).unwrap();
    assert_eq!(
        serde_json::to_string(&settings.recipes["whisper_tiny"].layer).unwrap(),
        "2"
    );
    let refused = |text: &str, changes: &[(&str, &str)]| load(text, changes).unwrap_err();
    for (text, key) in [
        ("[recipes.mine]\nencoder = \"\"\n", "recipes.mine.encoder"),
        ("[recipes.mine]\nencoder = \"a/b\"\nn_mels = 3\n", "recipes.mine.n_mels"),
        (
            "[recipes.mine]\nencoder = \"a/b\"\nlayer = \"first\"\n",
            "recipes.mine.layer",
        ),
        (
            "[recipes.mine]\nencoder = \"a/b\"\nlayer = \"all\"\npool = \"frames\"\n",
            "recipes.mine.layer",
        ),
        (
            "[recipes.mine]\nencoder = \"a/b\"\npool = \"max\"\n",
            "recipes.mine.pool",
        ),
    ] {
        let message = refused(text, &[]);
        assert!(message.contains(key), "{message}");
    }
    let whisper = ("recipe", "whisper_tiny");
    for (change, key) in [
        (("augmentation.mode", "on_the_fly"), "augmentation.mode"),
        (
            ("augmentation.spec_augment.time_masks", "1"),
            "augmentation.spec_augment",
        ),
    ] {
        let message = refused("", &[whisper, change]);
        assert!(message.contains(key), "{message}");
        load("", &[change]).unwrap();
    }
    load("", &[whisper, ("augmentation.mode", "materialised")]).unwrap();
    let frames = ("recipe", "wav2vec2_base_frames");
    for change in [
        ("augmentation.mixup_alpha", "0.2"),
        ("augmentation.spec_augment.time_masks", "1"),
    ] {
        load("", &[frames, change]).unwrap();
    }
}

/// Some actors of RAVDESS through Whisper's smallest encoder, where both are on this machine.
#[test]
fn a_published_encoder_tells_emotions_of_unheard_speakers_apart() {
    let corpora = std::env::var_os("UNDERTONE_CORPORA").map(|all| Path::new(&all).join("ravdess"));
    let Some((encoder, corpus)) = published("whisper-tiny.en").zip(corpora.filter(|folder| folder.is_dir())) else {
        println!("skipped: UNDERTONE_ENCODERS and UNDERTONE_CORPORA name no whisper-tiny.en and no ravdess");
        return;
    };
    let lab = Lab::empty();
    let text = format!(
        "\n[recipes.tiny]\nencoder = {encoder:?}\nlayer = 3\n[[corpora]]\nname = \"ravdess\"\nlayout = \"ravdess\"\npath = {corpus:?}\n"
    );
    add(&lab, &text);
    let actors = "filter.speaker=[\"01\",\"02\",\"03\",\"04\",\"05\",\"06\"]";
    let way = [
        "-s",
        actors,
        "-s",
        "training.epochs=60",
        "-s",
        "training.normalise=speaker",
    ];
    lab.done(&[&["train"], &MLP[..], &way].concat());
    let row = lab.runs()[0].clone();
    let report = fs::read(lab.run_folder(row["id"].as_str().unwrap()).join("report.json")).unwrap();
    let report: Value = serde_json::from_slice(&report).unwrap();
    let uar = report["scores"]["unweighted_average_recall"].as_f64().unwrap();
    println!("UAR of {:.1} % on actors 1 to 6", 100.0 * uar);
    assert!(uar > 0.4, "{uar}, chance is 0.125");
}
