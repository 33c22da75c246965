//! The space that a study searches: it stays what it was begun with, a finite one has an end, and ranges that another
//! program varied are gone on with.

#![cfg(unix)]
#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod common;

use common::Lab;
use serde_json::Value as Json;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use undertone::tuning::samplers::Tpe;
use undertone::tuning::{Direction, Limits, Outcome, Sampler, Space, Study, TrialState, TuningError, Value};

const BASE: &str = "
[training]
epochs = 1
[model.conv1d]
filters = [4, 8]
dense_units = 8
[demo]
clips = 60
speakers = 12
";

const SPACE: &str = "
[tuning.space.conv1d]
training.batch_size = { choices = [16, 32] }
training.learning_rate = { float = [1e-4, 1e-2], log = true }
";

fn write(lab: &Lab, space: &str) {
    fs::write(lab.path("workbench.toml"), format!("{BASE}{space}")).unwrap();
}

fn space(text: &str) -> Space {
    toml::from_str(text).unwrap()
}

// ---- a study keeps its space ----

#[test]
fn a_study_refuses_another_space_than_it_was_begun_with() {
    let lab = Lab::new();
    write(&lab, SPACE);
    let tune = ["tune", "--study", "s", "--trials", "1"];
    lab.done(&tune);
    let kept = || {
        let file = |name: &str| fs::read(lab.path("studies/s").join(name)).unwrap();
        (file("study.toml"), file("study.json"), file("journal.log"))
    };
    let before = kept();
    let (sizes, rates) = ("training.batch_size", "training.learning_rate");
    for (from, to, name, old, new) in [
        ("[16, 32]", "[16, 32, 64]", sizes, "[16, 32]", "[16, 32, 64]"),
        ("[16, 32]", "[32, 16]", sizes, "[16, 32]", "[32, 16]"),
        ("1e-2]", "1e-1]", rates, "0.01]", "0.1]"),
        (", log = true", "", rates, "log = true", "float = [0.0001, 0.01] }"),
        (", log = true", ", step = 0.001", rates, "log = true", "step = 0.001"),
        (
            "training.batch_size",
            "training.epochs",
            sizes,
            "[16, 32]",
            "not searched",
        ),
        (
            "training.batch_size",
            "training.epochs",
            "training.epochs",
            "not searched",
            "[16, 32]",
        ),
    ] {
        let changed = SPACE.replace(from, to);
        assert_ne!(changed, SPACE);
        write(&lab, &changed);
        let mut told = vec![lab.refused(1, &tune)];
        // The same as a preset, and with --set.
        let preset = changed.replace("[tuning.space.conv1d]", "[presets.mine.tuning.space.conv1d]");
        write(&lab, &preset);
        told.push(lab.refused(1, &[&tune[..], &["-s", "preset=mine"]].concat()));
        write(&lab, SPACE);
        let table = changed.lines().skip(2).collect::<Vec<_>>().join(", ");
        let set = format!("tuning.space.conv1d={{ {table} }}");
        told.push(lab.refused(1, &[&tune[..], &["-s", &set]].concat()));
        for told in told {
            for part in [name, old, new, "--study NAME"] {
                assert!(told.contains(part), "{from} to {to}: no {part} in {told}");
            }
        }
        assert_eq!(kept(), before, "{from} to {to}");
    }
    // The same space in other words, and none at all: nobody said anything else.
    write(&lab, &SPACE.replace("1e-4", "0.0001"));
    lab.done(&tune);
    write(&lab, "");
    lab.done(&tune);
    // Values of another objective would be ranked among the old ones.
    assert!(
        lab.refused(1, &[&tune[..], &["-s", "tuning.objective=accuracy"]].concat())
            .contains("tuning.objective")
    );
}

#[test]
fn what_was_set_over_the_settings_when_a_study_began_still_holds() {
    let lab = Lab::new();
    write(&lab, SPACE);
    let tune = ["tune", "--study", "s", "--trials", "1"];
    let over = ["-s", "tuning.space.conv1d.training.batch_size={ choices = [32] }"];
    lab.done(&[&tune[..], &over].concat());
    lab.done(&tune);
    lab.done(&[&tune[..], &over].concat());
    let other = ["-s", "tuning.space.conv1d.training.batch_size={ choices = [8] }"];
    assert!(
        lab.refused(1, &[&tune[..], &other].concat())
            .contains("training.batch_size")
    );
    write(&lab, &SPACE.replace("1e-2", "1e-1"));
    let told = lab.refused(1, &tune);
    assert!(
        told.contains("training.learning_rate") && !told.contains("training.batch_size"),
        "{told}"
    );
}

