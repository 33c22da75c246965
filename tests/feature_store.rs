//! The store among processes: two at once, killed at any moment, on a full disk.

#![cfg(unix)]
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test may panic, and says when it is skipped"
)]

mod common;

use common::Lab;
use std::fs;
use std::process::{Child, Stdio};
use std::time::Duration;

/// The clips that the packs of a cache hold.
fn kept(lab: &Lab, cache: &str) -> u64 {
    let report = lab.json(&["cache", "-s", cache]);
    let rows = report["entries"].as_array().unwrap().iter();
    rows.filter_map(|row| row["clips"].as_u64().filter(|_| row["kind"] == "features"))
        .sum()
}

/// All features as they are in a cache.
fn arrays(lab: &Lab, cache: &str) -> Vec<u8> {
    lab.done(&["features", "--export", "arrays", "-s", cache]);
    fs::read(lab.path("arrays/X.npy")).unwrap()
}

fn start(lab: &Lab, cache: &str) -> Child {
    let mut program = lab.program(&["features", "--json", "-s", cache]);
    program.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
}

#[test]
fn two_processes_fill_one_store_and_each_clip_is_kept_once() {
    let lab = Lab::new();
    let expected = arrays(&lab, "cache=alone");
    lab.done(&["scan", "-s", "cache=shared"]);
    let both = [(), ()].map(|()| start(&lab, "cache=shared"));
    for child in both {
        let output = child.wait_with_output().unwrap();
        assert!(output.status.success(), "{output:?}");
        let summary: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!(summary["clips"], 60);
    }
    assert_eq!(kept(&lab, "cache=shared"), kept(&lab, "cache=alone"));
    assert_eq!(lab.json(&["features", "-s", "cache=shared"])["cached"], 60);
    assert_eq!(arrays(&lab, "cache=shared"), expected);
}

#[test]
fn a_store_whose_processes_are_killed_at_any_moment_loses_nothing_and_holds_nothing_wrong() {
    let lab = Lab::empty();
    lab.done(&["demo", "--clips", "200"]);
    let expected = arrays(&lab, "cache=alone");
    let whole = kept(&lab, "cache=alone");
    lab.done(&["scan", "-s", "cache=killed"]);
    let mut before = 0;
    for round in 0..20_u64 {
        let mut child = start(&lab, "cache=killed");
        // Spread over the start of the program and the extraction.
        std::thread::sleep(Duration::from_millis(20 + 23 * round));
        child.kill().unwrap();
        child.wait().unwrap();
        let now = kept(&lab, "cache=killed");
        assert!(now >= before, "round {round}: {now} of {before} are left");
        before = now;
        if now == whole {
            lab.done(&["cache", "--clear", "features", "-s", "cache=killed"]);
            before = 0;
        }
    }
    assert_eq!(arrays(&lab, "cache=killed"), expected);
    assert_eq!(kept(&lab, "cache=killed"), whole, "each is kept once");
}

/// A small disk needs the right to mount one; says so where there is none.
#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_told_of_and_what_was_kept_stays() {
    let lab = Lab::new();
    let disk = lab.path("small");
    fs::create_dir(&disk).unwrap();
    let mount = ["-t", "tmpfs", "-o", "size=256k", "tmpfs"];
    let mounted = std::process::Command::new("mount").args(mount).arg(&disk).output();
    if !mounted.is_ok_and(|output| output.status.success()) {
        println!("skipped: a small file system cannot be mounted here");
        return;
    }
    let outcome = std::panic::catch_unwind(|| {
        let small = ["-s", "cache=small"];
        let error = lab.refused(1, &[&["features"], &small[..]].concat());
        assert!(
            error.contains(".pack") && error.contains("space") && error.contains("`cache`"),
            "{error}"
        );
        let there = kept(&lab, "cache=small");
        assert!(there > 0);
        lab.refused(1, &[&["features"], &small[..]].concat());
        assert_eq!(kept(&lab, "cache=small"), there);
        let larger = ["-o", "remount,size=8m"];
        let status = std::process::Command::new("mount").args(larger).arg(&disk).status();
        assert!(status.unwrap().success());
        let summary = lab.json(&[&["features"], &small[..]].concat());
        assert!(summary["cached"].as_u64().unwrap() >= there, "{summary}");
    });
    let unmounted = std::process::Command::new("umount").arg("-l").arg(&disk).status();
    assert!(unmounted.unwrap().success());
    outcome.unwrap();
}
