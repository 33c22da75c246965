//! Epochs against Keras, and what an epoch sees.

use super::super::settings::tests::shipped;
use super::super::{EpochMetrics, class_weights};
use super::*;
use crate::corpus::{Split, SplitKind};
use crate::device::device;
use crate::layers::lcg::Lcg;
use crate::models::{Conv1dSettings, ModelSettings, fixture};
use serde::Deserialize;

struct Silent;

impl Observer for Silent {
    fn step(&mut self, _epoch: usize, _done: usize, _total: usize) -> LoopControl {
        LoopControl::Continue
    }

    fn epoch(&mut self, _metrics: &EpochMetrics) -> Result<(), TrainingError> {
        Ok(())
    }
}

#[derive(Deserialize)]
struct Golden {
    clip_norm: f64,
    class_weights: bool,
    losses: Vec<f64>,
}

const SHAPE: (usize, usize) = (13, 3);
const CLIPS: usize = 12;

fn network(draw: &mut Lcg) -> Network {
    let settings = ModelSettings {
        conv1d: Conv1dSettings {
            filters: vec![4, 5],
            kernel_size: 5,
            pool_size: 2,
            dropout: 0.0,
            dense_units: 6,
            dense_dropout: 0.0,
        },
        ..fixture::settings("conv1d")
    };
    let device = device("flex").unwrap().autodiff();
    Network::new(&settings, SHAPE, 3, 1, &device).unwrap().map(draw)
}

fn dataset(draw: &mut Lcg) -> Dataset {
    let mut matrix = || FeatureMatrix {
        frames: SHAPE.0,
        coefficients: SHAPE.1,
        values: draw.values(SHAPE.0 * SHAPE.1).iter().map(|value| value * 4.0).collect(),
    };
    Dataset {
        votes: None,
        dimensions: None,
        matrices: (0..CLIPS).map(|_| matrix()).collect(),
        targets: (0..CLIPS).map(|clip| clip % 7 % 3).collect(),
        labels: ["a", "b", "c"].map(str::to_owned).to_vec(),
        split: Split {
            kind: SplitKind::Random,
            given: None,
            fold: None,
            subsets: Vec::new(),
            notes: Vec::new(),
        },
        speakers: vec![None; CLIPS],
        sources: (0..CLIPS).collect(),
        cached: 0,
        skip_clamped: 0,
    }
}

fn settings(batch_size: usize, gradient_clip_norm: f64) -> TrainingSettings {
    TrainingSettings {
        batch_size,
        gradient_clip_norm,
        ..shipped()
    }
}

#[test]
fn losses_fall_as_they_do_in_keras() {
    let cases: Vec<Golden> = serde_json::from_str(include_str!("../../../tests/golden/steps.json")).unwrap();
    for case in &cases {
        let mut draw = Lcg(7);
        let network = network(&mut draw);
        let dataset = dataset(&mut draw);
        let weights = case
            .class_weights
            .then(|| class_weights(dataset.targets.iter().copied(), 3));
        let (settings, scaler) = (settings(CLIPS, case.clip_norm), Scaler::identity(SHAPE.1));
        let mut learner = Learner::new(network, &dataset, &scaler, &settings, weights, 1);
        let clips: Vec<usize> = (0..CLIPS).collect();
        for (index, expected) in case.losses.iter().enumerate() {
            let (tally, _) = learner.epoch(index + 1, &clips, 0.01, &mut Silent).unwrap().unwrap();
            let loss = tally.subset_metrics(&dataset).loss;
            // Both compute in 32 bits, and Keras adds Adam's epsilon at another position.
            assert!((loss - expected).abs() < 5e-4, "step {index}: {loss} {expected}");
        }
    }
}

#[test]
fn a_step_of_several_batches_is_that_of_all_their_clips_at_once() {
    let losses = |batch_size, accumulate, weighted: bool| {
        let mut draw = Lcg(7);
        let network = network(&mut draw);
        let dataset = dataset(&mut draw);
        let weights = weighted.then(|| class_weights(dataset.targets.iter().copied(), 3));
        let settings = TrainingSettings {
            accumulate,
            ..settings(batch_size, 1.0)
        };
        let scaler = Scaler::identity(SHAPE.1);
        let mut learner = Learner::new(network, &dataset, &scaler, &settings, weights, 1);
        let clips: Vec<usize> = (0..CLIPS).collect();
        let mut loss = |epoch| {
            let (tally, _) = learner.epoch(epoch, &clips, 0.01, &mut Silent).unwrap().unwrap();
            tally.subset_metrics(&dataset).loss
        };
        (1..6).map(&mut loss).collect::<Vec<f64>>()
    };
    for weighted in [false, true] {
        let whole = losses(CLIPS, 1, weighted);
        // The last batch of a step, and the last step of an epoch, have fewer clips.
        for (found, expected) in losses(5, 3, weighted).iter().zip(&whole) {
            assert!((found - expected).abs() < 1e-4, "{found} {expected}");
        }
        let steps = losses(7, 1, weighted);
        assert!((steps[4] - whole[4]).abs() > 1e-3);
        for (found, expected) in losses(1, 7, weighted).iter().zip(&steps) {
            assert!((found - expected).abs() < 1e-4, "{found} {expected}");
        }
    }
}

#[test]
fn every_epoch_sees_every_clip_once_in_another_order() {
    let mut draw = Lcg(7);
    let network = network(&mut draw);
    let dataset = dataset(&mut draw);
    let (settings, scaler) = (settings(5, 0.0), Scaler::identity(SHAPE.1));
    let mut learner = Learner::new(network, &dataset, &scaler, &settings, None, 1);
    let clips: Vec<usize> = (0..CLIPS).collect();
    let mut order = |epoch| {
        let (tally, _) = learner.epoch(epoch, &clips, 0.01, &mut Silent).unwrap().unwrap();
        tally.truth
    };
    let (first, second) = (order(1), order(2));
    assert_ne!(first, second);
    for mut seen in [first, second] {
        let mut all = dataset.targets.clone();
        seen.sort_unstable();
        all.sort_unstable();
        assert_eq!(seen, all);
    }
}
