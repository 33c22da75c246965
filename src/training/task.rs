//! What a training run depends on, and what it comes to.

use super::augmentation::{Augmenter, OnTheFly};
use super::loss::{class_counts, class_weights};
use super::{Dataset, EpochMetrics, TrainingError, TrainingSettings};
use crate::encoders::locate;
use crate::features::{Recipe, Scaler};
use crate::inference::Package;
use crate::models::{ModelError, ModelSettings, Network};
use burn::tensor::Device;
use std::path::Path;

/// All that a training run depends on.
#[derive(Debug, Clone, Copy)]
pub struct Task<'a> {
    /// Features, standardised as the settings ask ([`super::Normaliser`]), labels and split.
    pub dataset: &'a Dataset,
    /// The recipe that the features were extracted by.
    pub recipe: &'a Recipe,
    /// Architecture and sizes.
    pub model: &'a ModelSettings,
    /// The loop.
    pub settings: &'a TrainingSettings,
    /// How examples are changed while training, if they are.
    pub augmentation: Option<OnTheFly<'a>>,
    /// The device by name.
    pub device: &'a str,
    /// Seed of first weights, shuffling and dropout.
    pub seed: u64,
    /// Folder for `best.safetensors`, `last.safetensors` and `history.csv`, made if missing.
    pub checkpoints: &'a Path,
    /// Whether to continue from the checkpoint in that folder, if the first epoch was done.
    pub resume: bool,
    /// Whether any of the clips is synthetic.
    pub synthetic: bool,
    /// Median level of the training clips (dBFS), for the package's warnings.
    pub training_rms_dbfs: f32,
}

impl<'a> Task<'a> {
    /// The network before its first step, which knows how many of these clips each class has, and begins with the published
    /// weights of the recipe's encoder where it fine-tunes that.
    pub(super) fn network(&self, clips: &[usize], device: &Device) -> Result<Network, TrainingError> {
        let classes = self.dataset.outputs();
        let mut network = Network::new(self.model, self.recipe.shape(), classes, self.seed, device)?;
        if self.model.fine_tunes() {
            network = network.with_encoder(&locate(&self.recipe.encoder).map_err(ModelError::from)?)?;
        }
        if self.dataset.dimensions.is_some() {
            return Ok(network);
        }
        Ok(network.with_class_counts(&class_counts(self.targets(clips), classes)))
    }

    /// The statistics of these clips that features are standardised by; of a network that sees features as they are, such
    /// that change nothing.
    pub(super) fn scaler(&self, clips: &[usize]) -> Scaler {
        if self.model.is_standardised() {
            Scaler::fit(clips.iter().map(|clip| &self.dataset.matrices[*clip]))
        } else {
            Scaler::identity(self.recipe.shape().1)
        }
    }

    /// The weights of the classes in the loss, where the settings ask for them.
    pub(super) fn class_weights(&self, clips: &[usize]) -> Option<Vec<f64>> {
        let weights = || class_weights(self.targets(clips), self.dataset.labels.len());
        self.settings.class_weights.then(weights)
    }

    fn targets(&self, clips: &[usize]) -> impl Iterator<Item = usize> {
        clips.iter().map(|clip| self.dataset.targets[*clip])
    }

    /// What changes examples while training, where the settings ask for it.
    pub(super) fn augmenter(&self) -> Option<Augmenter<'a>> {
        let augmentation = self.augmentation?;
        Some(Augmenter::new(augmentation, self.recipe, self.seed))
    }
}

/// A finished (or stopped) training run.
#[derive(Debug)]
pub struct Trained {
    /// The best epoch's network, or the final fit's, with all that predictions need.
    pub package: Package,
    /// The best epoch, from 1.
    pub best_epoch: usize,
    /// All epochs.
    pub history: Vec<EpochMetrics>,
    /// Whether it was stopped by the observer.
    pub stopped: bool,
    /// The predictions of the test clips (after a final fit on everything, those of the best epoch's network),
    /// empty after [`super::fit`]: (index into the selection, probabilities, or dimensions on 0 to 1).
    pub test: Vec<(usize, Vec<f32>)>,
    /// Training clips that could not be changed as the augmentation asks and were learnt as recorded: (index into the
    /// selection, reason). What a final fit saw is not among them.
    pub unchanged: Vec<(usize, String)>,
    /// How the weights were found, where there is something to say of it.
    pub notes: Vec<String>,
}
