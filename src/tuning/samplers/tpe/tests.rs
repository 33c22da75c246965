//! Densities and splits are Optuna's (`tests/golden/optuna_tpe.py`); choices are good, seeded and in range.

use super::normal::ln_mass;
use super::parzen::Mixture;
use super::split::Split;
use super::*;
use crate::tuning::{Direction, Distribution, History, Space};
use approx::assert_relative_eq;
use serde_json::Value as Json;
use std::collections::BTreeMap;

fn golden() -> Json {
    serde_json::from_str(include_str!("../../../../tests/golden/optuna_tpe.json")).unwrap()
}

fn numbers(list: &Json) -> Vec<f64> {
    list.as_array()
        .unwrap()
        .iter()
        .map(|number| number.as_f64().unwrap())
        .collect()
}

fn trial(number: usize, state: TrialState, value: Option<f64>, parameters: Parameters) -> Trial {
    Trial {
        id: number,
        number,
        state,
        values: value.map(|value| vec![value]),
        parameters,
        reports: BTreeMap::new(),
        user_attributes: BTreeMap::new(),
        system_attributes: BTreeMap::new(),
        started: None,
        finished: None,
    }
}

#[test]
fn normal_masses_are_optunas_far_into_the_tails() {
    for case in golden()["masses"].as_array().unwrap() {
        let [a, b, expected] = *numbers(case) else { panic!() };
        let mass = ln_mass(a, b);
        // Optuna's own central case loses digits where nearly all of the mass is inside.
        assert!(
            (mass - expected).abs() <= 1e-12 * expected.abs() + 1e-15,
            "{a} to {b}: {mass}, not {expected}"
        );
    }
}

fn mixture_size(case: &Json) -> usize {
    case["observations"]
        .as_object()
        .unwrap()
        .values()
        .next()
        .unwrap()
        .as_array()
        .unwrap()
        .len()
}

#[test]
fn densities_are_optunas() {
    let golden = golden();
    let cases = golden["densities"].as_array().unwrap();
    for case in cases {
        let space = case["space"].as_object().unwrap();
        let distributions: Vec<Distribution> = space
            .values()
            .map(|text| Distribution::from_json(text.as_str().unwrap()).unwrap())
            .collect();
        let columns = |key: &str| -> Vec<Vec<f64>> { space.keys().map(|name| numbers(&case[key][name])).collect() };
        let mixture = Mixture::new(&distributions.iter().collect::<Vec<_>>(), &columns("observations"));
        let points = columns("points");
        let points: Vec<Vec<f64>> = (0..6)
            .map(|row| points.iter().map(|column| column[row]).collect())
            .collect();
        for (ours, theirs) in mixture.ln_density(&points).iter().zip(numbers(&case["ln_density"])) {
            let near = (ours - theirs).abs() <= 1e-9 * theirs.abs() + 1e-11;
            assert!(
                near,
                "{ours}, not {theirs}: {} observations of {:?}",
                mixture_size(case),
                case["space"]
            );
        }
    }
    assert!(cases.len() >= 50);
}

#[test]
fn good_and_bad_trials_are_optunas() {
    for case in golden()["splits"].as_array().unwrap() {
        let direction = if case["maximize"] == true {
            Direction::Maximize
        } else {
            Direction::Minimize
        };
        let rows = case["trials"]
            .as_array()
            .unwrap()
            .iter()
            .enumerate()
            .map(|(number, row)| {
                let state = match row[0].as_str().unwrap() {
                    "complete" => TrialState::Complete,
                    "pruned" => TrialState::Pruned,
                    _ => TrialState::Running,
                };
                let mut trial = trial(number, state, row[1].as_f64(), Parameters::new());
                let reports = row[2]
                    .as_array()
                    .unwrap()
                    .iter()
                    .map(|value| value.as_f64().unwrap_or(f64::NAN));
                trial.reports = (0..).zip(reports).collect();
                trial
            });
        let trials: Vec<Trial> = rows.collect();
        let history = History {
            study: "s",
            direction,
            trials: &trials,
        };
        let split = Split::of(&history, usize::MAX, true);
        let of = |trials: &[&Trial]| trials.iter().map(|trial| trial.number as f64).collect::<Vec<_>>();
        assert_eq!(of(&split.good), numbers(&case["good"]));
        assert_eq!(of(&split.bad), numbers(&case["bad"]));
    }
}

