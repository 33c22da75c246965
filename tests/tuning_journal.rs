//! Journals: read as Optuna reads them, written so that Optuna reads them, by several writers, over every crash.

#![allow(clippy::unwrap_used, clippy::print_stdout)]

use serde_json::Value as Json;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use undertone::tuning::journal::Journal;
use undertone::tuning::lifecycle::{FAILURE_ATTRIBUTE, RUN_ATTRIBUTE, failure_of};
use undertone::tuning::samplers::Tpe;
use undertone::tuning::{
    Direction, Distribution, Outcome, Parameter, Pruner, Sampler, Space, Study, Trial, TrialState, TuningError, Value,
    json,
};

fn space(text: &str) -> Space {
    toml::from_str(text).unwrap()
}

fn begin(path: &Path) -> Study {
    Study::open_or_create(path, "emotion", Direction::Minimize).unwrap()
}

fn ask(study: &mut Study, space: &Space) -> usize {
    study
        .ask(space, &Sampler::default(), 1, |number| format!("run-{number}"))
        .unwrap()
}

fn values(pairs: &[(&str, Value)]) -> BTreeMap<String, Value> {
    pairs
        .iter()
        .map(|(name, value)| ((*name).to_owned(), value.clone()))
        .collect()
}

// ---- what Optuna wrote ----

/// The golden script's JSON, where `{"number": "nan"}` stands for what JSON has no word for.
fn plain(value: &Value) -> Json {
    match value {
        Value::Null => Json::Null,
        Value::Bool(value) => (*value).into(),
        Value::Int(value) => (*value).into(),
        Value::Float(value) => float(*value),
        Value::Text(text) => text.as_str().into(),
        Value::Array(items) => items.iter().map(plain).collect(),
        Value::Object(entries) => object(entries),
    }
}

fn object(entries: &BTreeMap<String, Value>) -> Json {
    entries.iter().map(|(key, value)| (key.clone(), plain(value))).collect()
}

fn float(value: f64) -> Json {
    if value.is_finite() {
        value.into()
    } else {
        serde_json::json!({"number": value.to_string().to_lowercase()})
    }
}

fn shown_trial(trial: &Trial) -> Json {
    let state = match trial.state {
        TrialState::Failed => "FAIL".to_owned(),
        state => state.to_string().to_uppercase(),
    };
    let seconds = |at: Option<jiff::Timestamp>| at.map(|at| at.as_microsecond() as f64 / 1e6);
    serde_json::json!({
        "number": trial.number,
        "id": trial.id,
        "state": state,
        "values": trial.values.as_ref().map(|values| values.iter().map(|value| float(*value)).collect::<Vec<_>>()),
        "params": trial.parameters.iter().map(|(name, it)| (name.clone(), plain(&it.value()))).collect::<BTreeMap<_, _>>(),
        "reports": trial.reports.iter().map(|(step, it)| (step.to_string(), float(*it))).collect::<BTreeMap<_, _>>(),
        "user": object(&trial.user_attributes),
        "system": object(&trial.system_attributes),
        "started": seconds(trial.started),
        "finished": seconds(trial.finished),
    })
}

fn shown(path: &Path) -> Json {
    let journal = Journal::open(path).unwrap();
    assert_eq!(journal.damage(), None);
    let studies = journal.replay().studies().map(|(id, study)| {
        serde_json::json!({
            "id": id,
            "name": study.name,
            "directions": study.directions.iter().map(|it| it.to_string().to_uppercase()).collect::<Vec<_>>(),
            "user": object(&study.user_attributes),
            "system": object(&study.system_attributes),
            "trials": study.trials.iter().map(shown_trial).collect::<Vec<_>>(),
        })
    });
    studies.collect()
}

