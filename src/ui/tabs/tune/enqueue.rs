//! A trial by hand: a field for every parameter, filled in with the trial under the cursor.

use crate::engine::{Command, StudyPage, TrialRow};
use crate::ui::input::Action;
use crate::ui::overlays::Outcome;
use crate::ui::text::{Paint, cut, fit};
use crate::ui::theme::Theme;
use crate::ui::widgets::field::Field;
use crate::ui::widgets::list::Cursor;
use crate::ui::widgets::section::overlay;
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

    /// The text under the cursor.
    pub fn field(&mut self) -> Option<&mut Field> {
        self.fields.get_mut(self.cursor.row).map(|(_, _, field)| field)
    }

    /// Carries an action out.
    pub fn act(&mut self, action: Action) -> Outcome {
        match action {
            Action::Back => return Outcome::closed(),
            Action::Move(step) => self.cursor.step(step, self.fields.len()),
            Action::Open => {
                let given = self
                    .fields
                    .iter()
                    .map(|(name, _, field)| (name.clone(), field.text().trim().to_owned()));
                return Outcome {
                    commands: vec![Command::Enqueue {
                        study: self.study.clone(),
                        values: given.filter(|(_, value)| !value.is_empty()).collect(),
                    }],
                    ..Outcome::closed()
                };
            }
            _ => {}
        }
        Outcome::default()
    }

    /// Draws it.
    pub fn draw(&self, area: Rect, buffer: &mut Buffer, theme: Theme) {
        let size = (76, self.fields.len() as u16 + 4);
        let inner = overlay(buffer, area, size, &format!("A trial for {}", self.study), theme);
        let list = Rect {
            height: inner.height.saturating_sub(2),
            ..inner
        };
        for (line, row) in self
            .cursor
            .window(self.fields.len(), usize::from(list.height))
            .enumerate()
        {
            let (name, _, field) = &self.fields[row];
            let here = row == self.cursor.row;
            let at = Rect {
                y: list.y + line as u16,
                height: 1,
                ..list
            };
            let style = if here { theme.accent() } else { theme.text() };
            buffer.put(at, 0, 0, &fit(name, usize::from(NAMES)), style);
            let value = Rect {
                x: at.x + NAMES + 1,
                width: at.width.saturating_sub(NAMES + 1),
                ..at
            };
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
