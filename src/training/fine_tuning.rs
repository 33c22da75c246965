//! The encoder of a recipe behind an architecture that trains its upper layers further.

use super::TrainingError;
use crate::encoders::{Found, Layer, Pool};
use crate::features::{Normalise, Recipe};
use crate::models::ModelSettings;
use std::borrow::Cow;

/// The settings of a network for features of this recipe: an architecture that fine-tunes takes its sizes from the recipe's
/// encoder. Others are as they are.
///
/// # Errors
/// [`TrainingError::Settings`] where the recipe gives no states that layers of an encoder take; [`TrainingError::Model`] for
/// an encoder that is not here, and for a state that no layer stands above.
pub fn settings_for<'m>(
    model: &'m ModelSettings,
    recipe: &Recipe,
    normalise: Normalise,
) -> Result<Cow<'m, ModelSettings>, TrainingError> {
    if !model.fine_tunes() {
        return Ok(Cow::Borrowed(model));
    }
    let name = &model.name;
    let refuse = |key: &str, problem: String| {
        Err(TrainingError::Settings {
            key: key.to_owned(),
            problem,
        })
    };
    let index = matches!(recipe.layer, Layer::Index(_));
    if !recipe.has_encoder() || recipe.pool != Pool::Frames || !index {
        let problem = format!(
            "`{name}` trains the layers of an encoder above a hidden state; choose a recipe with encoder, the number of a \
             layer and pool = \"frames\", such as whisper_tiny_2_frames"
        );
        return refuse("recipe", problem);
    }
    if normalise != Normalise::Corpus {
        let problem =
            format!("changes hidden states, which the layers of `{name}` take as they are; set it to \"corpus\"");
        return refuse("training.normalise", problem);
    }
    recipe.check_encoder()?;
    let found = Found::new(&recipe.encoder).map_err(crate::models::ModelError::from)?;
    Ok(Cow::Owned(model.for_encoder(&found.config, recipe.layer)?))
}

#[cfg(test)]
mod tests;
