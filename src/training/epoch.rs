//! One pass over the training clips, and one over the validation clips.

use super::augmentation::{Augmenter, Mixup};
use super::average::Average;
use super::batches::{Batches, Ready, gone};
use super::concordance::concordance_loss;
use super::gradient::clip_by_global_norm;
use super::loss::{Asked, Targets};
use super::optimizer::Optimizer;
use super::optimum::{Fit, Fitted};
use super::schedule::Schedule;
use super::tally::Tally;
use super::tensors::Tensors;
use super::{Dataset, DimensionTargets, LoopControl, Observer, StepMetrics, TrainingError, TrainingSettings};
use crate::features::{FeatureMatrix, Scaler};
use crate::inference::{
    PREDICTION_BATCH, batch_dimension_rows, batch_log_probabilities, dimension_values_of, log_probabilities,
    standardised,
};
use crate::layers::TrainingPass;
use crate::models::{Fitting, Network, Optimum};
use crate::random::stream;
use burn::module::Module;
use burn::optim::GradientsAccumulator;
use burn::tensor::Tensor;
use burn::tensor::activation::log_softmax;
use rand::RngExt;
use rand::seq::SliceRandom;

/// The key beside the weights of how they were found.
const FOUND: &str = "found";

/// A network being trained. Shuffling and dropout draw from streams of (seed, purpose, epoch), so an
/// epoch depends on nothing but the weights, the optimiser's moments and its number.
pub(super) struct Learner<'a> {
    pub network: Network,
    optimizer: Optimizer,
    average: Average,
    dataset: &'a Dataset,
    scaler: &'a Scaler,
    settings: &'a TrainingSettings,
    class_weights: Option<Vec<f64>>,
    augmenter: Option<&'a Augmenter<'a>>,
    fitting: Fitting<'a>,
    /// How the weights were found, where it was not step by step.
    found: Option<String>,
    seed: u64,
}

