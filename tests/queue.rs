//! Several runs at once: one per device is trained, the rest wait, whoever is killed meanwhile.

#![cfg(unix)]
#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod common;

use common::{Lab, signal};
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

const TIMEOUT: Duration = Duration::from_secs(60);

/// The ids in the queue of the one device, as listed: what is trained, then what waits.
fn ids(report: &Value) -> Vec<String> {
    let lanes = report["devices"].as_array().unwrap();
    let runs = lanes.iter().flat_map(|lane| lane["runs"].as_array().unwrap());
    runs.map(|run| run["id"].as_str().unwrap().to_owned()).collect()
}

fn queued(lab: &Lab) -> String {
    let started = lab.json(&["train", "--detach"]);
    started["runs"][0].as_str().unwrap().to_owned()
}

/// Every file of the queue's lanes and of a run that waits, but for what the run that is trained goes on to write.
fn digest(runs: &Path, waiting: &str) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut files = BTreeMap::new();
    let mut folders = vec![runs.join(".queue"), runs.join(waiting)];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                files.insert(path.clone(), std::fs::read(&path).unwrap());
            }
        }
    }
    files
}

/// The process that works on the queue.
fn worker(lab: &Lab) -> i32 {
    let lane = std::fs::read_dir(lab.path("runs/.queue"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .find(|path| path.is_dir());
    let heartbeat = std::fs::read(lane.unwrap().join("beat.json")).unwrap();
    let heartbeat: Value = serde_json::from_slice(&heartbeat).unwrap();
    i32::try_from(heartbeat["pid"].as_i64().unwrap()).unwrap()
}

#[test]
fn one_run_is_trained_and_the_rest_wait_in_an_order_that_can_be_changed() {
    let lab = Lab::new();
    let first = lab.start_long_run(&[]);
    lab.wait_for_epochs(&first);
    let waiting: Vec<String> = (0..3).map(|_| queued(&lab)).collect();
    let [a, b, c] = &waiting[..] else { unreachable!() };
    assert_eq!(lab.row(c)["queue"]["position"], 3);
    assert_eq!(lab.row(c)["queue"]["worker"], true);
    let listed = lab.json(&["queue"]);
    assert_eq!(ids(&listed), [&first, a, b, c].map(String::as_str));
    assert_eq!(listed["devices"][0]["device"], "cpu");
    assert_eq!(
        ids(&lab.json(&["queue", "move", c, "first"]))[1..],
        [c.clone(), a.clone(), b.clone()]
    );
    assert_eq!(
        ids(&lab.json(&["queue", "move", a, "down"]))[1..],
        [c.clone(), b.clone(), a.clone()]
    );
    assert!(
        lab.done(&["queue", "list"]).contains("epoch"),
        "what is trained says how far it is"
    );
    assert!(lab.refused(2, &["queue", "move", a, "sideways"]).contains("first"));
    assert!(
        lab.refused(1, &["queue", "move", &first, "up"])
            .contains("does not wait")
    );

    // Taken out: by its own subcommand, and by the one that stops.
    assert!(!ids(&lab.json(&["queue", "cancel", b])).contains(b));
    assert!(lab.done(&["stop", a]).contains("removed from the queue"));
    for gone in [a, b] {
        let row = lab.row(gone);
        assert_eq!((&row["state"], &row["epochs"]), (&"stopped".into(), &0.into()), "{row}");
    }
    assert!(lab.refused(1, &["queue", "cancel", a]).contains("stopped"));

    lab.done(&["stop", &first]);
    lab.wait(c, TIMEOUT, |row| row["state"] == "finished");
    assert!(ids(&lab.json(&["queue"])).is_empty());
    assert!(lab.run_folder(c).join("log.txt").exists());
}

#[test]
fn a_run_can_be_started_beside_the_others() {
    let lab = Lab::new();
    let first = lab.start_long_run(&[]);
    lab.wait_for_epochs(&first);
    let (second, third) = (queued(&lab), queued(&lab));
    lab.done(&["queue", "start", &third]);
    lab.wait(&third, TIMEOUT, |row| row["state"] == "finished");
    assert_eq!(lab.row(&first)["state"], "running");
    assert_eq!(lab.row(&second)["queue"]["position"], 1);
    lab.done(&["stop", &first]);
    lab.wait(&second, TIMEOUT, |row| row["state"] == "finished");
}

#[test]
fn a_killed_run_is_dead_and_the_next_one_is_trained() {
    let lab = Lab::new();
    let first = lab.start_long_run(&[]);
    let process = lab.wait_for_epochs(&first);
    let second = queued(&lab);
    signal("KILL", process);
    lab.wait(&second, TIMEOUT, |row| row["state"] == "finished");
    assert_eq!(lab.row(&first)["state"], "dead");
}

#[test]
fn a_queue_whose_worker_was_killed_says_so_and_goes_on_when_it_is_woken() {
    let lab = Lab::new();
    let first = lab.start_long_run(&[]);
    lab.wait_for_epochs(&first);
    let second = queued(&lab);
    signal("KILL", worker(&lab));
    lab.wait(&second, TIMEOUT, |row| row["queue"]["worker"] == false);
    let table = lab.done(&["runs"]);
    assert!(
        table.contains("waiting") && table.contains("`undertone queue wake` starts one"),
        "{table}"
    );
    assert_eq!(lab.row(&first)["state"], "running", "what it had begun goes on");

    let before = digest(&lab.path("runs"), &second);
    let report = lab.json(&["queue"]);
    assert_eq!(report["devices"][0]["worker"], false);
    lab.json(&["runs"]);
    lab.json(&["train", "--plan"]);
    assert_eq!(digest(&lab.path("runs"), &second), before, "a question changes nothing");
    assert_eq!(lab.row(&second)["queue"]["worker"], false, "and starts nothing");

    let report = lab.json(&["queue", "wake"]);
    assert_eq!(report["workers_started"][0], "cpu");
    assert_eq!(lab.json(&["queue", "wake"])["workers_started"], serde_json::json!([]));
    assert_eq!(lab.row(&second)["queue"]["worker"], true);
    std::thread::sleep(Duration::from_millis(500));
    assert_eq!(lab.row(&second)["state"], "queued", "the device is not free");
    lab.done(&["stop", &first]);
    lab.wait(&second, TIMEOUT, |row| row["state"] == "finished");
}

#[test]
fn a_queue_without_a_worker_goes_on_when_it_is_woken_and_the_run_is_watched_to_its_end() {
    let lab = Lab::new();
    let first = lab.start_long_run(&[]);
    let process = lab.wait_for_epochs(&first);
    let second = queued(&lab);
    signal("KILL", worker(&lab));
    signal("KILL", process);
    lab.done(&["queue", "wake"]);
    lab.done(&["watch", &second]);
    assert_eq!(lab.row(&second)["state"], "finished");
}

#[test]
fn two_who_start_workers_at_once_train_every_run_once() {
    let lab = Lab::new();
    let started: Vec<_> = (0..4)
        .map(|_| lab.program(&["train", "--json", "--detach"]).spawn().unwrap())
        .collect();
    for mut child in started {
        assert!(child.wait().unwrap().success());
    }
    let workers: Vec<_> = (0..3)
        .map(|_| {
            lab.program(&["worker", "--queue", "runs", "--device", "cpu"])
                .spawn()
                .unwrap()
        })
        .collect();
    for mut child in workers {
        assert!(child.wait().unwrap().success());
    }
    let begun = Instant::now();
    let runs = loop {
        let runs = lab.runs();
        if runs.as_array().unwrap().iter().all(|run| run["state"] == "finished") {
            break runs;
        }
        assert!(begun.elapsed() < TIMEOUT, "{runs}");
        std::thread::sleep(Duration::from_millis(200));
    };
    assert_eq!(runs.as_array().unwrap().len(), 4);
    for run in runs.as_array().unwrap() {
        let folder = lab.run_folder(run["id"].as_str().unwrap());
        let facts = common::json_lines(&folder.join("events.jsonl"));
        assert_eq!(
            facts.iter().filter(|fact| fact["event"] == "started").count(),
            1,
            "{run}"
        );
    }
}

#[test]
fn a_deleted_run_and_a_damaged_entry_stop_nobody() {
    let lab = Lab::new();
    let first = lab.start_long_run(&[]);
    lab.wait_for_epochs(&first);
    let (second, third, fourth) = (queued(&lab), queued(&lab), queued(&lab));
    std::fs::remove_dir_all(lab.run_folder(&second)).unwrap();
    std::fs::write(lab.run_folder(&third).join("queue.json"), "{\"place\": ").unwrap();
    assert_eq!(lab.row(&third)["queue"]["worker"], false);
    assert_eq!(
        ids(&lab.json(&["queue", "wake"])),
        [&first, &fourth, &third].map(String::as_str)
    );
    assert_eq!(lab.row(&third)["queue"]["worker"], true);
    std::fs::write(lab.run_folder(&fourth).join("run.toml"), "nonsense").unwrap();
    lab.done(&["stop", &first]);
    lab.wait(&third, TIMEOUT, |row| row["state"] == "finished");
    let row = lab.row(&fourth);
    assert_eq!(row["state"], "failed", "{row}");
}

#[test]
fn a_run_that_is_followed_says_that_it_waits() {
    let lab = Lab::new();
    let first = lab.start_long_run(&[]);
    lab.wait_for_epochs(&first);
    let second = queued(&lab);
    let text = lab.done(&["train", "--detach"]);
    assert!(text.contains("queued") && text.contains("2 runs come before"), "{text}");
    let third = lab.runs()[0]["id"].as_str().unwrap().to_owned();
    let watching = lab
        .program(&["watch", &third])
        .stderr(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    std::thread::sleep(Duration::from_secs(1));
    lab.done(&["stop", &first]);
    lab.wait(&second, TIMEOUT, |row| row["state"] == "finished");
    let output = watching.wait_with_output().unwrap();
    let told = String::from_utf8(output.stderr).unwrap();
    assert!(
        output.status.success() && told.contains("in the queue, position 2 on cpu"),
        "{told}"
    );
}
