//! Studies by real workers over the small demo corpus: what they write, how they survive, what Optuna makes of it.

#![cfg(unix)]
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test may panic, and tells what it measured"
)]

mod common;

use common::Lab;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Command;
use std::thread::sleep;
use std::time::{Duration, Instant};

const SETTINGS: &str = r#"
[training]
epochs = 3
[model.conv1d]
filters = [4, 8]
dense_units = 8
[demo]
clips = 60
speakers = 12
[tuning]
retries = 50
[tuning.space.conv1d]
model.conv1d.filters.0 = { int = [4, 8], step = 4 }
training.learning_rate = { float = [1e-4, 1e30], log = true }
training.batch_size = { choices = [32, 64] }
"#;

fn lab() -> Lab {
    let lab = Lab::new();
    std::fs::write(lab.path("workbench.toml"), SETTINGS).unwrap();
    lab
}

/// Random values of so wide a range would mostly fail; this one learns.
const SANE: [&str; 2] = [
    "-s",
    "tuning.space.conv1d.training.learning_rate={ float = [1e-4, 1e-2], log = true }",
];

/// Long enough to be killed in the middle of.
const LONGER: [&str; 4] = ["-s", "training.epochs=60", "-s", "training.early_stopping.patience=0"];

fn in_state(study: &Value, state: &str) -> Vec<Value> {
    let trials = study["trials"].as_array().unwrap().iter();
    trials.filter(|trial| trial["state"] == state).cloned().collect()
}

fn finished(study: &Value) -> usize {
    in_state(study, "complete").len() + in_state(study, "pruned").len()
}

#[test]
fn a_study_runs_is_gone_on_with_and_looks_at_test_only_when_asked() {
    let lab = lab();
    lab.done(&[&["tune", "--study", "small", "--trials", "3"], &SANE[..]].concat());
    let study = lab.json(&["study", "show", "small"]);
    assert_eq!(finished(&study), 3, "{study:#}");
    assert_eq!(
        (study["baseline"].as_u64(), &study["promoted"]),
        (Some(0), &Value::Array(Vec::new()))
    );
    for trial in study["trials"].as_array().unwrap() {
        let run = lab.path("studies/small/trials").join(trial["run"].as_str().unwrap());
        assert!(run.join("model").is_dir() && run.join("split.csv").is_file());
        assert!(!run.join("report.json").exists(), "a trial must not judge test");
        let epochs = std::fs::read_to_string(run.join("events.jsonl")).unwrap();
        let epochs = epochs
            .lines()
            .filter(|line| line.contains("\"event\":\"epoch\""))
            .count();
        assert_eq!(trial["reports"].as_array().unwrap().len(), epochs);
    }
    assert_eq!(lab.runs(), Value::Array(Vec::new()), "trials are no runs of the list");

    // A trial by hand whose loss is no number fails with the reason, and the study goes on.
    lab.done(&["study", "enqueue", "small", "training.batch_size=32"]);
    lab.done(&["tune", "--study", "small", "--trials", "5"]);
    let study = lab.json(&["study", "show"]);
    assert_eq!(finished(&study), 5);
    assert!(
        lab.refused(1, &["study", "enqueue", "small", "training.batch_size=48"])
            .contains("one of 32, 64")
    );
    assert!(
        lab.refused(1, &["tune", "--study", "small", "-s", "training.epochs=9"])
            .contains("started with another `training.epochs`")
    );

    // What is promoted is trained on the study's split, and evaluated once a seed.
    let started = lab.json(&["study", "promote", "small", "--seeds", "2"]);
    for run in started["runs"].as_array().unwrap() {
        lab.done(&["watch", run.as_str().unwrap()]);
    }
    let study = lab.json(&["study", "show"]);
    let promoted = study["promoted"].as_array().unwrap();
    assert_eq!(promoted.len(), 2);
    assert!(promoted.iter().all(|run| run["test_uar"].is_number()));
    let split = |path: &Path| std::fs::read_to_string(path.join("split.csv")).unwrap();
    let trial = lab
        .path("studies/small/trials")
        .join(study["trials"][0]["run"].as_str().unwrap());
    for run in promoted {
        assert_eq!(split(&lab.run_folder(run["run"].as_str().unwrap())), split(&trial));
    }
    assert!(
        lab.done(&["study", "show"])
            .contains("the test set was evaluated 2 times")
    );
    assert!(lab.done(&["study", "list"]).contains("small"));
    lab.done(&["study", "export", "small", "trials.csv"]);
    assert_eq!(
        std::fs::read_to_string(lab.path("trials.csv")).unwrap().lines().count(),
        6
    );
    lab.done(&["watch", "small/0"]);
}

