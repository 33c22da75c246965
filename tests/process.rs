//! Runs live in a process of their own: what happens when it, its terminal or its disk goes.

#![cfg(unix)]

mod common;

use common::{Lab, json_lines, signal};
use std::process::Stdio;
use std::time::{Duration, Instant};

const TEN_SECONDS: Duration = Duration::from_secs(10);

#[test]
fn a_killed_run_is_dead_within_ten_seconds_and_its_checkpoint_is_whole() {
    let lab = Lab::new();
    let id = lab.start_long_run(&[]);
    let worker = lab.wait_for_epochs(&id);
    signal("KILL", worker);
    let row = lab.wait(&id, TEN_SECONDS, |row| row["state"] == "dead");
    assert!(row["heartbeat"].is_null());

    // The header's length, the header, as long a rest as it says.
    let checkpoint = std::fs::read(lab.run_folder(&id).join("checkpoints/last.safetensors")).unwrap();
    let length = usize::try_from(u64::from_le_bytes(checkpoint[..8].try_into().unwrap())).unwrap();
    let header: serde_json::Value = serde_json::from_slice(&checkpoint[8..8 + length]).unwrap();
    let end = header
        .as_object()
        .unwrap()
        .values()
        .filter_map(|tensor| tensor["data_offsets"][1].as_u64())
        .max();
    assert_eq!(end, Some((checkpoint.len() - 8 - length) as u64));

    // The others are unharmed.
    assert!(lab.refused(1, &["stop", &id]).contains("dead"));
    assert!(lab.refused(1, &["report", &id]).contains("no report"));
    assert_eq!(lab.json(&["train", "--detach"])["runs"].as_array().unwrap().len(), 1);
    lab.done(&["watch"]);
}

#[test]
fn a_run_has_left_its_terminal_and_does_not_hear_a_hang_up() {
    let lab = Lab::new();
    let id = lab.start_long_run(&[]);
    let worker = lab.wait_for_epochs(&id);
    let stat = std::fs::read_to_string(format!("/proc/{worker}/stat"));
    if let Ok(stat) = stat {
        // After the name in brackets: state, parent, group, session, terminal.
        let fields: Vec<&str> = stat.rsplit(") ").next().unwrap().split(' ').collect();
        assert_eq!((fields[3], fields[4]), (worker.to_string().as_str(), "0"), "{stat}");
    }
    signal("HUP", worker);
    let epochs = lab.row(&id)["epochs"].as_u64();
    lab.wait(&id, TEN_SECONDS, |row| {
        row["state"] == "running" && row["epochs"].as_u64() > epochs
    });
    lab.done(&["stop", &id]);
    lab.wait(&id, TEN_SECONDS, |row| row["state"] == "stopped");
}

#[test]
fn a_run_goes_on_when_its_terminal_is_closed() {
    // `script` gives the program a terminal of its own; killing it closes that terminal.
    let lab = Lab::new();
    let program = env!("CARGO_BIN_EXE_undertone");
    let line = format!("{program} train -s training.epochs=100000 -s training.early_stopping.patience=0");
    let terminal = std::process::Command::new("script")
        .args(["-qfec", &line, "/dev/null"])
        .current_dir(lab.path(""))
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn();
    let Ok(mut terminal) = terminal else {
        println!("skipped: there is no `script` to make a terminal with");
        return;
    };
    let begun = Instant::now();
    let id = loop {
        if let Some(id) = lab.runs()[0]["id"].as_str() {
            break id.to_owned();
        }
        assert!(begun.elapsed() < Duration::from_secs(30), "no run was started");
        std::thread::sleep(Duration::from_millis(100));
    };
    lab.wait_for_epochs(&id);
    terminal.kill().unwrap();
    terminal.wait().unwrap();
    let epochs = lab.row(&id)["epochs"].as_u64();
    lab.wait(&id, TEN_SECONDS, |row| {
        row["state"] == "running" && row["epochs"].as_u64() > epochs
    });
    lab.done(&["stop", &id]);
    lab.wait(&id, TEN_SECONDS, |row| row["state"] == "stopped");
}

