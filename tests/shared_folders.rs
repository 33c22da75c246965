//! Run folders on file systems that refuse locks, and holders on machines whose clock is another.

#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may panic")]

mod common;

use common::{Lab, json_lines, signal};
use serde_json::{Value, json};
use std::fs;
use std::path::PathBuf;
use std::process::{Command, Output};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::Duration;

/// `strace` with every flock refused, where this machine lets a process be traced.
fn refusing(errno: &str) -> Option<Command> {
    let inject = format!("inject=flock:error={errno}");
    let strace = || {
        let mut command = Command::new("strace");
        command.args(["-f", "-qq", "-o", "/dev/null", "-e", "trace=flock", "-e", &inject]);
        command
    };
    let works = strace().arg("true").status().is_ok_and(|status| status.success());
    works.then(strace)
}

/// The program on a file system without locks.
fn without_locks(lab: &Lab, strace: &mut Command, arguments: &[&str]) -> Output {
    let program = lab.program(arguments);
    strace
        .arg(program.get_program())
        .args(program.get_args())
        .current_dir(lab.path(""))
        .env("RAYON_NUM_THREADS", "2");
    strace.output().unwrap()
}

#[test]
fn where_locks_are_refused_runs_are_trained_held_by_one_and_resumed_after_a_kill() {
    for errno in ["ENOSYS", "ENOLCK"] {
        let Some(mut strace) = refusing(errno) else {
            println!("skipped: no strace, or no process may be traced here");
            return;
        };
        let lab = Lab::new();
        let output = without_locks(&lab, &mut strace, &["train", "--json"]);
        assert!(output.status.success(), "{output:?}");
        let row = &lab.runs()[0];
        assert_eq!(row["state"], "finished");
        let folder = lab.run_folder(row["id"].as_str().unwrap());
        let notes = json_lines(&folder.join("events.jsonl"));
        let said = |fact: &&Value| fact["event"] == "note" && fact["message"].as_str().unwrap().contains("flock");
        assert_eq!(notes.iter().filter(said).count(), 1);
        assert!(!folder.join("lease.lock.held").exists());

        if errno == "ENOSYS" {
            continue;
        }
        let long = ["train", "--detach", "--json", "-s", "training.epochs=100000"];
        let endless = [&long[..], &["-s", "training.early_stopping.patience=0"]].concat();
        // Its worker outlives it, and is traced as long as it lives: so is the program that started it.
        let child = thread::spawn({
            let program = lab.program(&endless);
            let (name, words): (PathBuf, Vec<_>) = (
                program.get_program().into(),
                program.get_args().map(ToOwned::to_owned).collect(),
            );
            let mut strace = refusing(errno).unwrap();
            strace.arg(name).args(words).current_dir(lab.path(""));
            move || strace.output().unwrap()
        });
        let newest = || lab.runs()[0].clone();
        let begun = std::time::Instant::now();
        while newest()["epochs"].as_u64() < Some(2) || newest()["state"] != "running" {
            assert!(begun.elapsed() < Duration::from_secs(60), "{}", newest());
            thread::sleep(Duration::from_millis(200));
        }
        let run = newest();
        let id = run["id"].as_str().unwrap();
        assert!(lab.run_folder(id).join("lease.lock.held").exists());
        // Who has locks, and who has none, both find it held.
        assert!(lab.refused(1, &["delete", id, "--yes"]).contains("is running"));
        let path = lab.run_folder(id);
        let second = without_locks(&lab, &mut refusing(errno).unwrap(), &["worker", path.to_str().unwrap()]);
        assert!(
            String::from_utf8_lossy(&second.stderr).contains("held by another process"),
            "{second:?}"
        );

        signal(
            "KILL",
            i32::try_from(run["heartbeat"]["pid"].as_i64().unwrap()).unwrap(),
        );
        child.join().unwrap();
        lab.wait(id, Duration::from_secs(20), |row| row["state"] == "dead");
        // What it left is in nobody's way, not even where there are locks.
        lab.done(&["resume", id, "--detach"]);
        lab.wait_for_epochs(id);
        lab.done(&["stop", id]);
        lab.wait(id, Duration::from_secs(10), |row| row["state"] == "stopped");
    }
}

/// What a run that was killed leaves looks, from elsewhere, like one whose holder has a clock of its own.
#[test]
fn a_run_on_another_machine_lives_while_its_heartbeat_changes_whatever_the_clocks() {
    let lab = Lab::new();
    let id = lab.start_long_run(&[]);
    let process = lab.wait_for_epochs(&id);
    signal("KILL", process);
    lab.wait(&id, Duration::from_secs(10), |row| row["state"] == "dead");
    let path = lab.run_folder(&id).join("beat.json");
    let mut heartbeat: Value = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
    heartbeat["host"] = json!("elsewhere");
    let (stop, stopped) = mpsc::channel::<()>();
    let beating = thread::spawn(move || {
        let mut second = 0;
        loop {
            // An hour behind.
            heartbeat["at"] = json!((jiff::Timestamp::now() - jiff::SignedDuration::from_hours(1)).to_string());
            second += 1;
            heartbeat["done"] = json!(second);
            let new = path.with_extension("new");
            fs::write(&new, serde_json::to_vec(&heartbeat).unwrap()).unwrap();
            fs::rename(&new, &path).unwrap();
            if stopped.recv_timeout(Duration::from_secs(1)) == Err(RecvTimeoutError::Disconnected) {
                return;
            }
        }
    });
    assert_eq!(lab.row(&id)["state"], "running");
    assert!(lab.refused(1, &["resume", &id]).contains("is running"));
    assert!(lab.refused(1, &["delete", &id, "--yes"]).contains("is running"));
    drop(stop);
    beating.join().unwrap();
    assert_eq!(lab.row(&id)["state"], "dead", "its heartbeat stands still");
    assert!(lab.done(&["resume", &id, "--detach"]).contains(&id));
    lab.wait_for_epochs(&id);
    lab.done(&["stop", &id]);
}
