//! Evaluate: a model on the selected clips, whatever it was trained on.

mod agreement;
mod clips;
mod dimensions;
mod origin;
mod regression;
mod save;

use super::Answer;
use super::context::Context;
use super::predictor::{Loaded, load, unknown_labels};
use super::scan;
use crate::corpus::{Catalogue, Clip, Selection, Subset, select};
use crate::engine::worker::protocol::{observed_ranges, reason};
use crate::engine::{EngineError, Evaluation, LabelChoice, Protocol, Task, reading, request};
use crate::evaluation::{report, uar_interval};
use crate::inference::LabelView;
use crate::training::{Rows, TrainingError, transfer, transfer_ready_made};
use agreement::Agreement;
use clips::{Predicted, Side};
use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// What a model predicts of clips, and what is to be said of that.
struct Predictions {
    /// The labels, in the order of the probabilities.
    labels: Vec<String>,
    predicted: Predicted,
    refused: Vec<(PathBuf, String)>,
    notes: Vec<String>,
}

impl Answer for request::Evaluate {
    /// Reads the samples of all clips, asks the model about those that are evaluated, and writes the report.
    fn answer(self, context: &Context) -> Result<Arc<Evaluation>, EngineError> {
        let settings = &context.settings;
        let loaded = load(context, &self.by, &settings.device)?;
        // What is damaged is seen before the work.
        let training = origin::training_of(&loaded)?;
        let view = loaded.view(settings, &self.choice)?;
        let catalogue = catalogue(context)?;
        let selection = select(&catalogue, &settings.labels, &settings.filter);
        // There is no map to categories without labels to fit it on, and a run's model is evaluated by what it has learnt.
        if view.is_none() && (!loaded.is_ready_made() || selection.clips.is_empty()) {
            let choice = (&self.choice, self.subset);
            return regression::evaluate(context, &loaded, training, &catalogue, choice).map(Arc::new);
        }
        let (side, predictions, dimensional) = match &view {
            Some(view) => {
                let side = Side::of(settings, selection, self.subset)?;
                let predictions = by_labels(context, &loaded, view, &side.selection)?;
                (side, predictions, None)
            }
            None => {
                let (side, predictions, dimensional) =
                    by_dimensions(context, &loaded, selection, (&self.choice, self.subset))?;
                (side, predictions, Some(dimensional))
            }
        };
        let Predictions {
            labels,
            predicted,
            refused,
            notes,
        } = predictions;
        if let (true, Some((path, why))) = (predicted.evaluated.is_empty(), refused.first()) {
            return Err(EngineError::Unsuitable(format!(
                "no clip could be evaluated; {} first: {why}",
                path.display()
            )));
        }
        // Nothing is fitted for it, so it is over all clips.
        let agreement = dimensional.as_ref().and_then(|of| {
            let sides = [(&of.fitted.0, &of.fitted.1), (&side.selection, &of.test)];
            Agreement::of(&of.names, &catalogue.scales, sides)
        });
        let agreed = agreement.as_ref().map(Agreement::report);
        let ranges = agreed.as_ref().and_then(|report| {
            observed_ranges(&catalogue.scales, report.by_corpus.iter().map(|(corpus, _)| &**corpus))
        });
        let evaluated: HashSet<&Path> = predicted.evaluated.iter().map(|clip| &*clip.path).collect();
        let origin = origin::of(&loaded, training, (&side.selection, &evaluated), &catalogue);
        let not_in_model = predicted.not_in_model.iter().map(|label| label.clips).sum();
        let without = match self.choice.labels.is_empty() {
            true => "with labels that the model does not have",
            false => "with other labels than those asked for",
        };
        let excluded = side.selection.excluded.iter();
        let left_out = excluded.map(|(why, clips)| (reason(*why).to_owned(), *clips));
        let protocol = Protocol {
            split: side.name,
            synthetic: origin.synthetic || side.selection.clips.iter().any(|clip| clip.synthetic),
            test_clips: predicted.evaluated.len(),
            train_clips: origin.train_clips,
            validation_clips: origin.validation_clips,
            leakage: origin.leakage,
            trained_elsewhere: Some(origin.words),
            left_out: left_out
                .chain([
                    (without.to_owned(), not_in_model),
                    ("that could not be predicted".to_owned(), refused.len()),
                ])
                .collect(),
            final_model: false,
            notes: side.notes.into_iter().chain(notes).chain(ranges).collect(),
            seed: settings.seed,
        };
        let report = report(&labels, &predicted.evaluated, protocol);
        let folder = save::write(&settings.runs, loaded.name(), &report, &predicted.evaluated)?;
        if let Some(agreement) = &agreement {
            agreement.write(&folder.join("dimensions.csv"))?;
        }
        Ok(Arc::new(Evaluation {
            model: loaded.name().to_owned(),
            ready_made: loaded.is_ready_made(),
            dimensions: dimensional.as_ref().map_or_else(Vec::new, |of| of.names.clone()),
            agreement: agreed,
            coverage: report.scores.coverage(),
            interval: uar_interval(&predicted.evaluated, &labels, settings.seed),
            report,
            evaluated: predicted.evaluated,
            not_in_model: predicted.not_in_model,
            unknown_labels: unknown_labels(&loaded, view.as_ref()),
            refused,
            folder,
        }))
    }
}