#[test]
fn a_stopped_run_keeps_a_model_that_works() {
    let lab = Lab::new();
    for when in [&["stop", "last"][..], &["stop", "last", "--after-epoch"]] {
        let id = lab.start_long_run(&[]);
        lab.wait_for_epochs(&id);
        lab.done(when);
        let row = lab.wait(&id, TEN_SECONDS, |row| row["state"] == "stopped");
        assert!(row["test_uar"].as_f64().is_some(), "{row}");
        let predicted = lab.json(&["predict", lab.clip().to_str().unwrap(), "--run", &id]);
        let probabilities = predicted["predictions"][0]["probabilities"].as_object().unwrap();
        let sum: f64 = probabilities.values().map(|share| share.as_f64().unwrap()).sum();
        assert!((sum - 1.0).abs() < 1e-5, "{predicted}");
        let facts = json_lines(&lab.run_folder(&id).join("events.jsonl"));
        assert_eq!(facts.last().unwrap()["event"], "stopped");
    }
}

#[test]
fn a_suspended_run_stays_held_and_goes_on() {
    let lab = Lab::new();
    let id = lab.start_long_run(&[]);
    let worker = lab.wait_for_epochs(&id);
    signal("STOP", worker);
    std::thread::sleep(Duration::from_millis(1500));
    let row = lab.row(&id);
    signal("CONT", worker);
    assert_eq!(row["state"], "running");
    lab.wait(&id, TEN_SECONDS, |now| now["epochs"].as_u64() > row["epochs"].as_u64());
    lab.done(&["stop", &id]);
    lab.wait(&id, TEN_SECONDS, |row| row["state"] == "stopped");
}

#[test]
fn a_run_that_was_taken_over_writes_no_more() {
    let lab = Lab::new();
    let id = lab.start_long_run(&[]);
    let worker = lab.wait_for_epochs(&id);
    signal("STOP", worker);
    let folder = lab.run_folder(&id);
    let before = std::fs::read(folder.join("events.jsonl")).unwrap();
    // As a process on another machine would, after ten seconds of silence.
    std::fs::write(folder.join("lease.lock"), "00000000000000000009\n").unwrap();
    signal("CONT", worker);
    let begun = Instant::now();
    while std::path::Path::new(&format!("/proc/{worker}")).exists() && begun.elapsed() < TEN_SECONDS {
        std::thread::sleep(Duration::from_millis(50));
    }
    assert_eq!(std::fs::read(folder.join("events.jsonl")).unwrap(), before);
    assert!(!folder.join("report.json").exists());
    assert!(
        std::fs::read_to_string(folder.join("log.txt"))
            .unwrap()
            .contains("taken over")
    );
}

#[test]
fn linked_runs_wait_for_each_other_and_share_their_spread() {
    let lab = Lab::new();
    // So few clips leave a fold without a calm one.
    let merged = r#"labels.map={ calm = "neutral" }"#;
    let started = lab.json(&[
        "train",
        "--detach",
        "-s",
        "split.kfold=3",
        "-s",
        "training.epochs=150",
        "-s",
        merged,
    ]);
    let ids: Vec<&str> = started["runs"]
        .as_array()
        .unwrap()
        .iter()
        .map(|id| id.as_str().unwrap())
        .collect();
    assert_eq!(ids.len(), 3);
    assert_eq!(lab.row(ids[2])["state"], "queued");
    for id in &ids {
        lab.done(&["watch", id]);
    }
    let report = lab.json(&["report", ids[0]]);
    assert_eq!(report["run"]["fold"]["folds"], 3);
    let spread = report["folds"].as_array().unwrap();
    assert!(
        spread
            .iter()
            .all(|score| score["values"].as_array().unwrap().len() == 3),
        "{spread:?}"
    );
    let tested: usize = ids
        .iter()
        .map(|id| lab.json(&["report", id])["evaluated"].as_array().unwrap().len())
        .sum();
    assert_eq!(tested, 60, "every clip is tested once");
}

