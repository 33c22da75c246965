//! A trial by hand: a field for every parameter, filled in with the trial under the cursor.

use crate::engine::{Command, StudyPage, TrialRow};
use crate::ui::input::bind;
use crate::ui::input::key::{BACK_TAB, DOWN, ENTER, ESCAPE, TAB, UP};
use crate::ui::model::Model;
use crate::ui::pane::{Effects, Pane, Table};
use crate::ui::text::{Paint, cut, fit};
use crate::ui::theme::Theme;
use crate::ui::widgets::field::Field;
use crate::ui::widgets::list::{Cursor, Step};
use crate::ui::widgets::section::{Parts, overlay};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use std::sync::Arc;

/// Columns of the names.
const NAMES: u16 = 34;

/// The form.
#[derive(Debug, Clone)]
pub struct EnqueueForm {
    study: String,
    fields: Vec<(String, String, Field)>,
    cursor: Cursor,
}

impl EnqueueForm {
    /// With the parameters of a study, and their values in a trial.
    pub fn new(page: &StudyPage, trial: Option<&Arc<TrialRow>>) -> Self {
        let fields = page.axes.iter().map(|axis| {
            let value = trial.and_then(|trial| trial.parameter(&axis.name));
            let takes = if axis.choices.is_empty() {
                format!("{} to {}", axis.range.0, axis.range.1)
            } else {
                axis.choices.join(", ")
            };
            let field = Field::new(value.map_or("", |value| value.text.as_str()));
            (axis.name.clone(), takes, field)
        });
        Self {
            study: page.name.clone(),
            fields: fields.collect(),
            cursor: Cursor::default(),
        }
    }

    fn queue(&mut self, _: &Model, effects: &mut Effects) {
        let given = self
            .fields
            .iter()
            .map(|(name, _, field)| (name.clone(), field.text().trim().to_owned()));
        effects.send(Command::Enqueue {
            study: self.study.clone(),
            values: given.filter(|(_, value)| !value.is_empty()).collect(),
        });
        effects.close();
    }
}

const ENQUEUE: Table<EnqueueForm> = Table {
    heading: "Here",
    bindings: &[
        bind(&[ENTER], "queue the trial").hint("queue").does(EnqueueForm::queue),
        bind(&[ESCAPE], "cancel")
            .hint("cancel")
            .does(|_, _, effects| effects.close()),
        bind(&[UP, BACK_TAB], "the field above").does(|form, model, _| form.step(Step::Up, model)),
        bind(&[DOWN, TAB], "the field below")
            .hint("fields")
            .does(|form, model, _| form.step(Step::Down, model)),
    ],
};

impl Pane for EnqueueForm {
    fn name(&self) -> &'static str {
        "A trial by hand"
    }

    fn keys(&self) -> Vec<Table<Self>> {
        vec![ENQUEUE]
    }

    fn step(&mut self, step: Step, _: &Model) {
        self.cursor.step(step, self.fields.len());
    }

    fn cursor(&self) -> Option<&Cursor> {
        Some(&self.cursor)
    }

    fn is_typing(&self) -> bool {
        true
    }

    fn field(&mut self) -> Option<&mut Field> {
        self.fields.get_mut(self.cursor.row).map(|(_, _, field)| field)
    }

    fn draw(&self, _: &Model, area: Rect, buffer: &mut Buffer, theme: Theme) {
        let size = (76, self.fields.len() as u16 + 4);
        let inner = overlay(buffer, area, size, &format!("A trial for {}", self.study), theme);
        let list = Rect {
            height: inner.height.saturating_sub(2),
            ..inner
        };
        for (line, row) in self.cursor.window(self.fields.len(), list).enumerate() {
            let (name, _, field) = &self.fields[row];
            let here = row == self.cursor.row;
            let at = list.line(line as u16);
            let style = if here { theme.accent() } else { theme.text() };
            buffer.put(at, 0, 0, &fit(name, usize::from(NAMES)), style);
            let value = at.right_of(NAMES + 1);
            field.draw(buffer, value, theme.heading(), here, theme);
        }
        if let Some((_, takes, _)) = self.fields.get(self.cursor.row) {
            let words = cut(takes, usize::from(inner.width));
            buffer.put(inner, 0, inner.height.saturating_sub(2), &words, theme.dim());
        }
        let words = "Enter: queue it; the sampler chooses what is empty     Esc: cancel";
        buffer.put(inner, 0, inner.height.saturating_sub(1), words, theme.accent());
    }
}
