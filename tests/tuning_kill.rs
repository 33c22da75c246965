//! Workers that are killed in the middle of anything: no trial is lost or doubled, the file stays readable.
//!
//!     cargo test --release --test tuning_kill -- --ignored --nocapture

#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::print_stdout)]

use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};
use undertone::tuning::{Direction, Outcome, Sampler, Space, Study, TrialState};

const WORKERS: usize = 4;
const KILLS: usize = 30;
/// The environment variable that names a worker's file, and makes the test a worker.
const WORKER: &str = "UNDERTONE_TEST_WORKER";

fn study(path: &Path) -> Study {
    Study::open_or_create(path, "killed", Direction::Minimize).unwrap()
}

fn spawn(path: &Path) -> Child {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", "a_killed_worker_loses_and_doubles_nothing", "--ignored"]);
    command
        .env(WORKER, path)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

/// Trials of three reports, for ever.
fn work(path: &Path) {
    let space: Space = toml::from_str("x = { float = [0, 1] }\ny = { int = [1, 64], log = true }").unwrap();
    let mut study = study(path);
    loop {
        let run = |number| format!("{}/{number}", std::process::id());
        let number = study.ask(&space, &Sampler::default(), 1, run).unwrap();
        for step in 0..3 {
            sleep(Duration::from_millis(30));
            study.report(number, step, f64::NAN).unwrap();
        }
        study.tell(number, &Outcome::Complete(number as f64)).unwrap();
    }
}

#[test]
#[ignore = "takes minutes: a lock whose holder was killed is taken over after 30 s"]
fn a_killed_worker_loses_and_doubles_nothing() {
    if let Some(path) = std::env::var_os(WORKER) {
        return work(Path::new(&path));
    }
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("study.log");
    let mut study = study(&path);
    let mut workers: Vec<Child> = (0..WORKERS).map(|_| spawn(&path)).collect();
    let (began, mut failed, mut stalls) = (Instant::now(), 0, 0);
    for kill in 0..KILLS {
        sleep(Duration::from_millis(150 + (kill as u64 * 7919) % 200));
        let mut victim = std::mem::replace(&mut workers[kill % WORKERS], spawn(&path));
        let pid = victim.id();
        victim.kill().unwrap();
        victim.wait().unwrap();
        let waited = Instant::now();
        study.refresh().unwrap();
        let of_victim = |run: &str| run.split_once('/').is_some_and(|(id, _)| id == pid.to_string());
        let runs = study.running_runs().filter(|(_, run)| of_victim(run));
        let lost: Vec<(usize, String)> = runs.map(|(trial, run)| (trial.number, run.to_owned())).collect();
        failed += study.fail_lost(&lost, "killed", 100).unwrap().len();
        stalls += usize::from(waited.elapsed() > Duration::from_secs(25));
        assert_eq!(study.damage(), None);
    }
    for worker in &mut workers {
        worker.kill().unwrap();
        worker.wait().unwrap();
    }
    let mut study = Study::open(&path, "killed").unwrap();
    study.note("over", true.into()).unwrap();
    let in_state = |state| study.trials().iter().filter(move |trial| trial.state == state);
    let (complete, running) = (
        in_state(TrialState::Complete).count(),
        in_state(TrialState::Running).count(),
    );
    assert_eq!(in_state(TrialState::Failed).count(), failed);
    assert!(
        in_state(TrialState::Complete)
            .all(|trial| trial.reports.len() == 3 && trial.value() == Some(trial.number as f64))
    );
    assert!(running <= WORKERS);
    let retries = study
        .trials()
        .iter()
        .filter(|trial| trial.system_attributes.contains_key("failed_trial"))
        .count();
    assert_eq!(retries, failed, "each lost trial is tried again once");
    assert_eq!(study.damage(), None);
    println!("{KILLS} kills, {failed} trials lost and tried again, {complete} complete, {running} running at the end;");
    println!(
        "{stalls} kills hit the lock's holder; {:.0} s",
        began.elapsed().as_secs_f64()
    );
    if let Some(python) = std::env::var_os("UNDERTONE_PYTHON") {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/optuna_journal.py");
        let shown = Command::new(python)
            .arg(script)
            .arg("--show")
            .arg(&path)
            .output()
            .unwrap();
        let shown: serde_json::Value = serde_json::from_slice(&shown.stdout).unwrap();
        assert_eq!(shown[0]["trials"].as_array().unwrap().len(), study.trials().len());
        println!("Optuna reads all {} trials", study.trials().len());
    }
}
