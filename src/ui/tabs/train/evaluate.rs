//! A model on clips that it was not trained on.

use super::TrainView;
use crate::engine::{Command, Evaluation, LabelChoice, Predictor};
use crate::present::numbers::{ccc, count};
use crate::ui::message::Message;
use crate::ui::model::Model;
use crate::ui::overlays::Prompt;
use crate::ui::pane::Effects;

/// Asks which model, the run's under the cursor unless another is typed; without runs an encoder's.
pub fn ask(view: &mut TrainView, _: &Model, effects: &mut Effects) {
    let line = view.run().map_or("encoder:", |run| run.id.as_str());
    effects.open(Prompt::new(
        ("Evaluate", "A run, or encoder:NAME of one with a head.", "evaluate"),
        line,
        |line| match line.is_empty() {
            true => Err("Name a run, or encoder:NAME."),
            false => Ok(Command::Evaluate {
                by: Predictor::from(line),
                choice: LabelChoice::default(),
                subset: None,
            }),
        },
    ));
}

/// The scores in a sentence.
pub fn message(evaluation: &Evaluation) -> Message {
    if let Some(regression) = &evaluation.report.regression {
        return Message::good(format!(
            "{} on {}: mean CCC {}. The report is in {}.",
            evaluation.model,
            count(evaluation.evaluated.len(), "clip"),
            regression.mean_ccc().map_or_else(|| "–".to_owned(), ccc),
            evaluation.folder.display()
        ));
    }
    let scores = &evaluation.report.scores;
    let interval = evaluation.interval.as_ref().map_or_else(String::new, |interval| {
        format!(" ({:.1} to {:.1})", 100.0 * interval.low, 100.0 * interval.high)
    });
    Message::good(format!(
        "{} on {}: {} {:.1} %{interval}, accuracy {:.1} %. The report is in {}.",
        evaluation.model,
        count(scores.support, "clip"),
        evaluation.coverage.uar(),
        100.0 * scores.unweighted_average_recall,
        100.0 * scores.accuracy,
        evaluation.folder.display()
    ))
}
