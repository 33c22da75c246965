//! What asks before it is done, and what is done by the engine: workers, trials by hand, trials made into runs.

use super::EnqueueForm;
use crate::engine::{Command, CommandKind, StopTuning, StudyPage};
use crate::ui::input::{Action, Tab};
use crate::ui::message::Message;
use crate::ui::overlays::{Overlay, Prompt, Purpose, Question};
use crate::ui::state::State;
use crate::ui::tabs::train::form::Form;

/// Runs that a promoted trial becomes.
const SEEDS: usize = 3;

/// What asks before it is done, or is done by the engine.
pub fn ask(state: &mut State, action: Action) -> Vec<Command> {
    if action == Action::NewRun {
        begin(state);
        return Vec::new();
    }
    if action == Action::Repair {
        repair(state);
        return Vec::new();
    }
    let Some(page) = state.tune.page.clone() else {
        state.message = Some(Message::note("There is no study yet: n starts one."));
        return Vec::new();
    };
    let (study, workers) = (page.name.clone(), state.tune.workers());
    let stop = |title: String, text: &str, when: StopTuning| {
        let (study, worker) = (study.clone(), None);
        let command = Command::StopTuning { study, worker, when };
        Question::new(title, text.to_owned(), "Stop", vec![command])
    };
    match action {
        Action::More => return vec![tune(&page, workers.len() + 1)],
        Action::Fewer => match workers.last() {
            Some(worker) => {
                let (worker, when) = (Some(worker.clone()), StopTuning::AfterTrial);
                return vec![Command::StopTuning { study, worker, when }];
            }
            None => state.message = Some(Message::note("No worker of this study is running.")),
        },
        Action::StopNow | Action::StopAfterEpoch if workers.is_empty() => {
            state.message = Some(Message::note("No worker of this study is running."));
        }
        Action::StopNow => {
            let text = "All workers stop at the next step. Their trials fail; all others are kept, and the study can be continued any time.";
            let question = stop(format!("Stop study {study}?"), text, StopTuning::Now);
            state.overlays.push(Overlay::Question(question.before_loss()));
        }
        Action::StopAfterEpoch => {
            let text = "All workers stop when their trial is done. The study can be continued any time.";
            let question = stop(
                format!("Stop study {study} after its trials?"),
                text,
                StopTuning::AfterTrial,
            );
            state.overlays.push(Overlay::Question(question));
        }
        Action::Enqueue => {
            let form = EnqueueForm::new(&page, state.tune.trial());
            state.overlays.push(Overlay::Enqueue(form));
        }
        Action::Export => state
            .overlays
            .push(Overlay::Prompt(Prompt::new(Purpose::Trials(study)))),
        Action::Promote => promote(state, &page),
        Action::Copy => copy(state, &page),
        _ => {}
    }
    Vec::new()
}

fn tune(page: &StudyPage, workers: usize) -> Command {
    Command::Tune {
        changes: vec![
            ("tuning.study".to_owned(), format!("\"{}\"", page.name)),
            ("tuning.workers".to_owned(), workers.to_string()),
        ],
    }
}

/// Asks whether to begin the study of the settings, or to go on with the one that is seen.
fn begin(state: &mut State) {
    if state.jobs.busy(CommandKind::Tune) {
        state.message = Some(Message::note("Workers are being started."));
        return;
    }
    let setting = |key: &str| {
        let rows = state.config.iter().flat_map(|config| &config.rows);
        let mut found = rows.filter(|row| row.key == key);
        found
            .next()
            .map(|row| row.value.trim_matches('"').to_owned())
            .unwrap_or_default()
    };
    let (given, model) = (setting("tuning.study"), setting("model.name"));
    let own = if given.is_empty() { model } else { given };
    let (name, command) = match &state.tune.page {
        Some(page) => (
            page.name.clone(),
            tune(page, setting("tuning.workers").parse().unwrap_or(1)),
        ),
        None => (own, Command::Tune { changes: Vec::new() }),
    };
    let text = "Its workers are processes of their own: they keep running when the workbench is closed. Space, sampler, pruner and \
                the number of trials are in [tuning] of the settings (c in Data); trials are ranked on validation only.";
    let title = format!("Work on study {name}?");
    let question = Question::new(title, text.to_owned(), "Start", vec![command]);
    state.overlays.push(Overlay::Question(question));
}

/// Asks whether to repair the study that is seen, or the one that cannot be.
fn repair(state: &mut State) {
    let Some(study) = state.tune.repairable() else {
        state.message = Some(Message::note("There is no study yet: n starts one."));
        return;
    };
    let text = "A copy of it is kept. Lines of several records are separated; where a record is lost, the study ends \
                before it, and the trials that this leaves out are told. A sound journal stays as it is.";
    let title = format!("Repair the journal of study {study}?");
    let command = Command::RepairStudy { study };
    let question = Question::new(title, text.to_owned(), "Mend", vec![command]).before_loss();
    state.overlays.push(Overlay::Question(question));
}

fn promote(state: &mut State, page: &StudyPage) {
    let Some(trial) = state.tune.trial() else { return };
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
    let question = Question::new(title, text, "Promote", vec![command]);
    state.overlays.push(Overlay::Question(question));
}

/// Fills the form of a new run in with a trial's settings.
fn copy(state: &mut State, page: &StudyPage) {
    let (Some(trial), Some(config)) = (state.tune.trial(), &state.config) else {
        return;
    };
    let changes = trial
        .parameters
        .iter()
        .map(|parameter| (parameter.name.clone(), parameter.text.clone()));
    let origin = format!("trial {} of {}", trial.number, page.name);
    let form = Form::new(config, state.survey.as_deref()).copied(changes.collect(), &origin);
    state.overlays.push(Overlay::Form(form));
    state.tab = Tab::Train;
}
