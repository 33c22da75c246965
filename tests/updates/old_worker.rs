//! A worker of the version before, imitated by its own files: it holds the locks that it held, replays heartbeats and
//! journal, and reads requests as it did.

use crate::common::kept::{copy, words};
use crate::common::{Lab, json_lines};
use crate::{MINUTE, RUNNING, WAITING, kept, kept_text, lane, put};
use serde::Deserialize;
use serde_json::Value;
use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::thread::{JoinHandle, sleep, spawn};
use std::time::Duration;

/// As that version declared them.
#[derive(Deserialize)]
struct Request {
    stop: Stop,
    generation: u64,
    #[serde(rename = "at")]
    _at: jiff::Timestamp,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Stop {
    Now,
    AfterEpoch,
}

/// The process of the queue, and the process of the run.
struct OldWorker {
    queue: Option<File>,
    run: JoinHandle<Stop>,
}

impl OldWorker {
    /// Takes the kept run up.
    fn start(lab: &Lab, run: &Path) -> Self {
        let lane = lane(lab);
        copy(&kept().join("lane"), &lane, &words(lab));
        let queue = lock(&lane.join("lease.lock"));
        let held = [lock(&run.join("lease.lock")), lock(&lane.join("busy.lock"))];
        let (run, words) = (run.to_owned(), words(lab));
        let told = move |text: String| words.iter().fold(text, |text, (word, here)| text.replace(word, here));
        let run = spawn(move || {
            let stop = work(&run, told);
            drop(held);
            stop
        });
        Self {
            queue: Some(queue),
            run,
        }
    }

