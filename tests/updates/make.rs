//! Makes what is kept of the version before.

use crate::common::json_lines;
use crate::common::kept::{copy, lab, words};
use crate::common::{Lab, signal};
use crate::{FINISHED, RUNNING, WAITING, kept, lane};
use serde_json::Value;
use std::ffi::OsString;
use std::fs;
use std::path::Path;
use std::process::Command;
use std::thread::sleep;
use std::time::Duration;

/// That version, in a lab.
struct Before {
    program: OsString,
    lab: Lab,
}

impl Before {
    fn done(&self, arguments: &[&str]) -> String {
        let output = Command::new(&self.program)
            .args(arguments)
            .current_dir(self.lab.path(""))
            .output()
            .unwrap();
        assert!(output.status.success(), "{arguments:?}: {output:?}");
        String::from_utf8(output.stdout).unwrap()
    }

    fn json(&self, arguments: &[&str]) -> Value {
        serde_json::from_str(&self.done(&[arguments, &["--json"]].concat())).unwrap()
    }

    fn train(&self, more: &[&str]) -> String {
        let started = self.json(&[&["train", "--detach"], more].concat());
        started["runs"][0].as_str().unwrap().to_owned()
    }

    fn wait(&self, id: &str, wanted: impl Fn(&Value) -> bool) -> Value {
        loop {
            let runs = self.json(&["runs"]);
            let row = runs.as_array().unwrap().iter().find(|row| row["id"] == id).unwrap();
            if wanted(row) {
                return row.clone();
            }
            sleep(Duration::from_millis(20));
        }
    }

    fn text(&self, id: &str, name: &str) -> String {
        fs::read_to_string(self.lab.run_folder(id).join(name)).unwrap()
    }

    /// Keeps these files of a folder, with other words in them.
    fn keep(&self, from: &Path, to: &str, files: &[&str], more: &[(&str, &str)]) {
        let more = more
            .iter()
            .map(|(word, other)| ((*word).to_owned(), (*other).to_owned()));
        let words: Vec<_> = words(&self.lab)
            .map(|(word, here)| (here, word))
            .into_iter()
            .chain(more)
            .collect();
        let whole = self.lab.path("copied").join(to);
        copy(from, &whole, &words);
        for name in files {
            let (from, to) = (whole.join(name), kept().join(to).join(name));
            fs::create_dir_all(to.parent().unwrap()).unwrap();
            if from.is_dir() {
                copy(&from, &to, &[]);
            } else {
                fs::copy(&from, &to).unwrap();
            }
        }
    }

    fn keep_text(&self, name: &str, text: &str) {
        let words = words(&self.lab);
        let text = words
            .iter()
            .fold(text.to_owned(), |text, (word, here)| text.replace(here, word));
        fs::write(kept().join(name), text).unwrap();
    }
}

#[test]
#[ignore = "makes tests/golden/c243c74 anew with the program in UNDERTONE_BEFORE"]
fn make() {
    let program = std::env::var_os("UNDERTONE_BEFORE").unwrap();
    let before = Before { program, lab: lab() };
    for name in ["finished", "running", "waiting", "lane"] {
        let _ = fs::remove_dir_all(kept().join(name));
    }
    fs::create_dir_all(kept()).unwrap();
    settings(&before);
    finished(&before);
    trained(&before);
}

fn settings(before: &Before) {
    let own = fs::read(before.lab.path("workbench.toml")).unwrap();
    fs::copy(kept().join("workbench.toml"), before.lab.path("workbench.toml")).unwrap();
    let config = before.json(&["config"]);
    let rows = config["rows"].as_array().unwrap().iter();
    let values: serde_json::Map<String, Value> = rows
        .map(|row| (row["key"].as_str().unwrap().to_owned(), row["value"].clone()))
        .collect();
    before.keep_text("config.json", &(serde_json::to_string_pretty(&values).unwrap() + "\n"));
    fs::write(before.lab.path("workbench.toml"), own).unwrap();
}

fn finished(before: &Before) {
    let id = before.train(&[]);
    before.wait(&id, |row| row["state"] == "finished");
    before.done(&["note", &id, "--text", "as it was", "--tag", "baseline"]);
    let predicted = before.done(&["predict", "clips/03-01-05-01-01-01-02.wav", "--run", &id, "--json"]);
    before.keep_text("predict.json", &predicted.replace(&id, FINISHED));
    let files = [
        "run.toml",
        "events.jsonl",
        "split.csv",
        "report.json",
        "predictions.csv",
        "note.toml",
        "beat.json",
        "lease.lock",
        "model",
    ];
    before.keep(&before.lab.run_folder(&id), "finished", &files, &[(&id, FINISHED)]);
}

