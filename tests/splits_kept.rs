//! What an earlier version began goes on with the split it began with, though its speakers would be dealt otherwise now.
//!
//! `tests/splits_kept/` holds what the version before ways of dealing were recorded (c243c74) wrote: `stopped`, a run
//! that was stopped after some epochs and lacks one; `folds`, three folds of which the first is evaluated and the others
//! wait; `studies/w`, a study of two trials; and `split-*.csv`, the sides by which that version ended them. `@LAB@` stands for the folder
//! and `@HOST@` for the machine. They are made again by
//!
//! ```sh
//! UNDERTONE_BEFORE=/path/to/that/undertone cargo test --test splits_kept -- --ignored
//! ```

#![cfg(unix)]
#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod common;

use common::Lab;
use common::kept::{copy, lab, words};
use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

const TIMEOUT: Duration = Duration::from_secs(60);
/// Dealt by speakers, the one with a single clip is the test set.
const SEED: &str = "seed=3";
/// Dealt by speakers, the one with a single clip is the test set of the first of three folds.
const FOLDS: [&str; 4] = ["-s", "split.kfold=3", "-s", "seed=1"];

fn kept() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/splits_kept")
}

/// Puts one of the kept folders where it was.
fn put(lab: &Lab, name: &str, to: &str) {
    copy(&kept().join(name), &lab.path(to), &words(lab));
}

/// (file, side) of every clip.
fn subsets(table: &str) -> Vec<(String, String)> {
    let mut reader = csv::Reader::from_reader(table.as_bytes());
    let row = |row: csv::StringRecord| {
        let file = Path::new(&row[0]).file_name().unwrap().to_str().unwrap().to_owned();
        (file, row[4].to_owned())
    };
    let mut subsets: Vec<_> = reader.records().map(|record| row(record.unwrap())).collect();
    subsets.sort();
    subsets
}

fn sides_of(run: &Path) -> Vec<(String, String)> {
    subsets(&fs::read_to_string(run.join("split.csv")).unwrap())
}

fn sides_before(name: &str) -> Vec<(String, String)> {
    subsets(&fs::read_to_string(kept().join(format!("split-{name}.csv"))).unwrap())
}

fn tested(subsets: &[(String, String)]) -> usize {
    subsets.iter().filter(|(_, subset)| subset == "test").count()
}

/// The sides of a new run with these settings.
fn sides_now(lab: &Lab, more: &[&str]) -> Vec<(String, String)> {
    let started = lab.json(&[&["train", "--detach"], more].concat());
    let id = started["runs"].as_array().unwrap().last().unwrap().as_str().unwrap();
    lab.wait(id, TIMEOUT, |row| row["state"] == "finished");
    sides_of(&lab.run_folder(id))
}

#[test]
fn a_run_goes_on_by_its_table() {
    let lab = lab();
    put(&lab, "stopped", "runs/20260101-000000-conv1d");
    let run = lab.run_folder("20260101-000000-conv1d");
    let before = sides_before("stopped");
    assert_eq!((sides_of(&run), tested(&before)), (before.clone(), 1));
    let old = lab.json(&["report", "20260101-000000-conv1d"]);
    assert_eq!(
        old["coverage"]["tested"], 1,
        "a report of that version is read, and says what it is worth: {old}"
    );

    let epochs = lab.row("20260101-000000-conv1d")["epochs"].as_u64().unwrap();
    lab.done(&["resume", "last"]);
    let row = lab.row("20260101-000000-conv1d");
    assert_eq!(
        (&row["state"], &row["epochs"]),
        (&"finished".into(), &(epochs + 1).into())
    );
    assert_eq!(sides_of(&run), before);
    assert_eq!(row["coverage"]["tested"], 1);
    assert_eq!(row["coverage"]["classes"], 6);
    assert!(lab.done(&["runs"]).contains("UAR over 1 of 6 classes"));

    let new = tested(&sides_now(&lab, &["-s", SEED]));
    assert!(new == 12 || new == 13, "a new run is dealt anew: {new}");
}

#[test]
fn the_table_counts_even_where_dealing_would_come_to_something_else() {
    let lab = lab();
    put(&lab, "stopped", "runs/20260101-000000-conv1d");
    let run = lab.run_folder("20260101-000000-conv1d");
    // As if that version had dealt in a way that no version knows any more. What was learnt by other sides cannot go on.
    fs::remove_dir_all(run.join("checkpoints")).unwrap();
    let text = fs::read_to_string(run.join("split.csv")).unwrap();
    let turned = text
        .replace(",test", ",tset")
        .replace(",validation", ",test")
        .replace(",tset", ",validation");
    fs::write(run.join("split.csv"), &turned).unwrap();
    lab.done(&["resume", "last"]);
    assert_eq!(sides_of(&run), subsets(&turned));
    assert_eq!(lab.json(&["report", "last"])["scores"]["support"], 12);

    fs::write(run.join("split.csv"), "path,corpus,speaker,emotion,side\n").unwrap();
    fs::write(
        run.join("events.jsonl"),
        fs::read_to_string(kept().join("stopped/events.jsonl")).unwrap(),
    )
    .unwrap();
    lab.refused(1, &["resume", "last"]);
    let row = lab.row("20260101-000000-conv1d");
    assert!(row["reason"].as_str().unwrap().contains("split.csv"), "{row}");
}