/// Distributions are compared by what they mean; the order of their text's keys is of no account.
fn take_distributions(shown: &mut Json) -> Vec<BTreeMap<String, Distribution>> {
    let trials = shown
        .as_array_mut()
        .unwrap()
        .iter_mut()
        .flat_map(|study| study["trials"].as_array_mut().unwrap());
    let taken = trials.map(|trial| {
        let distributions = trial.as_object_mut().unwrap().remove("distributions").unwrap();
        let read = |text: &Json| Distribution::from_json(text.as_str().unwrap()).unwrap();
        distributions
            .as_object()
            .unwrap()
            .iter()
            .map(|(name, text)| (name.clone(), read(text)))
            .collect()
    });
    taken.collect()
}

#[test]
fn a_journal_of_optunas_means_the_same_to_us() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("optuna.log");
    fs::write(&path, include_bytes!("golden/optuna_journal.log")).unwrap();
    // Through the same reader, so that both sides' floats are exact.
    let mut expected = plain_json(include_str!("golden/optuna_journal.json"));
    let distributions = take_distributions(&mut expected);
    assert_eq!(shown(&path), expected);
    let journal = Journal::open(&path).unwrap();
    let trials: Vec<&Trial> = journal
        .replay()
        .studies()
        .flat_map(|(_, study)| &study.trials)
        .collect();
    assert_eq!(trials.len(), distributions.len());
    for (trial, expected) in trials.iter().zip(distributions) {
        let ours = trial
            .parameters
            .iter()
            .map(|(name, chosen)| (name.clone(), (*chosen.distribution).clone()));
        assert_eq!(ours.collect::<BTreeMap<_, _>>(), expected);
    }
}

fn plain_json(text: &str) -> Json {
    plain(&json::read(text).unwrap())
}

#[test]
fn a_journal_read_in_pieces_of_any_length_is_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("optuna.log");
    let bytes = include_bytes!("golden/optuna_journal.log");
    fs::write(&path, b"").unwrap();
    let mut journal = Journal::open(&path).unwrap();
    for end in (0..bytes.len()).step_by(997).chain([bytes.len()]) {
        fs::write(&path, &bytes[..end]).unwrap();
        journal.refresh().unwrap();
    }
    assert_eq!(journal.damage(), None);
    let whole = Journal::open(&path).unwrap();
    let debug = |journal: &Journal| format!("{:?}", journal.replay().studies().collect::<Vec<_>>().len());
    assert_eq!(debug(&journal), debug(&whole));
    for ((_, one), (_, two)) in journal.replay().studies().zip(whole.replay().studies()) {
        assert_eq!(format!("{:?}", one.trials), format!("{:?}", two.trials));
    }
}

// ---- what we write ----

fn python() -> Option<(PathBuf, PathBuf)> {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/optuna_journal.py");
    let Some(python) = std::env::var_os("UNDERTONE_PYTHON") else {
        println!("skipped: UNDERTONE_PYTHON names no Python with optuna");
        return None;
    };
    Some((python.into(), script))
}

