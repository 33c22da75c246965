//! Journals that something damaged: looking at them changes nothing, nobody writes into them, and mending loses no more
//! than what is lost.

#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may panic")]

mod common;

use common::Lab;
use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant, SystemTime};
use undertone::engine::{Engine, EpochMetrics, Event, JournalEntry, load_settings};
use undertone::runs::{Lease, RunFolder};
use undertone::tuning::journal::Journal;
use undertone::tuning::{Outcome, Study, TuningError, repair};
use undertone::ui::{App, Colours, Theme};

const LONG_AGO: &str = "2026-01-01T00:00:00.000000+00:00";

fn distribution() -> String {
    let text = r#"{"name":"FloatDistribution","attributes":{"step":null,"low":0.0001,"high":0.01,"log":true}}"#;
    json!(text).to_string()
}

/// The line that begins a trial of ours, its fields in Optuna's order.
fn begun(number: usize) -> String {
    format!(
        r#"{{"op_code":4,"worker_id":"a","study_id":0,"datetime_start":"{LONG_AGO}","params":{{"training.learning_rate":0.00{}}},"distributions":{{"training.learning_rate":{}}},"user_attrs":{{"undertone:run":"run-{number}"}}}}"#,
        number + 1,
        distribution()
    )
}

fn finished(number: usize) -> String {
    format!(
        r#"{{"op_code":6,"worker_id":"a","trial_id":{number},"state":1,"values":[0.5{number}],"datetime_complete":"{LONG_AGO}"}}"#
    )
}

