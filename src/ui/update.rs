//! What an action does to the state, and which commands it sends.

use crate::engine::Command;
use crate::ui::input::{Action, Tab};
use crate::ui::message::Message;
use crate::ui::overlays::{Overlay, Question};
use crate::ui::state::State;
use crate::ui::tabs::{data, listen, report, train, tune};
use crate::ui::text::count;
use crate::ui::widgets::list::Cursor;

impl State {
    /// Carries an action out.
    pub fn act(&mut self, action: Action) -> Vec<Command> {
        match action {
            Action::Quit => {
                self.ask_to_quit();
                return Vec::new();
            }
            _ if !self.overlays.is_empty() => return self.act_on_overlay(action),
            Action::Tab(tab) => self.tab = tab,
            Action::NextTab => self.tab = self.tab.turned(1),
            Action::PreviousTab => self.tab = self.tab.turned(Tab::ALL.len() - 1),
            Action::Help => self.overlays.push(Overlay::Help(self.key_context(), Cursor::default())),
            _ => {
                return match self.tab {
                    Tab::Data => data::act(self, action),
                    Tab::Listen => listen::act(self, action),
                    Tab::Train => train::act(self, action),
                    Tab::Tune => tune::act(self, action),
                    Tab::Report => report::act(self, action),
                };
            }
        }
        Vec::new()
    }

    /// The text that is being typed has changed.
    pub fn typed(&mut self) {
        match (self.overlays.last_mut(), self.tab) {
            (Some(overlay), _) => overlay.typed(),
            (None, Tab::Data) => self.data.filtered(),
            (None, Tab::Tune) => self.tune.filtered(),
            (None, Tab::Train) => self.run_filter_typed(),
            (None, Tab::Listen) => self.listen.filtered(self.survey.as_deref()),
            _ => {}
        }
    }

    fn act_on_overlay(&mut self, action: Action) -> Vec<Command> {
        if let (Some(Overlay::Cache(view)), Action::Clear(clear)) = (self.overlays.last(), action) {
            match view.question(clear) {
                Some(question) => self.overlays.push(Overlay::Question(question)),
                None => self.message = Some(Message::note("There is nothing to clear.")),
            }
            return Vec::new();
        }
        if let (Some(Overlay::Presets(view)), Action::Open) = (self.overlays.last(), action) {
            let form = view.form(self.config.as_deref(), self.survey.as_deref());
            match form {
                Some(form) => {
                    self.overlays.pop();
                    self.overlays.push(Overlay::Form(form));
                }
                None => self.message = Some(Message::note("The settings are still being read.")),
            }
            return Vec::new();
        }
        if let (Some(Overlay::Form(form)), Action::Edit) = (self.overlays.last(), action) {
            self.edit = Some(form.to_toml());
            return Vec::new();
        }
        let config = self.config.clone();
        let Some(overlay) = self.overlays.last_mut() else {
            return Vec::new();
        };
        let outcome = overlay.act(action, config.as_deref());
        if outcome.close {
            self.overlays.pop();
        }
        self.overlays.extend(outcome.question.map(Overlay::Question));
        if outcome.quit {
            self.quit = true;
        }
        outcome.commands
    }

    fn ask_to_quit(&mut self) {
        let asked = matches!(self.overlays.last(), Some(Overlay::Question(question)) if question.quits());
        let active = self.active_runs();
        if asked || active == 0 {
            self.quit = true;
            return;
        }
        let (runs, verb) = (count(active, "run"), if active == 1 { "keeps" } else { "keep" });
        let text = format!(
            "{runs} {verb} running without the workbench, each in a process of its own. Open it again to see them.\n\nq again to leave, Esc to stay."
        );
        let question = Question::new("Leave the workbench?".to_owned(), text, "Leave", Vec::new());
        self.overlays.push(Overlay::Question(question.before_leaving()));
    }
}
