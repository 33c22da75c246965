//! Splits that somebody gives, from the settings to the line under the score.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod common;

use common::Lab;
use serde_json::Value;
use std::collections::BTreeSet;

/// So few clips leave no calm one to some speakers.
const FEW: [&str; 4] = [
    "-s",
    r#"labels.map={ calm = "neutral", boredom = "neutral", disgust = "angry", surprised = "happy" }"#,
    "-s",
    "training.epochs=1",
];

/// Trains, and the reports of all its runs.
fn trained(lab: &Lab, more: &[&str]) -> Vec<Value> {
    let started = lab.json(&[&["train", "--detach"], &FEW[..], more].concat());
    let ids: Vec<String> = started["runs"]
        .as_array()
        .unwrap()
        .iter()
        .map(|id| id.as_str().unwrap().to_owned())
        .collect();
    for id in &ids {
        lab.done(&["watch", id]);
    }
    ids.iter().map(|id| lab.json(&["report", id])).collect()
}

/// (speaker, side) of every clip of a run, by its table.
fn sides(lab: &Lab, report: &Value) -> Vec<(String, String)> {
    let path = lab.run_folder(report["run"]["id"].as_str().unwrap()).join("split.csv");
    let mut reader = csv::Reader::from_path(path).unwrap();
    let row = |row: csv::StringRecord| (format!("{}/{}", &row[1], &row[2]), row[4].to_owned());
    reader.records().map(|record| row(record.unwrap())).collect()
}

fn speakers(lab: &Lab, report: &Value, side: &str) -> BTreeSet<String> {
    let rows = sides(lab, report).into_iter();
    rows.filter(|(_, of)| of == side).map(|(speaker, _)| speaker).collect()
}

fn line(report: &Value) -> &str {
    report["protocol_line"].as_str().unwrap()
}

#[test]
fn speakers_by_hand_are_tested_on_and_named_under_the_score() {
    let lab = Lab::new();
    let all = trained(&lab, &[]);
    let known: BTreeSet<String> = sides(&lab, &all[0]).into_iter().map(|(speaker, _)| speaker).collect();
    let tested: Vec<&String> = known.iter().take(2).collect();
    let list = format!("split.test_speakers=[\"{}\", \"{}\"]", tested[0], tested[1]);
    let report = &trained(&lab, &["-s", &list, "-s", "split.seed=9"])[0];
    assert_eq!(
        speakers(&lab, report, "test"),
        tested.iter().map(|name| (*name).clone()).collect()
    );
    let words = format!(
        "split by hand (tested on speakers {}, {}) (seed 9)",
        tested[0], tested[1]
    );
    assert!(line(report).contains(&words), "{}", line(report));
    assert!(
        line(report).contains("test speakers also in training: 0 of 2"),
        "{}",
        line(report)
    );
    assert_eq!(
        (&report["run"]["split"], &report["run"]["seed"]),
        (&"speaker".into(), &42.into())
    );

    let refused = lab.refused(1, &["train", "--detach", "-s", r#"split.test_speakers=["nobody"]"#]);
    assert!(
        refused.contains("split.test_speakers: no speaker `nobody` takes part; there are"),
        "{refused}"
    );
}

#[test]
fn a_table_brings_columns_and_a_split_and_a_file_brings_folds() {
    let lab = Lab::new();
    lab.done(&["scan", "--export", "data/mine/clips.csv"]);
    let path = lab.path("data/mine/clips.csv");
    let mut reader = csv::Reader::from_path(&path).unwrap();
    let headings = reader.headers().unwrap().clone();
    let at = |name: &str| headings.iter().position(|heading| heading == name).unwrap();
    let rows: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
    let mut table = "path,emotion,speaker,split,room\n".to_owned();
    let mut folds = "path,fold\n".to_owned();
    for (index, row) in rows.iter().enumerate() {
        let speaker = format!("{}-{}", &row[at("corpus")], &row[at("speaker")]);
        // Every fifth clip: speakers are on both sides.
        let part = if index % 5 == 4 { "test" } else { "train" };
        let room = ["hall", "kitchen"][index / 5 % 2];
        table += &format!("{},{},{speaker},{part},{room}\n", &row[at("path")], &row[at("emotion")]);
        folds += &format!("{},{}\n", &row[at("path")], 1 + index % 3);
    }
    std::fs::write(&path, table).unwrap();
    std::fs::write(lab.path("folds.csv"), folds).unwrap();
    let corpora = r#"corpora=[{ name = "mine", path = "data/mine/clips.csv" }]"#;
    let with = |more: &[&str]| trained(&lab, &[&["-s", corpora], more].concat());

    let given = &with(&["-s", "split.kind=given"])[0];
    let starts = "split that the corpora bring (tested on test) (seed 42, speakers leak)";
    assert!(line(given).contains(starts), "{}", line(given));
    assert_eq!(given["evaluated"].as_array().unwrap().len(), rows.len() / 5);
    assert_eq!(given["run"]["split"], "given");

    let rooms = with(&[
        "-s",
        "split.kind=column",
        "-s",
        "split.column=room",
        "-s",
        "split.leave_one_out=true",
    ]);
    assert_eq!(rooms.len(), 2);
    let starts = "split by room (one left out, tested on hall), fold 1 of 2";
    assert!(line(&rooms[0]).contains(starts), "{}", line(&rooms[0]));
    let tested: usize = rooms
        .iter()
        .map(|report| report["evaluated"].as_array().unwrap().len())
        .sum();
    assert_eq!(tested, rows.len());

    let folds = with(&["-s", "split.kind=file", "-s", "split.file=folds.csv"]);
    assert_eq!(folds.len(), 3);
    assert!(
        line(&folds[2]).contains("split of folds.csv, fold 3 of 3"),
        "{}",
        line(&folds[2])
    );
    // The score of folds is that of all their predictions together, in reports and in lists.
    let (pooled, together) = (&folds[0]["pooled"], &folds[0]["run"]["folds"]);
    assert_eq!(pooled["support"], rows.len());
    let close = |one: &Value, other: &Value| (one.as_f64().unwrap() - other.as_f64().unwrap()).abs() < 1e-9;
    assert!(
        close(&pooled["unweighted_average_recall"], &together["uar"]),
        "{together}"
    );
    assert_eq!((&together["evaluated"], &together["folds"]), (&3.into(), &3.into()));
    let group = folds[0]["run"]["fold"]["group"].as_str().unwrap();
    let uar = format!("Σ{:.1}", 100.0 * together["uar"].as_f64().unwrap());
    let list = lab.done(&["runs"]);
    assert!(list.matches(&uar).count() >= 3, "{uar}\n{list}");
    assert!(
        list.contains(&format!(
            "Σ {group}: test scores over the predictions of all 3 folds; mean of folds"
        )),
        "{list}"
    );
    let text = lab.done(&["report", group]);
    assert!(text.contains("test, all 3 folds: UAR"), "{text}");
}