fn trained(before: &Before) {
    let lab = &before.lab;
    let endless = ["-s", "training.epochs=100000", "-s", "training.batch_size=1"];
    let id = before.train(&endless);
    let run = lab.run_folder(&id);
    let row = before.wait(&id, |row| row["epochs"].as_u64() >= Some(2));
    let process = i32::try_from(row["beat"]["pid"].as_i64().unwrap()).unwrap();
    // Suspended, it is as it was when somebody looked.
    signal("STOP", process);
    let then = fs::read_to_string(run.join("events.jsonl")).unwrap();
    copy(&run, &lab.path("then"), &[]);
    copy(&lane(lab), &lab.path("lane"), &[]);
    before.keep(
        &lab.path("lane"),
        "lane",
        &["beat.json", "lease.lock"],
        &[(&id, RUNNING)],
    );
    let waiting = before.train(&["-s", "seed=2"]);
    copy(&lab.run_folder(&waiting), &lab.path("waiting"), &[]);
    signal("CONT", process);
    let mut beats: Vec<String> = Vec::new();
    while beats.len() < 4 || !run.join("usage.jsonl").exists() {
        let beat = before.text(&id, "beat.json");
        if beat.contains("epoch ") && beats.last() != Some(&beat) {
            beats.push(beat);
        }
        sleep(Duration::from_millis(100));
    }
    beats.truncate(4);
    before.keep_text("beats.jsonl", &(beats.join("\n") + "\n"));
    fs::copy(run.join("usage.jsonl"), lab.path("then/usage.jsonl")).unwrap();

    // What waits fails, for its clips are gone.
    fs::rename(lab.path("clips"), lab.path("elsewhere")).unwrap();
    before.done(&["stop", &id]);
    before.wait(&id, |row| row["state"] == "stopped");
    before.wait(&waiting, |row| row["state"] == "failed");
    fs::rename(lab.path("elsewhere"), lab.path("clips")).unwrap();
    before.keep_text("control.jsonl", &before.text(&id, "control.jsonl"));
    let journal = before.text(&id, "events.jsonl");
    let followed: Vec<&str> = journal[then.len()..].lines().collect();
    let last = followed
        .iter()
        .rposition(|line| line.contains("\"event\":\"epoch\""))
        .unwrap()
        + 1;
    before.keep_text("epochs.jsonl", &(followed[..3].join("\n") + "\n"));
    before.keep_text("stopped.jsonl", &(followed[last..].join("\n") + "\n"));

    let epochs = json_lines(&lab.path("then/events.jsonl"));
    let epochs = epochs.iter().filter(|line| line["event"] == "epoch").count();
    let (endless, few) = ("epochs = 100000", format!("epochs = {}", epochs + 3));
    let names = [(&*id, RUNNING), (endless, &*few)];
    let files = [
        "run.toml",
        "events.jsonl",
        "split.csv",
        "usage.jsonl",
        "beat.json",
        "lease.lock",
        "checkpoints",
    ];
    before.keep(&lab.path("then"), "running", &files, &names);
    before.keep(
        &lab.path("waiting"),
        "waiting",
        &["run.toml", "queue.json"],
        &[(&waiting, WAITING)],
    );

    let resumed = Command::new(&before.program)
        .stdout(std::process::Stdio::null())
        .args(["resume", &id])
        .current_dir(lab.path(""))
        .spawn();
    let mut resumed = resumed.unwrap();
    before.wait(&id, |row| row["state"] == "running");
    before.done(&["stop", &id]);
    let _ = resumed.wait();
    let all = [
        before.text(&id, "events.jsonl"),
        before.text(&waiting, "events.jsonl"),
        { fs::read_to_string(kept().join("finished/events.jsonl")).unwrap() },
    ];
    let kinds = [
        "started", "device", "note", "epoch", "resumed", "finished", "stopped", "failed",
    ];
    let line = |kind: &str| {
        let kind = format!("{{\"event\":\"{kind}\"");
        all.iter()
            .flat_map(|text| text.lines())
            .find(|line| line.starts_with(&kind))
            .unwrap()
            .to_owned()
    };
    before.keep_text("journal.jsonl", &(kinds.map(line).join("\n") + "\n"));
}