impl<'a> Learner<'a> {
    /// A network on an autodiff device, with the optimiser that the settings name.
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
            optimizer: Optimizer::new(settings),
            average: Average::new(&settings.average),
            dataset,
            scaler,
            settings,
            class_weights,
            augmenter: None,
            fitting: Fitting::Steps,
            found: None,
            seed,
        }
    }

    /// Finds the weights in this way.
    pub fn fitting(mut self, fitting: Fitting<'a>) -> Self {
        self.fitting = fitting;
        self
    }

    /// How the weights were found, where there is something to say of it.
    pub fn notes(&self) -> Vec<String> {
        self.found.iter().cloned().collect()
    }

    /// Trains on examples that are made while it trains.
    pub fn augmented(mut self, augmenter: Option<&'a Augmenter<'a>>) -> Self {
        self.augmenter = augmenter;
        self
    }

    /// Steps through all training clips once, or solves for the optimum; nothing when the observer stopped it early.
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
        if let Fitting::Optimum(optimum) = self.fitting {
            return self.at_once(epoch, clips, optimum, observer);
        }
        let mut clips = self.drawn(epoch, clips);
        clips.shuffle(&mut stream(self.seed, "shuffle", epoch as u64));
        let batches = Batches {
            dataset: self.dataset,
            scaler: self.scaler,
            masked: self.network.is_masked(),
            augmenter: self.augmenter,
            epoch,
            clips: &clips,
            size: self.settings.batch_size,
        };
        batches.ready(|ready| self.steps(epoch, &clips, rate, observer, ready))
    }

    /// Solves for the optimum, and looks at what it makes of the clips that it was fitted to.
    fn at_once(
        &mut self,
        epoch: usize,
        clips: &[usize],
        optimum: Optimum,
        observer: &mut dyn Observer,
    ) -> Result<Option<(Tally, bool)>, TrainingError> {
        let matrices: Vec<&FeatureMatrix> = clips.iter().map(|clip| &self.dataset.matrices[*clip]).collect();
        let values: Vec<f32> = standardised(&matrices, self.scaler, false)?.iter().collect();
        let targets: Vec<usize> = clips.iter().map(|clip| self.dataset.targets[*clip]).collect();
        let labels = (self.dataset.labels.len(), self.settings.label_smoothing);
        let asked: Vec<Asked> = clips.iter().map(|clip| self.dataset.asked(*clip)).collect();
        let asked = Targets::new(&asked, None, labels, self.class_weights.as_deref());
        let fit = Fit {
            dataset: self.dataset,
            clips,
            values: &values,
            asked: asked.rows(),
        };
        let mut stop = false;
        let fitted = fit.solve(optimum, &mut |done, total| match observer.step(epoch, done, total) {
            LoopControl::Continue => true,
            LoopControl::StopAfterEpoch => {
                stop = true;
                true
            }
            LoopControl::StopNow => false,
        });
        let Some(Fitted { weights, biases, words }) = fitted else {
            return Ok(None);
        };
        self.network = self.network.clone().with_solution(weights, biases);
        self.found = Some(words);
        let rows = log_probabilities(&self.network.valid(), self.scaler, &matrices)?;
        let mut tally = Tally::default();
        for (row, target) in rows.iter().zip(&targets) {
            tally.add(row, *target);
        }
        tally.loss = asked.sum(&rows.concat());
        check(epoch, tally.loss)?;
        Ok(Some((tally, stop)))
    }

    /// The clips that an epoch learns from: all of them once; or as many, each drawn with a chance of one over
    /// the clips of its class, which matches PyTorch's `WeightedRandomSampler` with these weights and replacement.
    fn drawn(&self, epoch: usize, clips: &[usize]) -> Vec<usize> {
        if !self.settings.balanced_sampling {
            return clips.to_vec();
        }
        let mut classes = vec![Vec::new(); self.dataset.labels.len()];
        for clip in clips {
            classes[self.dataset.targets[*clip]].push(*clip);
        }
        classes.retain(|of_class| !of_class.is_empty());
        let draw = &mut stream(self.seed, "sampling", epoch as u64);
        let mut one = || {
            let of_class = &classes[draw.random_range(0..classes.len())];
            of_class[draw.random_range(0..of_class.len())]
        };
        clips.iter().map(|_| one()).collect()
    }

    fn steps(
        &mut self,
        epoch: usize,
        clips: &[usize],
        rate: f64,
        observer: &mut dyn Observer,
        ready: &mut Ready,
    ) -> Result<Option<(Tally, bool)>, TrainingError> {
        let mut blends = stream(self.seed, "mixup", epoch as u64);
        let settings = self.settings;
        let passed = self.optimizer.steps().saturating_mul(settings.accumulate as u64);
        let mut pass =
            TrainingPass::new(stream(self.seed, "dropout", epoch as u64), passed).checkpointing(settings.checkpointing);
        let device = self.network.device();
        let batches = clips.len().div_ceil(settings.batch_size);
        let steps = clips.len().div_ceil(settings.clips_per_step());
        let schedule = Schedule::new(settings, steps);
        let (mut tally, mut stop) = (Tally::default(), false);
        for (step, of_step) in clips.chunks(settings.clips_per_step()).enumerate() {
            let (mut sum, mut losses) = (GradientsAccumulator::new(), 0.0);
            for (batch, clips) in of_step.chunks(settings.batch_size).enumerate() {
                match observer.step(epoch, step * settings.accumulate + batch, batches) {
                    LoopControl::Continue => {}
                    LoopControl::StopAfterEpoch => stop = true,
                    LoopControl::StopNow => return Ok(None),
                }
                let mut input = Tensor::from_data(ready.next().unwrap_or_else(gone)?, &device);
                let blend = self
                    .augmenter
                    .and_then(|augmenter| augmenter.mixup(clips.len(), &mut blends));
                if let Some(blend) = &blend {
                    input = blend.blend(input, self.network.is_masked());
                }
                let outputs = self.network.forward_training(input, &mut pass);
                let before = tally.loss;
                let mut loss = match &self.dataset.dimensions {
                    None => self.loss(clips, blend.as_ref(), log_softmax(outputs, 1), &mut tally),
                    Some(dimensions) => loss_of_dimensions(dimensions, clips, dimension_values_of(outputs), &mut tally),
                };
                losses += match &self.dataset.dimensions {
                    None => tally.loss - before,
                    Some(_) => clips.len() as f64 * value_of(&loss),
                };
                check(epoch, tally.loss)?;
                if let Some(penalty) = self.network.penalty() {
                    loss = loss + penalty;
                }
                if clips.len() < of_step.len() {
                    // The mean over all clips of the step, however they are dealt to batches.
                    loss = loss.mul_scalar(clips.len() as f64 / of_step.len() as f64);
                }
                sum.accumulate(&self.network, pass.backward(loss, &self.network));
            }
            let gradients = clip_by_global_norm(&self.network, sum.grads(), settings.gradient_clip_norm);
            let rate = schedule.rate(epoch, step, rate);
            let network = self.network.clone();
            let factor = |path: &[String]| self.network.rate_factor(path);
            self.network = self.optimizer.step_by_part(rate, &factor, network, gradients);
            self.average.step(epoch, &self.network);
            observer.stepped(&StepMetrics {
                step: self.optimizer.steps(),
                epoch: (epoch - 1) as f64 + (step + 1) as f64 / steps as f64,
                loss: losses / of_step.len() as f64,
                learning_rate: rate,
            });
        }
        self.average.epoch(epoch, &self.network);
        Ok(Some((tally, stop)))
    }

    /// The mean loss of a batch's clips, which are counted in the tally.
    fn loss(
        &self,
        clips: &[usize],
        blend: Option<&Mixup>,
        log_probabilities: Tensor<2>,
        tally: &mut Tally,
    ) -> Tensor<1> {
        let classes = log_probabilities.dims()[1];
        let targets: Vec<usize> = clips.iter().map(|clip| self.dataset.targets[*clip]).collect();
        let values: Vec<f32> = log_probabilities.to_data().iter::<f32>().collect();
        for (row, target) in values.chunks_exact(classes).zip(&targets) {
            tally.add(row, *target);
        }
        let asked: Vec<Asked> = clips.iter().map(|clip| self.dataset.asked(*clip)).collect();
        let blended = blend.map(|blend| (blend.targets(&asked), blend.share));
        let partners = blended.as_ref().map(|(partners, share)| (&**partners, *share));
        let weights = self.class_weights.as_deref();
        let asked = Targets::new(&asked, partners, (classes, self.settings.label_smoothing), weights);
        tally.loss += asked.sum(&values);
        asked.loss(log_probabilities)
    }

    /// What there is to keep beside the weights.
    pub fn state(&self) -> Tensors {
        let mut state = self.optimizer.state();
        self.average.keep(&mut state);
        if let Some(found) = &self.found {
            state.words.insert(FOUND.to_owned(), found.clone());
        }
        state
    }

    /// Continues from these weights and what [`Self::state`] gave; whether that could be read.
    pub fn restore(&mut self, network: Network, mut state: Tensors) -> bool {
        self.network = network;
        self.found = state.words.remove(FOUND);
        self.average.restore(&mut state) && self.optimizer.restore(&mut state)
    }

    /// The network as it stands, or the average in its place, for inference.
    pub fn snapshot(&self) -> Network {
        self.average.applied(self.network.valid())
    }
}

