//! A question that is answered with one of two buttons.

use crate::engine::Command;
use crate::ui::input::key::{BACK_TAB, ENTER, ESCAPE, INTERRUPT, LEFT, RIGHT, TAB};
use crate::ui::input::{Key, bind};
use crate::ui::model::Model;
use crate::ui::pane::{Effects, Pane, Table};
use crate::ui::text::{Paint, wrap_to};
use crate::ui::theme::Theme;
use crate::ui::widgets::section::{Parts, overlay};
use crate::ui::widgets::targets::Targets;
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

/// Columns at most.
const WIDEST: u16 = 60;
/// The button that changes nothing.
const CANCEL: &str = "Cancel";

/// A question.
#[derive(Debug, Clone)]
pub struct Question {
    title: String,
    text: String,
    verb: &'static str,
    commands: Vec<Command>,
    quits: bool,
    /// Whether Enter presses the button with the verb.
    agrees: bool,
    /// The buttons, by whether it is the one with the verb.
    buttons: Targets<bool>,
}

const QUESTION: Table<Question> = Table {
    heading: "Here",
    bindings: &[
        bind(&[TAB, BACK_TAB], "the other button")
            .hint("choose")
            .does(|question, _, _| question.agrees = !question.agrees),
        bind(&[LEFT], "the button on the left").does(|question, _, _| question.agrees = false),
        bind(&[RIGHT], "the button on the right").does(|question, _, _| question.agrees = true),
        bind(&[ENTER], "press the button").hint("press").does(Question::press),
        bind(&[ESCAPE], "cancel")
            .hint("cancel")
            .does(|_, _, effects| effects.close()),
        bind(&[Key::character('q'), INTERRUPT], "quit; runs keep running").does(|question, _, effects| {
            // Asked before, it needs no question of its own.
            (effects.quit, effects.leave) = (question.quits, !question.quits);
        }),
    ],
};

impl Question {
    /// A question in short, what follows when the button with the verb is pressed, and what is sent then. That
    /// button is the default.
    pub fn new(title: String, text: String, verb: &'static str, commands: Vec<Command>) -> Self {
        Self {
            title,
            text,
            verb,
            commands,
            quits: false,
            agrees: true,
            buttons: Targets::default(),
        }
    }

    /// Before something is deleted, overwritten or lost: Cancel is the default.
    pub fn before_loss(self) -> Self {
        Self { agrees: false, ..self }
    }

    /// The button with the verb leaves the workbench.
    pub fn before_leaving(self) -> Self {
        Self { quits: true, ..self }
    }

    fn press(&mut self, _: &Model, effects: &mut Effects) {
        if self.agrees {
            effects.commands = std::mem::take(&mut self.commands);
            effects.quit = self.quits;
        }
        effects.close();
    }
}

impl Pane for Question {
    fn name(&self) -> &'static str {
        "Question"
    }

    fn keys(&self) -> Vec<Table<Self>> {
        vec![QUESTION]
    }

    /// The button that Enter would press is pressed; the other is chosen first, so that nothing is lost by one click. Cancel
    /// needs no second one.
    fn click(&mut self, place: Position, model: &Model, effects: &mut Effects) {
        match self.buttons.at(place) {
            Some(false) => effects.close(),
            Some(true) if self.agrees => self.press(model, effects),
            Some(true) => self.agrees = true,
            None => {}
        }
    }

    /// Draws it; the buttons are in sight however little room there is for the text.
    fn draw(&self, _: &Model, area: Rect, buffer: &mut Buffer, theme: Theme) {
        let columns = area.width.min(WIDEST);
        let room = usize::from(area.height.saturating_sub(4));
        let lines = wrap_to(&self.text, usize::from(columns.saturating_sub(4)), room);
        let size = (columns, lines.len() as u16 + 4);
        let inner = overlay(buffer, area, size, &self.title, theme);
        for (row, line) in lines.iter().enumerate() {
            buffer.put(inner, 0, row as u16, line, theme.text());
        }
        self.buttons.clear();
        let (mut x, y) = (0, inner.height.saturating_sub(1));
        for (label, agrees) in [(CANCEL, false), (self.verb, true)] {
            let chosen = agrees == self.agrees;
            let (mark, style) = if chosen {
                ("› ", theme.selected())
            } else {
                ("  ", theme.accent())
            };
            x += buffer.put(inner, x, y, mark, theme.accent());
            let taken = buffer.put(inner, x, y, &format!("[ {label} ]"), style);
            self.buttons.add(inner.line(y).right_of(x).first_columns(taken), agrees);
            x += taken + 1;
        }
    }
}
