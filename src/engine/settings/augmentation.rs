//! Which augmentation goes with which recipe.

use crate::features::Recipe;
use crate::training::{AugmentationMode, AugmentationSettings};

/// Refuses augmentation that the features of this recipe cannot follow: (key, problem with remedy).
pub(super) fn check(name: &str, recipe: &Recipe, asked: &AugmentationSettings) -> Result<(), (String, String)> {
    let refuse = |key: &str, problem: String| Err((format!("augmentation.{key}"), problem));
    let mode = asked.mode;
    if recipe.import.is_some() && mode != AugmentationMode::None {
        let problem = format!(
            "changes waves, and the features of recipe `{name}` were imported; set it to \"none\" (mixup and masks work without)"
        );
        return refuse("mode", problem);
    }
    if !recipe.has_encoder() {
        return Ok(());
    }
    if mode == AugmentationMode::OnTheFly {
        let problem = format!(
            "changes waves again for every epoch, and those of recipe `{name}` go through an encoder, which is too slow for \
             that; set it to \"materialised\" (copies are made and encoded beforehand) or \"none\""
        );
        return refuse("mode", problem);
    }
    if asked.spec_augment.is_active() && !recipe.has_unequal_frames() {
        let problem = format!(
            "masks frames, and recipe `{name}` gives one row per clip; set time_masks and frequency_masks to 0, or mode to \
             \"materialised\" for copies"
        );
        return refuse("spec_augment", problem);
    }
    Ok(())
}