fn run(program: &(PathBuf, PathBuf), arguments: &[&str]) -> String {
    let output = Command::new(&program.0)
        .arg(&program.1)
        .args(arguments)
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn optuna_reads_ours_goes_on_with_it_and_we_go_on_after_it() {
    let Some(optuna) = python() else { return };
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ours é.log");
    let file = path.to_str().unwrap();
    let space = space(
        "x = { float = [0, 1] }\nrate = { float = [1e-4, 1e-1], log = true }\nunits = { int = [16, 64], step = 16 }\n\
         kind = { choices = ['a', 1, 2.5, true] }\ndepth = { int = [1, 4], when = { kind = 'a' } }",
    );
    let mut study = begin(&path);
    study.note("corpus", "é \"quoted\"\n".into()).unwrap();
    study
        .enqueue(&space, &values(&[("x", 0.5.into()), ("kind", "a".into())]))
        .unwrap();
    for index in 0..25 {
        let number = ask(&mut study, &space);
        let x = study.trials()[number].parameters["x"].internal;
        for step in 0..3 {
            let value = if step == 1 && index % 5 == 0 {
                f64::NAN
            } else {
                (x - 0.3).powi(2) / f64::from(step + 1)
            };
            study.report(number, step, value).unwrap();
            study
                .decide(number, &Pruner::SuccessiveHalving(Default::default()))
                .unwrap();
        }
        let outcome = match index % 6 {
            4 => Outcome::Pruned,
            5 => Outcome::Failed("out of memory".into()),
            _ => Outcome::Complete((x - 0.3).powi(2)),
        };
        study.tell(number, &outcome).unwrap();
    }
    study.enqueue(&space, &values(&[("x", 0.25.into())])).unwrap();
    let mut theirs = plain_json(&run(&optuna, &["--show", file]));
    take_distributions(&mut theirs);
    assert_eq!(shown(&path), theirs);
    run(&optuna, &["--continue", file, "12"]);
    study.refresh().unwrap();
    assert_eq!(study.trials().len(), 25 + 12);
    assert_eq!(study.trials()[25].parameters["x"].internal, 0.25);
    let number = ask(&mut study, &space);
    assert_eq!(number, 37);
    study.tell(number, &Outcome::Complete(1.0)).unwrap();
    let mut theirs = plain_json(&run(&optuna, &["--show", file]));
    take_distributions(&mut theirs);
    assert_eq!(shown(&path), theirs);
    println!("38 trials are the same to Optuna and to us");
}

// ---- many writers, and crashes ----

#[test]
fn workers_on_one_file_lose_and_double_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("study.log");
    let space = space("x = { int = [0, 9] }\ny = { choices = ['a', 'b', 'c'] }");
    let grid: Sampler = serde_json::from_str(r#"{"kind":"grid","points":10}"#).unwrap();
    begin(&path);
    std::thread::scope(|scope| {
        for worker in 0..4 {
            let (path, space, grid) = (&path, &space, &grid);
            scope.spawn(move || {
                let mut study = begin(path);
                while let Ok(number) = study.ask(space, grid, 7, |number| format!("{worker}-{number}")) {
                    study.report(number, 0, 0.5).unwrap();
                    study.tell(number, &Outcome::Complete(number as f64)).unwrap();
                }
            });
        }
    });
    let study = begin(&path);
    let tried: std::collections::BTreeSet<String> = study
        .trials()
        .iter()
        .map(|trial| format!("{} {}", trial.parameters["x"].value(), trial.parameters["y"].value()))
        .collect();
    assert_eq!(
        (study.trials().len(), tried.len()),
        (30, 30),
        "every point of the grid once"
    );
    assert!(
        study
            .trials()
            .iter()
            .all(|trial| trial.value() == Some(trial.number as f64))
    );
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "no lock is left");
}

#[test]
fn a_file_cut_at_any_byte_is_read_and_written_on() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("study.log");
    let space = space("x = { float = [0, 1] }");
    let mut study = begin(&path);
    for _ in 0..3 {
        let number = ask(&mut study, &space);
        study.report(number, 0, f64::NAN).unwrap();
        study.tell(number, &Outcome::Complete(0.5)).unwrap();
    }
    let whole = fs::read(&path).unwrap();
    let first = whole.iter().position(|byte| *byte == b'\n').unwrap() + 1;
    for end in (first..whole.len()).step_by(13) {
        fs::write(&path, &whole[..end]).unwrap();
        let mut study = begin(&path);
        let before = study.trials().len();
        ask(&mut study, &space);
        let again = begin(&path);
        assert_eq!(
            (again.trials().len(), again.damage()),
            (before + 1, None),
            "cut at {end}"
        );
    }
}

