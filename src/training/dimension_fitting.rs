//! What of the settings does not go with dimensions as what is learnt.

use super::{AugmentationSettings, Target, TrainingError, TrainingSettings};
use crate::models::{Fitting, ModelSettings};

/// Refuses, where dimensions are learnt, what is about classes alone, and examples that are blended; and the coefficient of
/// dimensions where classes are learnt.
///
/// # Errors
/// [`TrainingError::Settings`] with the key and the remedy.
pub fn check_dimensions(
    model: &ModelSettings,
    training: &TrainingSettings,
    augmentation: Option<&AugmentationSettings>,
) -> Result<(), TrainingError> {
    training.check_target()?;
    if training.target != Target::Dimensions {
        return Ok(());
    }
    let refuse = |key: &str, problem: String| {
        Err(TrainingError::Settings {
            key: key.to_owned(),
            problem,
        })
    };
    if model.fitting() != Fitting::Steps {
        let problem = format!(
            "`{}` tells classes apart, and training.target = \"dimensions\" has none; choose another architecture, such as \
             mlp on the same features",
            model.name
        );
        return refuse("model.name", problem);
    }
    if augmentation.is_some_and(|augmentation| augmentation.mixup_alpha > 0.0) {
        let problem = "blends labels, and training.target = \"dimensions\" has none; set it to 0";
        return refuse("augmentation.mixup_alpha", problem.to_owned());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::settings::tests::shipped;
    use super::*;
    use crate::models::{architecture_names, fixture};

    #[test]
    fn what_is_about_classes_is_refused_by_name() {
        let file: toml::Table = include_str!("../../workbench.toml").parse().unwrap();
        let mut augmentation: AugmentationSettings = file["augmentation"].clone().try_into().unwrap();
        let mut training = shipped();
        let logistic = fixture::settings("logistic");
        check_dimensions(&logistic, &training, Some(&augmentation)).unwrap();
        training.target = Target::Dimensions;
        let refused = |name: &str, augmentation: &AugmentationSettings| {
            let refused = check_dimensions(&fixture::settings(name), &training, Some(augmentation));
            refused.err().map(|error| error.to_string())
        };
        for name in architecture_names() {
            let message = refused(name, &augmentation);
            assert_eq!(message.is_some(), name == "logistic", "{message:?}");
        }
        assert!(refused("logistic", &augmentation).unwrap().contains("such as mlp"));
        augmentation.mixup_alpha = 0.2;
        assert!(
            refused("conv1d", &augmentation)
                .unwrap()
                .starts_with("augmentation.mixup_alpha")
        );
    }
}