/// The id of a fold, from 1.
fn fold(number: usize) -> String {
    format!("20260101-000000-conv1d-fold{number}")
}

#[test]
fn folds_that_wait_are_dealt_as_the_first_was() {
    let lab = lab();
    for number in 1..=3 {
        put(
            &lab,
            &format!("folds/{}", fold(number)),
            &format!("runs/{}", fold(number)),
        );
    }
    assert_eq!(lab.row(&fold(2))["state"], "queued");
    let first = lab.row(&fold(1))["coverage"].clone();
    assert_eq!((&first["tested"], &first["few"]), (&1.into(), &serde_json::json!({})));
    lab.done(&["queue", "wake"]);
    let mut clips = 0;
    for number in 1..=3 {
        lab.wait(&fold(number), TIMEOUT, |row| row["state"] == "finished");
        let subsets = sides_of(&lab.run_folder(&fold(number)));
        assert_eq!(subsets, sides_before(&format!("fold{number}")), "fold {number}");
        clips += tested(&subsets);
    }
    assert_eq!(clips, 49, "every clip is tested in one of them");
    // Of the first fold's one clip nothing is said but what its own score is over: the folds are evaluated together.
    let report = lab.json(&["report", &fold(1)]);
    assert_eq!(report["pooled"]["support"], 49);
    let coverage = &report["coverage"];
    assert_eq!((&coverage["tested"], &coverage["sets"]), (&1.into(), &3.into()));
    assert_eq!(
        coverage["few"].as_object().unwrap().len(),
        6,
        "none of the classes has ten clips: {coverage}"
    );

    let now = tested(&sides_now(&lab, &FOLDS));
    assert!((12..=24).contains(&now), "no new fold is a single clip: {now}");
}

#[test]
fn trials_and_promoted_runs_are_dealt_as_the_study_was() {
    let lab = lab();
    put(&lab, "studies/w", "studies/w");
    let before = sides_before("study");
    assert_eq!(tested(&before), 1);
    lab.done(&["tune", "--study", "w", "--trials", "3"]);
    let trials = lab.path("studies/w/trials");
    let newest = fs::read_dir(&trials)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .max()
        .unwrap();
    assert!(newest.to_str().unwrap().ends_with("t0002"), "{newest:?}");
    assert_eq!(sides_of(&newest), before);

    let promoted = lab.json(&["study", "promote", "w"]);
    let id = promoted["runs"][0].as_str().unwrap().to_owned();
    lab.wait(&id, TIMEOUT, |row| row["state"] == "finished");
    assert_eq!(sides_of(&lab.run_folder(&id)), before);
    let page = lab.json(&["study", "show", "w"]);
    assert_eq!(page["promoted"][0]["coverage"]["tested"], 1);
    assert!(lab.done(&["study", "show", "w"]).contains("UAR over 1 of 6 classes"));

    // What the study was dealt by is no setting: its settings, given to a new run, are dealt as new runs are.
    let settings = lab.run_folder(&id).join("run.toml");
    let table: toml::Table = fs::read_to_string(&settings).unwrap().parse().unwrap();
    assert_eq!(table["run"]["dealing"].as_str(), Some("by_speakers"));
    let taken = lab.path("studies/w/study.toml");
    let config = ["--config", taken.to_str().unwrap()];
    let started = lab.json(&[&config[..], &["train", "--detach"]].concat());
    let new = started["runs"][0].as_str().unwrap().to_owned();
    lab.wait(&new, TIMEOUT, |row| row["state"] == "finished");
    let tested = tested(&sides_of(&lab.run_folder(&new)));
    assert!(tested == 12 || tested == 13, "{tested}");
}

