//! One pass over the training clips, and one over the validation clips.

use super::adam::Adam;
use super::ahead::with_ahead;
use super::augmentation::{Augmenter, Source};
use super::gradient::clip_by_global_norm;
use super::loss::cross_entropy;
use super::tensors::Tensors;
use super::{Control, Dataset, Observer, TrainingError, TrainingSettings};
use crate::evaluation::{confusion_matrix, scores};
use crate::features::{FeatureMatrix, Scaler};
use crate::inference::{batch, log_probabilities};
use crate::models::Network;
use crate::random::stream;
use burn::module::Module;
use burn::optim::GradientsParams;
use burn::tensor::activation::log_softmax;
use rand::seq::SliceRandom;

/// Batches that examples are made ahead of the one that is learnt from.
const BATCHES_AHEAD: usize = 2;

/// Loss and predictions, clip by clip.
#[derive(Debug, Default)]
pub(super) struct Tally {
    loss: f64,
    truth: Vec<usize>,
    predictions: Vec<usize>,
}

/// What an epoch's clips come to.
#[derive(Debug, Clone, Copy)]
pub(super) struct Figures {
    pub loss: f64,
    pub accuracy: f64,
    pub uar: f64,
}

impl Tally {
    fn add(&mut self, log_probabilities: &[f32], truth: usize, weight: f64) {
        let mut best = 0;
        for (class, value) in log_probabilities.iter().enumerate() {
            if *value > log_probabilities[best] {
                best = class;
            }
        }
        self.add_loss(log_probabilities, truth, weight);
        self.truth.push(truth);
        self.predictions.push(best);
    }

    fn add_loss(&mut self, log_probabilities: &[f32], truth: usize, weight: f64) {
        self.loss -= weight * f64::from(log_probabilities[truth]);
    }

    /// Means over all clips.
    pub fn figures(&self, labels: &[String]) -> Figures {
        let counts = confusion_matrix(&self.truth, &self.predictions, labels.len());
        let scores = scores(&counts, labels);
        Figures {
            loss: self.loss / self.truth.len().max(1) as f64,
            accuracy: scores.accuracy,
            uar: scores.unweighted_average_recall,
        }
    }
}

/// A network being trained. Shuffling and dropout draw from streams of (seed, purpose, epoch), so an
/// epoch depends on nothing but the weights, the optimiser's moments and its number.
pub(super) struct Learner<'a> {
    pub network: Network,
    optimizer: Adam,
    dataset: &'a Dataset,
    scaler: &'a Scaler,
    settings: &'a TrainingSettings,
    class_weights: Option<Vec<f64>>,
    augmenter: Option<&'a Augmenter<'a>>,
    seed: u64,
}

impl<'a> Learner<'a> {
    /// A network on an autodiff device, with Adam as Keras sets it up (0.9, 0.999, epsilon 1e-7).
    pub fn new(
        network: Network,
        dataset: &'a Dataset,
        scaler: &'a Scaler,
        settings: &'a TrainingSettings,
        class_weights: Option<Vec<f64>>,
        seed: u64,
    ) -> Self {
        Self {
            network,
            optimizer: Adam::new(),
            dataset,
            scaler,
            settings,
            class_weights,
            augmenter: None,
            seed,
        }
    }

    /// Learns from examples that are made while it learns.
    pub fn augmented(mut self, augmenter: Option<&'a Augmenter<'a>>) -> Self {
        self.augmenter = augmenter;
        self
    }

