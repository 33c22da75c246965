//! Examples that are made anew for every epoch.

use super::AugmentationSettings;
use super::mixup::Mixup;
use super::waves::Waves;
use crate::corpus::Clip;
use crate::features::{FeatureMatrix, Recipe, Scaler, extract_changed};
use crate::random::{Stream, stream};
use crate::training::ahead::Ahead;
use crate::training::{AugmentationMode, Dataset, TrainingError};
use std::borrow::Cow;

/// What examples are made of while training.
#[derive(Debug, Clone, Copy)]
pub struct OnTheFly<'a> {
    /// What is done, how often and how strong.
    pub settings: &'a AugmentationSettings,
    /// The clips behind the data set, in its order.
    pub clips: &'a [Clip],
}

/// Makes examples. Every one comes from a stream of (seed, epoch, clip) alone: which thread makes it, and when,
/// changes nothing.
pub(in crate::training) struct Augmenter<'a> {
    settings: &'a AugmentationSettings,
    recipe: &'a Recipe,
    waves: Waves<'a>,
    seed: u64,
}

impl<'a> Augmenter<'a> {
    pub fn new(of: OnTheFly<'a>, recipe: &'a Recipe, seed: u64) -> Self {
        Self {
            settings: of.settings,
            recipe,
            waves: Waves::new(of.clips, recipe.sample_rate, of.settings.memory_mb << 20),
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

    /// The features of a clip as this epoch sees it. Its wave, at the recipe's rate and before the recipe does
    /// anything to it, is changed and then goes through the recipe; masks fall on the features, with the
    /// training clips' mean in their place.
    ///
    /// # Errors
    /// A clip that cannot be read any more, or what the change or the recipe says to it.
    pub fn example<'d>(
        &self,
        epoch: usize,
        clip: usize,
        features: &'d FeatureMatrix,
        scaler: &Scaler,
    ) -> Result<Cow<'d, FeatureMatrix>, TrainingError> {
        let place = (epoch as u64) << 32 | clip as u64;
        let mut example = Cow::Borrowed(features);
        if self.changes_waves() {
            let draw = &mut stream(self.seed, "augmentation", place);
            if let Some(change) = self.settings.wave.draw(draw)
                && let Some(wave) = self.waves.get(clip).map_err(crate::features::FeatureError::from)?
            {
                example = Cow::Owned(extract_changed(&wave, &change, self.recipe, draw)?.matrix);
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

/// Where the examples of an epoch come from, batch by batch.
pub(in crate::training) enum Source<'a, 'm> {
    /// The clips' own features.
    Clips(&'a Dataset),
    /// Made ahead of their use, in the order of the epoch.
    Made(&'m mut Ahead<Result<Cow<'a, FeatureMatrix>, TrainingError>>),
}

impl<'a> Source<'a, '_> {
    /// The next examples; `clips` are those that they are made of.
    pub fn take(&mut self, clips: &[usize]) -> Result<Vec<Cow<'a, FeatureMatrix>>, TrainingError> {
        match self {
            Self::Clips(dataset) => Ok(clips
                .iter()
                .map(|clip| Cow::Borrowed(&dataset.matrices[*clip]))
                .collect()),
            Self::Made(ahead) => {
                let gone = || {
                    Err(TrainingError::Data(
                        "a thread that makes examples came to an end".to_owned(),
                    ))
                };
                clips.iter().map(|_| ahead.next().unwrap_or_else(gone)).collect()
            }
        }
    }
}
