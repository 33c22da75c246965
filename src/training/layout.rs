//! Whether a network takes the columns of a recipe for what they are.

use super::TrainingError;
use crate::features::{Feature, Recipe};
use crate::models::ModelSettings;

/// Refuses an `attentive_crnn` that would take the numbers of a clip apart otherwise than the recipe put them together:
/// sizes that divide them are not always the right ones. What another program made is taken as the settings say.
///
/// # Errors
/// [`TrainingError::Settings`] with the key and the recipe's value.
pub fn check_layout(model: &ModelSettings, recipe: &Recipe) -> Result<(), TrainingError> {
    if model.name != "attentive_crnn" || recipe.import.is_some() {
        return Ok(());
    }
    let sizes = &model.attentive_crnn;
    let functionals = (!recipe.functionals.is_empty()).then_some(recipe.functionals.len());
    let parts = functionals.map(|_| recipe.parts);
    let bands = (recipe.features.first() == Some(&Feature::LogMel)).then_some(recipe.n_mels);
    for (key, given, wanted, of) in [
        ("parts", sizes.parts, parts, "parts of a clip"),
        (
            "functionals",
            sizes.functionals,
            functionals,
            "functionals of each column",
        ),
        ("bands", sizes.bands, bands, "mel bands"),
    ] {
        if let Some(wanted) = wanted.filter(|wanted| *wanted != given) {
            return Err(TrainingError::Settings {
                key: format!("model.attentive_crnn.{key}"),
                problem: format!("is {given}, but the recipe has {wanted} {of}; give {wanted}"),
            });
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::features::Functional;

    #[test]
    fn sizes_that_divide_the_columns_by_accident_are_refused() {
        let mut model = crate::models::fixture::settings("attentive_crnn");
        let recipe = |n_mels, functionals, parts| Recipe {
            n_mels,
            features: vec![Feature::LogMel, Feature::LogMelDelta],
            functionals: vec![Functional::Mean; functionals],
            parts,
            ..Recipe::default()
        };
        let sizes = &mut model.attentive_crnn;
        (sizes.bands, sizes.functionals, sizes.parts) = (64, 5, 8);
        let problem = |recipe: Recipe| check_layout(&model, &recipe).unwrap_err().to_string();
        assert!(check_layout(&model, &recipe(64, 5, 8)).is_ok() && check_layout(&model, &recipe(64, 0, 0)).is_ok());
        assert!(
            problem(recipe(40, 5, 8)).starts_with("model.attentive_crnn.bands: is 64, but the recipe has 40 mel bands")
        );
        assert!(problem(recipe(40, 0, 0)).contains("bands"));
        assert!(problem(recipe(64, 10, 8)).contains("has 10 functionals"));
        assert!(problem(recipe(64, 5, 2)).contains("give 2"));
    }
}
