//! A study in the middle of its work, made by hand.

use std::path::PathBuf;
use std::sync::Arc;
use undertone::engine::{
    Axis, Coverage, Direction, Heartbeat, PromotedRun, StudyCounts, StudyPage, StudySummary, TrialParameter, TrialRow,
    TrialState, WorkerRow,
};

/// Numbers from 0 to 1 that are the same every time.
struct Noise(u64);

impl Noise {
    fn next(&mut self) -> f64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as f64 / f64::from(u32::MAX >> 1)
    }
}

fn axes() -> Vec<Axis> {
    let axis = |name: &str, range: (f64, f64), log: bool, choices: &[&str]| Axis {
        name: name.to_owned(),
        range,
        log,
        choices: choices.iter().map(|choice| (*choice).to_owned()).collect(),
    };
    vec![
        axis("model.conv1d.dense_dropout", (0.1, 0.6), false, &[]),
        axis("model.conv1d.dropout", (0.1, 0.6), false, &[]),
        axis("model.conv1d.filters.0", (32.0, 192.0), false, &[]),
        axis("model.conv1d.kernel_size", (3.0, 9.0), false, &[]),
        axis("training.batch_size", (0.0, 3.0), false, &["16", "32", "64", "128"]),
        axis("training.learning_rate", (1e-4, 1e-2), true, &[]),
    ]
}

fn trial(number: usize, axes: &[Axis], noise: &mut Noise) -> TrialRow {
    let parameters: Vec<TrialParameter> = axes
        .iter()
        .map(|axis| {
            let share = noise.next();
            let (low, high) = axis.range;
            let raw = if axis.log {
                low * (high / low).powf(share)
            } else {
                low + share * (high - low)
            };
            let whole = axis.name.contains("filters") || axis.name.contains("kernel") || !axis.choices.is_empty();
            let internal = if whole { raw.round() } else { raw };
            let text = axis
                .choices
                .get(internal as usize)
                .cloned()
                .unwrap_or_else(|| internal.to_string());
            TrialParameter {
                name: axis.name.clone(),
                text,
                internal,
            }
        })
        .collect();
    let rate = parameters[5].internal.log10();
    let skill = 0.42 + 0.14 * (1.0 - (rate + 2.8).abs() / 1.4) + 0.06 * noise.next();
    let (state, epochs) = match number {
        29 => (TrialState::Waiting, 0),
        27 | 28 => (TrialState::Running, 9),
        11 => (TrialState::Failed, 2),
        number if number > 6 && skill < 0.53 => (TrialState::Pruned, 5 + number % 7),
        _ => (TrialState::Complete, 24 + number % 9),
    };
    let curve = |epoch: usize| skill * (1.0 - (-(epoch as f64) / 6.0).exp());
    let reports: Vec<(i64, f64)> = (1..=epochs).map(|epoch| (epoch as i64, curve(epoch))).collect();
    let last = reports.last().map(|(_, value)| *value);
    TrialRow {
        number,
        state,
        value: last.filter(|_| state != TrialState::Failed),
        seconds: (epochs > 0).then_some(epochs as f64 * 1.37),
        parameters: if state == TrialState::Waiting {
            Vec::new()
        } else {
            parameters
        },
        threshold: (state == TrialState::Pruned).then(|| curve(epochs) + 0.021),
        reason: (state == TrialState::Failed).then(|| {
            "the loss is NaN in epoch 3; lower training.learning_rate or set training.gradient_clip_norm".to_owned()
        }),
        run: (number != 5).then(|| format!("20260612-1512{number:02}-t{number:04}")),
        repeats: (number == 12).then_some(11),
        lost: None,
        reports,
    }
}