    /// Steps through all training clips once; nothing when the observer stopped it on the way.
    /// The flag says whether to stop after this epoch.
    ///
    /// # Errors
    /// [`TrainingError::Diverged`] when the loss is no longer a number.
    pub fn epoch(
        &mut self,
        epoch: usize,
        clips: &[usize],
        rate: f64,
        observer: &mut dyn Observer,
    ) -> Result<Option<(Tally, bool)>, TrainingError> {
        let mut clips = clips.to_vec();
        clips.shuffle(&mut stream(self.seed, "shuffle", epoch as u64));
        let (dataset, scaler) = (self.dataset, self.scaler);
        let Some(augmenter) = self.augmenter.filter(|augmenter| augmenter.makes_examples()) else {
            return self.steps(epoch, &clips, rate, observer, &mut Source::Clips(dataset));
        };
        let make = |index: usize| {
            let clip = clips[index];
            augmenter.example(epoch, clip, &dataset.matrices[clip], scaler)
        };
        let threads = std::thread::available_parallelism().map_or(1, usize::from);
        let bound = BATCHES_AHEAD * self.settings.batch_size + threads;
        with_ahead(clips.len(), threads, bound, make, |ahead| {
            self.steps(epoch, &clips, rate, observer, &mut Source::Made(ahead))
        })
    }

    fn steps(
        &mut self,
        epoch: usize,
        clips: &[usize],
        rate: f64,
        observer: &mut dyn Observer,
        source: &mut Source<'a, '_>,
    ) -> Result<Option<(Tally, bool)>, TrainingError> {
        let mut blends = stream(self.seed, "mixup", epoch as u64);
        let mut masks = stream(self.seed, "dropout", epoch as u64);
        let device = self.network.device();
        let steps = clips.len().div_ceil(self.settings.batch_size);
        let (mut tally, mut stop) = (Tally::default(), false);
        for (step, clips) in clips.chunks(self.settings.batch_size).enumerate() {
            match observer.step(epoch, step, steps) {
                Control::Continue => {}
                Control::StopAfterEpoch => stop = true,
                Control::StopNow => return Ok(None),
            }
            let examples = source.take(clips)?;
            let matrices: Vec<&FeatureMatrix> = examples.iter().map(|example| &**example).collect();
            let targets: Vec<usize> = clips.iter().map(|clip| self.dataset.targets[*clip]).collect();
            let blend = self
                .augmenter
                .and_then(|augmenter| augmenter.mixup(clips.len(), &mut blends));
            let mut input = batch(&matrices, self.scaler, &device)?;
            if let Some(blend) = &blend {
                input = blend.blend(input);
            }
            let logits = self.network.forward_training(input, &mut masks);
            let classes = logits.dims()[1];
            let log_probabilities = log_softmax(logits, 1);
            let values: Vec<f32> = log_probabilities.to_data().iter::<f32>().collect();
            let weights = self.class_weights.as_deref();
            let weight = |target: usize| weights.map_or(1.0, |weights| weights[target]);
            let share = blend.as_ref().map_or(1.0, |blend| blend.share);
            for (row, target) in values.chunks_exact(classes).zip(&targets) {
                tally.add(row, *target, share * weight(*target));
            }
            let mut loss = cross_entropy(log_probabilities.clone(), &targets, weights);
            if let Some(blend) = &blend {
                let partners = blend.targets(&targets);
                for (row, partner) in values.chunks_exact(classes).zip(&partners) {
                    tally.add_loss(row, *partner, (1.0 - share) * weight(*partner));
                }
                // The cross-entropy of blended labels is the blend of the two.
                loss = loss * share + cross_entropy(log_probabilities, &partners, weights) * (1.0 - share);
            }
            check(epoch, tally.loss)?;
            if let Some(penalty) = self.network.penalty() {
                loss = loss + penalty;
            }
            let gradients = GradientsParams::from_grads(loss.backward(), &self.network);
            let gradients = clip_by_global_norm(&self.network, gradients, self.settings.gradient_clip_norm);
            self.network = self.optimizer.step(rate, self.network.clone(), gradients);
        }
        Ok(Some((tally, stop)))
    }

    /// What there is to keep beside the weights.
    pub fn state(&self) -> Tensors {
        self.optimizer.state()
    }

    /// Goes on from these weights and what [`Self::state`] said; whether that could be read.
    pub fn restore(&mut self, network: Network, state: Tensors) -> bool {
        self.network = network;
        Adam::restored(state)
            .map(|optimizer| self.optimizer = optimizer)
            .is_some()
    }

    /// The network as it stands, for inference.
    pub fn snapshot(&self) -> Network {
        self.network.valid()
    }
}

