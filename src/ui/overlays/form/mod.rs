//! The form of a new run or study: fields over the settings, checked where they are typed.

mod edit;
mod entry;
mod fields;
mod purpose;
mod view;

use crate::engine::{Command, CommandKind, Event, RunPlan};
use crate::ui::input::key::{BACK_TAB, DOWN, ENTER, ESCAPE, LEFT, RIGHT, TAB, UP};
use crate::ui::input::{Key, bind};
use crate::ui::message::Message;
use crate::ui::model::Model;
use crate::ui::pane::{Effects, Pane, Table};
use crate::ui::theme::Theme;
use crate::ui::widgets::field::Field;
use crate::ui::widgets::list::{Cursor, Step};
use edit::Mistake;
use entry::{EVERYBODY, Entry, Input};
pub use purpose::Purpose;
use purpose::{space_changes, space_of};
use ratatui::buffer::Buffer;
use ratatui::crossterm::event::{KeyCode, KeyEvent};
use ratatui::layout::Rect;
use std::collections::BTreeMap;
use std::sync::Arc;

/// The setting that names a study.
const NAME: &str = "tuning.study";

/// The form.
#[derive(Debug, Clone)]
pub struct Form {
    /// What it is filled in for.
    pub purpose: Purpose,
    /// Parameters of the search spaces, and what may be chosen, as the settings have them.
    spaces: Vec<(String, String)>,
    /// Names that cannot be given.
    taken: Vec<String>,
    /// The fields.
    pub entries: Vec<Entry>,
    /// The field under the cursor.
    pub cursor: Cursor,
    /// What must be put right before the run can start, or why the engine refused it.
    pub problem: Option<String>,
    /// Whether the engine is starting the run.
    pub waiting: bool,
    /// Where settings beside the fields come from, and those.
    pub copied: Option<(String, Vec<(String, String)>)>,
    /// What the run would be, once that is known.
    pub plan: Option<Arc<RunPlan>>,
    /// What was asked for last.
    planned: Option<Vec<(String, String)>>,
    /// Whether the problem is why there can be no such run.
    unplanned: bool,
    /// Whether something was entered that would be lost.
    entered: bool,
    /// Whether it was said that it would be.
    warned: bool,
    /// The text that was edited last, as long as it says what the form does.
    own: Option<String>,
    /// What is wrong with it.
    mistake: Option<Mistake>,
    /// Lines of the settings in it.
    lines: Vec<(String, usize)>,
    /// Clips by corpus and gender.
    clips: BTreeMap<(String, String), usize>,
}

const FORM: Table<Form> = Table {
    heading: "Here",
    bindings: &[
        bind(
            &[Key::character('e'), Key::control('e')],
            "edit it as TOML in $VISUAL or $EDITOR",
        )
        .hint("edit")
        .does(|form, _, effects| effects.edit = Some(form.to_edit())),
        bind(&[ENTER], "start the run, or the study")
            .hint("start")
            .does(Form::start),
        bind(&[ESCAPE], "cancel; asks for it twice where something was entered")
            .hint("cancel")
            .does(Form::cancel),
        bind(&[UP, BACK_TAB], "the field above").does(|form, model, _| form.step(Step::Up, model)),
        bind(&[DOWN, TAB], "the field below")
            .hint("fields")
            .does(|form, model, _| form.step(Step::Down, model)),
        bind(&[LEFT], "the choice on the left").does(|form, _, _| form.turn(-1)),
        bind(&[RIGHT], "the choice on the right")
            .hint("choices")
            .does(|form, _, _| form.turn(1)),
        bind(&[Key::character(' ')], "switch on or off")
            .hint("switch")
            .does(|form, _, _| form.toggle()),
    ],
};

