//! `undertone get` as scripts meet it: the list, the question, what is had by hand, and no network.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may panic")]

mod common;

use common::Lab;
use std::fs;

#[test]
fn the_list_says_licence_size_and_what_is_here() {
    let lab = Lab::empty();
    fs::create_dir_all(lab.path("data/tess")).unwrap();
    let list = lab.json(&["get"]);
    let row = |name: &str| {
        let rows = list["corpora"].as_array().unwrap();
        rows.iter().find(|row| row["name"] == name).unwrap().clone()
    };
    let ravdess = row("ravdess");
    assert_eq!(ravdess["download"], 208_468_073);
    assert_eq!(ravdess["licence"], "CC BY-NC-SA 4.0");
    assert_eq!(
        (ravdess["checked"].as_bool(), ravdess["here"].is_null()),
        (Some(true), true)
    );
    assert!(row("tess")["here"].as_str().unwrap().ends_with("tess"));
    assert!(row("savee")["by_hand"].as_str().unwrap().contains("register"));
    let text = lab.done(&["get"]);
    assert!(
        text.contains("crema_d") && text.contains("610 MB") && text.contains("by hand"),
        "{text}"
    );
}

#[test]
fn without_a_terminal_it_wants_a_word() {
    let lab = Lab::empty();
    let error = lab.refused(2, &["get", "ravdess"]);
    assert!(
        error.contains("CC BY-NC-SA 4.0") && error.contains("208 MB") && error.contains("--yes"),
        "{error}"
    );
    assert!(!lab.path("data").exists());
    // Of one that no source states a checksum of, that is said.
    assert!(
        lab.refused(2, &["get", "emodb"])
            .contains("No source states a checksum")
    );
    assert!(
        lab.refused(1, &["get", "ravdess", "none", "--yes"])
            .contains("no published corpus `none`")
    );
}

#[test]
fn what_is_had_by_hand_says_where() {
    let lab = Lab::empty();
    let error = lab.refused(1, &["get", "iemocap", "--yes"]);
    assert!(
        error.contains("https://sail.usc.edu/iemocap/iemocap_release.htm"),
        "{error}"
    );
    assert!(!lab.path("data").exists());
}

#[test]
fn what_is_here_is_not_fetched() {
    let lab = Lab::empty();
    fs::create_dir_all(lab.path("data/ravdess")).unwrap();
    assert!(lab.done(&["get", "ravdess"]).contains("ravdess is in"));
}

#[test]
fn without_a_network_it_fails_with_a_word() {
    let lab = Lab::empty();
    let mut program = lab.program(&["get", "ravdess", "--yes"]);
    // A proxy that nobody is behind stands for a network that is not there.
    let output = program
        .env("HTTPS_PROXY", "http://127.0.0.1:1")
        .env_remove("NO_PROXY")
        .output()
        .unwrap();
    let error = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(1), "{error}");
    assert!(error.contains("zenodo.org"), "{error}");
    assert!(!lab.path("data/ravdess").exists());
}
