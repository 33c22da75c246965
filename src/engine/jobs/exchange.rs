//! Exchange: features to and from other programs, as NumPy arrays.

use super::features::extract_all;
use crate::corpus::split;
use crate::engine::context::Context;
use crate::engine::{EngineError, Event};
use crate::training::{self, Export};
use std::path::Path;
use std::sync::Arc;

/// Extracts what the store lacks, then writes all of it.
pub fn export(context: &Context, folder: &Path, per_clip: bool) -> Result<(), EngineError> {
    let settings = &context.settings;
    let (store, selection, extracted) = extract_all(context)?;
    context.emit(Event::Features(extracted));
    // Clips that cannot be split are exported all the same.
    let split = split(&selection, &settings.split, settings.seed, 0).ok();
    let export = Export {
        selection: &selection,
        split: split.as_ref(),
        store: &store,
        recipe: &settings.recipe,
        per_clip,
    };
    let tell = context.teller();
    let written = training::export_features(&export, folder, &|done, total| tell("exporting", done, total));
    context.check()?;
    context.emit(Event::FeaturesExported(Arc::new(written?)));
    Ok(())
}
