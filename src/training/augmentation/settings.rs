//! `[augmentation]`.

use crate::audio::AudioError;
use crate::audio::augment::WaveAugmentations;
use crate::features::SpecAugment;
use crate::training::TrainingError;
use serde::{Deserialize, Serialize};

/// When waves are changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AugmentationMode {
    /// Never.
    #[default]
    None,
    /// While training, again for every training clip and epoch.
    OnTheFly,
    /// Before training: every training clip gives four examples, as in the papers.
    Materialised,
}

/// `[augmentation]`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AugmentationSettings {
    /// When waves are changed.
    pub mode: AugmentationMode,
    /// The protocol of many papers: copies are made of the whole corpus, and split at random.
    pub leak_copies_across_sides: bool,
    /// Waves kept decoded on the fly (MiB).
    pub memory_mb: usize,
    /// Mixup's parameter; 0 switches it off.
    pub mixup_alpha: f64,
    /// What may be done to a wave.
    pub wave: WaveAugmentations,
    /// Masks over the features, in any mode.
    pub spec_augment: SpecAugment,
}

/// Examples that a materialised clip makes: itself, and [`WaveAugmentations::three_copies`].
const MATERIALISED: usize = 4;

impl AugmentationSettings {
    /// How many examples each clip of the training set, or of another, makes.
    pub fn examples_per_clip(&self, training: bool) -> usize {
        match self.mode {
            AugmentationMode::Materialised if training || self.leak_copies_across_sides => MATERIALISED,
            _ => 1,
        }
    }

    /// Refuses values that cannot work.
    ///
    /// # Errors
    /// [`TrainingError::Settings`] with the key and the remedy.
    pub fn validate(&self) -> Result<(), TrainingError> {
        let share = self.spec_augment.time_share;
        if !(0.0..=4.0).contains(&self.mixup_alpha) {
            let problem = format!("is {}; it must be 0 (off) to 4, for example 0.2", self.mixup_alpha);
            return refuse("mixup_alpha", problem);
        }
        if !(0.0..=1.0).contains(&share) {
            return refuse("spec_augment.time_share", format!("is {share}; it must be 0 to 1"));
        }
        if self.leak_copies_across_sides && self.mode != AugmentationMode::Materialised {
            let problem = "is true, but there are no copies; set it to false, or mode = \"materialised\"";
            return refuse("leak_copies_across_sides", problem.to_owned());
        }
        match self.wave.validate() {
            Err(AudioError::Settings { key, problem }) => Err(TrainingError::Settings { key, problem }),
            _ => Ok(()),
        }
    }
}

fn refuse(key: &str, problem: String) -> Result<(), TrainingError> {
    Err(TrainingError::Settings {
        key: format!("augmentation.{key}"),
        problem,
    })
}