#[test]
fn lost_trials_of_ours_are_failed_and_tried_again_and_no_others_are_touched() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("study.log");
    let space = space("x = { float = [0, 1] }");
    let mut study = begin(&path);
    let number = ask(&mut study, &space);
    study.report(number, 0, 0.5).unwrap();
    // A trial of another program: running, without a run of ours.
    let foreign = "{\"op_code\":4,\"worker_id\":\"other\",\"study_id\":0,\"datetime_start\":null}\n";
    fs::write(&path, [fs::read(&path).unwrap(), foreign.as_bytes().to_vec()].concat()).unwrap();
    study.refresh().unwrap();
    assert_eq!(
        study
            .running_runs()
            .map(|(trial, run)| (trial.number, run.to_owned()))
            .collect::<Vec<_>>(),
        [(0, "run-0".into())]
    );
    let lost = |number: usize, run: &str| vec![(number, run.to_owned())];
    for harmless in [lost(1, "run-1"), lost(0, "another"), lost(9, "run-9")] {
        assert!(study.fail_lost(&harmless, "gone", 2).unwrap().is_empty());
    }
    assert!(matches!(
        study.tell(1, &Outcome::Complete(1.0)),
        Err(TuningError::Foreign { number: 1 })
    ));
    let x = study.trials()[0].parameters["x"].internal;
    assert_eq!(
        study.fail_lost(&lost(0, "run-0"), "its process is gone", 2).unwrap(),
        [0]
    );
    assert_eq!(
        (study.trials()[0].state, failure_of(&study.trials()[0])),
        (TrialState::Failed, Some("its process is gone"))
    );
    assert!(study.fail_lost(&lost(0, "run-0"), "again", 2).unwrap().is_empty());
    for attempt in [2, 3] {
        let number = ask(&mut study, &space);
        assert_eq!(number, attempt);
        let trial = &study.trials()[number];
        assert_eq!((trial.parameters["x"].internal, trial.reports.len()), (x, 0));
        assert_eq!(trial.system_attributes["failed_trial"], Value::Int(0));
        assert!(!trial.user_attributes.contains_key(FAILURE_ATTRIBUTE));
        assert_eq!(
            trial.user_attributes[RUN_ATTRIBUTE],
            Value::Text(format!("run-{attempt}"))
        );
        study
            .fail_lost(&lost(number, &format!("run-{number}")), "gone", 2)
            .unwrap();
    }
    assert!(
        study.trials().iter().all(|trial| trial.state != TrialState::Waiting),
        "two retries, no third"
    );
    assert_eq!(
        study.trials()[1].state,
        TrialState::Running,
        "the other program's trial is as it was"
    );
}

#[test]
fn outcomes_are_optunas() {
    let folder = tempfile::tempdir().unwrap();
    let mut study = begin(&folder.path().join("study.log"));
    let space = space("x = { float = [0, 1] }");
    for (reports, outcome, state, value) in [
        (vec![0.5], Outcome::Complete(f64::NAN), TrialState::Failed, None),
        (vec![0.5, 0.25], Outcome::Pruned, TrialState::Pruned, Some(0.25)),
        (vec![0.5, f64::NAN], Outcome::Pruned, TrialState::Pruned, None),
        (
            vec![],
            Outcome::Complete(f64::INFINITY),
            TrialState::Complete,
            Some(f64::INFINITY),
        ),
    ] {
        let number = ask(&mut study, &space);
        for (step, report) in (0..).zip(reports) {
            study.report(number, step, report).unwrap();
        }
        study.tell(number, &outcome).unwrap();
        assert_eq!(
            (study.trials()[number].state, study.trials()[number].value()),
            (state, value)
        );
        assert!(matches!(study.report(number, 9, 0.0), Err(TuningError::State { .. })));
        assert!(matches!(study.tell(number, &outcome), Err(TuningError::State { .. })));
    }
    assert_eq!(failure_of(&study.trials()[0]), Some("its value is not a number"));
    assert_eq!(study.history().best().unwrap().number, 3);
    assert!(matches!(
        study.report(99, 0, 0.0),
        Err(TuningError::UnknownTrial { .. })
    ));
}