#[test]
fn a_study_of_another_program_version_goes_on_with_its_space() {
    let lab = Lab::new();
    write(&lab, "");
    let tune = ["tune", "--study", "s", "--trials", "1"];
    lab.done(&tune);
    // As if another space had been shipped then.
    let path = lab.path("studies/s/study.toml");
    let text = fs::read_to_string(&path).unwrap();
    let changed = text.replace("choices = [16, 32, 64, 128]", "choices = [16, 32, 64]");
    assert_ne!(changed, text);
    fs::write(&path, changed).unwrap();
    lab.done(&tune);
    assert!(fs::read_to_string(&path).unwrap().contains("choices = [16, 32, 64]"));
}

// ---- a finite space has an end ----

#[test]
fn a_study_of_four_settings_tries_four_and_says_so() {
    let lab = Lab::new();
    write(
        &lab,
        "[tuning.space.conv1d]\ntraining.batch_size = { choices = [16, 32] }\nmodel.conv1d.filters.0 = { int = [4, 8], step = 4 }\n",
    );
    let tune = ["tune", "--study", "s", "--trials", "12", "--workers", "2"];
    assert!(lab.done(&tune).contains("4 of 4 tried"));
    let settings = |study: &Json| -> BTreeMap<String, usize> {
        let trials = study["trials"].as_array().unwrap().iter();
        let mut times = BTreeMap::new();
        trials.for_each(|trial| *times.entry(trial["parameters"].to_string()).or_default() += 1);
        times
    };
    let study = lab.json(&["study", "show", "s"]);
    assert_eq!(settings(&study).into_values().collect::<Vec<_>>(), [1; 4]);
    assert_eq!(
        study["space"],
        serde_json::json!({ "tried": 4, "settings": 4, "exhausted": true })
    );
    assert!(lab.done(&["study", "show", "s"]).contains("4 of 4 tried"));
    let again = lab.json(&["tune", "--study", "s", "--detach"]);
    assert_eq!(again["workers"], serde_json::json!([]));
    assert!(
        again["notes"][0].as_str().unwrap().contains("4 of 4")
            && again["notes"][0].as_str().unwrap().contains("tuning.repeats=1")
    );

    // A trial by hand is wanted whatever was tried; repeats give every setting once more, and no more.
    lab.done(&[
        "study",
        "enqueue",
        "s",
        "training.batch_size=32",
        "model.conv1d.filters.0=4",
    ]);
    lab.done(&["tune", "--study", "s", "--trials", "12"]);
    assert_eq!(lab.json(&["study", "show", "s"])["trials"].as_array().unwrap().len(), 5);
    lab.done(&["tune", "--study", "s", "--trials", "12", "-s", "tuning.repeats=1"]);
    let study = lab.json(&["study", "show", "s"]);
    assert_eq!(settings(&study).into_values().collect::<Vec<_>>(), [2; 4]);
}

