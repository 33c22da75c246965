//! Train: run folders, and a place in the queue.

use super::context::Context;
use super::{Answer, scan};
use crate::corpus::{Catalogue, Dealing, Naming, Selection, fold_count, narrowed, split};
use crate::device::{choose_device, device};
use crate::engine::queue::enqueue;
use crate::engine::runs::command::command;
use crate::engine::runs::file::{RunFile, RunMetadata};
use crate::engine::{EngineError, Settings, Started, reading, request};
use crate::features::Recipe;
use crate::models::Network;
use crate::runs::RunFolder;
use crate::runs::queue::Entry;
use crate::runs::trash::empty_expired;
use crate::training::{Normaliser, Target, check_dimensions, check_fitting, check_layout, check_target, settings_for};
use std::path::Path;
use std::sync::Arc;
use xxhash_rust::xxh3::Xxh3Default;

impl Answer for request::Train {
    /// Makes the run folders and puts them into the queue of their device.
    fn answer(self, context: &Context) -> Result<Started, EngineError> {
        let (settings, metadata) = prepare(context, &self.changes)?;
        empty_expired(&settings.runs);
        let folders = create(&settings, &metadata)?;
        start(&settings.runs, folders, &settings.device)
    }
}

/// Puts runs into the queue.
pub fn start(runs: &Path, folders: Vec<RunFolder>, device: &str) -> Result<Started, EngineError> {
    let ahead = enqueue(runs, &folders, device).inspect_err(|_| {
        for folder in folders.iter().filter(|folder| Entry::read(&folder.path).is_none()) {
            if !folder.path.join("lease.lock").exists() {
                // A run that nobody will ever train; the first error is the one worth reporting.
                let _ = std::fs::remove_dir_all(&folder.path);
            }
        }
    })?;
    Ok(Started {
        runs: folders.into_iter().map(|folder| folder.id).collect(),
        ahead,
    })
}

/// The settings with all paths and corpora filled in, and the clips that there are.
pub fn resolve(context: &Context, changes: &[(String, String)]) -> Result<(Settings, Arc<Catalogue>), EngineError> {
    let mut settings = context.settings.with(changes)?;
    choose_device(&settings.device)?;
    let corpora = reading::corpora(&settings)?;
    let known = &context.settings;
    let same_data = settings.data == known.data
        && settings.corpora == known.corpora
        && settings.speakers == known.speakers
        && settings.split.duplicates == known.split.duplicates;
    let catalogue = if same_data {
        scan::catalogue(context)?
    } else {
        let report = context.progress_reporter();
        reading::headers(&settings, &corpora, &reading::remembered(&settings), &report)?.into()
    };
    settings.corpora = corpora;
    Ok((settings, catalogue))
}

/// As [`resolve`], with what is known about the data. What cannot be trained with them is refused here, before there
/// is a run.
pub fn prepare(context: &Context, changes: &[(String, String)]) -> Result<(Settings, RunMetadata), EngineError> {
    let (settings, catalogue) = resolve(context, changes)?;
    let selection = reading::selection(&catalogue, &settings)?;
    if let (true, Some(first)) = (catalogue.clips.is_empty(), catalogue.refused.first()) {
        return Err(EngineError::Unsuitable(format!(
            "no clip can be read: {} files were refused, the first of them {}: {}; `undertone scan` lists them",
            catalogue.refused.len(),
            first.path.display(),
            first.reason
        )));
    }
    let folds = fold_count(&selection, &settings.split)?;
    for fold in 0..folds {
        let selection = narrowed(&selection, &settings.split, fold)?;
        split(
            &selection,
            &settings.split,
            Dealing::NEWEST,
            settings.split_seed(),
            fold,
        )?;
    }
    let first = narrowed(&selection, &settings.split, 0)?;
    network_for(&settings, &first)?;
    let mut names: Vec<String> = selection.clips.iter().map(|clip| clip.corpus.to_string()).collect();
    names.dedup();
    names.sort();
    names.dedup();
    let metadata = RunMetadata {
        id: String::new(),
        created: jiff::Timestamp::now(),
        group: String::new(),
        fold: 0,
        folds,
        version: env!("CARGO_PKG_VERSION").to_owned(),
        corpora: names,
        synthetic: selection.clips.iter().any(|clip| clip.synthetic),
        clips: selection.clips.len(),
        fingerprint: fingerprint(&catalogue, &settings)?,
        dealing: Dealing::NEWEST,
        naming: Naming::NEWEST,
        command: command(&settings),
        training_seed: None,
        searched: None,
        trial: None,
    };
    Ok((settings, metadata))
}

/// What the clips are turned into, and an untrained network for it; what does not fit together is refused.
pub fn network_for(settings: &Settings, selection: &Selection) -> Result<(Recipe, Network), EngineError> {
    let recipe = settings.recipe()?.resolved(selection.longest_seconds())?;
    let model = settings_for(&settings.model, &recipe, settings.training.normalise)?;
    check_layout(&model, &recipe)?;
    check_fitting(&settings.model, &settings.training, Some(&settings.augmentation))?;
    check_dimensions(&settings.model, &settings.training, Some(&settings.augmentation))?;
    if settings.training.target != Target::Emotion {
        check_target(settings.training.target, selection)?;
    }
    let (frames, coefficients) = recipe.shape();
    Normaliser::check(settings.training.normalise, frames, &selection.clips)?;
    let device = device("cpu")?.autodiff();
    let network = Network::new(&model, (frames, coefficients), selection.outputs(), 1, &device)?;
    Ok((recipe, network))
}

/// One folder per fold.
fn create(settings: &Settings, metadata: &RunMetadata) -> Result<Vec<RunFolder>, EngineError> {
    let mut folders: Vec<RunFolder> = Vec::new();
    for fold in 0..metadata.folds {
        let name = if metadata.folds > 1 {
            format!(
                "{}-fold{:0width$}",
                settings.model.name,
                fold + 1,
                width = metadata.folds.to_string().len()
            )
        } else {
            settings.model.name.clone()
        };
        let folder = RunFolder::create(&settings.runs, &name, metadata.created, |id| {
            let group = folders.first().map_or(id, |first| &first.id);
            let run = RunMetadata {
                fold,
                ..metadata.of(id, group, metadata.created)
            };
            RunFile {
                run,
                settings: settings.clone(),
            }
            .to_toml()
        })?;
        folders.push(folder);
    }
    Ok(folders)
}

/// Hash over the clips that may take part, whatever their samples say: corpus, file, length, rate and label.
pub fn fingerprint(catalogue: &Catalogue, settings: &Settings) -> Result<String, EngineError> {
    // Whether the samples were analysed before or after the run was made is no difference.
    let headers = Catalogue {
        analysis: vec![None; catalogue.clips.len()],
        ..catalogue.clone()
    };
    Ok(clips_fingerprint(&reading::selection(&headers, settings)?))
}

/// Hash over these clips: corpus, file, length, rate and label, or dimensions where these are learnt.
pub fn clips_fingerprint(selection: &Selection) -> String {
    let mut hash = Xxh3Default::new();
    for clip in &selection.clips {
        let name = clip.name();
        let file = name.file_name().unwrap_or_default().to_string_lossy();
        hash.update(
            format!(
                "{}\t{file}\t{}\t{}\t{}\n",
                clip.corpus,
                clip.stated_length(),
                clip.rate,
                clip.emotion
            )
            .as_bytes(),
        );
        if !selection.dimensions.is_empty() {
            hash.update(format!("{:?}\n", clip.dimensions.values()).as_bytes());
        }
    }
    format!("{:032x}", hash.digest128())
}
