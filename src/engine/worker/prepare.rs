//! From the corpora to the arrays that a run is trained on.

use super::protocol::observed_ranges;
use super::{Run, left_out, progress, protocol};
use crate::corpus::{Scales, Split, dealt, narrowed, narrowed_to, split};
use crate::engine::runs::file::RunMetadata;
use crate::engine::{EngineError, Protocol, Settings, Stop, Task, reading};
use crate::features::Recipe;
use crate::runs::{RunError, RunFolder, read_stop};
use crate::training::{Dataset, Examples, Normaliser, build_dataset, examples};

/// What a run is trained on.
pub struct Prepared {
    pub examples: Examples,
    pub recipe: Recipe,
    pub dataset: Dataset,
    pub normaliser: Normaliser,
    pub protocol: Protocol,
}

/// Reads, selects and splits the clips, and extracts their features; nothing when the run was asked to stop meanwhile.
///
/// # Errors
/// Clips that cannot be read, split or trained on.
pub fn prepare(
    process: &mut Run,
    run: &RunMetadata,
    settings: &Settings,
    device: &str,
) -> Result<Option<Prepared>, EngineError> {
    let (folder, lease) = (process.folder.clone(), &process.lease);
    let is_stopped = || read_stop(&folder.path) == Some(Stop::Now);
    let report = |task: Task, done: usize, total: usize| {
        progress(lease, &task, done, total);
        !is_stopped()
    };
    let analysis = reading::remembered(settings);
    let catalogue = reading::headers(settings, &settings.corpora, &analysis, &report)?;
    let catalogue = reading::samples(&catalogue, &analysis, &report)?.named(run.naming);
    if is_stopped() {
        return Ok(None);
    }
    let selection = reading::selection(&catalogue, settings)?;
    let leaky = settings.augmentation.leak_copies_across_sides;
    let resumed = process.resumed.is_some();
    // A run that is resumed keeps its split, whatever it would come to now. Leaky copies are dealt by chance alone, as
    // ever.
    let kept = if resumed && !leaky { kept_split(&folder)? } else { None };
    let selection = match &kept {
        Some(_) => narrowed_to(selection, &settings.split, &dealt(&folder.split())?),
        None => narrowed(&selection, &settings.split, run.fold)?.into_owned(),
    };
    let mut examples = examples(selection, &settings.augmentation, settings.seed, |selection| {
        let (subsets, seed) = (&settings.split, settings.split_seed());
        match &kept {
            Some(table) => Split::kept(selection, subsets, run.dealing, (seed, run.fold, run.folds), table),
            None => split(selection, subsets, run.dealing, seed, run.fold),
        }
    })?;
    let recipe = settings.recipe()?.resolved(examples.selection.longest_seconds())?;
    if resumed {
        left_out::again(&mut examples, &folder.split())?;
    }
    left_out::save_split(&folder, &examples, leaky)?;
    let store = reading::feature_store(settings, &recipe, device)?;
    let task = reading::feature_task(&store, &examples.selection.clips)?;
    let built = build_dataset(&mut examples, settings.training.target, &store, &|done, total| {
        report(task.clone(), done, total)
    });
    let mut dataset = match built {
        Ok(dataset) => dataset,
        Err(_) if is_stopped() => return Ok(None),
        Err(error) => return Err(error.into()),
    };
    for words in left_out::words(&examples.left_out) {
        process.note(words)?;
    }
    if !resumed {
        for text in &examples.split.notes {
            process.note(text.clone())?;
        }
    }
    left_out::save_split(&folder, &examples, leaky)?;
    process.note(features_note(&examples, &recipe, dataset.cached))?;

    let how = settings.training.normalise;
    let normaliser = Normaliser::apply(&mut dataset.matrices, &examples.selection.clips, examples.clips(), how)?;
    let mut protocol = protocol::protocol(&examples, settings.split_seed());
    protocol.notes.extend(normaliser.note().map(str::to_owned));
    protocol.notes.extend(run.searched.clone());
    protocol.notes.extend(votes_note(&dataset));
    protocol
        .notes
        .extend(dimensions_note(&dataset, &examples.selection.scales));
    Ok(Some(Prepared {
        examples,
        recipe,
        dataset,
        normaliser,
        protocol,
    }))
}

fn votes_note(dataset: &Dataset) -> Option<String> {
    let votes = dataset.votes.as_ref()?;
    let without = match votes.without {
        0 => String::new(),
        without => format!(
            ", {without} of {} clips by their label for want of them",
            votes.shares.len()
        ),
    };
    Some(format!("learnt from the listeners' votes{without}"))
}

/// What is learnt, and whose range nobody states.
fn dimensions_note(dataset: &Dataset, scales: &Scales) -> Vec<String> {
    let Some(dimensions) = &dataset.dimensions else {
        return Vec::new();
    };
    let learnt = format!(
        "learnt: {}, each on 0 to 1 of its corpus's scale",
        dimensions.head.names.join(", ")
    );
    let observed = observed_ranges(scales, dimensions.head.scales.keys().map(String::as_str));
    std::iter::once(learnt).chain(observed).collect()
}

fn features_note(examples: &Examples, recipe: &Recipe, cached: usize) -> String {
    let copies = match examples.copies.len() {
        0 => String::new(),
        copies => format!(" and {copies} copies"),
    };
    let encoder = match &recipe.resolved_encoder {
        Some(encoder) => format!(
            " by the encoder {} (fingerprint {})",
            recipe.encoder, encoder.fingerprint
        ),
        None => String::new(),
    };
    format!(
        "features of {} clips{copies}{encoder}, {cached} of them from the cache",
        examples.clips()
    )
}

/// The table of the split that the run began with; none when it did not come so far.
fn kept_split(folder: &RunFolder) -> Result<Option<Vec<u8>>, EngineError> {
    let path = folder.split();
    match std::fs::read(&path) {
        Ok(table) => Ok(Some(table)),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(source) => Err(RunError::Io { path, source }.into()),
    }
}
