//! From settings to a catalogue: which corpora, their headers, their samples. Engine and worker read the same way.

use super::{EngineError, Settings, Task};
use crate::corpus::{
    self, AnalysisCache, Catalogue, Clip, CorpusError, CorpusSettings, Duplicates, Exclusion, ScanIndex, Selection,
    demo, select, select_dimensions,
};
use crate::device::device;
use crate::features::{FeatureStore, Recipe};
use crate::training::Target;
use burn::tensor::Device;
use std::path::PathBuf;

/// Takes what is being done, how much of it is done and of how much (0: not known yet); says whether to go on.
pub type ReportProgress<'a> = &'a (dyn Fn(Task, usize, usize) -> bool + Sync);

/// The corpora of the settings; with none listed, those under `data`. None where the demo corpus may be written.
///
/// # Errors
/// A folder that cannot be read, or that holds data which no layout understands and no corpus of human speech; a
/// folder without clips that the settings name.
pub fn corpora(settings: &Settings) -> Result<Vec<CorpusSettings>, EngineError> {
    let mut corpora = listed(settings)?;
    if settings.split.duplicates == Duplicates::Keep {
        corpora.iter_mut().for_each(|corpus| corpus.copies = true);
    }
    Ok(corpora)
}

fn listed(settings: &Settings) -> Result<Vec<CorpusSettings>, EngineError> {
    if !settings.corpora.is_empty() {
        return Ok(settings.corpora.clone());
    }
    let (data, folder) = (&settings.data, demo_folder(settings));
    let found = corpus::discover(data);
    if found.iter().any(|corpus| !corpus::is_synthetic(corpus, data)) {
        return Ok(found);
    }
    // Nobody's own recordings are passed over for synthetic ones.
    corpus::check_nothing_meant(data)?;
    // A demo corpus whose writing was interrupted is written again.
    let is_whole = |corpus: &CorpusSettings| !corpus.path.starts_with(&folder) || demo::is_complete(&folder);
    if found.iter().all(is_whole) && (!found.is_empty() || !settings.source.names_data) {
        return Ok(found);
    }
    if settings.source.names_data {
        return Err(CorpusError::NoClips { path: data.clone() }.into());
    }
    Ok(Vec::new())
}

/// Where the demo corpus is when nothing else is said.
pub fn demo_folder(settings: &Settings) -> PathBuf {
    settings.data.join("demo")
}

/// The clips that take part, as what is learnt of them asks.
///
/// # Errors
/// Dimensions that are to be learnt and that the corpora do not have.
pub fn selection(catalogue: &Catalogue, settings: &Settings) -> Result<Selection, CorpusError> {
    let (labels, filter) = (&settings.labels, &settings.filter);
    match settings.training.target {
        Target::Dimensions => {
            let wanted = &settings.training.dimensions;
            let found = select_dimensions(catalogue, labels, filter, wanted)?;
            match found.clips.is_empty() && found.excluded.contains_key(&Exclusion::Dimensions) {
                true => Err(CorpusError::Dimensions(format!(
                    "no clip that takes part states {} in two values; name others, or the columns that state them",
                    wanted.join(" or ")
                ))),
                false => Ok(found),
            }
        }
        Target::Emotion | Target::Votes => Ok(select(catalogue, labels, filter)),
    }
}

/// What is remembered of the samples.
pub fn remembered(settings: &Settings) -> AnalysisCache {
    AnalysisCache::load(&analysis(settings))
}

/// Reads the headers of all clips; their speakers are those that the settings say they are.
///
/// # Errors
/// A corpus that cannot be read, an index that cannot be written.
pub fn headers(
    settings: &Settings,
    corpora: &[CorpusSettings],
    analysis: &AnalysisCache,
    report: ReportProgress,
) -> Result<Catalogue, EngineError> {
    let path = scan_index(settings);
    let mut index = ScanIndex::load(&path);
    let catalogue = corpus::scan(corpora, &mut index, analysis, &|done, _| {
        report(Task::Headers, done, 0);
    })?;
    index.save(&path)?;
    Ok(catalogue.with_speakers(&settings.speakers))
}

/// Analyses the samples that have not been; incomplete when `report` did not want to go on.
///
/// # Errors
/// What is remembered cannot be written.
pub fn samples(
    catalogue: &Catalogue,
    analysis: &AnalysisCache,
    report: ReportProgress,
) -> Result<Catalogue, EngineError> {
    Ok(corpus::analyse(catalogue, analysis, &|done, total, _| {
        report(Task::Samples, done, total)
    })?)
}

/// Whether the samples of every clip have been analysed.
pub fn is_analysed(catalogue: &Catalogue) -> bool {
    catalogue.analysis.iter().all(Option::is_some)
}

/// Where the headers of the last scan are kept.
pub fn scan_index(settings: &Settings) -> PathBuf {
    settings.cache.join("scan-index")
}

/// Where what samples said is kept.
pub fn analysis(settings: &Settings) -> PathBuf {
    settings.cache.join("analysis")
}

/// Where the features of a recipe are computed: on the device that is named, when an encoder does it, and else on the CPU.
///
/// # Errors
/// A device that is not here.
pub fn feature_device(recipe: &Recipe, name: &str) -> Result<Device, EngineError> {
    Ok(device(if recipe.has_encoder() { name } else { "cpu" })?)
}

/// The store of a recipe's features, on that device.
///
/// # Errors
/// A device that is not here, a store that cannot be made.
pub fn feature_store(settings: &Settings, recipe: &Recipe, device: &str) -> Result<FeatureStore, EngineError> {
    let store = FeatureStore::open(&feature_folder(settings), recipe)?;
    Ok(store.on(feature_device(recipe, device)?))
}

/// What the making of features is called: where they are large, with what they take of the cache, by the clips' headers.
///
/// # Errors
/// An encoder that is not here.
pub fn feature_task(store: &FeatureStore, clips: &[Clip]) -> Result<Task, EngineError> {
    if !store.recipe().has_unequal_frames() {
        return Ok(Task::Features);
    }
    let lengths = clips.iter().map(|clip| (clip.stated_length(), clip.rate));
    Ok(Task::Frames(store.bytes_of(lengths)? >> 20))
}

/// Where features are kept.
pub fn feature_folder(settings: &Settings) -> PathBuf {
    settings.cache.join("features")
}
