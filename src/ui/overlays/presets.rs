//! The presets, and a new run with one.

use super::Outcome;
use crate::engine::{Config, Preset, Provenance, Survey};
use crate::ui::input::Action;
use crate::ui::tabs::train::form::Form;
use crate::ui::text::{Paint, cut, fit, width, wrap_to};
use crate::ui::theme::Theme;
use crate::ui::widgets::list::Cursor;
use crate::ui::widgets::section::overlay;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use std::sync::Arc;

/// Columns at most.
const WIDEST: u16 = 110;
/// Rows for the settings of the chosen one.
const VALUES: u16 = 4;

/// What is seen of the presets.
#[derive(Debug, Default)]
pub struct PresetsView {
    /// All of them, once they are there.
    pub presets: Option<Arc<Vec<Preset>>>,
    cursor: Cursor,
}

impl PresetsView {
    fn presets(&self) -> &[Preset] {
        self.presets.as_ref().map_or(&[], |presets| presets)
    }

    /// Carries an action out.
    pub fn act(&mut self, action: Action) -> Outcome {
        match action {
            Action::Move(step) => {
                let rows = self.presets().len();
                self.cursor.step(step, rows);
            }
            Action::Back => return Outcome::closed(),
            _ => {}
        }
        Outcome::default()
    }

    /// The form of a new run with the settings of the preset under the cursor.
    pub fn form(&self, config: Option<&Config>, survey: Option<&Survey>) -> Option<Form> {
        let preset = self.presets().get(self.cursor.row)?;
        let mut changes = vec![("preset".to_owned(), preset.name.clone())];
        changes.extend(preset.values.clone());
        let origin = match preset.provenance {
            Provenance::Shipped => format!("preset {}", preset.name),
            own => format!("preset {} ({own})", preset.name),
        };
        Some(Form::new(config?, survey).copied(changes, &origin))
    }

    /// Draws it.
    pub fn draw(&self, area: Rect, buffer: &mut Buffer, theme: Theme) {
        let presets = self.presets();
        let rows = (presets.len() as u16).max(1) + VALUES + 3;
        let inner = overlay(buffer, area, (area.width.min(WIDEST), rows), "Presets", theme);
        let Some(chosen) = presets.get(self.cursor.row) else {
            let words = if self.presets.is_some() {
                "There are none."
            } else {
                "looking …"
            };
            buffer.put(inner, 0, 0, words, theme.dim());
            return;
        };
        let names = presets.iter().map(|preset| width(&preset.name)).max().unwrap_or(0) + 2;
        let columns = usize::from(inner.width);
        let below = VALUES.min(inner.height.saturating_sub(2));
        let room = usize::from(inner.height.saturating_sub(below + 1));
        for (y, index) in self.cursor.window(presets.len(), room).enumerate() {
            let preset = &presets[index];
            let own = match preset.provenance {
                Provenance::Shipped => String::new(),
                own => format!("{own}: "),
            };
            let line = format!("{}{own}{}", fit(&preset.name, names), preset.about);
            let style = if index == self.cursor.row {
                theme.selected()
            } else {
                theme.text()
            };
            buffer.put(inner, 0, y as u16, &cut(&line, columns), style);
        }
        let values = chosen.values.iter().map(|(key, value)| format!("{key} = {value}"));
        let values = values.collect::<Vec<_>>().join(", ");
        for (row, line) in wrap_to(&values, columns, usize::from(below)).iter().enumerate() {
            let y = inner.height.saturating_sub(below) + row as u16;
            buffer.put(inner, 0, y, line, theme.dim());
        }
    }
}
