//! What asks before it is done, and what is done by the engine: workers, trials by hand, trials made into runs.

use super::TuneView;
use super::enqueue::EnqueueForm;
use crate::engine::{Command, CommandKind, StopTuning, StudyPage};
use crate::ui::model::Model;
use crate::ui::overlays::form::Form;
use crate::ui::overlays::{Prompt, Question, prompt};
use crate::ui::pane::{Effects, Show};
use std::sync::Arc;

const NO_STUDY: &str = "There is no study yet: n starts one.";
/// Runs that a promoted trial becomes.
const SEEDS: usize = 3;

/// The study that is seen; that there is none is said.
fn seen(view: &TuneView, effects: &mut Effects) -> Option<Arc<StudyPage>> {
    if view.page.is_none() {
        effects.note(NO_STUDY);
    }
    view.page.clone()
}

/// One worker more.
pub fn more(view: &mut TuneView, _: &Model, effects: &mut Effects) {
    if let Some(page) = seen(view, effects) {
        effects.send(tune(&page, view.workers().len() + 1));
    }
}

/// One worker fewer.
pub fn fewer(view: &mut TuneView, _: &Model, effects: &mut Effects) {
    let Some(page) = seen(view, effects) else { return };
    match view.workers().last() {
        Some(worker) => effects.send(Command::StopTuning {
            study: page.name.clone(),
            worker: Some(worker.clone()),
            when: StopTuning::AfterTrial,
        }),
        None => effects.note("No worker of this study is running."),
    }
}

/// Asks whether all workers are to stop.
pub fn stop(view: &TuneView, when: StopTuning, effects: &mut Effects) {
    let Some(page) = seen(view, effects) else { return };
    if view.workers().is_empty() {
        effects.note("No worker of this study is running.");
        return;
    }
    let study = page.name.clone();
    let now = when == StopTuning::Now;
    let (title, text) = if now {
        let text = "All workers stop at the next step. Their trials fail; all others are kept, and the study can be continued any time.";
        (format!("Stop study {study}?"), text)
    } else {
        let text = "All workers stop when their trial is done. The study can be continued any time.";
        (format!("Stop study {study} after its trials?"), text)
    };
    let command = Command::StopTuning {
        study,
        worker: None,
        when,
    };
    let question = Question::new(title, text.to_owned(), "Stop", vec![command]);
    effects.open(if now { question.before_loss() } else { question });
}

/// Opens the form of a trial by hand.
pub fn enqueue(view: &mut TuneView, _: &Model, effects: &mut Effects) {
    if let Some(page) = seen(view, effects) {
        effects.open(EnqueueForm::new(&page, view.trial()));
    }
}

/// Asks for the file that the trials are written to.
pub fn export(view: &mut TuneView, _: &Model, effects: &mut Effects) {
    let Some(page) = seen(view, effects) else { return };
    effects.open(Prompt::new(
        (
            "Export the trials",
            "File (.csv; .json for all); one there is replaced.",
            "write",
        ),
        "trials.csv",
        move |line| {
            let path = prompt::file(line, "write the name of a file, such as trials.csv")?;
            let study = page.name.clone();
            Ok(Command::ExportStudy { study, path })
        },
    ));
}

fn tune(page: &StudyPage, workers: usize) -> Command {
    Command::Tune {
        changes: vec![
            ("tuning.study".to_owned(), format!("\"{}\"", page.name)),
            ("tuning.workers".to_owned(), workers.to_string()),
        ],
    }
}

/// Opens the form of a new study.
pub fn new_study(view: &mut TuneView, model: &Model, effects: &mut Effects) {
    if model.busy(CommandKind::Tune) {
        effects.note("Workers are being started.");
        return;
    }
    let studies = view.studies.iter().flat_map(|studies| studies.iter());
    let taken = studies.map(|study| study.name.clone()).collect();
    Form::open_study(model, taken, effects);
}

/// Asks whether to go on with the study that is seen.
pub fn work(view: &mut TuneView, model: &Model, effects: &mut Effects) {
    if model.busy(CommandKind::Tune) {
        effects.note("Workers are being started.");
        return;
    }
    let Some(page) = seen(view, effects) else { return };
    let workers = model.setting("tuning.workers").and_then(|workers| workers.parse().ok());
    let command = tune(&page, workers.unwrap_or(1));
    let text = "Its workers are processes of their own: they keep running when the workbench is closed. Space, sampler, pruner and \
                the number of trials are as it was begun; trials are ranked on validation only.";
    let title = format!("Work on study {}?", page.name);
    effects.open(Question::new(title, text.to_owned(), "Start", vec![command]));
}

/// Asks whether to repair the study that is seen, or the one that cannot be.
pub fn repair(view: &mut TuneView, _: &Model, effects: &mut Effects) {
    let Some(study) = view.repairable() else {
        effects.note(NO_STUDY);
        return;
    };
    let text = "A copy of it is kept. Lines of several records are separated; where a record is lost, the study ends \
                before it, and the trials that this leaves out are told. A sound journal stays as it is.";
    let title = format!("Repair the journal of study {study}?");
    let command = Command::RepairStudy { study };
    let question = Question::new(title, text.to_owned(), "Mend", vec![command]).before_loss();
    effects.open(question);
}

/// Asks whether the trial under the cursor is to be retrained.
pub fn promote(view: &mut TuneView, _: &Model, effects: &mut Effects) {
    let Some(page) = seen(view, effects) else { return };
    let Some(trial) = view.trial() else { return };
    let text = format!(
        "Its settings are retrained in {SEEDS} runs, each with a seed of its own, and every run is evaluated on the test \
         set once. The test set was evaluated {} for this study so far; the more often, the less its scores say.",
        match page.test_evaluations() {
            0 => "never".to_owned(),
            1 => "once".to_owned(),
            times => format!("{times} times"),
        }
    );
    let title = format!("Promote trial {}?", trial.number);
    let command = Command::Promote {
        study: page.name.clone(),
        trial: Some(trial.number),
        seeds: SEEDS,
    };
    effects.open(Question::new(title, text, "Promote", vec![command]));
}

/// Fills the form of a new run in with a trial's settings.
pub fn copy(view: &mut TuneView, model: &Model, effects: &mut Effects) {
    let Some(page) = seen(view, effects) else { return };
    let Some(trial) = view.trial() else { return };
    let changes = trial
        .parameters
        .iter()
        .map(|parameter| (parameter.name.clone(), parameter.text.clone()));
    let origin = format!("trial {} of {}", trial.number, page.name);
    Form::open(model, Some((changes.collect(), &origin)), effects);
    effects.show(Show::Runs);
}
