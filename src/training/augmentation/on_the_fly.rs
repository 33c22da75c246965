//! Examples that are made anew for every epoch.

use super::AugmentationSettings;
use super::mixup::Mixup;
use super::waves::Waves;
use crate::corpus::Clip;
use crate::features::{FeatureMatrix, Recipe, Scaler, extract_changed};
use crate::random::{Stream, stream};
use crate::training::{AugmentationMode, Normaliser, TrainingError};
use std::borrow::Cow;

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
    waves: Waves<'a>,
    normaliser: &'a Normaliser,
    seed: u64,
}

impl<'a> Augmenter<'a> {
    pub fn new(of: OnTheFly<'a>, recipe: &'a Recipe, seed: u64) -> Self {
        Self {
            settings: of.settings,
            recipe,
            waves: Waves::new(of.clips, recipe.sample_rate, of.settings.memory_mb << 20),
            normaliser: of.normaliser,
            seed,
        }
    }

    /// Whether any example differs from the clip it is made of.
    pub fn makes_examples(&self) -> bool {
        self.changes_waves() || self.settings.spec_augment.is_active()
    }

    fn changes_waves(&self) -> bool {
        self.settings.mode == AugmentationMode::OnTheFly && self.settings.wave.is_active()
    }

    /// The features of a clip as this epoch sees it, at its turn (from 0, where a clip is drawn several times). Its wave, at the recipe's rate and before the recipe does
    /// anything to it, is changed, goes through the recipe and is standardised as the clip is; masks fall on the
    /// features, with the training clips' mean in their place.
    ///
    /// # Errors
    /// A clip that cannot be read any more, or what the change or the recipe says to it.
    pub fn example<'d>(
        &self,
        (epoch, turn): (usize, usize),
        clip: usize,
        features: &'d FeatureMatrix,
        scaler: &Scaler,
    ) -> Result<Cow<'d, FeatureMatrix>, TrainingError> {
        let place = (turn as u64).rotate_right(8) ^ (epoch as u64) << 32 ^ clip as u64;
        let mut example = Cow::Borrowed(features);
        if self.changes_waves() {
            let draw = &mut stream(self.seed, "augmentation", place);
            if let Some(change) = self.settings.wave.draw(draw)
                && let Some(wave) = self.waves.get(clip).map_err(crate::features::FeatureError::from)?
            {
                let mut matrix = extract_changed(&wave, &change, self.recipe, draw)?.matrix;
                self.normaliser.example(clip, &mut matrix);
                example = Cow::Owned(matrix);
            }
        }
        if self.settings.spec_augment.is_active() {
            let draw = &mut stream(self.seed, "spec_augment", place);
            self.settings.spec_augment.apply(example.to_mut(), &scaler.mean, draw);
        }
        Ok(example)
    }

    /// How a batch is blended, if it is.
    pub fn mixup(&self, examples: usize, draw: &mut Stream) -> Option<Mixup> {
        Mixup::draw(self.settings.mixup_alpha, examples, draw)
    }
}
