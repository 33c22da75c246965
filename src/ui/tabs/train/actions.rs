//! What the keys of Train do with the run under the cursor.

use super::TrainView;
use super::marks::MOST;
use crate::engine::{Command, CommandKind, RunState, Stop};
use crate::ui::model::Model;
use crate::ui::overlays::Question;
use crate::ui::overlays::form::Form;
use crate::ui::pane::{Effects, Show};

impl TrainView {
    pub(super) fn mark_selected(&mut self, effects: &mut Effects) {
        if let Some(id) = self.run().map(|run| run.id.clone())
            && !self.marks.toggle(&id)
        {
            effects.note(format!("Marked, without its curve: at most {MOST} are overlaid."));
        }
    }

    pub(super) fn new_run(&mut self, model: &Model, effects: &mut Effects) {
        if model.busy(CommandKind::Train) {
            effects.note("A run is being started.");
        } else {
            Form::open(model, None, effects);
        }
    }

    /// Whether it can go on is for the engine to say, which knows why not.
    pub(super) fn resume(&mut self, model: &Model, effects: &mut Effects) {
        if let Some(run) = self.run().map(|run| run.id.clone()) {
            effects.send_once(Command::Resume { run: run.into() }, model, "A run is being resumed.");
        }
    }

    pub(super) fn stop(&self, when: Stop, effects: &mut Effects) {
        let Some(run) = self.run() else { return };
        if !matches!(run.state, RunState::Running | RunState::Queued) {
            effects.note(format!("Run {} is not running.", run.id));
            return;
        }
        let text = match when {
            Stop::Now => "It stops at the next step. The checkpoint of the best epoch so far stays, and is evaluated.",
            Stop::AfterEpoch => {
                "It stops when this epoch is done. The checkpoint of the best epoch stays, and is evaluated."
            }
        };
        let title = format!("Stop run {}?", run.id);
        let run = run.id.clone();
        effects.open(Question::new(
            title,
            text.to_owned(),
            "Stop",
            vec![Command::Stop { run: run.into(), when }],
        ));
    }

    pub(super) fn open(&mut self, _: &Model, effects: &mut Effects) {
        let Some(run) = self.run() else { return };
        if run.is_evaluated() {
            effects.show(Show::Report(run.id.clone()));
        } else {
            effects.note(format!(
                "Run {} has no report: it was not evaluated on its test clips yet.",
                run.id
            ));
        }
    }
}