#[test]
fn what_is_drawn_follows_the_density() {
    let distribution = Distribution::int(0, 9, 1, false).unwrap();
    let choice = Distribution::categorical(vec!["a".into(), "b".into()]).unwrap();
    let mixture = Mixture::new(
        &[&distribution, &choice],
        &[vec![2.0, 2.0, 3.0, 8.0], vec![0.0, 0.0, 1.0, 1.0]],
    );
    let points: Vec<Vec<f64>> = (0..20)
        .map(|index| vec![f64::from(index / 2), f64::from(index % 2)])
        .collect();
    let expected: Vec<f64> = mixture.ln_density(&points).into_iter().map(f64::exp).collect();
    assert_relative_eq!(expected.iter().sum::<f64>(), 1.0, max_relative = 1e-12);
    let mut random = stream(5, "test", 0);
    let mut counts = [0.0; 20];
    for _ in 0..20_000 {
        let point = mixture.draw(&mut random);
        counts[(point[0] * 2.0 + point[1]) as usize] += 1.0 / 20_000.0;
    }
    for (count, expected) in counts.iter().zip(expected) {
        assert!((count - expected).abs() < 0.012, "{count}, not {expected}");
    }
}

/// Runs a study of a function over a space, with some parameters conditional.
fn search(tpe: &Tpe, space: &Space, seed: u64, count: usize, loss: impl Fn(&Parameters) -> f64) -> Vec<Trial> {
    let mut trials = Vec::new();
    for number in 0..count {
        let history = History {
            study: "s",
            direction: Direction::Minimize,
            trials: &trials,
        };
        let chosen = tpe.sample(&Request {
            space,
            history,
            number,
            seed,
            fixed: &Parameters::new(),
        });
        trials.push(trial(number, TrialState::Complete, Some(loss(&chosen)), chosen));
    }
    trials
}

#[test]
fn conditional_parameters_come_with_their_condition_only_and_repeat_with_the_seed() {
    let space: Space = toml::from_str(
        "optimizer = { choices = ['adam', 'sgd'] }\n\
         momentum = { float = [0.0, 0.99], when = { optimizer = 'sgd' } }\n\
         rate = { float = [1e-4, 1e-1], log = true }\n\
         only = { int = [3, 3] }",
    )
    .unwrap();
    let loss = |chosen: &Parameters| {
        let momentum = chosen
            .get("momentum")
            .map_or(1.0, |momentum| (momentum.internal - 0.9).abs());
        momentum + (chosen["rate"].internal.log10() + 2.0).abs()
    };
    for multivariate in [true, false] {
        let tpe = Tpe {
            multivariate,
            ..Tpe::default()
        };
        let trials = search(&tpe, &space, 1, 60, loss);
        for trial in &trials {
            let sgd = trial.parameters["optimizer"].internal == 1.0;
            assert_eq!(trial.parameters.contains_key("momentum"), sgd);
            assert_eq!(trial.parameters["only"].internal, 3.0);
            assert!(
                trial
                    .parameters
                    .values()
                    .all(|chosen| chosen.distribution.contains(chosen.internal))
            );
        }
        let late = trials[30..]
            .iter()
            .filter(|trial| trial.parameters["optimizer"].internal == 1.0)
            .count();
        assert!(late > 20, "the better optimizer is found");
        assert_eq!(trials, search(&tpe, &space, 1, 60, loss));
        assert_ne!(trials, search(&tpe, &space, 2, 60, loss));
    }
}

#[test]
fn running_trials_push_others_away() {
    let space: Space = toml::from_str("x = { float = [0, 1] }").unwrap();
    let x = |at: f64| Parameters::from([("x".to_owned(), space.get("x").unwrap().chosen(at))]);
    let evenly = |number: usize| number as f64 / 20.0;
    let complete = |number| {
        trial(
            number,
            TrialState::Complete,
            Some((evenly(number) - 0.3).abs()),
            x(evenly(number)),
        )
    };
    let mut trials: Vec<Trial> = (0..20).map(complete).collect();
    trials.extend((20..40).map(|number| trial(number, TrialState::Running, None, x(0.3))));
    let mean_distance = |constant_liar| {
        let tpe = Tpe {
            constant_liar,
            ..Tpe::default()
        };
        let history = History {
            study: "s",
            direction: Direction::Minimize,
            trials: &trials,
        };
        let distances = (100..300).map(|number| {
            let request = Request {
                space: &space,
                history,
                number,
                seed: 3,
                fixed: &Parameters::new(),
            };
            (tpe.sample(&request)["x"].internal - 0.3).abs()
        });
        distances.sum::<f64>() / 200.0
    };
    let (liar, naive) = (mean_distance(true), mean_distance(false));
    assert!(liar > 1.5 * naive, "{liar} against {naive}");
}
