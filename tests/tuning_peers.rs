//! How good and how fast the samplers are. Nothing here passes or fails; it prints what `peers/optuna_tpe.py` prints for
//! Optuna, and the same for the crate `tpe` as it comes.
//!
//!     [SEEDS=100] cargo test --release --test tuning_peers -- --ignored --nocapture

#![allow(clippy::unwrap_used)]

use rand::SeedableRng;
use std::collections::BTreeMap;
use std::f64::consts::PI;
use std::time::Instant;
use undertone::tuning::samplers::Request;
use undertone::tuning::{Direction, Distribution, History, Parameters, Pruner, Sampler, Space, Trial, TrialState};

const HARTMANN_A: [[f64; 6]; 4] = [
    [10.0, 3.0, 17.0, 3.5, 1.7, 8.0],
    [0.05, 10.0, 17.0, 0.1, 8.0, 14.0],
    [3.0, 3.5, 1.7, 10.0, 17.0, 8.0],
    [17.0, 8.0, 0.05, 10.0, 0.1, 14.0],
];
const HARTMANN_P: [[f64; 6]; 4] = [
    [1312.0, 1696.0, 5569.0, 124.0, 8283.0, 5886.0],
    [2329.0, 4135.0, 8307.0, 3736.0, 1004.0, 9991.0],
    [2348.0, 1451.0, 3522.0, 2883.0, 3047.0, 6650.0],
    [4047.0, 8828.0, 8732.0, 5743.0, 1091.0, 381.0],
];