/// Makes the kept folders with an earlier version of the program.
#[test]
#[ignore = "makes tests/splits_kept anew with the program in UNDERTONE_BEFORE"]
fn make() {
    let lab = lab();
    let program = std::env::var_os("UNDERTONE_BEFORE").unwrap();
    let before = |arguments: &[&str]| {
        let output = Command::new(&program)
            .args(arguments)
            .current_dir(lab.path(""))
            .output()
            .unwrap();
        assert!(output.status.success(), "{arguments:?}: {output:?}");
        String::from_utf8(output.stdout).unwrap()
    };
    let json =
        |arguments: &[&str]| -> Value { serde_json::from_str(&before(&[arguments, &["--json"]].concat())).unwrap() };
    let _ = fs::remove_dir_all(kept());
    let back = words(&lab).map(|(word, here)| (here, word));
    let keep = |from: &Path, name: &str, id: &str, files: &[&str]| {
        let to = kept().join(name);
        let known = id.to_owned();
        let name = to.file_name().unwrap().to_str().unwrap().to_owned();
        let name = if name == "stopped" {
            "20260101-000000-conv1d".to_owned()
        } else {
            name
        };
        let words: Vec<_> = back.iter().cloned().chain([(known, name)]).collect();
        copy(from, &to, &words);
        let mut waste: Vec<PathBuf> = fs::read_dir(&to).unwrap().map(|entry| entry.unwrap().path()).collect();
        waste.retain(|path| !files.contains(&path.file_name().unwrap().to_str().unwrap()));
        for path in waste {
            if path.is_dir() {
                fs::remove_dir_all(path).unwrap();
            } else {
                fs::remove_file(path).unwrap();
            }
        }
    };
    let split = |run: &Path, name: &str| {
        let text = fs::read_to_string(run.join("split.csv")).unwrap();
        fs::write(
            kept().join(format!("split-{name}.csv")),
            text.replace(&back[0].0, "@LAB@"),
        )
        .unwrap();
    };

    // Stopped, and one epoch is left.
    let long = [
        "train",
        "--detach",
        "-s",
        SEED,
        "-s",
        "training.epochs=100000",
        "-s",
        "training.batch_size=1",
    ];
    let id = json(&long)["runs"][0].as_str().unwrap().to_owned();
    loop {
        let runs = json(&["runs"]);
        if runs[0]["epochs"].as_u64() >= Some(1) {
            break;
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    before(&["stop", &id]);
    std::thread::sleep(Duration::from_secs(3));
    let run = lab.run_folder(&id);
    let epochs = json(&["runs"])[0]["epochs"].as_u64().unwrap();
    let files = [
        "run.toml",
        "events.jsonl",
        "split.csv",
        "checkpoints",
        "report.json",
        "predictions.csv",
    ];
    keep(&run, "stopped", &id, &files);
    let settings = kept().join("stopped/run.toml");
    let text = fs::read_to_string(&settings).unwrap();
    fs::write(
        &settings,
        text.replace("epochs = 100000", &format!("epochs = {}", epochs + 1)),
    )
    .unwrap();
    split(&run, "stopped");

    // While one trains, two folds wait.
    let busy = json(&long)["runs"][0].as_str().unwrap().to_owned();
    let folds = json(&[&["train", "--detach"], &FOLDS[..]].concat());
    let folds: Vec<String> = (0..3)
        .map(|fold| folds["runs"][fold].as_str().unwrap().to_owned())
        .collect();
    for id in &folds[1..] {
        copy(&lab.run_folder(id), &lab.path("waiting").join(id), &[]);
    }
    before(&["stop", &busy]);
    loop {
        let runs = json(&["runs"]);
        let done = |id: &String| {
            let runs = runs.as_array().unwrap();
            runs.iter().any(|row| row["id"] == *id && row["state"] == "finished")
        };
        if folds.iter().all(done) {
            break;
        }
        std::thread::sleep(Duration::from_millis(100));
    }
    let files = [
        "run.toml",
        "events.jsonl",
        "split.csv",
        "report.json",
        "predictions.csv",
        "queue.json",
    ];
    for (number, id) in (1..).zip(&folds) {
        let waited = lab.path("waiting").join(id);
        let from = if number == 1 { lab.run_folder(id) } else { waited };
        keep(&from, &format!("folds/{}", fold(number)), id, &files);
        let settings = kept().join(format!("folds/{}/run.toml", fold(number)));
        let text = fs::read_to_string(&settings).unwrap();
        fs::write(&settings, text.replace(&folds[0], &fold(1))).unwrap();
        split(&lab.run_folder(id), &format!("fold{number}"));
    }

    before(&["tune", "--study", "w", "--trials", "2", "-s", SEED]);
    let study = lab.path("studies/w");
    let trials: Vec<PathBuf> = fs::read_dir(study.join("trials"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    split(&trials[0], "study");
    for trial in &trials {
        for name in ["checkpoints", "model"] {
            fs::remove_dir_all(trial.join(name)).unwrap();
        }
        for name in ["beat.json", "lease.lock", "log.txt", "reserve"] {
            fs::remove_file(trial.join(name)).unwrap();
        }
    }
    keep(
        &study,
        "studies/w",
        "no id",
        &["journal.log", "study.toml", "study.json", "trials"],
    );
}
