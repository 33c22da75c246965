//! What a newer version of the program wrote is refused by its file, both versions and the remedy; the rest goes on.

use crate::common::kept::{copy, lab, words};
use crate::common::{Lab, files_below};
use crate::{FINISHED, MINUTE, RUNNING, WAITING, put};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

const NEWER: &str = "20260301-000000-newer";

/// Makes a file one of version 9, with a key that nobody knows.
fn newer(path: &Path) {
    let text = fs::read_to_string(path).unwrap();
    let text = match path.file_name().unwrap().to_str().unwrap() {
        "run.toml" => text.replace("[run]\n", "[run]\nschema = 9\nunheard_of = 1\n"),
        name if name.ends_with(".toml") => format!("schema = 9\nunheard_of = 1\n{text}"),
        _ => text.replacen('{', "{\"schema\": 9, \"unheard_of\": 1,", 1),
    };
    fs::write(path, text).unwrap();
}

fn is_told(text: &str, file: &str) {
    for part in [file, "newer undertone", "version 9", "version 1", "install"] {
        assert!(text.contains(part), "no `{part}` in: {text}");
    }
}

fn content(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let read = |path: PathBuf| (path.clone(), fs::read(path).unwrap());
    files_below(folder).into_iter().map(read).collect()
}

fn put_newer(lab: &Lab, id: &str) -> PathBuf {
    let run = put(lab, id);
    let renamed = lab.run_folder(NEWER);
    fs::rename(run, &renamed).unwrap();
    newer(&renamed.join("run.toml"));
    renamed
}

#[test]
fn a_newer_run_is_listed_as_such_and_the_others_as_ever() {
    let lab = lab();
    let run = put_newer(&lab, FINISHED);
    put(&lab, FINISHED);
    let before = content(&run);
    is_told(&lab.done(&["runs"]), "run.toml");
    assert!(lab.row(NEWER)["reason"].as_str().unwrap().contains("newer undertone"));
    assert_eq!(lab.row(FINISHED)["reason"], serde_json::Value::Null);
    lab.done(&["report", FINISHED]);
    is_told(&lab.refused(1, &["compare", NEWER, FINISHED]), "run.toml");
    assert_eq!(content(&run), before);
    lab.done(&["delete", NEWER, "--yes"]);
    lab.done(&["runs", "--restore", NEWER]);
    assert_eq!(fs::read(run.join("run.toml")).unwrap(), before[&run.join("run.toml")]);
}

#[test]
fn a_newer_run_that_was_interrupted_or_waits_is_left_to_a_newer_program() {
    let lab = lab();
    let run = put_newer(&lab, RUNNING);
    let before = content(&run);
    is_told(&lab.refused(1, &["resume", NEWER]), "run.toml");
    assert_eq!(content(&run), before);
    fs::remove_dir_all(&run).unwrap();

    let run = put_newer(&lab, WAITING);
    let before = content(&run);
    put(&lab, WAITING);
    lab.done(&["queue", "wake"]);
    lab.wait(WAITING, MINUTE, |row| row["state"] == "finished");
    lab.done(&["queue", "wake"]);
    is_told(&lab.refused(1, &["worker", run.to_str().unwrap()]), "run.toml");
    assert_eq!(lab.row(NEWER)["state"], "queued");
    assert_eq!(content(&run), before, "neither begun, nor failed, nor out of the queue");
}

#[test]
fn newer_parts_of_a_run_are_refused_one_by_one() {
    let lab = lab();
    let run = put(&lab, FINISHED);
    newer(&run.join("report.json"));
    is_told(&lab.refused(1, &["report", FINISHED]), "report.json");
    newer(&run.join("note.toml"));
    is_told(&lab.refused(1, &["note", FINISHED, "--tag", "lost"]), "note.toml");
    newer(&run.join("model/package.toml"));
    let clip = lab.path("clips/03-01-05-01-01-01-02.wav");
    is_told(
        &lab.refused(1, &["predict", clip.to_str().unwrap(), "--run", FINISHED]),
        "package.toml",
    );
    let row = lab.row(FINISHED);
    assert_eq!((&row["state"], &row["epochs"]), (&"finished".into(), &3.into()));
}

#[test]
fn a_newer_study_is_listed_as_such_and_not_touched() {
    let lab = lab();
    let studies = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/splits_kept/studies/w");
    for name in ["w", "newer"] {
        copy(&studies, &lab.path("studies").join(name), &words(&lab));
    }
    let folder = lab.path("studies/newer");
    newer(&folder.join("study.json"));
    let before = content(&folder);
    is_told(&lab.done(&["study", "list"]), "study.json");
    assert_eq!(
        lab.json(&["study", "list"])["studies"].as_array().map(Vec::len),
        Some(2)
    );
    lab.done(&["study", "show", "w"]);
    is_told(&lab.refused(1, &["study", "show", "newer"]), "study.json");
    is_told(
        &lab.refused(1, &["tune", "--study", "newer", "--trials", "3"]),
        "study.json",
    );
    assert_eq!(content(&folder), before);
}

#[test]
fn newer_settings_are_refused_and_those_of_this_version_may_say_so() {
    let lab = lab();
    let path = lab.path("workbench.toml");
    let text = fs::read_to_string(&path).unwrap();
    fs::write(&path, format!("schema = 1\n{text}")).unwrap();
    lab.done(&["config"]);
    fs::write(&path, format!("schema = 9\nunheard_of = 1\n{text}")).unwrap();
    is_told(&lab.refused(2, &["config"]), "workbench.toml");
}
