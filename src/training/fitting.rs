//! What of the settings an architecture that is fitted at once has no use for.

use super::{AugmentationMode, AugmentationSettings, AverageKind, ScheduleKind, TrainingError, TrainingSettings};
use crate::models::{Fitting, ModelSettings};
use std::borrow::Cow;

/// Refuses what would be done between the steps of an architecture that is fitted at once, without steps.
///
/// # Errors
/// [`TrainingError::Settings`] with the key and the remedy.
pub fn check_fitting(
    model: &ModelSettings,
    training: &TrainingSettings,
    augmentation: Option<&AugmentationSettings>,
) -> Result<(), TrainingError> {
    if model.fitting() == Fitting::Steps {
        return Ok(());
    }
    let name = &model.name;
    let refuse = |key: &str, remedy: &str| {
        Err(TrainingError::Settings {
            key: key.to_owned(),
            problem: format!("`{name}` is fitted to all clips at once and has no steps; {remedy}"),
        })
    };
    if training.balanced_sampling {
        return refuse("training.balanced_sampling", "set training.class_weights instead");
    }
    let Some(augmentation) = augmentation else {
        return Ok(());
    };
    if augmentation.mode == AugmentationMode::OnTheFly && augmentation.wave.is_active() {
        return refuse("augmentation.mode", "choose \"materialised\" or \"none\"");
    }
    if augmentation.mixup_alpha > 0.0 {
        return refuse("augmentation.mixup_alpha", "set it to 0");
    }
    if augmentation.spec_augment.is_active() {
        return refuse("augmentation.spec_augment", "set its masks to 0");
    }
    Ok(())
}

/// The settings as this architecture takes them: one that is fitted at once has one epoch, without a rate, and nothing to
/// average over.
pub fn settings_of<'s>(model: &ModelSettings, settings: &'s TrainingSettings) -> Cow<'s, TrainingSettings> {
    if model.fitting() == Fitting::Steps {
        return Cow::Borrowed(settings);
    }
    let mut once = settings.clone();
    (once.epochs, once.learning_rate) = (1, 0.0);
    once.schedule = ScheduleKind::Constant;
    once.average.kind = AverageKind::None;
    Cow::Owned(once)
}

#[cfg(test)]
mod tests {
    use super::super::settings::tests::shipped;
    use super::*;
    use crate::models::fixture;

    #[test]
    fn what_needs_steps_is_refused_where_there_are_none_and_the_rest_does_not_matter() {
        let file: toml::Table = include_str!("../../workbench.toml").parse().unwrap();
        let augmentation: AugmentationSettings = file["augmentation"].clone().try_into().unwrap();
        let (logistic, conv1d) = (fixture::settings("logistic"), fixture::settings("conv1d"));
        let training = shipped();
        check_fitting(&logistic, &training, Some(&augmentation)).unwrap();
        let key = |change: fn(&mut TrainingSettings, &mut AugmentationSettings)| {
            let (mut training, mut augmentation) = (training.clone(), augmentation.clone());
            change(&mut training, &mut augmentation);
            check_fitting(&conv1d, &training, Some(&augmentation)).unwrap();
            match check_fitting(&logistic, &training, Some(&augmentation)) {
                Err(TrainingError::Settings { key, .. }) => key,
                other => panic!("{other:?}"),
            }
        };
        assert_eq!(
            key(|training, _| training.balanced_sampling = true),
            "training.balanced_sampling"
        );
        assert_eq!(
            key(|_, augmentation| augmentation.mode = AugmentationMode::OnTheFly),
            "augmentation.mode"
        );
        assert_eq!(
            key(|_, augmentation| augmentation.mixup_alpha = 0.2),
            "augmentation.mixup_alpha"
        );
        let masks = |_: &mut TrainingSettings, augmentation: &mut AugmentationSettings| {
            (
                augmentation.spec_augment.time_masks,
                augmentation.spec_augment.time_width,
            ) = (1, 4);
        };
        assert_eq!(key(masks), "augmentation.spec_augment");
        assert_eq!(settings_of(&logistic, &training).epochs, 1);
        assert_eq!(*settings_of(&conv1d, &training), training);
    }
}