#[test]
fn a_trial_whose_loss_is_no_number_fails_and_stops_nothing() {
    let lab = lab();
    lab.done(&["tune", "--study", "wild", "--trials", "1"]);
    lab.done(&["study", "enqueue", "wild", "training.learning_rate=1e30"]);
    lab.done(&["study", "enqueue", "wild", "training.learning_rate=1e-3"]);
    // The failed one counts for nothing, so that two are missing to three: the queued one, and one of chance.
    lab.run(&["tune", "--study", "wild", "--trials", "2"]);
    let study = lab.json(&["study", "show"]);
    let failed = in_state(&study, "failed");
    assert!(
        failed[0]["reason"].as_str().unwrap().contains("the loss is"),
        "{study:#}"
    );
    assert_eq!(finished(&study), 2);
}

#[test]
fn workers_stop_as_asked_and_leave_no_running_trial() {
    let lab = lab();
    let long = [
        &[
            "tune",
            "--study",
            "long",
            "--trials",
            "2",
            "--detach",
            "-s",
            "training.epochs=100000",
            "-s",
            "training.early_stopping.patience=0",
        ],
        &SANE[..],
    ]
    .concat();
    lab.done(&long);
    let begun = Instant::now();
    let reports = |study: &Value| study["trials"][0]["reports"].as_array().map_or(0, Vec::len);
    while reports(&lab.json(&["study", "show", "long"])) < 2 {
        assert!(begun.elapsed() < Duration::from_secs(60));
        sleep(Duration::from_millis(200));
    }
    lab.done(&["study", "stop", "long"]);
    loop {
        let study = lab.json(&["study", "show", "long"]);
        let working = study["workers"]
            .as_array()
            .unwrap()
            .iter()
            .any(|worker| !worker["heartbeat"].is_null());
        if !working {
            assert_eq!(study["trials"][0]["state"], "failed");
            assert!(study["trials"][0]["reason"].as_str().unwrap().contains("stopped"));
            assert!(in_state(&study, "running").is_empty());
            break;
        }
        assert!(begun.elapsed() < Duration::from_secs(120));
        sleep(Duration::from_millis(200));
    }
    assert!(lab.refused(1, &["study", "stop", "long"]).contains("has no worker"));
}

#[test]
fn a_deleted_study_leaves_its_runs_comes_back_and_gives_its_name_free() {
    let lab = lab();
    let short = ["tune", "--study", "wide", "--trials", "2"];
    let begin = [&short[..], &SANE, &["-s", "training.epochs=1"]].concat();
    lab.done(&begin);
    let runs = |lab: &Lab| std::fs::read_dir(lab.path("studies/wide/trials")).map_or(0, Iterator::count);
    assert_eq!(runs(&lab), 2);
    assert!(
        lab.refused(1, &["study", "delete", "wid", "--yes"])
            .contains("whole name")
    );
    let asked = lab.refused(1, &["study", "delete", "wide"]);
    assert!(asked.contains("2 trials") && asked.contains("2 runs"), "{asked}");
    assert!(
        lab.path("studies/wide/journal.log").is_file(),
        "a question deletes nothing"
    );

    let gone = lab.json(&["study", "delete", "wide", "--yes"]);
    assert_eq!(
        (&gone["study"], &gone["trials"], &gone["runs"]),
        (&"wide".into(), &2.into(), &2.into())
    );
    assert_eq!(gone["with_runs"], false);
    assert_eq!(lab.json(&["study", "list"])["studies"].as_array().unwrap().len(), 0);
    assert_eq!(runs(&lab), 2, "its runs are kept");

    // Begun anew under its name it has none of the old trials.
    lab.done(&[&begin[..], &["-s", "tuning.baseline=false", "-s", "tuning.seed=9"]].concat());
    let anew = lab.json(&["study", "show", "wide"]);
    assert_eq!(anew["trials"].as_array().unwrap().len(), 2);
    assert_eq!(runs(&lab), 4);
    let refusal = lab.refused(1, &["study", "restore", "wide"]);
    assert!(refusal.contains("exists"), "{refusal}");
    let gone = lab.json(&["study", "delete", "wide", "--runs", "--yes"]);
    assert_eq!((&gone["runs"], &gone["with_runs"]), (&4.into(), &true.into()));
    assert!(!lab.path("studies/wide").exists());
    assert_eq!(lab.json(&["study", "restore"])["study"], "wide");
    assert_eq!(lab.json(&["study", "show", "wide"])["trials"], anew["trials"]);
    assert_eq!(runs(&lab), 4);
    lab.done(&["study", "delete", "wide", "--runs", "--yes"]);
    let emptied = lab.json(&["runs", "--empty-trash", "--yes"]);
    assert_eq!(emptied["studies"].as_array().unwrap().len(), 2, "{emptied}");
    assert!(lab.refused(1, &["study", "restore"]).contains("no deleted study"));
}

