//! What lies over a tab until it is answered or closed.

mod bench;
mod cache;
mod comparison;
mod doctor;
pub mod form;
mod help;
mod models;
mod no_sound;
mod presets;
mod prompt;
mod question;
mod settings;
mod trim;

use crate::engine::{Command, CommandKind, Config, NoSound};
use crate::ui::input::{Action, KeyContext};
use crate::ui::state::State;
use crate::ui::overlays::form::Form;
use crate::ui::tabs::tune::EnqueueForm;
use crate::ui::theme::Theme;
use crate::ui::widgets::field::Field;
use crate::ui::widgets::list::Cursor;
pub use bench::Subject;
pub use cache::CacheView;
pub use comparison::ComparisonView;
pub use doctor::DoctorView;
pub use models::ModelsView;
pub use presets::PresetsView;
pub use prompt::{Prompt, Purpose};
pub use question::Question;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
pub use settings::SettingsView;
use std::sync::Arc;
pub use trim::TrimView;

/// What lies over a tab.
#[derive(Debug)]
pub enum Overlay {
    /// The keys of a place.
    Help(KeyContext, Cursor),
    /// How fast the work is.
    Bench(Subject),
    /// The settings and where each came from.
    Settings(SettingsView),
    /// What the machine has and lacks.
    Doctor(DoctorView),
    /// The architectures.
    Models(ModelsView),
    /// The presets.
    Presets(PresetsView),
    /// What tells runs apart.
    Comparison(ComparisonView),
    /// The form of a new run.
    Form(Form),
    /// The cache.
    Cache(CacheView),
    /// What trimming would remove.
    Trim(TrimView),
    /// The form of a trial by hand.
    Enqueue(EnqueueForm),
    /// A question.
    Question(Question),
    /// A line to be typed.
    Prompt(Prompt),
    /// That there is no sound, and what to do.
    NoSound(Arc<NoSound>),
}

/// What comes of an action.
#[derive(Debug, Default)]
pub struct Outcome {
    /// To be sent.
    pub commands: Vec<Command>,
    /// Whether the overlay is done with.
    pub close: bool,
    /// To be asked first.
    pub question: Option<Question>,
    /// Whether the workbench is to be left.
    pub quit: bool,
}

impl Outcome {
    /// The overlay is done with.
    pub fn closed() -> Self {
        Self {
            close: true,
            ..Self::default()
        }
    }
}

impl Overlay {
    /// Where keys go while it is on top.
    pub fn key_context(&self) -> KeyContext {
        match self {
            Self::Help(..) | Self::Bench(_) | Self::NoSound(_) => KeyContext::Help,
            Self::Settings(view) if view.filtering => KeyContext::Filter,
            Self::Settings(_) => KeyContext::Settings,
            Self::Doctor(_) | Self::Comparison(_) => KeyContext::Help,
            Self::Form(form) if form.is_typing() => KeyContext::RunNumber,
            Self::Form(_) => KeyContext::RunForm,
            Self::Enqueue(_) => KeyContext::Form,
            Self::Cache(_) => KeyContext::Cache,
            Self::Models(_) => KeyContext::Models,
            Self::Presets(_) => KeyContext::Presets,
            Self::Trim(_) => KeyContext::Trim,
            Self::Question(_) => KeyContext::Question,
            Self::Prompt(_) => KeyContext::Prompt,
        }
    }

    /// The text that is being typed.
    pub fn field(&mut self) -> Option<&mut Field> {
        match self {
            Self::Settings(view) if view.filtering => Some(&mut view.filter),
            Self::Form(form) => form.field(),
            Self::Enqueue(form) => form.field(),
            Self::Prompt(prompt) => Some(&mut prompt.field),
            _ => None,
        }
    }

    /// The text has changed.
    pub fn typed(&mut self) {
        match self {
            Self::Settings(view) => view.cursor = Cursor::default(),
            Self::Form(form) => form.typed(),
            Self::Prompt(prompt) => prompt.problem = None,
            _ => {}
        }
    }

    /// Carries an action out.
    pub fn act(&mut self, action: Action, config: Option<&Config>) -> Outcome {
        match (self, action) {
            (Self::Help(key_context, cursor), Action::Move(step)) => {
                cursor.scroll(step, help::lines(*key_context).len());
                Outcome::default()
            }
            (Self::Settings(view), action) => view.act(action, config),
            (Self::Doctor(view), action) => view.act(action),
            (Self::Comparison(view), action) => view.act(action),
            (Self::Form(form), action) => form.act(action),
            (Self::Cache(view), action) => view.act(action),
            (Self::Models(view), action) => view.act(action),
            (Self::Presets(view), action) => view.act(action),
            (Self::Trim(view), action) => view.act(action),
            (Self::Enqueue(form), action) => form.act(action),
            (Self::Question(question), action) => question.act(action),
            (Self::Prompt(prompt), Action::Open) => prompt.accept(),
            (_, Action::Back) => Outcome::closed(),
            _ => Outcome::default(),
        }
    }

    /// Draws it over the area.
    pub fn draw(&self, state: &State, area: Rect, buffer: &mut Buffer, theme: Theme) {
        match self {
            Self::Help(key_context, cursor) => help::draw(*key_context, cursor, area, buffer, theme),
            Self::Bench(subject) => {
                let busy = state.jobs.busy(CommandKind::Bench);
                bench::draw(*subject, state.measured.as_deref(), busy, area, buffer, theme);
            }
            Self::Doctor(view) => view.draw(area, buffer, theme),
            Self::Comparison(view) => view.draw(area, buffer, theme),
            Self::Settings(view) => view.draw(state.config.as_deref(), area, buffer, theme),
            Self::Form(form) => form.draw(area, buffer, theme),
            Self::Cache(view) => view.draw(area, buffer, theme),
            Self::Models(view) => view.draw(area, buffer, theme),
            Self::Presets(view) => view.draw(area, buffer, theme),
            Self::Trim(view) => view.draw(area, buffer, theme),
            Self::Enqueue(form) => form.draw(area, buffer, theme),
            Self::Question(question) => question.draw(area, buffer, theme),
            Self::Prompt(prompt) => prompt.draw(area, buffer, theme),
            Self::NoSound(no_sound) => no_sound::draw(no_sound, area, buffer, theme),
        }
    }
}
