//! Runs whose processes are killed or stopped, at any moment, go on as if they had not been.
//!
//! Many kills at random moments, which takes minutes:
//!
//!     cargo test --test kills -- --ignored --nocapture

#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::print_stdout)]

mod common;

use common::{Lab, json_lines, signal};
use rand::RngExt;
use serde_json::Value;
use std::fs;
use std::thread::sleep;
use std::time::{Duration, Instant};
use undertone::random::stream;

const MINUTE: Duration = Duration::from_secs(60);

/// What makes runs of the laboratory long enough to be killed, and draw from every stream.
const WAY: [&str; 10] = [
    "-s",
    "training.epochs=40",
    "-s",
    "training.early_stopping.patience=0",
    "-s",
    "training.batch_size=8",
    "-s",
    "augmentation.mixup_alpha=0.2",
    "-s",
    "augmentation.spec_augment.time_masks=1",
];

fn start(lab: &Lab, more: &[&str]) -> String {
    start_all(lab, more).swap_remove(0)
}

/// The ids of all folds: they need not begin within one second.
fn start_all(lab: &Lab, more: &[&str]) -> Vec<String> {
    let started = lab.json(&[&["train", "--detach"], &WAY[..], more].concat());
    let runs = started["runs"].as_array().unwrap().iter();
    runs.map(|run| run.as_str().unwrap().to_owned()).collect()
}

/// What a run came to: its report, its predictions, and the figures of its epochs.
fn result(lab: &Lab, id: &str) -> (Value, String, Vec<Value>) {
    let folder = lab.run_folder(id);
    let report = fs::read_to_string(folder.join("report.json")).unwrap();
    let predictions = fs::read_to_string(folder.join("predictions.csv")).unwrap();
    let mut epochs: Vec<Value> = Vec::new();
    for mut fact in json_lines(&folder.join("events.jsonl")) {
        if fact["event"] == "epoch" {
            let number = usize::try_from(fact["epoch"].as_u64().unwrap()).unwrap();
            let fields = fact.as_object_mut().unwrap();
            for changing in ["at", "seconds", "clips_per_second", "memory_bytes"] {
                fields.remove(changing).unwrap();
            }
            epochs.truncate(number - 1);
            epochs.push(fact);
        }
    }
    (serde_json::from_str(&report).unwrap(), predictions, epochs)
}

/// The last epoch in the journal.
fn epochs(lab: &Lab, id: &str) -> usize {
    let text = fs::read_to_string(lab.run_folder(id).join("events.jsonl")).unwrap_or_default();
    let mut facts = text.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let last = facts.rfind(|fact| fact["event"] == "epoch");
    last.map_or(0, |fact| usize::try_from(fact["epoch"].as_u64().unwrap()).unwrap())
}

/// Kills the process that holds the run, if there is one.
fn kill(lab: &Lab, id: &str) -> bool {
    let folder = lab.run_folder(id);
    let Ok(heartbeat) = fs::read(folder.join("beat.json")) else {
        return false;
    };
    let heartbeat: Value = serde_json::from_slice(&heartbeat).unwrap();
    let pid = heartbeat["pid"].as_u64().unwrap();
    let command = fs::read_to_string(format!("/proc/{pid}/cmdline")).unwrap_or_default();
    if !command.contains(id) {
        return false;
    }
    signal("KILL", i32::try_from(pid).unwrap());
    while !is_gone(pid) {
        sleep(Duration::from_millis(2));
    }
    true
}

/// Whether a process has let go of everything: its locks stay a moment longer than its memory.
fn is_gone(pid: u64) -> bool {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    let state = stat.rsplit(") ").next().unwrap_or_default();
    state.is_empty() || state.starts_with(['Z', 'X'])
}

#[test]
fn a_killed_run_goes_on_and_ends_as_if_it_had_not_been_killed() {
    let lab = Lab::new();
    let whole = start(&lab, &[]);
    lab.done(&["watch", &whole]);
    let expected = result(&lab, &whole);
    assert_eq!(expected.2.len(), 40);

    let id = start(&lab, &[]);
    for least in [0, 3, 17, 30] {
        let begun = Instant::now();
        while epochs(&lab, &id) < least {
            assert!(begun.elapsed() < MINUTE);
            sleep(Duration::from_millis(1));
        }
        while !kill(&lab, &id) {
            assert!(begun.elapsed() < MINUTE, "killed after {least} epochs");
        }
        assert_eq!(lab.row(&id)["state"], "dead");
        let resumed = lab.json(&["resume", &id, "--detach"]);
        let from = resumed["runs"][0]["epoch"].as_u64().unwrap();
        assert!(from >= least as u64, "{resumed}");
    }
    lab.done(&["watch", &id]);
    assert!(result(&lab, &id) == expected);
    let detail = lab.row(&id);
    assert_eq!(
        (&detail["state"], detail["epochs"].as_u64()),
        (&"finished".into(), Some(40))
    );
}