#[test]
fn a_study_that_is_worked_on_is_not_deleted() {
    let lab = lab();
    let begin = ["tune", "--study", "wide", "--trials", "2", "--detach"];
    let endless = [
        "-s",
        "training.epochs=100000",
        "-s",
        "training.early_stopping.patience=0",
    ];
    lab.done(&[&begin[..], &SANE, &endless].concat());
    let refusal = lab.refused(1, &["study", "delete", "wide", "--yes"]);
    assert!(refusal.contains("study stop wide"), "{refusal}");
    assert!(lab.path("studies/wide/journal.log").is_file());
    lab.done(&["study", "stop", "wide"]);
    let begun = Instant::now();
    while processes(&lab.path("studies/wide"))
        .iter()
        .any(|_| begun.elapsed() < Duration::from_secs(60))
    {
        sleep(Duration::from_millis(200));
    }
}

/// Processes whose command line speaks of this study.
fn processes(study: &Path) -> Vec<u32> {
    let study = study.to_string_lossy().into_owned();
    let entries = std::fs::read_dir("/proc").unwrap().flatten();
    let ours = entries.filter_map(|entry| {
        let pid: u32 = entry.file_name().to_str()?.parse().ok()?;
        let line = std::fs::read(entry.path().join("cmdline")).ok()?;
        String::from_utf8_lossy(&line).contains(&study).then_some(pid)
    });
    ours.collect()
}

