//! Exchange: features to and from other programs, as NumPy arrays.

use super::context::Context;
use super::features::extract_all;
use super::scan;
use crate::corpus::{Dealing, split};
use crate::engine::settings::add_import;
use crate::engine::{EngineError, Event, reading, rows};
use crate::features::{FeatureStore, Recipe};
use crate::training::{self, Export, ImportFolder};
use std::path::Path;
use std::sync::Arc;

/// Extracts what the store lacks, then writes all of it.
pub fn export(context: &Context, folder: &Path, per_clip: bool) -> Result<(), EngineError> {
    let settings = &context.settings;
    let (store, selection, extracted) = extract_all(context)?;
    context.emit(Event::Features(extracted));
    // Clips that cannot be split are exported all the same.
    let split = split(&selection, &settings.split, Dealing::NEWEST, settings.seed, 0).ok();
    let export = Export {
        selection: &selection,
        split: split.as_ref(),
        store: &store,
        recipe: &settings.recipe,
        per_clip,
    };
    let tell = context.progress_reporter();
    let written = training::export_features(&export, folder, &|done, total| tell("exporting", done, total));
    context.check()?;
    context.emit(Event::FeaturesExported(Arc::new(written?)));
    Ok(())
}

/// Puts the features of a folder into the store, and a recipe that stands for them into the settings file.
pub fn import(context: &Context, folder: &Path, name: Option<String>) -> Result<(), EngineError> {
    let settings = &context.settings;
    let tell = context.progress_reporter();
    let found = ImportFolder::open(folder)?;
    let import = found.import();
    let name = name.unwrap_or_else(|| {
        let name = import.folder.file_name().unwrap_or_default();
        name.to_string_lossy().into_owned()
    });
    let catalogue = reading::samples(&*scan::catalogue(context)?, &reading::remembered(settings), &tell)?;
    context.check()?;
    context.remember(&catalogue);
    let recipe = Recipe {
        import: Some(import.clone()),
        ..settings.recipe()?.clone()
    };
    let store = FeatureStore::open(&reading::feature_folder(settings), &recipe)?;
    let put = found.put_into(&store, &name, &catalogue, &|done, total| tell("importing", done, total));
    context.check()?;
    let summary = put?;
    if summary.matched == 0 {
        let why = summary.unmatched.first().map_or("it is empty", |(_, why)| why);
        return Err(EngineError::Other(format!(
            "{}: no row belongs to a clip of the corpora ({why}); list the corpus, or name its files in labels.csv",
            import.folder.display()
        )));
    }
    add_import(settings, &name, &import)?;
    context.emit(Event::FeaturesImported(Arc::new(summary)));
    // The file has a recipe more than when the settings were resolved.
    context.emit(Event::Config(Arc::new(rows(&settings.with(&[])?))));
    Ok(())
}
