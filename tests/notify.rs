//! Being told of ends: once for each, however it came about, and never at the cost of a run.

#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod common;

use common::{Lab, signal};
use std::io::Write;
use std::path::Path;
use std::time::{Duration, Instant};

const TIMEOUT: Duration = Duration::from_secs(60);

/// A lab whose ends are told by this command, which finds `told` in its folder.
fn lab(command: &str) -> Lab {
    let lab = Lab::new();
    let path = lab.path("workbench.toml");
    let mut file = std::fs::File::options().append(true).open(path).unwrap();
    let command = command.replace("TOLD", lab.path("told").to_str().unwrap());
    writeln!(file, "[notify]\ncommand = '{command}'").unwrap();
    lab
}

const APPEND: &str = r#"printf "%s\n" "$UNDERTONE_KIND|$UNDERTONE_ID|$UNDERTONE_STATE|$UNDERTONE_UAR|$UNDERTONE_VALIDATION_UAR|$UNDERTONE_REASON" >> TOLD"#;

/// What was told so far, a line for each end, as soon as there are so many, and a second later.
fn told(lab: &Lab, count: usize) -> Vec<Vec<String>> {
    let read = || {
        let text = std::fs::read_to_string(lab.path("told")).unwrap_or_default();
        let line = |line: &str| line.split('|').map(str::to_owned).collect();
        text.lines().map(line).collect::<Vec<Vec<String>>>()
    };
    let begun = Instant::now();
    while read().len() < count {
        assert!(begun.elapsed() < TIMEOUT, "{:?}", read());
        std::thread::sleep(Duration::from_millis(50));
    }
    std::thread::sleep(Duration::from_secs(1));
    let all = read();
    assert_eq!(all.len(), count, "once for each end: {all:?}");
    all
}

/// The process that waits for the end of a run's worker.
fn watcher(run: &Path) -> i32 {
    let tells = |process: &Path| {
        let words = std::fs::read(process.join("cmdline")).unwrap_or_default();
        let words = String::from_utf8_lossy(&words).into_owned();
        words.contains("--tell") && words.contains(run.to_str().unwrap())
    };
    let mut processes = std::fs::read_dir("/proc").unwrap().map(|entry| entry.unwrap().path());
    let found = processes.find(|process| tells(process)).unwrap();
    found.file_name().unwrap().to_str().unwrap().parse().unwrap()
}

#[test]
fn a_run_that_ends_is_killed_or_stopped_is_told_once() {
    let lab = lab(APPEND);
    lab.done(&["train"]);
    let first = lab.runs()[0].clone();
    let all = told(&lab, 1);
    assert_eq!(all[0][..3], ["run", first["id"].as_str().unwrap(), "finished"]);
    let percent = |share: &serde_json::Value| format!("{:.1}", 100.0 * share.as_f64().unwrap());
    assert_eq!(all[0][3], percent(&first["test_uar"]));
    assert_eq!(all[0][4], percent(&first["best_validation_uar"]));
    assert_eq!(all[0][5], "the last epoch, 2, was reached");

    let killed = lab.start_long_run(&[]);
    let worker = lab.wait_for_epochs(&killed);
    signal("KILL", worker);
    let all = told(&lab, 2);
    assert_eq!(all[1][..4], ["run", &killed, "dead", ""]);
    assert!(all[1][5].starts_with("died: no heartbeat since"), "{all:?}");

    // What goes on after that has another end.
    lab.done(&["resume", &killed, "--detach"]);
    lab.wait_for_epochs(&killed);
    lab.done(&["stop", &killed]);
    let all = told(&lab, 3);
    assert_eq!(all[2][..3], ["run", &killed, "stopped"]);
    assert!(all[2][5].starts_with("stopped by the user"), "{all:?}");
}

#[test]
fn the_death_of_a_whole_machine_is_told_by_the_next_worker() {
    let lab = lab(APPEND);
    let lost = lab.start_long_run(&[]);
    let worker = lab.wait_for_epochs(&lost);
    signal("KILL", watcher(&lab.run_folder(&lost)));
    signal("KILL", worker);
    lab.wait(&lost, TIMEOUT, |row| row["state"] == "dead");
    std::thread::sleep(Duration::from_secs(1));
    assert!(!lab.path("told").exists(), "nobody is left to tell it");
    lab.done(&["train"]);
    let mut states: Vec<String> = told(&lab, 2).iter().map(|line| line[2].clone()).collect();
    states.sort();
    assert_eq!(states, ["dead", "finished"]);
}

#[test]
fn a_command_that_fails_costs_the_run_nothing_and_is_in_its_log() {
    let lab = lab("echo no such mailbox; exit 7");
    lab.done(&["train"]);
    let run = lab.runs()[0].clone();
    assert_eq!(run["state"], "finished");
    let log = lab.run_folder(run["id"].as_str().unwrap()).join("log.txt");
    let begun = Instant::now();
    let said = || std::fs::read_to_string(&log).unwrap();
    while !said().contains("notify.command failed") {
        assert!(begun.elapsed() < TIMEOUT, "{}", said());
        std::thread::sleep(Duration::from_millis(50));
    }
    assert!(said().contains("no such mailbox"), "{}", said());
}

#[test]
fn folds_and_studies_are_told_when_all_of_them_is_over() {
    let lab = lab(APPEND);
    let merged = r#"labels.map={ calm = "neutral" }"#;
    lab.done(&["train", "-s", "split.kfold=2", "-s", merged]);
    let all = told(&lab, 3);
    let kinds: Vec<&str> = all.iter().map(|line| line[0].as_str()).collect();
    assert_eq!(kinds, ["run", "run", "folds"]);
    assert_eq!(all[2][2], "finished");
    assert_eq!(all[2][5], "2 of 2 folds are finished");
    assert!(!all[2][3].is_empty(), "the score of all predictions together: {all:?}");

    lab.done(&["tune", "--study", "night", "--trials", "2"]);
    let all = told(&lab, 4);
    assert_eq!(all[3][..3], ["study", "night", "finished"]);
    assert_eq!(all[3][5], "2 trials are done");
    assert!(!all[3][4].is_empty(), "{all:?}");
}