#[test]
fn the_queue_comes_first_and_what_does_not_fit_is_left_to_others() {
    let folder = tempfile::tempdir().unwrap();
    let mut study = begin(&folder.path().join("study.log"));
    let narrow = space("x = { float = [0, 1] }\ny = { int = [0, 9] }");
    let other = space("z = { float = [0, 1] }");
    assert_eq!(study.enqueue(&other, &values(&[("z", 0.5.into())])).unwrap(), 0);
    assert_eq!(study.enqueue(&narrow, &values(&[("y", 7.into())])).unwrap(), 1);
    assert!(matches!(
        study.enqueue(&narrow, &values(&[("y", 70.into())])),
        Err(TuningError::Value { .. })
    ));
    assert_eq!(ask(&mut study, &narrow), 1);
    assert_eq!(study.trials()[1].parameters["y"].value(), Value::Int(7));
    assert_eq!(ask(&mut study, &narrow), 2);
    assert_eq!(study.trials()[0].state, TrialState::Waiting);
}

#[test]
fn studies_that_are_another_kind_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("study.log");
    let mut study = begin(&path);
    ask(&mut study, &space("x = { float = [0, 1] }"));
    let wrong = study.ask(&space("x = { choices = ['a'] }"), &Sampler::Random, 1, |_| {
        String::new()
    });
    assert!(wrong.unwrap_err().to_string().contains("begin a new one"));
    let error = Study::open_or_create(&path, "emotion", Direction::Maximize).unwrap_err();
    assert!(error.to_string().contains("minimize"));
    assert!(
        Study::open(&path, "nothing")
            .unwrap_err()
            .to_string()
            .contains("emotion")
    );
    assert_eq!(Study::list(&path).unwrap(), [("emotion".to_owned(), 1)]);
    let golden = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/optuna_journal.log");
    assert!(matches!(
        Study::open(&golden, "gone"),
        Err(TuningError::OtherStudy { .. })
    ));
}

#[test]
fn samplers_see_what_optuna_wrote() {
    let golden = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/optuna_journal.log");
    let study = Study::open(&golden, "emotion é").unwrap();
    let parameter = |name: &str| {
        let chosen = &study.trials()[1].parameters[name];
        Parameter::new(name, (*chosen.distribution).clone())
    };
    let space = Space::new(["x", "rate", "kind", "units"].map(parameter).to_vec()).unwrap();
    let tpe = Sampler::Tpe(Tpe {
        startup_trials: 5,
        ..Tpe::default()
    });
    let request = undertone::tuning::samplers::Request {
        space: &space,
        history: study.history(),
        number: study.trials().len(),
        seed: 1,
        fixed: &BTreeMap::new(),
    };
    let chosen = tpe.sample(&request).unwrap();
    assert_eq!(chosen.len(), 4);
    assert!(
        chosen
            .values()
            .all(|chosen| chosen.distribution.contains(chosen.internal))
    );
}

/// A file of 10,000 trials with ten parameters and ten reports each.
#[test]
#[ignore = "a measurement to read, not a test"]
fn the_time_to_load_ten_thousand_trials() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("study.log");
    let text = |index: usize| format!("p{index} = {{ float = [0, 1] }}\n");
    let space = space(&(0..10).map(text).collect::<String>());
    let mut study = begin(&path);
    let number = study.ask(&space, &Sampler::Random, 1, |_| "run".into()).unwrap();
    for step in 0..10 {
        study.report(number, step, f64::NAN).unwrap();
    }
    study.tell(number, &Outcome::Complete(0.5)).unwrap();
    let written = fs::read_to_string(&path).unwrap();
    let (create, trial) = written.split_once('\n').unwrap();
    let mut many = format!("{create}\n");
    for number in 0..10_000 {
        many.push_str(&trial.replace("\"trial_id\":0", &format!("\"trial_id\":{number}")));
    }
    fs::write(&path, &many).unwrap();
    let began = std::time::Instant::now();
    let study = Study::open(&path, "emotion").unwrap();
    let took = began.elapsed();
    assert_eq!(study.history().completed().count(), 10_000);
    println!(
        "{} MB, {} lines: {:.2} s",
        many.len() / 1_000_000,
        many.lines().count(),
        took.as_secs_f64()
    );
}
