//! Examples that are made again for every epoch.

use super::AugmentationSettings;
use super::mixup::Mixup;
use super::waves::Waves;
use crate::audio::augment::Augmentation;
use crate::corpus::Clip;
use crate::features::{FeatureError, FeatureMatrix, Recipe, Scaler, extract_changed};
use crate::random::{Stream, stream};
use crate::training::{AugmentationMode, Normaliser, TrainingError};
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

/// What examples are made of while training.
#[derive(Debug, Clone, Copy)]
pub struct OnTheFly<'a> {
    /// What is done, how often and how strong.
    pub settings: &'a AugmentationSettings,
    /// The clips behind the data set, in its order.
    pub clips: &'a [Clip],
    /// How the data set's features were standardised.
    pub normaliser: &'a Normaliser,
}

/// Makes examples. Every one comes from a stream of (seed, epoch, clip, turn) alone: which thread makes it, and
/// when, changes nothing.
pub(in crate::training) struct Augmenter<'a> {
    settings: &'a AugmentationSettings,
    recipe: &'a Recipe,
    clips: &'a [Clip],
    waves: Waves<'a>,
    normaliser: &'a Normaliser,
    seed: u64,
    unchanged: Mutex<BTreeMap<usize, String>>,
}

impl<'a> Augmenter<'a> {
    pub fn new(of: OnTheFly<'a>, recipe: &'a Recipe, seed: u64) -> Self {
        Self {
            settings: of.settings,
            recipe,
            clips: of.clips,
            waves: Waves::new(of.clips, recipe.rate(), of.settings.memory_mb << 20),
            normaliser: of.normaliser,
            seed,
            unchanged: Mutex::default(),
        }
    }

    /// The clips that could not be changed, by index, with the reason.
    pub fn unchanged(&self) -> Vec<(usize, String)> {
        let unchanged = self.unchanged.lock().unwrap_or_else(PoisonError::into_inner);
        unchanged.clone().into_iter().collect()
    }

    /// Whether any example differs from the clip it is made of.
    pub fn makes_examples(&self) -> bool {
        self.changes_waves() || self.settings.spec_augment.is_active()
    }

    fn changes_waves(&self) -> bool {
        self.settings.mode == AugmentationMode::OnTheFly && self.settings.wave.is_active()
    }

    /// The features of a clip as this epoch sees it, at its turn (from 0, where a clip is drawn several times). Its wave,
    /// at the recipe's rate and before the recipe does anything to it, is changed, goes through the recipe and is
    /// standardised as the clip is; masks fall on the features, with the scaler's mean in their place: that of the training
    /// clips, or 0 for a network whose features are not standardised. A clip that cannot be read any more, or of which the
    /// change leaves nothing, is seen as it is ([`Self::unchanged`]).
    ///
    /// # Errors
    /// What the change or the recipe says, when it is not the clip's fault.
    pub fn example<'d>(
        &self,
        (epoch, turn): (usize, usize),
        clip: usize,
        features: &'d FeatureMatrix,
        scaler: &Scaler,
    ) -> Result<Cow<'d, FeatureMatrix>, TrainingError> {
        let index = (turn as u64).rotate_right(8) ^ (epoch as u64) << 32 ^ clip as u64;
        let mut example = Cow::Borrowed(features);
        if self.changes_waves() {
            let draw = &mut stream(self.seed, "augmentation", index);
            if let Some(change) = self.settings.wave.draw(draw)
                && let Some(mut matrix) = self.changed(clip, &change, draw)?
            {
                self.normaliser.example(clip, &mut matrix);
                example = Cow::Owned(matrix);
            }
        }
        if self.settings.spec_augment.is_active() {
            let draw = &mut stream(self.seed, "spec_augment", index);
            self.settings.spec_augment.apply(example.to_mut(), &scaler.mean, draw);
        }
        Ok(example)
    }

    /// The features of a changed clip; none where there is no such clip, or it cannot be changed.
    fn changed(
        &self,
        index: usize,
        change: &Augmentation,
        draw: &mut Stream,
    ) -> Result<Option<FeatureMatrix>, TrainingError> {
        let Some(clip) = self.clips.get(index) else {
            return Ok(None);
        };
        let wave = self.waves.get(index).map_err(FeatureError::from);
        let changed = wave.and_then(|wave| match wave {
            Some(wave) => extract_changed(&wave, change, self.recipe, draw).map(|extracted| Some(extracted.matrix)),
            None => Ok(None),
        });
        match changed {
            Err(error) if error.is_of(&clip.path) => {
                let mut unchanged = self.unchanged.lock().unwrap_or_else(PoisonError::into_inner);
                unchanged.entry(index).or_insert_with(|| error.beside(&clip.path));
                Ok(None)
            }
            outcome => Ok(outcome?),
        }
    }

    /// How a batch is blended, if it is.
    pub fn mixup(&self, examples: usize, draw: &mut Stream) -> Option<Mixup> {
        Mixup::draw(self.settings.mixup_alpha, examples, draw)
    }
}