/// Judges clips without learning from them.
///
/// # Errors
/// [`TrainingError::Diverged`] when the loss is no longer a number.
pub(super) fn validate(
    epoch: usize,
    network: &Network,
    dataset: &Dataset,
    scaler: &Scaler,
    clips: &[usize],
) -> Result<Tally, TrainingError> {
    let matrices: Vec<&FeatureMatrix> = clips.iter().map(|clip| &dataset.matrices[*clip]).collect();
    let mut tally = Tally::default();
    for (row, clip) in log_probabilities(network, scaler, &matrices)?.iter().zip(clips) {
        tally.add(row, dataset.targets[*clip], 1.0);
    }
    check(epoch, tally.loss)?;
    Ok(tally)
}

fn check(epoch: usize, value: f64) -> Result<(), TrainingError> {
    if value.is_finite() {
        Ok(())
    } else {
        Err(TrainingError::Diverged { epoch, value })
    }
}

#[cfg(test)]
mod tests {
    use super::super::{EarlyStoppingSettings, EpochFacts, Monitor, ReduceOnPlateauSettings, class_weights};
    use super::*;
    use crate::corpus::{Split, SplitKind};
    use crate::models::lcg::Lcg;
    use crate::models::{Conv1dSettings, ModelSettings, device, fixture};
    use serde::Deserialize;

    struct Silent;

    impl Observer for Silent {
        fn step(&mut self, _epoch: usize, _done: usize, _total: usize) -> Control {
            Control::Continue
        }

        fn epoch(&mut self, _facts: &EpochFacts) -> Result<(), TrainingError> {
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
            matrices: (0..CLIPS).map(|_| matrix()).collect(),
            targets: (0..CLIPS).map(|clip| clip % 7 % 3).collect(),
            labels: ["a", "b", "c"].map(str::to_owned).to_vec(),
            split: Split {
                kind: SplitKind::Random,
                fold: None,
                sides: Vec::new(),
                remarks: Vec::new(),
            },
            cached: 0,
            skip_clamped: 0,
        }
    }

    fn settings(batch_size: usize, gradient_clip_norm: f64) -> TrainingSettings {
        TrainingSettings {
            epochs: 20,
            batch_size,
            learning_rate: 0.01,
            class_weights: false,
            gradient_clip_norm,
            monitor: Monitor::Loss,
            early_stopping: EarlyStoppingSettings {
                patience: 0,
                min_delta: 0.0,
            },
            reduce_on_plateau: ReduceOnPlateauSettings {
                patience: 0,
                factor: 0.5,
                min_delta: 0.0,
                minimum: 0.0,
            },
        }
    }

    fn identity() -> Scaler {
        Scaler {
            mean: vec![0.0; SHAPE.1],
            deviation: vec![1.0; SHAPE.1],
        }
    }

    #[test]
    fn losses_fall_as_they_do_in_keras() {
        let cases: Vec<Golden> = serde_json::from_str(include_str!("../../tests/golden/steps.json")).unwrap();
        for case in &cases {
            let mut draw = Lcg(7);
            let network = network(&mut draw);
            let dataset = dataset(&mut draw);
            let weights = case
                .class_weights
                .then(|| class_weights(dataset.targets.iter().copied(), 3));
            let (settings, scaler) = (settings(CLIPS, case.clip_norm), identity());
            let mut learner = Learner::new(network, &dataset, &scaler, &settings, weights, 1);
            let clips: Vec<usize> = (0..CLIPS).collect();
            for (index, expected) in case.losses.iter().enumerate() {
                let (tally, _) = learner.epoch(index + 1, &clips, 0.01, &mut Silent).unwrap().unwrap();
                let loss = tally.figures(&dataset.labels).loss;
                // Both compute in 32 bits, and Keras adds Adam's epsilon at another place.
                assert!((loss - expected).abs() < 5e-4, "step {index}: {loss} {expected}");
            }
        }
    }

    #[test]
    fn every_epoch_sees_every_clip_once_in_another_order() {
        let mut draw = Lcg(7);
        let network = network(&mut draw);
        let dataset = dataset(&mut draw);
        let (settings, scaler) = (settings(5, 0.0), identity());
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
}