#[test]
fn a_stopped_run_goes_on_too_and_what_cannot_is_refused_with_a_remedy() {
    let lab = Lab::new();
    let whole = start(&lab, &[]);
    lab.done(&["watch", &whole]);
    let refusal = lab.refused(1, &["resume", &whole]);
    assert!(
        refusal.contains("is finished") && refusal.contains("undertone report"),
        "{refusal}"
    );

    let id = start(&lab, &[]);
    lab.wait_for_epochs(&id);
    let refusal = lab.refused(1, &["resume", &id]);
    assert!(
        refusal.contains("is running") && refusal.contains("undertone stop"),
        "{refusal}"
    );
    lab.done(&["stop", &id]);
    lab.wait(&id, MINUTE, |row| row["state"] == "stopped");
    // One clip less, and the data are others.
    let (clip, hidden) = (lab.clip(), lab.path("hidden"));
    fs::rename(&clip, &hidden).unwrap();
    let refusal = lab.refused(1, &["resume", &id]);
    assert!(
        refusal.contains("other clips") && refusal.contains("start a new run"),
        "{refusal}"
    );
    assert_eq!(lab.row(&id)["state"], "stopped", "nothing was begun");
    fs::rename(&hidden, &clip).unwrap();

    let shown = lab.done(&["resume", &id]);
    assert!(shown.starts_with(&format!("{id} resumes after epoch ")), "{shown}");
    assert!(result(&lab, &id) == result(&lab, &whole));
    assert!(lab.refused(1, &["resume", "nothing"]).contains("no run `nothing`"));
}

#[test]
fn of_linked_runs_the_unfinished_go_on() {
    let lab = Lab::new();
    let folds = ["-s", "split.kfold=3", "-s", r#"labels.map={ calm = "neutral" }"#];
    let begun = start_all(&lab, &folds);
    let (first, fold) = (&begun[0], |number: usize| begun[number - 1].clone());
    lab.wait(first, MINUTE, |row| row["state"] == "finished");
    let waiting = Instant::now();
    while epochs(&lab, &fold(2)) < 2 {
        assert!(waiting.elapsed() < MINUTE);
        sleep(Duration::from_millis(1));
    }
    let heartbeat: Value =
        serde_json::from_slice(&fs::read(lab.run_folder(&fold(2)).join("beat.json")).unwrap()).unwrap();
    signal("KILL", i32::try_from(heartbeat["pid"].as_i64().unwrap()).unwrap());
    lab.wait(&fold(2), MINUTE, |row| row["state"] == "dead");
    // The third is trained next, or waits.
    let resumed = lab.json(&["resume", first, "--detach"]);
    let runs = resumed["runs"].as_array().unwrap();
    assert_eq!(runs.len(), 1, "{resumed}");
    assert!(runs[0]["epoch"].as_u64() >= Some(2), "{resumed}");
    for number in [2, 3] {
        lab.done(&["watch", &fold(number)]);
    }
    let again = start_all(&lab, &folds);
    for (number, other) in (1..).zip(&again) {
        lab.done(&["watch", other]);
        assert!(result(&lab, &fold(number)) == result(&lab, other), "fold {number}");
    }
}

#[test]
#[ignore = "takes minutes"]
fn twenty_kills_at_random_moments_change_nothing() {
    let options = [
        "training.optimizer=adamw",
        "training.weight_decay=0.01",
        "training.schedule=cosine",
        "training.average.kind=ema",
        "training.label_smoothing=0.1",
        "training.balanced_sampling=true",
        "training.normalise=speaker",
        "training.final_fit=train_validation",
    ];
    kill_at_random(&[]);
    kill_at_random(&options);
}

fn kill_at_random(options: &[&str]) {
    const KILLS: usize = 20;
    const OF_A_RUN: usize = 5;
    let seed = std::env::var("UNDERTONE_SEED").map_or(1, |seed| seed.parse().unwrap());
    let mut draw = stream(seed, "kills", 0);
    let lab = Lab::new();
    // Long enough for most of the moments, and to learn something.
    let longer: Vec<&str> = ["training.epochs=150", "training.learning_rate=0.01"]
        .iter()
        .chain(options)
        .flat_map(|option| ["-s", option])
        .collect();
    println!("{}", longer.join(" "));
    let begun = Instant::now();
    let whole = start(&lab, &longer);
    lab.done(&["watch", &whole]);
    let seconds = begun.elapsed().as_secs_f64();
    let expected = result(&lab, &whole);
    let score = expected.0["scores"]["unweighted_average_recall"].as_f64().unwrap();
    println!(
        "never killed: {} epochs, test UAR {score:.6}, {seconds:.1} s",
        expected.2.len()
    );
    let (mut kills, mut number) = (0, 0);
    while kills < KILLS {
        let id = start(&lab, &longer);
        let mut moments = Vec::new();
        for _ in 0..OF_A_RUN {
            sleep(Duration::from_secs_f64(draw.random::<f64>() * seconds / 2.0));
            if !kill(&lab, &id) {
                break;
            }
            kills += 1;
            let resumed = lab.json(&["resume", &id, "--detach"]);
            moments.push(resumed["runs"][0]["epoch"].as_u64().unwrap());
        }
        lab.done(&["watch", &id]);
        assert!(result(&lab, &id) == expected, "{id}");
        number += 1;
        if moments.is_empty() {
            continue;
        }
        println!(
            "run {number}: {} kills, resumed after epochs {moments:?}: report, predictions and all epochs equal",
            moments.len()
        );
    }
    println!("{kills} kills, {number} runs, seed {seed}: every one ended as the run that was never killed");
}
