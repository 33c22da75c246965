//! Exchange: features to and from other programs, as NumPy arrays.

use super::Answer;
use super::context::Context;
use super::features::extract_all;
use super::scan;
use crate::corpus::{Dealing, split};
use crate::engine::settings::add_import;
use crate::engine::{EngineError, Event, FeaturesExported, ImportSummary, Task, reading, request, rows};
use crate::features::{FeatureStore, Recipe};
use crate::training::{self, Export, ImportFolder};
use std::sync::Arc;

impl Answer for request::ExportFeatures {
    /// Extracts what the store lacks, then writes all of it.
    fn answer(self, context: &Context) -> Result<FeaturesExported, EngineError> {
        let settings = &context.settings;
        training::check_export(settings.recipe()?, &settings.recipe)?;
        let (store, selection, features) = extract_all(context)?;
        // Clips that cannot be split are exported all the same.
        let split = split(&selection, &settings.split, Dealing::NEWEST, settings.split_seed(), 0).ok();
        let export = Export {
            selection: &selection,
            split: split.as_ref(),
            store: &store,
            recipe: &settings.recipe,
            per_clip: self.per_clip,
        };
        let report = context.progress_reporter();
        let written = training::export_features(&export, &self.folder, &|done, total| {
            report(Task::Exporting, done, total)
        });
        context.check()?;
        let written = Arc::new(written?);
        Ok(FeaturesExported { features, written })
    }
}

impl Answer for request::ImportFeatures {
    /// Puts the features of a folder into the store, and a recipe that stands for them into the settings file.
    fn answer(self, context: &Context) -> Result<Arc<ImportSummary>, EngineError> {
        let settings = &context.settings;
        let report = context.progress_reporter();
        let found = ImportFolder::open(&self.folder)?;
        let import = found.import();
        let name = self.name.unwrap_or_else(|| {
            let name = import.folder.file_name().unwrap_or_default();
            name.to_string_lossy().into_owned()
        });
        let catalogue = reading::samples(&*scan::catalogue(context)?, &reading::remembered(settings), &report)?;
        context.check()?;
        context.remember(&catalogue);
        let recipe = Recipe {
            import: Some(import.clone()),
            ..settings.recipe()?.clone()
        };
        let store = FeatureStore::open(&reading::feature_folder(settings), &recipe)?;
        let put = found.put_into(&store, &name, &catalogue, &|done, total| {
            report(Task::Importing, done, total)
        });
        context.check()?;
        let summary = put?;
        if summary.matched == 0 {
            let why = summary.unmatched.first().map_or("it is empty", |(_, why)| why);
            return Err(EngineError::Unsuitable(format!(
                "{}: no row belongs to a clip of the corpora ({why}); list the corpus, or name its files in labels.csv",
                import.folder.display()
            )));
        }
        add_import(settings, &name, &import)?;
        // The file has a recipe more than when the settings were resolved.
        context.emit(Event::Config(Arc::new(rows(&settings.with(&[])?))));
        Ok(Arc::new(summary))
    }
}