impl Pane for Form {
    fn name(&self) -> &'static str {
        self.purpose.title()
    }

    fn keys(&self) -> Vec<Table<Self>> {
        vec![FORM]
    }

    /// To another field; a number there is replaced by what is typed.
    fn step(&mut self, step: Step, _: &Model) {
        if std::mem::take(&mut self.warned) {
            self.problem = None;
        }
        self.cursor.step(step, self.entries.len());
        if let Some(field) = self.field() {
            field.select();
        }
    }

    fn cursor(&self) -> Option<&Cursor> {
        Some(&self.cursor)
    }

    fn is_typing(&self) -> bool {
        let entry = self.entries.get(self.cursor.row);
        entry.is_some_and(|entry| matches!(entry.input, Input::Number(_) | Input::Text(_)))
    }

    fn field(&mut self) -> Option<&mut Field> {
        self.entry()?.field()
    }

    fn typed(&mut self, _: &Model) {
        self.problem = self.entry().and_then(|entry| entry.problem());
        self.unplanned = false;
        self.own = None;
        (self.entered, self.warned) = (true, false);
    }

    /// Takes an edited text over; what is wrong with it is shown, with the line.
    fn edited(&mut self, text: &str) {
        let text = edit::own(text);
        self.own = Some(text.to_owned());
        (self.entered, self.warned) = (true, false);
        let settings = match edit::read(text) {
            Ok(settings) => settings,
            Err(mistake) => {
                self.problem = Some(format!("{mistake}; e edits it again"));
                self.mistake = Some(mistake);
                return;
            }
        };
        self.mistake = None;
        for entry in &mut self.entries {
            entry.set(&entry.given.clone());
        }
        self.lines = settings
            .iter()
            .map(|edited| (edited.key.clone(), edited.line))
            .collect();
        let mut rest = Vec::new();
        for edited in settings {
            let entry = self.entries.iter_mut().find(|entry| entry.key == edited.key);
            if !entry.is_some_and(|entry| entry.set(&edited.value)) {
                rest.push((edited.key, edited.value));
            }
        }
        let rest = space_changes(&self.spaces, rest);
        self.problem = None;
        self.copied = (!rest.is_empty()).then(|| ("the editor".to_owned(), rest));
    }

    fn apply(&mut self, event: &Event, _: &Model, effects: &mut Effects) {
        match event {
            Event::Started { .. } if self.purpose == Purpose::Run => effects.close(),
            Event::Tuning(_) if self.purpose == Purpose::Study => effects.close(),
            Event::Plan(plan) => self.planned(plan),
            Event::Failed { command, message } if *command == self.purpose.kind() => {
                self.waiting = false;
                self.problem = Some(message.clone());
                effects.said = true;
            }
            Event::Failed {
                command: CommandKind::Plan,
                message,
            } => self.unplanned(message),
            _ => {}
        }
    }

    /// What the run would be is asked for whenever it has changed and can be one.
    fn needs(&mut self, _: &Model, effects: &mut Effects) {
        let changes = self.changes();
        let wrong = || self.entries.iter().any(|entry| entry.problem().is_some());
        if !self.waiting && self.planned.as_ref() != Some(&changes) && !wrong() {
            self.planned = Some(changes.clone());
            effects.send(Command::Plan { changes, measure: true });
        }
    }

    fn draw(&self, _: &Model, area: Rect, buffer: &mut Buffer, theme: Theme) {
        view::draw(self, area, buffer, theme);
    }
}

impl Form {
    /// Opens a form that is filled in with the settings and these changes, of which `origin` says where they come from.
    pub fn open(model: &Model, changes: Option<(Vec<(String, String)>, &str)>, effects: &mut Effects) {
        match &model.config {
            Some(config) => {
                let form = Self::new(Purpose::Run, config, model.survey.as_deref());
                effects.open(match changes {
                    Some((changes, origin)) => form.copied(changes, origin),
                    None => form,
                });
            }
            None => effects.message = Some(Message::note("The settings are still being read.")),
        }
    }

    /// Opens the form of a new study, whose name is none of these.
    pub fn open_study(model: &Model, taken: Vec<String>, effects: &mut Effects) {
        let Some(config) = &model.config else {
            effects.message = Some(Message::note("The settings are still being read."));
            return;
        };
        let mut form = Self::new(Purpose::Study, config, model.survey.as_deref());
        form.taken = taken;
        let given = model.setting("tuning.study").filter(|name| !name.is_empty());
        let name = given.or_else(|| model.setting("model.name")).unwrap_or_default();
        let numbered = (2..).map(|number| format!("{name}-{number}"));
        let free = std::iter::once(name.to_owned())
            .chain(numbered)
            .find(|name| !form.taken.contains(name));
        if let Some(entry) = form.entries.iter_mut().find(|entry| entry.key == NAME) {
            entry.input = Input::Text(Field::new(&free.unwrap_or_default()));
        }
        effects.open(form);
    }

