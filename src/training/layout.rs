//! Whether a network takes a clip's features apart as the recipe put them together.

use super::TrainingError;
use crate::encoders::Layer;
use crate::features::{Feature, Recipe};
use crate::models::{InputLayout, ModelSettings};

/// Refuses an architecture that would take the numbers of a clip apart otherwise than the recipe put them together:
/// sizes that divide them are not always the right ones. What another program made is taken as the settings say.
///
/// # Errors
/// [`TrainingError::Settings`] with the key and the recipe's value.
pub fn check_layout(model: &ModelSettings, recipe: &Recipe) -> Result<(), TrainingError> {
    if recipe.import.is_some() {
        return Ok(());
    }
    let InputLayout {
        bands,
        parts,
        functionals,
        states,
    } = model.input_layout();
    let encoder = recipe.has_encoder();
    let functionals_of_recipe = (!encoder && !recipe.functionals.is_empty()).then_some(recipe.functionals.len());
    let mel_bands = (!encoder && recipe.features.first() == Some(&Feature::LogMel)).then_some(recipe.n_mels);
    let states_of_recipe = match recipe.layer {
        Layer::All if encoder => recipe.resolved_encoder.as_ref().map(|encoder| encoder.states),
        _ => Some(1),
    };
    for (key, needed, of_recipe, what) in [
        (
            "parts",
            parts,
            functionals_of_recipe.map(|_| recipe.parts),
            "parts of a clip",
        ),
        (
            "functionals",
            functionals,
            functionals_of_recipe,
            "functionals of each column",
        ),
        ("bands", bands, mel_bands, "mel bands"),
        ("states", states, states_of_recipe, "states in a row"),
    ] {
        if let (Some(needed), Some(of_recipe)) = (needed, of_recipe)
            && needed != of_recipe
        {
            return Err(TrainingError::Settings {
                key: format!("model.{}.{key}", model.name),
                problem: format!("is {needed}, but the recipe has {of_recipe} {what}; give {of_recipe}"),
            });
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::encoders::Pool;
    use crate::features::{Functional, ResolvedEncoder};

    #[test]
    fn the_states_that_are_mixed_are_those_of_the_encoder() {
        let mut model = crate::models::fixture::settings("weighted_mlp");
        let recipe = |layer| Recipe {
            encoder: "openai/whisper-tiny.en".to_owned(),
            layer,
            pool: Pool::Mean,
            resolved_encoder: Some(ResolvedEncoder {
                fingerprint: String::new(),
                states: 5,
                width: 384,
                rate: 16_000,
            }),
            ..Recipe::default()
        };
        check_layout(&model, &recipe(Layer::All)).unwrap();
        let message = check_layout(&model, &recipe(Layer::Last)).unwrap_err().to_string();
        assert!(
            message.contains("states: is 5") && message.contains("give 1"),
            "{message}"
        );
        assert!(check_layout(&model, &Recipe::default()).is_err());
        model.weighted_mlp.states = 13;
        let message = check_layout(&model, &recipe(Layer::All)).unwrap_err().to_string();
        assert!(message.ends_with("give 5"), "{message}");
    }

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
