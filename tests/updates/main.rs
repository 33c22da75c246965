//! Nothing that runs is disturbed by an update: what the version before had on disk opens, a worker of it that trains is
//! listed, watched, queued behind, stopped and resumed, and what is written now that version reads as well.
//!
//! `tests/golden/c243c74/` is what that version wrote, with `@LAB@` for the folder and `@HOST@` for the machine:
//!
//! - `finished`: a run that is done, with a note; `predict.json`: what its model made of a clip;
//! - `running`: a run that is trained, in the midst of it (after a kill it looks the same), and `lane`: the folder of its
//!   device's queue worker; `beats.jsonl`, `epochs.jsonl` and `stopped.jsonl`: the heartbeats and the lines of the
//!   journal that followed; `control.jsonl`: the request that it stopped at;
//! - `waiting`: a run that waits for its device;
//! - `journal.jsonl`: one line of every kind that a journal has;
//! - `workbench.toml`: the settings that it shipped, which people have copies of; `config.json`: what it made of them.
//!
//! A study of that version, folds, and a run that it stopped are in `tests/splits_kept`. All but the settings are made
//! again by
//!
//! ```sh
//! UNDERTONE_BEFORE=/path/to/that/undertone cargo test --test updates -- --ignored
//! ```

#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may panic")]

#[path = "../common/mod.rs"]
mod common;
mod make;
mod newer;
mod old_worker;
mod opens;
mod reader;
mod written;

use common::Lab;
use common::kept::{copy, words};
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

const MINUTE: Duration = Duration::from_secs(60);
const FINISHED: &str = "20260101-000000-finished";
const RUNNING: &str = "20260101-000001-running";
const WAITING: &str = "20260101-000002-waiting";

/// Where what that version wrote is kept.
fn kept() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/c243c74")
}

/// One of the kept files.
fn kept_text(name: &str) -> String {
    fs::read_to_string(kept().join(name)).unwrap()
}

/// Puts one of the kept run folders where it was; where it is now.
fn put(lab: &Lab, id: &str) -> PathBuf {
    let (_, name) = id.rsplit_once('-').unwrap();
    let run = lab.run_folder(id);
    copy(&kept().join(name), &run, &words(lab));
    run
}

/// The folder of the queue worker of this machine's processor.
fn lane(lab: &Lab) -> PathBuf {
    let plain = |letter: char| {
        if letter.is_ascii_alphanumeric() || letter == '.' {
            letter
        } else {
            '-'
        }
    };
    let host: String = undertone::runs::host_name().chars().map(plain).collect();
    lab.path("runs/.queue").join(format!("cpu@{host}"))
}