/// Kills workers and trials of a study at random until it has its trials; how many were killed.
fn killed(kills: usize, trials: usize) -> usize {
    let lab = lab();
    let wanted = trials.to_string();
    let tune = |study: &str| {
        lab.done(
            &[
                &[
                    "tune",
                    "--study",
                    study,
                    "--trials",
                    &wanted,
                    "--workers",
                    "4",
                    "--detach",
                ],
                &SANE[..],
                &LONGER[..],
            ]
            .concat(),
        );
    };
    tune("killed");
    let (folder, begun, mut done) = (lab.path("studies/killed"), Instant::now(), 0);
    while done < kills && finished(&lab.json(&["study", "show", "killed"])) < trials {
        sleep(Duration::from_millis(100 + (done as u64 * 7919) % 900));
        let found = processes(&folder);
        if let Some(victim) = found.get((done * 31 + 7) % found.len().max(1)) {
            // It may have ended by itself meanwhile.
            let _ = Command::new("kill").args(["-KILL", &victim.to_string()]).status();
            done += 1;
            if let Some(python) = std::env::var_os("UNDERTONE_PYTHON") {
                let count = optuna(&python, &folder, "print(len(study.trials))");
                assert!(count.trim().parse::<usize>().is_ok(), "Optuna cannot read it: {count}");
            }
        }
        if found.len() < 3 {
            tune("killed");
        }
    }
    let study = loop {
        let study = lab.json(&["study", "show", "killed"]);
        if finished(&study) >= trials && in_state(&study, "running").is_empty() {
            break study;
        }
        if processes(&folder).is_empty() {
            tune("killed");
        }
        assert!(begun.elapsed() < Duration::from_secs(900), "{study:#}");
        sleep(Duration::from_millis(500));
    };
    assert_eq!((finished(&study), &study["damage"]), (trials, &Value::Null));
    let rows = study["trials"].as_array().unwrap();
    let runs: BTreeSet<&str> = rows.iter().filter_map(|row| row["run"].as_str()).collect();
    let taken = rows.iter().filter(|row| row["run"].is_string()).count();
    assert_eq!(runs.len(), taken, "no run stands for two trials");
    // Each trial that was lost is tried again once.
    let mut repeats: BTreeMap<u64, usize> = BTreeMap::new();
    for row in rows {
        if let Some(of) = row["repeats"].as_u64() {
            *repeats.entry(of).or_default() += 1;
        }
    }
    let lost = in_state(&study, "failed");
    let lost: BTreeSet<u64> = lost.iter().map(|row| row["number"].as_u64().unwrap()).collect();
    assert_eq!(repeats.keys().copied().collect::<BTreeSet<u64>>(), lost, "{study:#}");
    assert!(repeats.values().all(|count| *count == 1));
    println!(
        "{done} kills, {} trials lost and tried again, {} finished of {trials} asked for; {:.0} s",
        lost.len(),
        finished(&study),
        begun.elapsed().as_secs_f64()
    );
    done
}

#[test]
fn killed_workers_lose_and_double_nothing() {
    assert!(killed(4, 12) > 0);
}

/// `cargo test --release --test tuning_study -- --ignored --nocapture thirty`
#[test]
#[ignore = "takes minutes"]
fn thirty_kills_lose_and_double_nothing() {
    assert_eq!(killed(30, 120), 30);
}