#[test]
fn a_beginning_that_fits_linked_runs_stops_them_all() {
    let lab = Lab::new();
    let first = lab.start_long_run(&["-s", "split.kfold=3", "-s", r#"labels.map={ calm = "neutral" }"#]);
    lab.wait_for_epochs(&first);
    let beginning = first.strip_suffix("-fold1").unwrap();
    assert_eq!(
        lab.json(&["stop", beginning, "--after-epoch"])["runs"]
            .as_array()
            .unwrap()
            .len(),
        3
    );
    for fold in 1..=3 {
        let row = lab.wait(&format!("{beginning}-fold{fold}"), TEN_SECONDS, |row| {
            row["state"] == "stopped"
        });
        assert_eq!(
            row["epochs"] == 0,
            fold > 1,
            "what has not begun needs no epoch to stop: {row}"
        );
    }
}

#[test]
fn a_worker_leaves_runs_alone_that_were_taken_up_before() {
    let lab = Lab::new();
    lab.done(&["train"]);
    let id = lab.runs()[0]["id"].as_str().unwrap().to_owned();
    let journal = lab.run_folder(&id).join("events.jsonl");
    let before = std::fs::read(&journal).unwrap();
    let error = lab.refused(1, &["worker", lab.run_folder(&id).to_str().unwrap()]);
    assert!(error.contains("start a new run"), "{error}");
    assert_eq!(std::fs::read(&journal).unwrap(), before);
}

/// A small disk needs the right to mount one; says so where there is none.
#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_stops_the_run_with_a_clear_state_and_keeps_its_checkpoint() {
    let lab = Lab::new();
    let disk = lab.path("small");
    std::fs::create_dir(&disk).unwrap();
    let mount = ["-t", "tmpfs", "-o", "size=2m", "tmpfs"];
    let mounted = std::process::Command::new("mount").args(mount).arg(&disk).output();
    if !mounted.is_ok_and(|output| output.status.success()) {
        println!("skipped: a small file system cannot be mounted here");
        return;
    }
    let outcome = std::panic::catch_unwind(|| {
        let runs = ["-s", "runs=small"];
        let id = lab.start_long_run(&runs);
        let listed = || lab.json(&[&["runs"], &runs[..]].concat())["runs"][0].clone();
        let begun = Instant::now();
        while listed()["epochs"].as_u64() < Some(2) {
            assert!(begun.elapsed() < Duration::from_secs(60));
            std::thread::sleep(Duration::from_millis(100));
        }
        let mut filler = std::fs::File::create(disk.join("filler")).unwrap();
        while std::io::Write::write_all(&mut filler, &[7; 4096]).is_ok() {}
        let begun = Instant::now();
        let row = loop {
            let row = listed();
            if row["state"] != "running" {
                break row;
            }
            assert!(begun.elapsed() < Duration::from_secs(60), "{row}");
            std::thread::sleep(Duration::from_millis(100));
        };
        assert_eq!(row["state"], "failed", "{row}");
        assert!(row["reason"].as_str().unwrap().contains("space"), "{row}");
        let checkpoint = std::fs::read(disk.join(&id).join("checkpoints/last.safetensors")).unwrap();
        let length = usize::try_from(u64::from_le_bytes(checkpoint[..8].try_into().unwrap())).unwrap();
        serde_json::from_slice::<serde_json::Value>(&checkpoint[8..8 + length]).unwrap();
    });
    // A worker that is still alive would keep the disk busy.
    let _ = lab.run(&["stop", "last", "-s", "runs=small"]);
    let unmounted = std::process::Command::new("umount")
        .arg("-l")
        .arg(&disk)
        .status()
        .unwrap();
    assert!(unmounted.success());
    outcome.unwrap();
}
