//! What lies over a tab until it is answered or closed.

mod help;
mod prompt;
mod question;
mod settings;

use crate::engine::{Command, Config};
use crate::ui::input::{Action, Place};
use crate::ui::state::State;
use crate::ui::tabs::train::form::Form;
use crate::ui::tabs::tune::EnqueueForm;
use crate::ui::theme::Theme;
use crate::ui::widgets::field::Field;
use crate::ui::widgets::list::Cursor;
pub use prompt::Prompt;
pub use question::Question;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
pub use settings::SettingsView;

/// What lies over a tab.
#[derive(Debug)]
pub enum Overlay {
    /// The keys of a place.
    Help(Place, Cursor),
    /// The settings and where each came from.
    Settings(SettingsView),
    /// The form of a new run.
    Form(Form),
    /// The form of a trial by hand.
    Enqueue(EnqueueForm),
    /// A question.
    Question(Question),
    /// A line to be typed.
    Prompt(Prompt),
}

/// What comes of an action.
#[derive(Debug, Default)]
pub struct Outcome {
    /// To be sent.
    pub commands: Vec<Command>,
    /// Whether the overlay is done with.
    pub close: bool,
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
    pub fn place(&self) -> Place {
        match self {
            Self::Help(..) => Place::Help,
            Self::Settings(view) if view.filtering => Place::Filter,
            Self::Settings(_) => Place::Settings,
            Self::Form(_) | Self::Enqueue(_) => Place::Form,
            Self::Question(_) => Place::Question,
            Self::Prompt(_) => Place::Prompt,
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
            (Self::Help(place, cursor), Action::Move(step)) => {
                cursor.scroll(step, help::lines(*place).len());
                Outcome::default()
            }
            (Self::Settings(view), action) => view.act(action, config),
            (Self::Form(form), action) => form.act(action),
            (Self::Enqueue(form), action) => form.act(action),
            (Self::Question(question), Action::Yes) => question.yes(),
            (Self::Prompt(prompt), Action::Open) => prompt.accept(),
            (_, Action::Back) => Outcome::closed(),
            _ => Outcome::default(),
        }
    }

    /// Draws it over the area.
    pub fn draw(&self, state: &State, area: Rect, buffer: &mut Buffer, theme: Theme) {
        match self {
            Self::Help(place, cursor) => help::draw(*place, cursor, area, buffer, theme),
            Self::Settings(view) => view.draw(state.config.as_deref(), area, buffer, theme),
            Self::Form(form) => form.draw(area, buffer, theme),
            Self::Enqueue(form) => form.draw(area, buffer, theme),
            Self::Question(question) => question.draw(area, buffer, theme),
            Self::Prompt(prompt) => prompt.draw(area, buffer, theme),
        }
    }
}