    /// Its process of the queue is killed; the one of the run goes on.
    fn leave_queue(&mut self) {
        drop(self.queue.take());
    }
}

fn lock(path: &Path) -> File {
    let file = File::options().append(true).create(true).open(path).unwrap();
    file.try_lock().unwrap();
    file
}

/// Beats every second and journals an epoch at some of them, until it is asked to stop.
fn work(run: &Path, told: impl Fn(String) -> String) -> Stop {
    let (beats, epochs) = (kept_text("beats.jsonl"), kept_text("epochs.jsonl"));
    let mut epochs = epochs.lines();
    for beat in beats.lines().cycle() {
        let temporary = run.join("beat.json.old.tmp");
        fs::write(&temporary, now(&told(beat.to_owned()))).unwrap();
        fs::rename(&temporary, run.join("beat.json")).unwrap();
        if let Some(epoch) = epochs.next() {
            journal(run, epoch);
        }
        for _ in 0..20 {
            if let Some(stop) = asked(run) {
                kept_text("stopped.jsonl").lines().for_each(|line| journal(run, line));
                return stop;
            }
            sleep(Duration::from_millis(50));
        }
    }
    unreachable!("there are heartbeats")
}

fn journal(run: &Path, line: &str) {
    let mut file = File::options().append(true).open(run.join("events.jsonl")).unwrap();
    file.write_all(format!("{}\n", now(line)).as_bytes()).unwrap();
}

/// The line with another time.
fn now(line: &str) -> String {
    let (before, rest) = line.split_once("\"at\":\"").unwrap();
    let (_, after) = rest.split_once('"').unwrap();
    format!("{before}\"at\":\"{}\"{after}", jiff::Timestamp::now())
}

/// As that version read requests.
fn asked(run: &Path) -> Option<Stop> {
    let content = fs::read(run.join("control.jsonl")).ok()?;
    let generation: u64 = fs::read_to_string(run.join("lease.lock")).ok()?.trim().parse().ok()?;
    content
        .split(|byte| *byte == b'\n')
        .filter_map(|line| serde_json::from_slice::<Request>(line).ok())
        .filter(|request| request.generation == generation || (request.generation == 0 && generation == 1))
        .map(|request| request.stop)
        .min()
}

fn train_another(lab: &Lab) -> String {
    let started = lab.json(&["train", "--detach", "-s", "seed=2"]);
    started["runs"][0].as_str().unwrap().to_owned()
}

/// The device's queue worker, by its own process, where one of this version is at work.
fn queue_worker(lab: &Lab) -> Option<Value> {
    let beat: Value = serde_json::from_slice(&fs::read(lane(lab).join("beat.json")).ok()?).unwrap();
    let here = beat["pid"].as_u64()?;
    (here != recorded_queue_worker()).then_some(beat)
}

fn recorded_queue_worker() -> u64 {
    let beat: Value = serde_json::from_str(&kept_text("lane/beat.json")).unwrap();
    beat["pid"].as_u64().unwrap()
}

#[test]
fn a_worker_of_before_is_listed_watched_queued_behind_stopped_and_resumed() {
    let lab = crate::common::kept::lab();
    let run = put(&lab, RUNNING);
    let before = json_lines(&run.join("events.jsonl"));
    let last = |lines: &[Value]| lines.iter().filter_map(|line| line["epoch"].as_u64()).max().unwrap();
    let saved = last(&before);
    let mut old = OldWorker::start(&lab, &run);
    let row = lab.wait(RUNNING, MINUTE, |row| row["epochs"].as_u64() > Some(saved));
    assert_eq!(row["state"], "running");
    let mut watching = lab.program(&["watch", RUNNING, "--json"]);
    let watching = watching.stdout(Stdio::piped()).spawn().unwrap();

    // The queue's process lives: what comes is left to it.
    let other = train_another(&lab);
    assert_eq!(lab.row(&other)["state"], "queued");
    lab.done(&["queue", "wake"]);
    assert!(queue_worker(&lab).is_none(), "a second worker on one device");
    // It is gone, and the device is still taken: who takes its place waits.
    old.leave_queue();
    lab.done(&["queue", "wake"]);
    assert!(queue_worker(&lab).is_some());
    sleep(Duration::from_millis(1500));
    assert_eq!(lab.row(&other)["state"], "queued");
    assert_eq!(lab.row(RUNNING)["state"], "running");
    lab.refused(1, &["resume", RUNNING]);
    lab.refused(1, &["delete", RUNNING, "--yes"]);

    lab.done(&["stop", RUNNING]);
    assert_eq!(old.run.join().unwrap(), Stop::Now);
    let request = fs::read_to_string(run.join("control.jsonl")).unwrap();
    let recorded = kept_text("control.jsonl");
    assert_eq!(timeless(&request), timeless(&recorded), "another request");
    assert_eq!(
        lab.wait(RUNNING, MINUTE, |row| row["state"] != "running")["state"],
        "stopped"
    );
    lab.wait(&other, MINUTE, |row| row["state"] == "finished");
    let watched = String::from_utf8(watching.wait_with_output().unwrap().stdout).unwrap();
    let told = watched.lines().filter(|line| line.contains(RUNNING)).count();
    assert!(told > 2 && watched.contains("stopped"), "{watched}");

    lab.done(&["resume", RUNNING]);
    let row = lab.row(RUNNING);
    assert_eq!(
        (&row["state"], row["epochs"].as_u64()),
        (&"finished".into(), row["max_epochs"].as_u64())
    );
    let epochs = json_lines(&run.join("events.jsonl"));
    let resumed = epochs.iter().find(|line| line["event"] == "resumed").unwrap();
    assert!(
        resumed["epoch"].as_u64() >= Some(saved),
        "it begins with what was kept: {resumed}"
    );
}

/// Without its time.
fn timeless(request: &str) -> String {
    let (before, rest) = request.split_once("\"at\":\"").unwrap();
    let (_, after) = rest.split_once('"').unwrap();
    format!("{before}{after}")
}

#[test]
fn what_was_killed_or_waited_then_goes_on_now() {
    let lab = crate::common::kept::lab();
    let folders: Vec<PathBuf> = [RUNNING, WAITING].map(|id| put(&lab, id)).to_vec();
    assert_eq!(lab.row(RUNNING)["state"], "dead");
    assert_eq!(lab.row(WAITING)["state"], "queued");
    let kept = json_lines(&folders[0].join("events.jsonl"));
    lab.done(&["queue", "wake"]);
    lab.wait(WAITING, MINUTE, |row| row["state"] == "finished");
    assert!(!folders[1].join("queue.json").exists());
    lab.done(&["resume", RUNNING]);
    assert_eq!(lab.row(RUNNING)["state"], "finished");
    let now = json_lines(&folders[0].join("events.jsonl"));
    assert_eq!(now[..kept.len()], kept[..], "nothing that was told is lost");
}