    /// Opens a form, and the text of it in an editor.
    pub fn open_in_editor(model: &Model, effects: &mut Effects) {
        Self::open(model, None, effects);
        effects.edit = model.config.as_ref().map(|config| {
            let form = Self::new(Purpose::Run, config, model.survey.as_deref());
            form.to_toml()
        });
    }

    /// With these settings, of which `origin` says where they come from; those without a field go along unseen.
    fn copied(mut self, changes: Vec<(String, String)>, origin: &str) -> Self {
        let mut rest = Vec::new();
        for (key, value) in changes {
            let entry = self.entries.iter_mut().find(|entry| entry.key == key);
            if !entry.is_some_and(|entry| entry.fill(&value)) {
                rest.push((key, value));
            }
        }
        self.copied = Some((origin.to_owned(), rest));
        self
    }

    /// The text to be edited: what was edited last, with what is wrong with it on top, else the settings as TOML.
    fn to_edit(&self) -> String {
        match (&self.own, &self.mistake) {
            (Some(own), Some(mistake)) => edit::again(own, mistake),
            (Some(own), None) => own.clone(),
            (None, _) => self.to_toml(),
        }
    }

    /// The settings as TOML, to be edited: the fields, and what has none. Each once: what was changed in a field has the last
    /// word.
    pub fn to_toml(&self) -> String {
        let rest = || self.copied.iter().flat_map(|(_, rest)| rest);
        let stands = |entry: &Entry| entry.changed() || rest().all(|(key, _)| key != entry.key);
        let fields = self.entries.iter().filter(|entry| stands(entry));
        let shown = |key: &str| fields.clone().any(|entry| entry.key == key);
        let others = rest().filter(|(key, _)| !shown(key));
        let written = fields
            .clone()
            .map(|entry| (&*entry.setting.help, entry.key, entry.toml()));
        let others = others.map(|(key, value)| ("", &**key, value.clone()));
        let space = self.space().map(|(_, (key, value))| ("", &**key, value.clone()));
        // A space that was edited stands among the others.
        let space = space.filter(|_| rest().all(|(key, _)| !key.starts_with("tuning.space.")));
        edit::write(written.chain(others).chain(space))
    }

    /// Takes what the run would be, if that was asked for last.
    fn planned(&mut self, plan: &Arc<RunPlan>) {
        if self.planned.as_ref() == Some(&plan.changes) {
            self.plan = Some(Arc::clone(plan));
            self.mistake = None;
            if std::mem::take(&mut self.unplanned) {
                // It was of what stood there before.
                self.problem = None;
            }
        }
    }

    /// Why there can be no such run.
    fn unplanned(&mut self, message: &str) {
        self.plan = None;
        self.unplanned = true;
        let named = self
            .lines
            .iter()
            .filter(|(key, _)| message.contains(&format!("{key}:")));
        let named = named.max_by_key(|(key, _)| key.len());
        self.mistake = named.map(|(_, line)| Mistake {
            line: *line,
            message: message.to_owned(),
        });
        let mistake = self.mistake.as_ref().map(ToString::to_string);
        self.problem = Some(mistake.unwrap_or_else(|| message.to_owned()));
    }

    /// What differs from the settings.
    fn changes(&self) -> Vec<(String, String)> {
        let changed = self.entries.iter().filter(|entry| entry.changed());
        let changed = changed.map(|entry| (entry.key.to_owned(), entry.toml()));
        let rest = self.copied.iter().flat_map(|(_, rest)| rest.iter().cloned());
        // What was changed here has the last word.
        rest.chain(changed).collect()
    }

    /// The parameters that are searched, by the chosen architecture: their names, and their settings.
    fn space(&self) -> impl Iterator<Item = (&str, &(String, String))> {
        let model = self.entries.iter().find(|entry| entry.key == "model.name");
        let model = match model.map(|entry| &entry.input) {
            Some(Input::Choice { options, at }) => options.get(*at).map_or("", String::as_str),
            _ => "",
        };
        space_of(&self.spaces, model)
    }