type Function = (&'static str, Space, fn(&Parameters) -> f64);

fn at(chosen: &Parameters, name: &str) -> f64 {
    chosen[name].internal
}

fn vector<const N: usize>(chosen: &Parameters) -> [f64; N] {
    std::array::from_fn(|index| at(chosen, &format!("x{index}")))
}

fn branin(chosen: &Parameters) -> f64 {
    let (x, y) = (at(chosen, "x"), at(chosen, "y"));
    let valley = y - 5.1 / (4.0 * PI * PI) * x * x + 5.0 / PI * x - 6.0;
    valley * valley + 10.0 * (1.0 - 1.0 / (8.0 * PI)) * x.cos() + 10.0
}

fn hartmann6(chosen: &Parameters) -> f64 {
    let x: [f64; 6] = vector(chosen);
    let bump = |(a, p): (&[f64; 6], &[f64; 6])| (0..6).map(|i| a[i] * (x[i] - p[i] * 1e-4).powi(2)).sum::<f64>();
    let bumps = HARTMANN_A.iter().zip(&HARTMANN_P).map(bump);
    -[1.0, 1.2, 3.0, 3.2]
        .iter()
        .zip(bumps)
        .map(|(weight, bump)| weight * (-bump).exp())
        .sum::<f64>()
}

fn rosenbrock5(chosen: &Parameters) -> f64 {
    let x: [f64; 5] = vector(chosen);
    (0..4)
        .map(|i| 100.0 * (x[i + 1] - x[i] * x[i]).powi(2) + (1.0 - x[i]).powi(2))
        .sum()
}

fn mixed(chosen: &Parameters) -> f64 {
    let (offset, best) = [(0.0, -3.0), (0.3, -1.5), (0.1, -3.5), (0.05, -4.0)][at(chosen, "optimizer") as usize];
    offset
        + 0.3 * (at(chosen, "learning_rate").log10() - best).powi(2)
        + 0.5 * ((at(chosen, "units") - 160.0) / 96.0).powi(2)
        + 0.2 * (at(chosen, "layers") - 3.0).abs()
        + 2.0 * (at(chosen, "dropout") - 0.3).powi(2)
        + 0.1 * (at(chosen, "batch").log2() - 5.0).powi(2)
}

fn functions() -> Vec<Function> {
    let space = |text: &str| toml::from_str::<Space>(text).unwrap();
    let same = |count: usize, range: &str| {
        space(
            &(0..count)
                .map(|index| format!("x{index} = {{ float = {range} }}\n"))
                .collect::<String>(),
        )
    };
    let network = "optimizer = { choices = ['adam', 'sgd', 'rmsprop', 'lion'] }\n\
                   learning_rate = { float = [1e-5, 1e-1], log = true }\n\
                   units = { int = [16, 256], step = 16 }\n\
                   layers = { int = [1, 4] }\n\
                   dropout = { float = [0.0, 0.8], step = 0.1 }\n\
                   batch = { int = [8, 256], log = true }";
    vec![
        (
            "branin",
            space("x = { float = [-5, 10] }\ny = { float = [0, 15] }"),
            branin,
        ),
        ("hartmann6", same(6, "[0, 1]"), hartmann6),
        ("rosenbrock5", same(5, "[-5, 10]"), rosenbrock5),
        ("mixed", space(network), mixed),
    ]
}

fn trial(number: usize, value: f64, parameters: Parameters) -> Trial {
    Trial {
        id: number,
        number,
        state: TrialState::Complete,
        values: Some(vec![value]),
        parameters,
        reports: BTreeMap::new(),
        user_attributes: BTreeMap::new(),
        system_attributes: BTreeMap::new(),
        started: None,
        finished: None,
    }
}

/// The best value of a study of 100 trials.
fn search(sampler: &Sampler, (_, space, loss): &Function, seed: u64) -> f64 {
    let mut trials: Vec<Trial> = Vec::new();
    for number in 0..100 {
        let history = History {
            study: "s",
            direction: Direction::Minimize,
            trials: &trials,
        };
        let request = Request {
            space,
            history,
            number,
            seed,
            fixed: &Parameters::new(),
        };
        let chosen = sampler.sample(&request).unwrap();
        trials.push(trial(number, loss(&chosen), chosen));
    }
    trials.iter().filter_map(Trial::value).fold(f64::INFINITY, f64::min)
}

/// The same with the crate `tpe`: an optimizer for each parameter, logarithms and steps around it.
fn search_with_crate((_, space, loss): &Function, seed: u64) -> f64 {
    let mut random = rand_chacha::ChaCha8Rng::seed_from_u64(seed);
    let line = |distribution: &Distribution| match distribution {
        Distribution::Float { low, high, step, log } => (*low, *high, step.unwrap_or(0.0), *log),
        Distribution::Int { low, high, step, log } => (*low as f64, *high as f64, *step as f64, *log),
        Distribution::Categorical { choices } => (0.0, choices.len() as f64 - 1.0, 1.0, false),
    };
    let place = |value: f64, log: bool| if log { value.ln() } else { value };
    let parameters = space.parameters();
    let mut optimizers: Vec<_> = parameters
        .iter()
        .map(|parameter| match &*parameter.distribution {
            Distribution::Categorical { choices } => {
                let range = tpe::categorical_range(choices.len()).unwrap();
                tpe::TpeOptimizer::new(tpe::histogram_estimator(), range)
            }
            other => {
                let (low, high, step, log) = line(other);
                let range = tpe::range(place(low - step / 2.0, log), place(high + step / 2.0, log)).unwrap();
                tpe::TpeOptimizer::new(tpe::parzen_estimator(), range)
            }
        })
        .collect();
    let mut best = f64::INFINITY;
    for _ in 0..100 {
        let asked: Vec<f64> = optimizers
            .iter_mut()
            .map(|optimizer| optimizer.ask(&mut random).unwrap())
            .collect();
        let chosen = parameters.iter().zip(&asked).map(|(parameter, asked)| {
            let (low, high, step, log) = line(&parameter.distribution);
            let value = if log { asked.exp() } else { *asked };
            let value = if step > 0.0 {
                low + ((value - low) / step).round() * step
            } else {
                value
            };
            (parameter.name.clone(), parameter.chosen(value.clamp(low, high)))
        });
        let value = loss(&chosen.collect());
        optimizers
            .iter_mut()
            .zip(asked)
            .for_each(|(optimizer, asked)| optimizer.tell(asked, value).unwrap());
        best = best.min(value);
    }
    best
}

fn quartiles(mut values: Vec<f64>) -> [f64; 3] {
    values.sort_by(f64::total_cmp);
    // As Python's statistics.quantiles: the place counts from 1 among n + 1.
    [1.0, 2.0, 3.0].map(|quarter| {
        let place = quarter * (values.len() + 1) as f64 / 4.0 - 1.0;
        let low = place.floor() as usize;
        values[low] + (values[low + 1] - values[low]) * place.fract()
    })
}

#[test]
#[ignore = "a comparison to read, not a test"]
fn the_median_of_the_best_values() {
    let tpe = |multivariate| -> Sampler {
        serde_json::from_value(serde_json::json!({"kind": "tpe", "multivariate": multivariate})).unwrap()
    };
    let print = |function: &str, name: &str, best: Vec<f64>| {
        let [low, middle, high] = quartiles(best);
        println!("{function:12} {name:13} median {middle:10.4}  quartiles {low:10.4} {high:10.4}");
    };
    let seeds: u64 = std::env::var("SEEDS")
        .ok()
        .and_then(|seeds| seeds.parse().ok())
        .unwrap_or(30);
    for function in functions() {
        for (name, sampler) in [
            ("univariate", tpe(false)),
            ("multivariate", tpe(true)),
            ("random", Sampler::Random),
        ] {
            print(
                function.0,
                name,
                (0..seeds).map(|seed| search(&sampler, &function, seed)).collect(),
            );
        }
        print(
            function.0,
            "crate tpe",
            (0..seeds).map(|seed| search_with_crate(&function, seed)).collect(),
        );
    }
}

#[test]
#[ignore = "a measurement to read, not a test"]
fn the_time_of_a_choice_and_of_a_decision_at_ten_thousand_trials() {
    let space: Space = toml::from_str(
        "filters1 = { int = [32, 64] }\n\
         filters2 = { int = [64, 128] }\n\
         lstm_units = { int = [128, 256] }\n\
         dense_units = { int = [64, 192] }\n\
         dropout = { float = [0.2, 0.6] }\n\
         reg = { float = [1e-5, 1e-3], log = true }\n\
         learning_rate = { float = [1e-4, 1e-2], log = true }\n\
         noise_std = { float = [0.0, 0.1] }\n\
         batch_size = { choices = [16, 32, 64] }\n\
         optimizer = { choices = ['adam', 'sgd'] }\n\
         momentum = { float = [0.0, 0.99], when = { optimizer = 'sgd' } }",
    )
    .unwrap();
    let mut trials: Vec<Trial> = Vec::new();
    for number in 0..10_000 {
        let history = History {
            study: "s",
            direction: Direction::Minimize,
            trials: &[],
        };
        let request = Request {
            space: &space,
            history,
            number,
            seed: 1,
            fixed: &Parameters::new(),
        };
        let chosen = Sampler::Random.sample(&request).unwrap();
        let value = chosen["dropout"].internal + (chosen["learning_rate"].internal.log10() + 3.0).abs();
        let mut trial = trial(number, value, chosen);
        let rungs = (0..4).map(|rung| (format!("completed_rung_{rung}"), value.into()));
        trial.system_attributes = rungs.collect();
        trial.reports = (0..40).map(|step| (step, value + 10.0 / (step + 1) as f64)).collect();
        trials.push(trial);
    }
    let history = History {
        study: "s",
        direction: Direction::Minimize,
        trials: &trials,
    };
    // The median: other programs on the machine are not to count.
    let milliseconds = |times: usize, work: &mut dyn FnMut(usize)| {
        let mut took: Vec<f64> = (0..times)
            .map(|index| {
                let began = Instant::now();
                work(index);
                began.elapsed().as_secs_f64() * 1e3
            })
            .collect();
        took.sort_by(f64::total_cmp);
        took[times / 2]
    };
    for multivariate in [true, false] {
        let json = serde_json::json!({"kind": "tpe", "multivariate": multivariate});
        let tpe: Sampler = serde_json::from_value(json).unwrap();
        let took = milliseconds(21, &mut |index| {
            let number = 10_000 + index;
            tpe.sample(&Request {
                space: &space,
                history,
                number,
                seed: 1,
                fixed: &Parameters::new(),
            })
            .unwrap();
        });
        println!("11 parameters, multivariate {multivariate}: {took:.1} ms");
    }
    for text in [
        r#"{"kind":"median"}"#,
        r#"{"kind":"patient","patience":3,"wrapped":{"kind":"median"}}"#,
        r#"{"kind":"successive_halving","min_resource":1}"#,
        r#"{"kind":"hyperband","max_resource":81}"#,
    ] {
        let pruner: Pruner = serde_json::from_str(text).unwrap();
        let mut running = trials[0].clone();
        (running.id, running.number, running.state) = (10_000, 10_000, TrialState::Running);
        running.reports = (0..20).map(|step| (step, 10.0 + step as f64)).collect();
        running.system_attributes.clear();
        let took = milliseconds(101, &mut |_| drop(pruner.decide(&history, &running)));
        println!("{text}: {took:.3} ms");
    }
}