/// The number that a tensor of one is.
fn value_of(one: &Tensor<1>) -> f64 {
    let data = one.to_data();
    data.iter::<f64>().next().unwrap_or(f64::NAN)
}

/// The loss of a batch's dimensions on 0 to 1, which are noted in the tally.
fn loss_of_dimensions(
    dimensions: &DimensionTargets,
    clips: &[usize],
    predicted: Tensor<2>,
    tally: &mut Tally,
) -> Tensor<1> {
    let columns = predicted.dims()[1];
    let values: Vec<f32> = predicted.to_data().iter::<f32>().collect();
    tally.predicted(clips, values.chunks_exact(columns).map(<[f32]>::to_vec));
    let stated: Vec<&[Option<f32>]> = clips.iter().map(|clip| dimensions.values[*clip].as_slice()).collect();
    concordance_loss(predicted, &stated)
}

/// Evaluates the network on clips without training on them.
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
    let batches = Batches {
        dataset,
        scaler,
        masked: network.is_masked(),
        augmenter: None,
        epoch,
        clips,
        size: PREDICTION_BATCH,
    };
    batches.ready(|ready| {
        let mut tally = Tally::default();
        for clips in clips.chunks(PREDICTION_BATCH) {
            let batch = ready.next().unwrap_or_else(gone)?;
            if dataset.dimensions.is_some() {
                tally.predicted(clips, batch_dimension_rows(network, batch));
                continue;
            }
            let rows = batch_log_probabilities(network, batch);
            for (row, clip) in rows.iter().zip(clips) {
                tally.add(row, dataset.targets[*clip]);
                let asked = Targets::new(&[dataset.asked(*clip)], None, (row.len(), 0.0), None);
                tally.loss += asked.sum(row);
            }
        }
        check(epoch, tally.loss)?;
        Ok(tally)
    })
}

fn check(epoch: usize, value: f64) -> Result<(), TrainingError> {
    if value.is_finite() {
        Ok(())
    } else {
        Err(TrainingError::Diverged { epoch, value })
    }
}

#[cfg(test)]
mod tests;
