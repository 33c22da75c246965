//! What is written now, the version before can read.

use crate::common::kept::{copy, lab, words};
use crate::common::{Lab, json_lines};
use crate::reader::{Unknown, check, check_lines, check_settings, check_words, header, json, toml};
use crate::{MINUTE, kept, kept_text, lane};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::path::Path;
use std::thread::sleep;
use std::time::{Duration, Instant};

/// A run that waits, for this version's lock on its device's lane is held here.
fn waiting(lab: &Lab) -> (String, [File; 2]) {
    let lane = lane(lab);
    copy(&kept().join("lane"), &lane, &words(lab));
    let lock = |name: &str| {
        let file = File::options().append(true).create(true).open(lane.join(name)).unwrap();
        file.try_lock().unwrap();
        file
    };
    let held = ["lease.lock", "busy.lock"].map(lock);
    let started = lab.json(&["train", "--detach"]);
    (started["runs"][0].as_str().unwrap().to_owned(), held)
}

#[test]
fn the_files_of_a_run_are_those_that_the_version_before_reads() {
    let lab = lab();
    let (id, held) = waiting(&lab);
    let run = lab.run_folder(&id);
    let text = |name: &str| fs::read_to_string(run.join(name)).unwrap();
    check(
        "queue.json",
        &json(&kept_text("waiting/queue.json")),
        &json(&text("queue.json")),
        Unknown::Ignored,
    );
    check_settings("run.toml", &kept_text("waiting/run.toml"), &text("run.toml"));
    drop(held);
    lab.done(&["queue", "wake"]);
    lab.wait(&id, MINUTE, |row| row["state"] == "finished");
    lab.done(&["note", &id, "--text", "one", "--tag", "two"]);

    let then = |name: &str| kept_text(&format!("finished/{name}"));
    let beats = kept_text("beats.jsonl");
    check(
        "beat.json",
        &json(beats.lines().next().unwrap()),
        &json(&text("beat.json")),
        Unknown::Ignored,
    );
    check(
        "the lane's beat.json",
        &json(&kept_text("lane/beat.json")),
        &json(&fs::read_to_string(lane(&lab).join("beat.json")).unwrap()),
        Unknown::Ignored,
    );
    for lock in [run.join("lease.lock"), lane(&lab).join("lease.lock")] {
        assert_eq!(
            fs::read_to_string(lock).unwrap().len(),
            then("lease.lock").len(),
            "a number of twenty digits"
        );
    }
    check_lines(
        "events.jsonl",
        &json_lines(&kept().join("journal.jsonl")),
        &json_lines(&run.join("events.jsonl")),
    );
    check(
        "report.json",
        &json(&then("report.json")),
        &json(&text("report.json")),
        Unknown::Ignored,
    );
    let packages = [then("model/package.toml"), text("model/package.toml")].map(|text| toml(&text));
    check("package.toml", &packages[0], &packages[1], Unknown::Ignored);
    check_words("package.toml", &packages[0], &packages[1]);
    check(
        "note.toml",
        &toml(&then("note.toml")),
        &toml(&text("note.toml")),
        Unknown::Refused,
    );
    for name in ["split.csv", "predictions.csv"] {
        let (then, now) = (then(name), text(name));
        assert!(
            header(&now).starts_with(&header(&then)),
            "{name} has other columns: {:?}",
            header(&now)
        );
    }
    let (then, now) = (
        kept_text("running/checkpoints/history.csv"),
        text("checkpoints/history.csv"),
    );
    assert_eq!(header(&now), header(&then));
    // Names and shapes of tensors, and the words beside them.
    let weights = |path: &Path| {
        let bytes = fs::read(path).unwrap();
        let length = u64::from_le_bytes(bytes[..8].try_into().unwrap()) as usize;
        let header: BTreeMap<String, Value> = serde_json::from_slice(&bytes[8..8 + length]).unwrap();
        let facts = |facts: &Value| match &facts["shape"] {
            Value::Null => facts.as_object().unwrap().keys().cloned().collect(),
            shape => shape.clone(),
        };
        header
            .iter()
            .map(|(name, of)| (name.clone(), facts(of)))
            .collect::<BTreeMap<_, _>>()
    };
    for (one, other) in [
        ("finished/model/weights.safetensors", "model/weights.safetensors"),
        ("running/checkpoints/last.safetensors", "checkpoints/last.safetensors"),
    ] {
        assert_eq!(weights(&kept().join(one)), weights(&run.join(other)), "{other}");
    }
}