    /// Whether this is the name that is entered.
    fn named(&self, name: &str) -> bool {
        let entry = self.entries.iter().find(|entry| entry.key == NAME);
        matches!(entry.map(|entry| &entry.input), Some(Input::Text(field)) if field.text().trim() == name)
    }

    fn entry(&mut self) -> Option<&mut Entry> {
        self.entries.get_mut(self.cursor.row)
    }

    /// Clips that pass the corpora and the gender.
    fn selected_clips(&self) -> usize {
        let entry = |key: &str| {
            self.entries
                .iter()
                .find(|entry| entry.key == key)
                .map(|entry| &entry.input)
        };
        let corpus_passes = |corpus: &String| match entry("filter.corpus") {
            Some(Input::Many { options, on, .. }) if on.contains(&true) => {
                options.iter().zip(on).any(|(option, on)| *on && option == corpus)
            }
            _ => true,
        };
        let gender_passes = |gender: &String| match entry("filter.gender") {
            Some(Input::Choice { options, at }) => {
                options.get(*at).is_none_or(|word| word == EVERYBODY || word == gender)
            }
            _ => true,
        };
        let passing = self
            .clips
            .iter()
            .filter(|((corpus, gender), _)| corpus_passes(corpus) && gender_passes(gender));
        passing.map(|(_, clips)| clips).sum()
    }

    /// Closes the form; once more where something would be lost.
    fn cancel(&mut self, _: &Model, effects: &mut Effects) {
        if self.entered && !self.warned {
            self.warned = true;
            self.problem = Some("Esc again discards what was entered; any other key goes on.".to_owned());
        } else {
            effects.close();
        }
    }

    fn turn(&mut self, by: isize) {
        let turned = |at: usize, count: usize| at.wrapping_add_signed(by).min(count.saturating_sub(1));
        self.problem = None;
        self.warned = false;
        match self.entry().map(|entry| &mut entry.input) {
            Some(Input::Choice { options, at }) => {
                let count = options.len();
                *at = (*at + count).wrapping_add_signed(by) % count.max(1);
                self.changed_here();
            }
            Some(Input::Many { options, at, .. }) if by > 0 || *at > 0 => *at = turned(*at, options.len()),
            Some(Input::Number(field) | Input::Text(field)) => {
                let code = if by < 0 { KeyCode::Left } else { KeyCode::Right };
                field.edit(KeyEvent::from(code));
            }
            _ => {}
        }
    }

    fn toggle(&mut self) {
        match self.entry().map(|entry| &mut entry.input) {
            Some(Input::Many { on, at, .. }) => {
                if let Some(on) = on.get_mut(*at) {
                    *on = !*on;
                }
                self.changed_here();
            }
            Some(Input::Choice { .. }) => self.turn(1),
            _ => {}
        }
    }

    /// A field was changed: the text that was edited before says something else.
    fn changed_here(&mut self) {
        (self.problem, self.own) = (None, None);
        (self.entered, self.warned) = (true, false);
    }

    /// Sends what differs from the settings, if every field is right; else goes to the first that is not.
    fn start(&mut self, _: &Model, effects: &mut Effects) {
        if self.waiting {
            return;
        }
        let wrong = self
            .entries
            .iter()
            .enumerate()
            .find_map(|(row, entry)| Some((row, entry.problem()?)));
        if let Some((row, problem)) = wrong {
            self.cursor.row = row;
            self.problem = Some(problem);
            return;
        }
        if let Some(name) = self.taken.iter().find(|name| self.named(name)) {
            self.problem = Some(format!(
                "There is a study {name}: type another name, or Esc and w to work on it."
            ));
            return;
        }
        if !self.clips.is_empty() && self.selected_clips() == 0 {
            self.problem = Some("No clip passes: choose other corpora or another gender.".to_owned());
            return;
        }
        self.waiting = true;
        (self.problem, self.warned) = (None, false);
        let changes = self.changes();
        effects.send(self.purpose.command(changes));
    }
}

#[cfg(test)]
mod tests;
