//! Models: which architectures there are, and one of them layer by layer.

use super::Answer;
use super::context::Context;
use crate::engine::{Architectures, EngineError, ModelRow, ModelSummary, Settings, request};
use crate::layers::LayerSummary;
use crate::models::{ModelError, ModelSettings, Network, Published, architectures, published};
use crate::training::settings_for;
use std::borrow::Cow;
use std::sync::Arc;

impl Answer for request::Models {
    /// All architectures, or one of them summed up for the settings' recipe.
    fn answer(self, context: &Context) -> Result<Architectures, EngineError> {
        let settings = &context.settings;
        Ok(match self.name {
            None => Architectures::All(Arc::new(list(&settings.model)?)),
            Some(name) => Architectures::One(Arc::new(summary(settings, &name)?)),
        })
    }
}

fn list(sizes: &ModelSettings) -> Result<Vec<ModelRow>, EngineError> {
    let row = |Published {
                   name,
                   about,
                   input,
                   classes,
                   ..
               }| {
        let layers = layers(sizes, name, input, classes)?;
        Ok(ModelRow {
            name: name.to_owned(),
            about: about.to_owned(),
            input,
            classes,
            parameters: sum(&layers, |layer| layer.trainable + layer.fixed),
            multiply_adds: sum(&layers, |layer| layer.multiply_adds),
        })
    };
    architectures().into_iter().map(row).collect()
}

fn summary(settings: &Settings, name: &str) -> Result<ModelSummary, EngineError> {
    let Published {
        name, about, classes, ..
    } = published(name)?;
    let mut recipe = Cow::Borrowed(settings.recipe()?);
    if recipe.has_encoder() {
        // Which has no longest clip to know.
        recipe = Cow::Owned(recipe.resolved(0.0)?);
    }
    let input = recipe.shape();
    if input.0 == 0 && !recipe.has_unequal_frames() {
        return Err(EngineError::Unsuitable(format!(
            "recipes.{}.take_seconds: is 0, so that its frames are not known before the clips are read; \
             set it, or choose another recipe",
            settings.recipe
        )));
    }
    let model = ModelSettings {
        name: name.to_owned(),
        ..settings.model.clone()
    };
    let model = settings_for(&model, &recipe, settings.training.normalise)?;
    let layers = layers(&model, name, input, classes)?;
    Ok(ModelSummary {
        name: name.to_owned(),
        about: about.to_owned(),
        recipe: settings.recipe.clone(),
        input,
        classes,
        trainable: sum(&layers, |layer| layer.trainable),
        fixed: sum(&layers, |layer| layer.fixed),
        multiply_adds: sum(&layers, |layer| layer.multiply_adds),
        layers,
    })
}

/// With the settings' sizes.
fn layers(
    sizes: &ModelSettings,
    name: &str,
    input: (usize, usize),
    classes: usize,
) -> Result<Vec<LayerSummary>, ModelError> {
    let sizes = ModelSettings {
        name: name.to_owned(),
        ..sizes.clone()
    };
    sizes.validate()?;
    Network::layers_of(&sizes, input, classes)
}

fn sum(layers: &[LayerSummary], of: impl Fn(&LayerSummary) -> usize) -> usize {
    layers.iter().map(of).sum()
}