/// Thirty trials by two workers; one was promoted.
pub fn study() -> StudyPage {
    let (axes, mut noise) = (axes(), Noise(7));
    let trials: Vec<Arc<TrialRow>> = (0..30)
        .map(|number| Arc::new(trial(number, &axes, &mut noise)))
        .collect();
    let complete = trials.iter().filter(|trial| trial.state == TrialState::Complete);
    let mut ranked: Vec<(usize, f64)> = complete
        .filter_map(|trial| Some((trial.number, trial.value?)))
        .collect();
    let mut best: Vec<(usize, f64)> = Vec::new();
    for (number, value) in &ranked {
        if best.last().is_none_or(|(_, before)| value > before) {
            best.push((*number, *value));
        }
    }
    ranked.sort_by(|one, two| two.1.total_cmp(&one.1));
    let count = |state| trials.iter().filter(|trial| trial.state == state).count();
    let worker = |name: &str, trial: usize, pid| WorkerRow {
        name: name.to_owned(),
        heartbeat: Some(Heartbeat {
            host: "gpu1".to_owned(),
            pid,
            generation: 1,
            at: jiff::Timestamp::UNIX_EPOCH,
            phase: "trial".to_owned(),
            done: trial as u64,
            total: 0,
            released: false,
        }),
        trial: Some(trial),
        problem: None,
    };
    let shares = [0.52, 0.19, 0.12, 0.09, 0.05, 0.03];
    let names = [5, 1, 2, 4, 3, 0].map(|index: usize| axes[index].name.clone());
    StudyPage {
        name: "conv1d".to_owned(),
        path: PathBuf::from("studies/conv1d"),
        model: "conv1d".to_owned(),
        objective: "validation UAR".to_owned(),
        share: true,
        direction: Direction::Maximize,
        method: "tpe, median".to_owned(),
        wanted: Some(40),
        counts: StudyCounts {
            waiting: count(TrialState::Waiting),
            running: count(TrialState::Running),
            lost: 0,
            complete: count(TrialState::Complete),
            pruned: count(TrialState::Pruned),
            failed: count(TrialState::Failed),
        },
        epochs: trials.iter().map(|trial| trial.reports.len()).sum(),
        ranking: ranked.iter().map(|(number, _)| *number).collect(),
        gain: Some(ranked[0].1 - trials[0].value.unwrap()),
        best,
        pruning_line: (5..30)
            .map(|epoch| (epoch, 0.51 * (1.0 - (-(epoch as f64) / 6.0).exp())))
            .collect(),
        importance: names.into_iter().zip(shares).collect(),
        importance_trials: ranked.len(),
        axes,
        workers: vec![
            worker("w1", 27, 4711),
            worker("w2", 28, 4712),
            WorkerRow {
                name: "w3".to_owned(),
                heartbeat: None,
                trial: None,
                problem: Some("error: 5 trials failed one after the other".to_owned()),
            },
        ],
        promoted: vec![PromotedRun {
            ccc: None,
            trial: ranked[0].0,
            run: "20260612-151500-conv1d-conv1d-t0003-s42".to_owned(),
            seed: 42,
            test: Some((0.512, 0.533)),
            coverage: Some(Coverage::of([("sad", 60), ("happy", 60)])),
        }],
        baseline: Some(0),
        coverage: None,
        damage: None,
        trials,
    }
}

/// That one, and another.
pub fn studies() -> Vec<StudySummary> {
    let page = study();
    let other = StudySummary {
        name: "crnn".to_owned(),
        counts: StudyCounts::default(),
        model: "crnn".to_owned(),
        wanted: Some(40),
        written: Some("2026-06-11T09:30:00Z".parse().unwrap()),
        best: None,
        direction: Some(Direction::Minimize),
        workers: 0,
        problem: None,
    };
    let this = StudySummary {
        name: page.name.clone(),
        counts: page.counts,
        model: page.model.clone(),
        wanted: page.wanted,
        written: Some("2026-06-12T14:05:00Z".parse().unwrap()),
        best: page.best.last().copied(),
        direction: Some(page.direction),
        workers: 2,
        problem: None,
    };
    vec![this, other]
}