#[test]
fn what_goes_on_while_a_run_is_trained_is_what_the_version_before_reads() {
    let lab = lab();
    let id = lab.start_long_run(&["-s", "training.batch_size=1"]);
    let run = lab.run_folder(&id);
    lab.wait_for_epochs(&id);
    let beat: Value = json(&fs::read_to_string(run.join("beat.json")).unwrap());
    let known = |phase: &str| {
        ["starting", "queued", "reading", "features", "report", "epoch "]
            .iter()
            .any(|word| phase.starts_with(word))
    };
    assert!(known(beat["phase"].as_str().unwrap()), "{beat}");
    lab.wait(&id, MINUTE, |_| run.join("usage.jsonl").exists());
    lab.done(&["stop", &id, "--after-epoch"]);
    lab.wait(&id, MINUTE, |row| row["state"] == "stopped");
    let request = fs::read_to_string(run.join("control.jsonl")).unwrap();
    check(
        "control.jsonl",
        &json(&kept_text("control.jsonl")),
        &json(&request),
        Unknown::Ignored,
    );
    let usage = |path: &Path| json_lines(path).remove(0);
    check(
        "usage.jsonl",
        &usage(&kept().join("running/usage.jsonl")),
        &usage(&run.join("usage.jsonl")),
        Unknown::Ignored,
    );
    let journal = json_lines(&kept().join("journal.jsonl"));
    check_lines("events.jsonl", &journal, &json_lines(&run.join("events.jsonl")));
    assert_eq!(journal.len(), 8, "one of every kind");
}

#[test]
fn the_files_of_a_study_are_those_that_the_version_before_reads() {
    let lab = lab();
    let endless = ["-s", "training.epochs=100000", "-s", "training.batch_size=1"];
    lab.done(&[&["tune", "--study", "w", "--trials", "1", "--detach"], &endless[..]].concat());
    let then = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/splits_kept/studies/w");
    let now = lab.path("studies/w");
    let wait_for = |wanted: &dyn Fn(&Value) -> bool| {
        let begun = Instant::now();
        loop {
            let beat = fs::read_to_string(now.join("workers/w1/beat.json")).unwrap_or_default();
            let beat: Value = serde_json::from_str(&beat).unwrap_or_default();
            if wanted(&beat) {
                return;
            }
            assert!(begun.elapsed() < MINUTE, "{beat}");
            sleep(Duration::from_millis(50));
        }
    };
    // That version finds the trial that a worker is at by these.
    wait_for(&|beat| beat["phase"] == "trial" && beat["done"] == 0);
    lab.done(&["study", "stop", "w"]);
    wait_for(&|beat| beat["released"] == true);
    let attributes = |folder: &Path| -> BTreeSet<String> {
        let text = fs::read_to_string(folder.join("journal.log")).unwrap();
        text.split('"')
            .filter(|part| part.starts_with("undertone:"))
            .map(str::to_owned)
            .collect()
    };
    assert!(
        attributes(&now).is_superset(&attributes(&then)),
        "{:?}",
        attributes(&now)
    );
    let text = |folder: &Path, name: &str| fs::read_to_string(folder.join(name)).unwrap();
    check_settings("study.toml", &text(&then, "study.toml"), &text(&now, "study.toml"));
    check(
        "study.json",
        &json(&text(&then, "study.json")),
        &json(&text(&now, "study.json")),
        Unknown::Ignored,
    );
    let trial = |folder: &Path| {
        let entries = fs::read_dir(folder.join("trials"))
            .unwrap()
            .map(|entry| entry.unwrap().path());
        text(&entries.min().unwrap(), "run.toml")
    };
    check_settings("a trial's run.toml", &trial(&then), &trial(&now));
}

#[test]
fn a_key_that_is_renamed_or_new_in_a_closed_table_is_noticed() {
    let then = kept_text("waiting/run.toml");
    for (word, other) in [
        ("batch_size", "clips_per_step"),
        ("fingerprint", "hash"),
        ("kind = \"speaker\"", "kind = \"unheard_of\""),
    ] {
        let now = then.replace(word, other);
        assert_ne!(now, then);
        let caught = std::panic::catch_unwind(|| check_settings("run.toml", &then, &now));
        assert!(caught.is_err(), "{word}");
    }
    let more = then.replace("[split]\n", "[split]\nunheard_of = 1\n");
    assert!(std::panic::catch_unwind(|| check_settings("run.toml", &then, &more)).is_err());
    check_settings("run.toml", &then, &then.replace("[run]\n", "[run]\nunheard_of = 1\n"));
}
