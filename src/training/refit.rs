//! The final fit: the network retrained on more clips than it was chosen with.

use super::checkpoint::Checkpoints;
use super::epoch::Learner;
use super::fitting::settings_of;
use super::resume::resume;
use super::tally::epoch_metrics;
use super::{EpochMetrics, LoopControl, Observer, Task, Trained, TrainingError};
use crate::corpus::Subset;
use crate::device::device;
use crate::inference::{FinalFit, Package, PackageMetadata};
use std::time::Instant;

/// Where the final fit keeps its checkpoints, in the run's folder of them.
const FINAL: &str = "final";

/// Retrains a network, from the same first weights, on the training and the validation set or on all three, with the
/// scaler fitted on the same. It takes as many epochs as the best one's number, each at the rate that this epoch had
/// when it was still validated; what is fitted at once is so again, C chosen anew. The network, and how its weights were
/// found; nothing when the observer stopped it early.
///
/// # Errors
/// As [`super::train`].
pub(super) fn refit(
    task: &Task,
    trained: &Trained,
    observer: &mut dyn Observer,
) -> Result<Option<(Package, Vec<String>)>, TrainingError> {
    let dataset = task.dataset;
    let settings = &*settings_of(task.model, task.settings);
    let subsets: &[Subset] = match settings.final_fit {
        FinalFit::None => &[],
        FinalFit::TrainValidation => &[Subset::Train, Subset::Validation],
        FinalFit::Everything => &[Subset::Train, Subset::Validation, Subset::Test],
    };
    let clips: Vec<usize> = subsets.iter().flat_map(|subset| dataset.subset(*subset)).collect();
    let metadata = PackageMetadata {
        scaler: task.scaler(&clips),
        final_fit: settings.final_fit,
        ..trained.package.metadata.clone()
    };
    let device = device(task.device)?.autodiff();
    let network = task.network(&clips, &device)?;
    let checkpoints = Checkpoints::open(&task.checkpoints.join(FINAL))?;
    let weights = task.class_weights(&clips);
    let augmenter = task.augmenter();
    let mut learner = Learner::new(network, dataset, &metadata.scaler, settings, weights, task.seed)
        .augmented(augmenter.as_ref())
        .fitting(task.model.fitting());
    let data = dataset.fingerprint();
    let done = resume(task, &checkpoints, &mut learner, &device, &data)?.len();
    let mut observer = Final {
        observer,
        epochs: trained.best_epoch,
    };
    for known in trained.history.iter().take(trained.best_epoch).skip(done) {
        let started = Instant::now();
        let rate = known.learning_rate;
        let Some((tally, stop)) = learner.epoch(known.epoch, &clips, rate, &mut observer)? else {
            return Ok(None);
        };
        let subset_metrics = tally.subset_metrics(dataset);
        let metrics = EpochMetrics {
            learning_rate: rate,
            seconds: started.elapsed().as_secs_f64(),
            ..epoch_metrics(known.epoch, subset_metrics, subset_metrics)
        };
        checkpoints.write(&learner.network, &learner.network, learner.state(), &metrics, &data)?;
        if stop && known.epoch < trained.best_epoch {
            return Ok(None);
        }
    }
    let (network, notes) = (learner.snapshot(), learner.notes());
    drop(learner);
    Ok(Some((Package { metadata, network }, notes)))
}

/// Reports steps as those of the final fit.
struct Final<'a> {
    observer: &'a mut dyn Observer,
    epochs: usize,
}

impl Observer for Final<'_> {
    fn step(&mut self, epoch: usize, done: usize, total: usize) -> LoopControl {
        self.observer.final_step((epoch, self.epochs), done, total)
    }

    fn epoch(&mut self, _metrics: &EpochMetrics) -> Result<(), TrainingError> {
        Ok(())
    }
}
