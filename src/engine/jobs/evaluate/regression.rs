//! A model with dimensions on clips that state them, whether or not these have labels.

use super::super::predictor::Loaded;
use super::clips::Side;
use super::{origin, rows, save};
use crate::corpus::{Catalogue, Dimensions, Selection, Subset, select_dimensions};
use crate::engine::jobs::context::Context;
use crate::engine::worker::protocol::{observed_ranges, reason};
use crate::engine::worker::report::regression;
use crate::engine::{Coverage, EngineError, Evaluation, LabelChoice, Protocol};
use crate::evaluation::regression_report;
use crate::training::{dimension_head, evaluated_dimensions};
use std::collections::HashSet;
use std::path::Path;

/// The clips that state any of the model's dimensions, each in the units of its corpus.
///
/// # Errors
/// Labels that are asked for, no clip that states any, and what the evaluation of labels refuses.
pub fn evaluate(
    context: &Context,
    loaded: &Loaded,
    training: Option<origin::Training>,
    catalogue: &Catalogue,
    (choice, subset): (&LabelChoice, Option<Subset>),
) -> Result<Evaluation, EngineError> {
    let settings = &context.settings;
    if let Some(label) = choice.labels.first() {
        return Err(EngineError::Unsuitable(format!(
            "{} has dimensions and no labels such as `{label}`; leave out --labels",
            loaded.name()
        )));
    }
    let names = loaded.dimensions();
    let known: Vec<String> = names
        .iter()
        .filter(|name| Dimensions::place(name).is_some())
        .cloned()
        .collect();
    let selection = select_dimensions(catalogue, &settings.labels, &settings.filter, &known)?;
    if selection.clips.is_empty() {
        return Err(EngineError::Unsuitable(format!(
            "no selected clip states any of {}; name corpora whose tables have such columns, or widen [filter]",
            names.join(", ")
        )));
    }
    let side = Side::of(settings, selection, subset)?;
    let head = dimension_head(&names, &side.selection);
    let (mut evaluated, mut refused) = (Vec::new(), Vec::new());
    for (clip, row) in side.selection.clips.iter().zip(rows(context, loaded, &side.selection)?) {
        match row {
            Ok(row) => evaluated.push(evaluated_dimensions(&head, clip, &row)),
            Err(why) => refused.push((clip.name().into_owned(), why)),
        }
    }
    if let (true, Some((path, why))) = (evaluated.is_empty(), refused.first()) {
        return Err(EngineError::Unsuitable(format!(
            "no clip could be evaluated; {} first: {why}",
            path.display()
        )));
    }
    let paths: HashSet<&Path> = evaluated.iter().map(|clip| &*clip.path).collect();
    let origin = origin::of(loaded, training, (&side.selection, &paths), catalogue);
    let ranges = observed_ranges(&catalogue.scales, head.scales.keys().map(String::as_str));
    let protocol = Protocol {
        split: side.name,
        synthetic: origin.synthetic || side.selection.clips.iter().any(|clip| clip.synthetic),
        test_clips: evaluated.len(),
        train_clips: origin.train_clips,
        validation_clips: origin.validation_clips,
        leakage: origin.leakage,
        trained_elsewhere: Some(origin.words),
        left_out: left_out(&side.selection, refused.len()),
        final_model: false,
        notes: side.notes.into_iter().chain(ranges).collect(),
        seed: settings.seed,
    };
    let report = regression_report(regression(&head, &evaluated), protocol);
    let folder = save::write(&settings.runs, loaded.name(), &report, &evaluated)?;
    Ok(Evaluation {
        model: loaded.name().to_owned(),
        ready_made: loaded.is_ready_made(),
        dimensions: names,
        agreement: report.regression.as_ref().map(|of| of.agreement.clone()),
        coverage: Coverage::default(),
        interval: None,
        report,
        evaluated,
        not_in_model: Vec::new(),
        unknown_labels: Vec::new(),
        refused,
        folder,
    })
}

fn left_out(selection: &Selection, refused: usize) -> Vec<(String, usize)> {
    let excluded = selection.excluded.iter();
    excluded
        .map(|(why, clips)| (reason(*why).to_owned(), *clips))
        .chain([("that could not be predicted".to_owned(), refused)])
        .collect()
}