fn catalogue(context: &Context) -> Result<Catalogue, EngineError> {
    let report = context.progress_reporter();
    let catalogue = reading::samples(
        &*scan::catalogue(context)?,
        &reading::remembered(&context.settings),
        &report,
    )?;
    context.check()?;
    context.remember(&catalogue);
    Ok(catalogue)
}

/// What the model says of each clip.
fn rows(context: &Context, loaded: &Loaded, selection: &Selection) -> Result<Rows, EngineError> {
    let report = context.progress_reporter();
    let progress = |done, total| report(Task::Evaluating, done, total);
    let rows = match loaded {
        Loaded::Run(_, package) => {
            let store = reading::feature_store(&context.settings, &package.metadata.recipe, &context.settings.device)?;
            transfer(package, selection, &store, &progress)
        }
        Loaded::ReadyMade(_, model) => transfer_ready_made(model, &selection.clips, &progress),
    };
    rows.map_err(|error: TrainingError| match context.check() {
        Err(cancelled) => cancelled,
        Ok(()) => error.into(),
    })
}

fn by_labels(
    context: &Context,
    loaded: &Loaded,
    view: &LabelView,
    selection: &Selection,
) -> Result<Predictions, EngineError> {
    clips::check_labels(loaded, view.names(), selection)?;
    let mut refused = Vec::new();
    let mut shown = Vec::new();
    let mut left_out = Vec::new();
    for (clip, row) in selection.clips.iter().zip(rows(context, loaded, selection)?) {
        match row.and_then(|row| view.of(&row).map_err(|error| error.to_string())) {
            Ok((row, share)) => {
                shown.push((clip, row));
                left_out.push(share);
            }
            Err(reason) => refused.push((clip.name().into_owned(), reason)),
        }
    }
    let notes = view.leaves_out().then(|| {
        let mean = left_out.iter().map(|share| f64::from(*share)).sum::<f64>() / left_out.len().max(1) as f64;
        format!(
            "probabilities renormalised over {}; the model's other labels had {:.1} % on average",
            view.names().join(", "),
            100.0 * mean
        )
    });
    Ok(Predictions {
        labels: view.names().to_vec(),
        predicted: clips::predicted(view.names(), shown),
        refused,
        notes: notes.into_iter().collect(),
    })
}

/// What a model with dimensions says of the clips that its map to categories is fitted on, and of those that are evaluated.
struct Dimensional {
    names: Vec<String>,
    fitted: (Selection, Rows),
    test: Rows,
}

/// Dimensions are mapped to categories, which takes clips to fit the map on: the training and validation sets of the
/// settings' split. What is evaluated is in its test set.
fn by_dimensions(
    context: &Context,
    loaded: &Loaded,
    selection: Selection,
    (choice, subset): (&LabelChoice, Option<Subset>),
) -> Result<(Side, Predictions, Dimensional), EngineError> {
    let Loaded::ReadyMade(_, model) = loaded else {
        return Err(EngineError::Unsuitable("the model has no labels".to_owned()));
    };
    if subset.is_some_and(|subset| subset != Subset::Test) {
        return Err(EngineError::Unsuitable(format!(
            "{} has dimensions, and the map to categories is fitted on the training and validation clips; evaluate the test set",
            loaded.name()
        )));
    }
    let selection = clips::of_labels(selection, &choice.labels)?;
    let (fitted, test) = Side::divided(&context.settings, selection)?;
    let dimensions: Vec<String> = model.labels().to_vec();
    let of_fitted = rows(context, loaded, &fitted)?;
    let map = dimensions::fit(&fitted, &of_fitted, &dimensions)?;
    let of_test = rows(context, loaded, &test.selection)?;
    let mut refused = Vec::new();
    let mut shown: Vec<(&Clip, Vec<f32>)> = Vec::new();
    for (clip, row) in test.selection.clips.iter().zip(&of_test) {
        match row {
            Ok(row) => shown.push((clip, map.means.probabilities(row))),
            Err(reason) => refused.push((clip.name().into_owned(), reason.clone())),
        }
    }
    let predicted = clips::predicted(&map.labels, shown);
    let predictions = Predictions {
        labels: map.labels,
        predicted,
        refused,
        notes: vec![map.note],
    };
    let dimensional = Dimensional {
        names: dimensions,
        fitted: (fitted, of_fitted),
        test: of_test,
    };
    Ok((test, predictions, dimensional))
}