/// A study and six finished trials, three lines each: trial `n` begins in line `3 n + 2`.
fn six() -> Vec<String> {
    let mut lines = vec![r#"{"op_code":0,"worker_id":"a","study_name":"w","directions":[2]}"#.to_owned()];
    for number in 0..6 {
        let report =
            format!(r#"{{"op_code":7,"worker_id":"a","trial_id":{number},"step":1,"intermediate_value":0.5{number}}}"#);
        lines.extend([begun(number), report, finished(number)]);
    }
    lines
}

fn text(lines: &[String]) -> String {
    lines.iter().map(|line| line.clone() + "\n").collect()
}

/// A lab with a study `w` of this journal.
fn lab(journal: &[u8]) -> Lab {
    let lab = Lab::empty();
    let folder = lab.path("studies/w");
    fs::create_dir_all(folder.join("trials")).unwrap();
    fs::create_dir_all(lab.path("runs")).unwrap();
    fs::write(folder.join("journal.log"), journal).unwrap();
    // What stands in neither file is as by default.
    fs::write(folder.join("study.toml"), "").unwrap();
    let entries = json!({
        "id": "", "created": LONG_AGO, "group": "", "fold": 0, "folds": 1, "version": "0.1.0", "corpora": [],
        "synthetic": true, "clips": 60, "fingerprint": "", "command": "undertone train",
    });
    fs::write(folder.join("study.json"), entries.to_string()).unwrap();
    lab
}

/// Every file and folder below these, with size, time and content.
fn everything(folders: &[PathBuf]) -> BTreeMap<PathBuf, (u64, SystemTime, Vec<u8>)> {
    let mut found = BTreeMap::new();
    let mut open = folders.to_vec();
    while let Some(path) = open.pop() {
        let entries = fs::symlink_metadata(&path).unwrap();
        let content = if entries.is_dir() {
            open.extend(fs::read_dir(&path).unwrap().map(|entry| entry.unwrap().path()));
            Vec::new()
        } else {
            fs::read(&path).unwrap()
        };
        found.insert(path, (entries.len(), entries.modified().unwrap(), content));
    }
    found
}

fn disk(lab: &Lab) -> BTreeMap<PathBuf, (u64, SystemTime, Vec<u8>)> {
    everything(&[lab.path("studies"), lab.path("runs")])
}

/// Asks every question there is about studies and runs; the page of the study, and the screen of its tab.
fn look(lab: &Lab) -> (Value, String) {
    let before = disk(lab);
    for question in [
        &["study", "list"][..],
        &["study", "show", "w"],
        &["study", "show"],
        &["study", "export", "w", "trials.csv"],
        &["study", "export", "w", "trials.json"],
        &["runs"],
    ] {
        lab.done(question);
        lab.done(&[question, &["--json"]].concat());
        assert_eq!(disk(lab), before, "{question:?}");
    }
    let screen = visit(lab);
    assert_eq!(disk(lab), before, "the workbench");
    (lab.json(&["study", "show", "w"]), screen)
}

/// Opens the workbench over the real engine, goes through its tabs and stays in Tune for longer than any look takes to
/// come round; the screen.
fn visit(lab: &Lab) -> String {
    let settings = load_settings(Some(&lab.path("workbench.toml")), &[]).unwrap();
    let (engine, events) = Engine::start(settings);
    let mut app = App::new(Theme::new(Colours::None), move |command| {
        // A scan makes demo data where there is none.
        if !matches!(command, undertone::engine::Command::Scan { .. }) {
            engine.send(command);
        }
    });
    let press = |app: &mut App, code| app.key(KeyEvent::new(code, KeyModifiers::NONE));
    for tab in ['3', '5', '4'] {
        press(&mut app, KeyCode::Char(tab));
    }
    let begun = Instant::now();
    let mut opened = false;
    let mut screen = String::new();
    while begun.elapsed() < Duration::from_secs(3) {
        if let Ok(event) = events.recv_timeout(Duration::from_millis(50)) {
            opened |= matches!(event, Event::Study(_));
            app.apply(event);
        }
        let mut terminal = Terminal::new(TestBackend::new(120, 40)).unwrap();
        terminal.draw(|frame| app.draw(frame)).unwrap();
        let buffer = terminal.backend().buffer();
        screen = (0..40)
            .map(|y| (0..120).map(|x| buffer[(x, y)].symbol()).collect::<String>() + "\n")
            .collect();
    }
    for key in [KeyCode::Char('m'), KeyCode::Enter, KeyCode::Esc, KeyCode::Char('r')] {
        press(&mut app, key);
        let until = Instant::now() + Duration::from_millis(300);
        while let Ok(event) = events.recv_timeout(until.saturating_duration_since(Instant::now())) {
            app.apply(event);
        }
    }
    assert!(opened, "{screen}");
    screen
}

fn in_state(study: &Value, state: &str) -> Vec<u64> {
    let trials = study["trials"].as_array().unwrap().iter();
    let chosen = trials.filter(|trial| trial["state"] == state);
    chosen.map(|trial| trial["number"].as_u64().unwrap()).collect()
}

// ---- a trial whose process is gone ----

fn journal_of_run(lab: &Lab, run: &str, entries: &[JournalEntry<EpochMetrics>]) {
    let folder = RunFolder::create_as(&lab.path("studies/w/trials"), run, "").unwrap();
    drop(Lease::take(&folder.path).unwrap());
    let lines: String = entries
        .iter()
        .map(|entry| serde_json::to_string(entry).unwrap() + "\n")
        .collect();
    fs::write(folder.path.join("events.jsonl"), lines).unwrap();
    let path = folder.path.join("beat.json");
    let mut heartbeat: Value = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
    heartbeat["at"] = json!(Timestamp::now() - SignedDuration::from_secs(3600));
    fs::write(path, heartbeat.to_string()).unwrap();
}

fn epoch(epoch: usize, uar: f64, best: bool) -> JournalEntry<EpochMetrics> {
    JournalEntry::Epoch {
        at: Timestamp::UNIX_EPOCH,
        metrics: EpochMetrics {
            epoch,
            train_loss: 1.0,
            train_accuracy: 0.5,
            train_uar: 0.5,
            train_ccc: None,
            validation_loss: 1.0,
            validation_accuracy: 0.5,
            validation_uar: uar,
            validation_ccc: None,
            learning_rate: 0.001,
            clips_per_second: 100.0,
            seconds: 0.5,
            memory_bytes: 0,
            best,
        },
    }
}

#[test]
fn questions_show_a_lost_trial_and_change_nothing_and_tune_fails_it() {
    let at = Timestamp::UNIX_EPOCH;
    let started = || JournalEntry::Started {
        at,
        host: "a".to_owned(),
        pid: 1,
    };
    // Two finished trials, and two that count as running: the process of one is gone, the other came to its end.
    let mut lines = six()[..7].to_vec();
    lines.extend([begun(2), begun(3)]);
    let lab = lab(text(&lines).as_bytes());
    journal_of_run(&lab, "run-2", &[started(), epoch(1, 0.4, true)]);
    let done = [
        started(),
        epoch(1, 0.4, true),
        epoch(2, 0.7, true),
        epoch(3, 0.6, false),
        JournalEntry::Finished { at, why: None },
    ];
    journal_of_run(&lab, "run-3", &done);

    let (study, screen) = look(&lab);
    assert_eq!(in_state(&study, "running"), [2, 3]);
    assert!(study["trials"][2]["lost"].is_string() && study["trials"][3]["lost"].is_null());
    assert_eq!(
        (&study["counts"]["running"], &study["counts"]["lost"]),
        (&json!(1), &json!(1))
    );
    assert!(lab.done(&["study", "show", "w"]).contains("trial 2 is lost"));
    assert!(screen.contains("lost"), "{screen}");

    // Its three trials are there when the finished run is counted, so that nothing is trained.
    lab.done(&["tune", "--study", "w", "--trials", "3", "--detach"]);
    let study = lab.json(&["study", "show", "w"]);
    assert_eq!(in_state(&study, "failed"), [2]);
    assert_eq!(
        (in_state(&study, "waiting"), &study["trials"][4]["repeats"]),
        (vec![4], &json!(2))
    );
    assert_eq!(in_state(&study, "complete"), [0, 1, 3]);
    assert_eq!(study["trials"][3]["value"], 0.7, "its best epoch");
}

// ---- a record that is lost, and records that are glued ----

/// The second trial's beginning cut off at its end, the same with the next line glued on, and two whole lines as one.
fn damages() -> [(&'static str, Vec<u8>); 3] {
    let lines = six();
    let cut = |line: &str| line[..line.len() - 9].to_owned();
    let with = |place: usize, line: String, left_out: usize| {
        let mut damaged = lines.clone();
        damaged.splice(place..=place + left_out, [line]);
        text(&damaged).into_bytes()
    };
    [
        ("cut", with(4, cut(&lines[4]), 0)),
        ("cut and glued", with(4, cut(&lines[4]) + &lines[5], 1)),
        ("glued", with(4, lines[4].clone() + &lines[5], 1)),
    ]
}

#[test]
fn a_damaged_study_is_shown_as_far_as_it_can_be_read_and_written_by_nobody() {
    for (name, bytes) in damages() {
        let lab = lab(&bytes);
        let (study, screen) = look(&lab);
        assert_eq!(study["damage"]["line"], 5, "{name}");
        assert_eq!(
            (in_state(&study, "complete"), study["trials"].as_array().unwrap().len()),
            (vec![0], 1)
        );
        let list = lab.json(&["study", "list"]);
        assert!(
            list["studies"][0]["problem"]
                .as_str()
                .unwrap()
                .contains("study repair w")
        );
        assert!(lab.done(&["study", "show", "w"]).contains("`undertone study repair w`"));
        assert!(screen.contains("study repair w"), "{screen}");
        let before = disk(&lab);
        for writer in [
            &["tune", "--study", "w"][..],
            &["tune", "--study", "w", "-s", "tuning.retries=3"],
            &["tune", "--worker", "--study", "w"],
            &["study", "enqueue", "w", "training.learning_rate=0.002"],
            &["study", "promote", "w"],
        ] {
            let told = lab.refused(1, writer);
            assert!(
                told.contains("journal.log: line 5") && told.contains("`undertone study repair w`"),
                "{told}"
            );
            assert_eq!(disk(&lab), before, "{name}: {writer:?}");
        }
    }
}

#[test]
fn mending_keeps_a_copy_and_tells_what_is_left_out() {
    for (name, bytes) in damages() {
        let lab = lab(&bytes);
        let repaired = lab.json(&["study", "repair", "w"])["repaired"].clone();
        let copy = PathBuf::from(repaired["copy"].as_str().unwrap());
        assert_eq!(fs::read(lab.path(copy.to_str().unwrap())).unwrap(), bytes, "{name}");
        let journal = fs::read_to_string(lab.path("studies/w/journal.log")).unwrap();
        if name == "glued" {
            assert_eq!(journal, text(&six()));
            assert_eq!((&repaired["separated"], &repaired["lost"]), (&json!(1), &Value::Null));
            assert_eq!(repaired["left_out"], json!([]));
        } else {
            assert_eq!(journal, text(&six()[..4]));
            assert_eq!(
                (&repaired["separated"], &repaired["lost"]["line"]),
                (&json!(0), &json!(5))
            );
            let trials = repaired["left_out"].as_array().unwrap().iter();
            let trials: Vec<_> = trials
                .map(|it| (it["number"].as_u64(), it["state"].as_str(), it["value"].as_f64()))
                .collect();
            let expected = (1..6).map(|number| (Some(number), Some("complete"), Some(0.5 + number as f64 / 100.0)));
            assert_eq!(trials, expected.collect::<Vec<_>>());
        }
        assert_eq!(lab.json(&["study", "show", "w"])["damage"], Value::Null);
        // There is nothing more to do, and the first copy stays.
        let before = disk(&lab);
        assert_eq!(lab.json(&["study", "repair", "w"])["repaired"], Value::Null);
        assert_eq!(disk(&lab), before);
        fs::write(lab.path("studies/w/journal.log"), &bytes).unwrap();
        assert_ne!(
            lab.json(&["study", "repair", "w"])["repaired"]["copy"],
            repaired["copy"]
        );
        lab.done(&["study", "enqueue", "w", "training.learning_rate=0.002"]);
    }
}

#[test]
fn a_journal_without_a_first_line_hides_no_other_study_and_is_not_mended_while_somebody_works() {
    let lines = six();
    let bytes = format!("{}\n{}", &lines[0][..20], text(&lines[1..]));
    let lab = lab(bytes.as_bytes());
    let other = lab.path("studies/other");
    fs::create_dir_all(&other).unwrap();
    fs::write(other.join("journal.log"), text(&lines).replace("\"w\"", "\"other\"")).unwrap();
    let list = lab.json(&["study", "list"]);
    assert_eq!(
        (
            list["studies"][0]["counts"]["complete"].as_u64(),
            &list["studies"][0]["problem"]
        ),
        (Some(6), &Value::Null)
    );
    assert!(
        list["studies"][1]["problem"]
            .as_str()
            .unwrap()
            .contains("journal.log: line 1")
    );
    assert!(lab.refused(1, &["study", "show", "w"]).contains("study repair w"));

    fs::create_dir_all(lab.path("studies/w/workers/w1")).unwrap();
    let lease = Lease::take(&lab.path("studies/w/workers/w1")).unwrap();
    assert!(lab.refused(1, &["study", "repair", "w"]).contains("study stop w"));
    assert_eq!(fs::read(lab.path("studies/w/journal.log")).unwrap(), bytes.as_bytes());
    drop(lease);
    let repaired = lab.json(&["study", "repair", "w"]);
    assert_eq!(repaired["repaired"]["lost"]["line"], 1);
}

fn repaired(bytes: &[u8]) -> (String, Option<undertone::tuning::Repaired>) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("journal.log");
    fs::write(&path, bytes).unwrap();
    let repaired = repair(&path).unwrap();
    (fs::read_to_string(&path).unwrap(), repaired)
}

#[test]
fn records_are_taken_apart_wherever_they_are_whole() {
    let lines = six();
    // All on one line; and a torn end, which the next writer would cut off.
    let (journal, told) = repaired((lines.concat() + "\n{\"op_code\":4,\"wor").as_bytes());
    assert_eq!(journal, text(&lines));
    let told = told.unwrap();
    assert_eq!((told.separated, told.lost, told.left_out), (1, None, Vec::new()));

    // Whole records before the lost one of a line stay; a torn end by itself is no damage.
    let glued = [
        text(&lines[..3]),
        lines[3].clone() + &lines[4][..50] + "\n",
        text(&lines[5..]),
    ]
    .concat();
    let (journal, told) = repaired(glued.as_bytes());
    assert_eq!(journal, text(&lines[..4]));
    assert_eq!(told.unwrap().left_out.len(), 5);
    assert_eq!(repaired((text(&lines) + "{\"op_code\":4,\"wor").as_bytes()).1, None);
}

#[test]
fn what_a_fragment_was_is_told_by_what_follows() {
    let lines = six();
    // No word of its kind is left; the lines behind it speak of a trial that nothing began.
    for lost in ["{\"op_c", "\0\0\0\0", "{\"datetime_start\":\"2026-01-01T00:00:00.0"] {
        let mut damaged = lines.clone();
        damaged[4] = lost.to_owned();
        let left_out = repaired(text(&damaged).as_bytes()).1.unwrap().left_out;
        let numbers: Vec<usize> = left_out.iter().map(|trial| trial.number).collect();
        assert_eq!(numbers, [1, 2, 3, 4, 5], "{lost:?}");
        assert!(left_out.iter().all(|trial| trial.value.is_some()));
    }
    // The report of a trial began none: the trial itself stays, without its end.
    for lost in ["{\"op_code\":7,\"worker_id\":\"a\",\"trial_id\":1", "{\"op_c"] {
        let mut damaged = lines.clone();
        damaged[5] = lost.to_owned();
        let (journal, told) = repaired(text(&damaged).as_bytes());
        assert_eq!(journal, text(&lines[..5]));
        let left_out = told.unwrap().left_out;
        let told: Vec<_> = left_out
            .iter()
            .map(|trial| (trial.number, trial.value.is_some()))
            .collect();
        assert_eq!(told, [(1, true), (2, true), (3, true), (4, true), (5, true)]);
    }
}

// ---- whatever happens to a file ----

/// Ways in which a file may be damaged, at a place from 0 to 1.
#[derive(Debug, Clone)]
enum Harm {
    Byte(f64, u8),
    Cut(f64, usize),
    Insert(f64, Vec<u8>),
    Zeros(f64, usize),
    JoinLines(f64),
    Twice(f64, usize),
}

fn harm() -> impl Strategy<Value = Harm> {
    let place = 0.0..1.0;
    prop_oneof![
        (place.clone(), any::<u8>()).prop_map(|(place, byte)| Harm::Byte(place, byte)),
        (place.clone(), 1_usize..400).prop_map(|(place, length)| Harm::Cut(place, length)),
        (place.clone(), prop::collection::vec(any::<u8>(), 1..40))
            .prop_map(|(place, bytes)| Harm::Insert(place, bytes)),
        (place.clone(), 1_usize..400).prop_map(|(place, length)| Harm::Zeros(place, length)),
        place.clone().prop_map(Harm::JoinLines),
        (place, 1_usize..400).prop_map(|(place, length)| Harm::Twice(place, length)),
    ]
}

fn harmed(bytes: &mut Vec<u8>, harm: &Harm) {
    let at = |place: f64| (place * bytes.len() as f64) as usize;
    let until = |from: usize, length: usize| (from + length).min(bytes.len());
    match harm {
        Harm::Byte(place, byte) => {
            let at = at(*place);
            if let Some(slot) = bytes.get_mut(at) {
                *slot = *byte;
            }
        }
        Harm::Cut(place, length) => {
            let from = at(*place);
            drop(bytes.drain(from..until(from, *length)));
        }
        Harm::Insert(place, more) => {
            let at = at(*place);
            bytes.splice(at..at, more.iter().copied());
        }
        Harm::Zeros(place, length) => {
            let from = at(*place);
            let end = until(from, *length);
            bytes[from..end].fill(0);
        }
        Harm::JoinLines(place) => {
            let from = at(*place);
            if let Some(end) = bytes[from..].iter().position(|byte| *byte == b'\n') {
                bytes.remove(from + end);
            }
        }
        Harm::Twice(place, length) => {
            let from = at(*place);
            let part = bytes[from..until(from, *length)].to_vec();
            bytes.splice(from..from, part);
        }
    }
}

/// All that a journal adds up to.
fn shown(path: &Path) -> String {
    let journal = Journal::open(path).unwrap();
    format!(
        "{:?}",
        journal
            .replay()
            .studies()
            .collect::<Vec<_>>()
            .iter()
            .map(|(id, it)| (id, &it.name, &it.trials))
            .collect::<Vec<_>>()
    )
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_damage_is_written_over_and_none_is_left_by_mending(
        ours in any::<bool>(),
        harms in prop::collection::vec(harm(), 1..4),
    ) {
        let mut bytes = if ours { text(&six()).into_bytes() } else { include_bytes!("golden/optuna_journal.log")[..12_000].to_vec() };
        for harm in &harms {
            harmed(&mut bytes, harm);
        }
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("journal.log");
        fs::write(&path, &bytes).unwrap();
        let journal = Journal::open(&path).unwrap();
        let damage = journal.damage().cloned();
        let names = Study::list(&path).unwrap();
        for (name, _) in &names {
            if let Ok(mut study) = Study::open(&path, name) {
                let lost: Vec<(usize, String)> = study.running_runs().map(|(trial, run)| (trial.number, run.to_owned())).collect();
                prop_assert_eq!(study.damage(), damage.as_ref());
                if damage.is_some() {
                    let refused = [
                        study.note("a", true.into()),
                        study.fail_lost(&lost, "lost", 1).map(drop),
                        study.tell(0, &Outcome::Pruned),
                    ];
                    let all = refused.iter().all(|it| matches!(it, Err(TuningError::Damaged { .. })));
                    prop_assert!(all, "{:?}", refused);
                }
            }
        }
        prop_assert_eq!(fs::read(&path).unwrap(), &bytes[..]);
        let before = shown(&path);
        match (repair(&path).unwrap(), damage) {
            (None, None) => prop_assert_eq!(fs::read(&path).unwrap(), bytes),
            (Some(repaired), Some(damage)) => {
                prop_assert_eq!(fs::read(&repaired.copy).unwrap(), &bytes[..]);
                prop_assert!(Journal::open(&path).unwrap().damage().is_none());
                let now = fs::read(&path).unwrap();
                let kept = damage.offset as usize;
                prop_assert_eq!(&now[..kept], &bytes[..kept], "what could be read stays byte for byte");
                let damaged = String::from_utf8_lossy(&bytes[kept..]);
                let added = String::from_utf8_lossy(&now[kept..]);
                prop_assert!(added.lines().all(|line| damaged.contains(line)), "{}", added);
                prop_assert!(!added.is_empty() || shown(&path) == before);
                prop_assert_eq!(repair(&path).unwrap(), None);
            }
            (repaired, damage) => prop_assert!(false, "{repaired:?} of {damage:?}"),
        }
    }
}