fn optuna(python: &std::ffi::OsStr, study: &Path, script: &str) -> String {
    let head = "import optuna, sys\n\
        from optuna.storages import JournalStorage\n\
        from optuna.storages.journal import JournalFileBackend\n\
        optuna.logging.set_verbosity(optuna.logging.ERROR)\n\
        storage = JournalStorage(JournalFileBackend(sys.argv[1]))\n\
        study = optuna.load_study(study_name=storage.get_all_studies()[0].study_name, storage=storage)\n";
    let output = Command::new(python)
        .args(["-c", &format!("{head}{script}")])
        .arg(study.join("journal.log"))
        .output()
        .unwrap();
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn optuna_reads_goes_on_and_draws_the_study() {
    let Some(python) = std::env::var_os("UNDERTONE_PYTHON") else {
        println!("skipped: set UNDERTONE_PYTHON to a Python with Optuna");
        return;
    };
    let lab = lab();
    lab.done(&[&["tune", "--study", "shared", "--trials", "2"], &SANE[..]].concat());
    let folder = lab.path("studies/shared");
    let best = optuna(
        &python,
        &folder,
        "print(repr(study.best_value), len(study.trials), study.best_trial.number)",
    );
    let study = lab.json(&["study", "show", "shared"]);
    let ours = study["best"].as_array().unwrap().last().unwrap().clone();
    let theirs: Vec<f64> = best.split_whitespace().map(|word| word.parse().unwrap()).collect();
    assert_eq!(
        (theirs[0], theirs[1], theirs[2]),
        (ours["value"].as_f64().unwrap(), 2.0, ours["trial"].as_f64().unwrap())
    );

    // Its trials show up here, and one that it queues is tried here.
    let script = "def f(trial):\n    trial.suggest_float('training.learning_rate', 1e-4, 1e-2, log=True)\n    return 0.1\n\
        study.optimize(f, n_trials=2)\n\
        study.enqueue_trial({'training.batch_size': 32, 'training.learning_rate': 0.005})\n";
    optuna(&python, &folder, script);
    let study = lab.json(&["study", "show", "shared"]);
    assert_eq!((finished(&study), in_state(&study, "waiting").len()), (4, 1));
    assert!(in_state(&study, "complete").iter().any(|trial| trial["run"].is_null()));
    lab.done(&["tune", "--study", "shared", "--trials", "5"]);
    let study = lab.json(&["study", "show", "shared"]);
    assert_eq!(finished(&study), 5);
    let tried = &study["trials"][4];
    assert!(
        tried["run"].is_string() && tried["parameters"].to_string().contains("0.005"),
        "{tried}"
    );

    let dashboard = Path::new(&python).with_file_name("optuna-dashboard");
    if !dashboard.exists() {
        println!("skipped: no optuna-dashboard beside that Python");
        return;
    }
    let port = std::net::TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .port();
    let mut server = Command::new(dashboard)
        .arg(folder.join("journal.log"))
        .args(["--port", &port.to_string()])
        .stderr(std::process::Stdio::null())
        .stdout(std::process::Stdio::null())
        .spawn()
        .unwrap();
    let get = format!(
        "import urllib.request\n\
         for path in ('/dashboard', '/api/studies', '/api/studies/0?after=0'):\n    \
         print(urllib.request.urlopen('http://127.0.0.1:{port}' + path).status)"
    );
    let answer = (0..60).find_map(|_| {
        sleep(Duration::from_millis(500));
        let output = Command::new(&python).args(["-c", &get]).output().ok()?;
        output
            .status
            .success()
            .then(|| String::from_utf8(output.stdout).unwrap())
    });
    server.kill().unwrap();
    server.wait().unwrap();
    assert_eq!(
        answer.unwrap().split_whitespace().collect::<Vec<_>>(),
        ["200", "200", "200"]
    );
}

/// `cargo test --release --test tuning_study -- --ignored --nocapture ten_thousand`
#[test]
#[ignore = "measures"]
fn ten_thousand_trials_open_at_once() {
    use undertone::engine::{Command, Engine, Event, load_settings};
    let lab = Lab::empty();
    let folder = lab.path("studies/large");
    std::fs::create_dir_all(&folder).unwrap();
    let mut text = r#"{"op_code":0,"worker_id":"a","study_name":"large","directions":[2]}"#.to_owned() + "\n";
    let distribution =
        r#"{\"name\":\"FloatDistribution\",\"attributes\":{\"step\":null,\"low\":0.0,\"high\":1.0,\"log\":false}}"#;
    for number in 0..10_000_u64 {
        let value =
            |salt: u64| (number.wrapping_mul(2_654_435_761).wrapping_add(salt * 97_003) % 10_007) as f64 / 10_007.0;
        let list = |field: &dyn Fn(u64) -> String| {
            (0..8)
                .map(|name| format!("\"p{name}\":{}", field(name)))
                .collect::<Vec<_>>()
                .join(",")
        };
        let reports: Vec<String> = (1..=30)
            .map(|step| format!("\"{step}\":{}", value(step + 50)))
            .collect();
        text += &format!(
            r#"{{"op_code":4,"worker_id":"a","study_id":0,"datetime_start":"2026-11-21T02:41:39.520568+00:00","datetime_complete":"2026-11-21T02:42:39.520568+00:00","state":{},"value":{},"params":{{{}}},"distributions":{{{}}},"user_attrs":{{}},"system_attrs":{{}},"intermediate_values":{{{}}}}}"#,
            if number % 3 == 0 { 1 } else { 2 },
            value(1),
            list(&|name| value(name).to_string()),
            list(&|_| format!("\"{distribution}\"")),
            reports.join(",")
        );
        text.push('\n');
    }
    std::fs::write(folder.join("journal.log"), text).unwrap();
    let settings = load_settings(Some(&lab.path("workbench.toml")), &[]).unwrap();
    let (engine, events) = Engine::start(settings);
    let begun = Instant::now();
    engine.send(Command::Study {
        study: "large".into(),
        follow: true,
    });
    let page = loop {
        match events.recv_timeout(Duration::from_secs(60)).unwrap() {
            Event::Study(page) => break page,
            Event::Failed { message, .. } => panic!("{message}"),
            _ => {}
        }
    };
    println!(
        "{} trials open in {:.2} s",
        page.trials.len(),
        begun.elapsed().as_secs_f64()
    );
    assert_eq!(page.trials.len(), 10_000);
}