fn samplers() -> [Sampler; 3] {
    let tpe = Tpe {
        startup_trials: 5,
        ..Tpe::default()
    };
    let grid = serde_json::from_str(r#"{"kind":"grid","points":100}"#).unwrap();
    [Sampler::Random, Sampler::Tpe(tpe), grid]
}

#[test]
fn workers_together_try_every_setting_once_and_failed_ones_again() {
    // 2 * (1 + 3 * 4) settings.
    let space = &space(
        "o = { choices = ['adam', 'sgd'] }\nm = { float = [0.0, 0.6], step = 0.3, when = { o = 'sgd' } }\n\
         n = { int = [1, 8], log = true, when = { o = 'sgd', m = [0.3, 0.6] } }\nx = { int = [0, 1] }",
    );
    let settings = 2 * (1 + 1 + 2 * 8);
    for sampler in &samplers() {
        let folder = tempfile::tempdir().unwrap();
        let path = &folder.path().join("study.log");
        Study::open_or_create(path, "s", Direction::Minimize).unwrap();
        let limits = |repeats| Limits { trials: 1000, repeats };
        let work = |worker: usize, repeats: usize, fails: usize| {
            let mut study = Study::open(path, "s").unwrap();
            loop {
                let name = |number| format!("{worker}-{number}");
                match study.ask_within(limits(repeats), space, sampler, 7, name) {
                    Ok(number) => {
                        let number = number.unwrap();
                        let failed = number % 10 < fails;
                        let outcome = if failed {
                            Outcome::Failed("once".into())
                        } else {
                            Outcome::Complete(number as f64)
                        };
                        study.tell(number, &outcome).unwrap();
                    }
                    Err(TuningError::Exhausted { settings: all }) => return assert_eq!(all, settings),
                    Err(error) => panic!("{error}"),
                }
            }
        };
        std::thread::scope(|scope| {
            for worker in 0..3 {
                let work = &work;
                scope.spawn(move || work(worker, 0, 2));
            }
        });
        let times = |state: TrialState| -> BTreeMap<String, usize> {
            let study = Study::open(path, "s").unwrap();
            let mut times = BTreeMap::new();
            for trial in study.trials().iter().filter(|trial| trial.state == state) {
                let setting: Vec<String> = trial
                    .parameters
                    .iter()
                    .map(|(name, it)| format!("{name}={}", it.value()))
                    .collect();
                *times.entry(setting.join(" ")).or_default() += 1;
            }
            times
        };
        let complete = times(TrialState::Complete);
        assert_eq!(complete.len() as u64, settings, "{sampler:?}");
        assert!(complete.values().all(|times| *times == 1), "{sampler:?}: {complete:?}");
        assert!(!times(TrialState::Failed).is_empty());
        work(9, 2, 0);
        assert!(
            times(TrialState::Complete).values().all(|times| *times == 3),
            "{sampler:?}"
        );
    }
}

#[test]
fn running_trials_are_taken_and_a_queued_one_is_tried_whatever_was() {
    let folder = tempfile::tempdir().unwrap();
    let mut study = Study::open_or_create(&folder.path().join("s.log"), "s", Direction::Minimize).unwrap();
    let space = space("a = { choices = [1, 2] }");
    for sampler in &samplers() {
        let limits = Limits {
            trials: 100,
            repeats: 0,
        };
        let ask = |study: &mut Study| study.ask_within(limits, &space, sampler, 1, |number| number.to_string());
        if study.trials().is_empty() {
            let both = [ask(&mut study).unwrap(), ask(&mut study).unwrap()];
            assert_eq!(both, [Some(0), Some(1)]);
            assert_ne!(study.trials()[0].parameters, study.trials()[1].parameters);
        }
        assert!(matches!(ask(&mut study), Err(TuningError::Exhausted { settings: 2 })));
        for values in [BTreeMap::from([("a".to_owned(), Value::Int(2))]), BTreeMap::new()] {
            let queued = study.enqueue(&space, &values).unwrap();
            assert_eq!(ask(&mut study).unwrap(), Some(queued));
            assert!(study.trials()[queued].parameters.contains_key("a"));
        }
    }
}

#[test]
fn a_space_without_end_is_drawn_from_as_before() {
    let space = space("x = { float = [0, 1] }\na = { choices = [1, 2] }");
    for sampler in &samplers()[..2] {
        let folder = tempfile::tempdir().unwrap();
        let mut study = Study::open_or_create(&folder.path().join("s.log"), "s", Direction::Minimize).unwrap();
        for number in 0..20 {
            let request = undertone::tuning::samplers::Request {
                space: &space,
                history: study.history(),
                number,
                seed: 3,
                fixed: &BTreeMap::new(),
            };
            let drawn = sampler.sample(&request).unwrap();
            study.ask(&space, sampler, 3, |number| number.to_string()).unwrap();
            assert_eq!(study.trials()[number].parameters, drawn);
            study.tell(number, &Outcome::Complete(drawn["x"].internal)).unwrap();
        }
        assert_eq!(sampler.coverage(&space, study.trials(), 0), None);
    }
}

// ---- ranges that another program varied ----

#[test]
fn the_newest_range_of_each_parameter_is_gone_on_with() {
    let float = |low: f64, high: f64| {
        let text = format!(
            r#"{{"name": "FloatDistribution", "attributes": {{"step": null, "low": {low:?}, "high": {high:?}, "log": false}}}}"#
        );
        serde_json::json!(text).to_string()
    };
    let choices = serde_json::json!(r#"{"name": "CategoricalDistribution", "attributes": {"choices": [1.0, 2.0]}}"#);
    let at = "2026-01-01T00:00:00.000000+00:00";
    let mut text = r#"{"op_code":0,"worker_id":"o","study_name":"s","directions":[1]}"#.to_owned() + "\n";
    let ranges = [(0.0, 1.0), (0.0, 10.0), (5.0, 20.0), (12.0, 13.0)];
    for number in 0..40 {
        let (low, high) = ranges[number / 10];
        let value = low + (high - low) * (number % 10) as f64 / 10.0;
        text += &format!(
            "{{\"op_code\":4,\"worker_id\":\"o\",\"study_id\":0,\"datetime_start\":\"{at}\"}}\n\
             {{\"op_code\":5,\"worker_id\":\"o\",\"trial_id\":{number},\"param_name\":\"x\",\"param_value_internal\":{value:?},\"distribution\":{}}}\n\
             {{\"op_code\":5,\"worker_id\":\"o\",\"trial_id\":{number},\"param_name\":\"a\",\"param_value_internal\":1.0,\"distribution\":{choices}}}\n\
             {{\"op_code\":6,\"worker_id\":\"o\",\"trial_id\":{number},\"state\":1,\"values\":[{value:?}],\"datetime_complete\":\"{at}\"}}\n",
            float(low, high)
        );
    }
    // Waiting trials, as one that is tried again, carry the range of long ago.
    text += &format!(
        "{{\"op_code\":4,\"worker_id\":\"o\",\"study_id\":0,\"datetime_start\":null,\"state\":4,\"params\":{{\"x\":0.5}},\"distributions\":{{\"x\":{}}}}}\n",
        float(0.0, 1.0)
    );
    let space = space("x = { float = [0, 1] }\na = { choices = [1, 2] }\ny = { int = [1, 3] }");
    for sampler in &samplers() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("journal.log");
        fs::write(&path, &text).unwrap();
        let mut study = Study::open(&path, "s").unwrap();
        assert_eq!(
            study.newest(&space).get("x").unwrap().distribution.to_string(),
            "12 to 13"
        );
        let mut drawn = BTreeSet::new();
        for _ in 0..15 {
            let number = study.ask(&space, sampler, 5, |number| number.to_string()).unwrap();
            let parameters = &study.trials()[number].parameters;
            assert!(
                (12.0..=13.0).contains(&parameters["x"].internal),
                "{sampler:?}: {parameters:?}"
            );
            assert!(
                matches!(parameters["a"].value(), Value::Int(_)),
                "choices are as they are written here"
            );
            drawn.insert(parameters["x"].internal.to_bits());
            study
                .tell(number, &Outcome::Complete(parameters["x"].internal))
                .unwrap();
        }
        assert!(drawn.len() > 5);
        assert_eq!(
            study
                .enqueue(&space, &BTreeMap::from([("x".to_owned(), Value::Float(12.5))]))
                .unwrap(),
            56
        );
        assert!(matches!(
            study.enqueue(&space, &BTreeMap::from([("x".to_owned(), Value::Float(0.5))])),
            Err(TuningError::Value { .. })
        ));
    }
    // And it is shown.
    let lab = Lab::empty();
    let folder = lab.path("studies/s");
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join("journal.log"), &text).unwrap();
    let study = lab.json(&["study", "show", "s"]);
    let axis = study["parameters"]
        .as_array()
        .unwrap()
        .iter()
        .find(|axis| axis["name"] == "x")
        .unwrap();
    assert_eq!((&axis["low"], &axis["high"]), (&0.0.into(), &20.0.into()));
    assert!(Path::new(study["path"].as_str().unwrap()).ends_with("s"));
}
