//! From a trained model to its package and its report.

use super::prepare::Prepared;
use super::{Ending, Run, progress};
use crate::engine::runs::ending::end_of_training;
use crate::engine::runs::file::RunMetadata;
use crate::engine::runs::results;
use crate::engine::{EngineError, EvaluatedClip, Settings, Task};
use crate::evaluation::{self, Regression};
use crate::inference::{DimensionHead, FinalFit};
use crate::training::{Trained, evaluated};
use std::collections::BTreeSet;

/// Keeps the model and, but for a trial, evaluates it on the test set.
///
/// # Errors
/// A folder that cannot be written.
pub(super) fn report(
    process: &mut Run,
    run: &RunMetadata,
    settings: &Settings,
    prepared: Prepared,
    trained: &Trained,
) -> Result<Ending, EngineError> {
    let Prepared {
        examples,
        dataset,
        mut protocol,
        ..
    } = prepared;
    progress(&process.lease, &Task::Report, 0, 1);
    trained.package.save(&process.folder.model())?;
    let ending = if trained.stopped {
        Ending::Stopped
    } else {
        Ending::Finished(end_of_training(settings, trained.history.len(), trained.best_epoch))
    };
    if run.trial.is_some() {
        return Ok(ending);
    }
    let (fitted, epochs) = (trained.package.metadata.final_fit, trained.best_epoch);
    protocol.final_model = fitted == FinalFit::Everything;
    if fitted == FinalFit::TrainValidation {
        protocol.notes.push(format!(
            "refitted on training and validation clips for {epochs} epochs, the number that validation chose"
        ));
    }
    if fitted != FinalFit::None {
        process.note(final_words(fitted, epochs))?;
    }
    let evaluated = evaluated(&dataset, &examples.selection, trained);
    let report = match &dataset.dimensions {
        None => evaluation::report(&dataset.labels, &evaluated, protocol),
        Some(of) => evaluation::regression_report(regression(&of.head, &evaluated), protocol),
    };
    results::write(&process.folder, &report, &evaluated)?;
    if let Some(regression) = &report.regression {
        process.note(format!(
            "the network of epoch {epochs} is kept; test CCC {:.3}",
            regression.mean_ccc().unwrap_or_default()
        ))?;
        return Ok(ending);
    }
    process.note(format!(
        "the network of epoch {epochs} is kept; test {} {:.1} %, accuracy {:.1} %",
        report.scores.coverage().uar(),
        100.0 * report.scores.unweighted_average_recall,
        100.0 * report.scores.accuracy
    ))?;
    Ok(ending)
}

/// How the dimensions of a model agree with those that the corpora of these clips state.
pub(in crate::engine) fn regression(head: &DimensionHead, evaluated: &[EvaluatedClip]) -> Regression {
    let corpora: BTreeSet<&str> = evaluated.iter().map(|clip| clip.corpus.as_str()).collect();
    let scales = corpora
        .into_iter()
        .map(|corpus| (corpus.to_owned(), head.ranges(corpus)));
    Regression::of(&head.names, scales.collect(), evaluated)
}

/// What the journal says of a final fit.
fn final_words(fitted: FinalFit, epochs: usize) -> String {
    match fitted {
        FinalFit::Everything => format!(
            "the model was refitted on all clips for {epochs} epochs and has no held-out test score; the scores are those of the model before the final fit"
        ),
        FinalFit::TrainValidation => {
            format!("the model was refitted on training and validation clips for {epochs} epochs")
        }
        FinalFit::None => String::new(),
    }
}
