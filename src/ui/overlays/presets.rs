//! The presets, and a new run with one.

use crate::engine::{Event, Preset, Provenance};
use crate::ui::input::key::{ENTER, ESCAPE};
use crate::ui::input::{Key, bind};
use crate::ui::model::Model;
use crate::ui::overlays::form::Form;
use crate::ui::pane::{Effects, Pane, Table};
use crate::ui::text::{Paint, cut, fit, width, wrap_to};
use crate::ui::theme::Theme;
use crate::ui::widgets::list::{Cursor, Step};
use crate::ui::widgets::section::{Parts, overlay};
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
    presets: Option<Arc<Vec<Preset>>>,
    cursor: Cursor,
}

const PRESETS: Table<PresetsView> = Table {
    heading: "Here",
    bindings: &[
        bind(&[ENTER], "a new run with its settings")
            .hint("new run")
            .does(PresetsView::open),
        bind(&[ESCAPE, Key::character('q'), Key::character('P')], "close")
            .hint("close")
            .does(|_, _, effects| effects.close()),
    ],
};

impl PresetsView {
    fn presets(&self) -> &[Preset] {
        self.presets.as_ref().map_or(&[], |presets| presets)
    }

    /// Opens the form of a new run with the settings of the preset under the cursor.
    fn open(&mut self, model: &Model, effects: &mut Effects) {
        let Some(preset) = self.presets().get(self.cursor.row) else {
            return;
        };
        let mut changes = vec![("preset".to_owned(), preset.name.clone())];
        changes.extend(preset.values.clone());
        let origin = match preset.provenance {
            Provenance::Shipped => format!("preset {}", preset.name),
            own => format!("preset {} ({own})", preset.name),
        };
        Form::open(model, Some((changes, &origin)), effects);
        effects.closed = !effects.opened.is_empty();
    }
}

impl Pane for PresetsView {
    fn name(&self) -> &'static str {
        "Presets"
    }

    fn keys(&self) -> Vec<Table<Self>> {
        vec![PRESETS, Table::MOVES]
    }

    fn step(&mut self, step: Step, _: &Model) {
        let rows = self.presets().len();
        self.cursor.step(step, rows);
    }

    fn cursor(&self) -> Option<&Cursor> {
        Some(&self.cursor)
    }

    fn apply(&mut self, event: &Event, _: &Model, _: &mut Effects) {
        if let Event::Presets(presets) = event {
            self.presets = Some(Arc::clone(presets));
        }
    }

    fn draw(&self, _: &Model, area: Rect, buffer: &mut Buffer, theme: Theme) {
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
        let list = inner.first_rows(inner.height.saturating_sub(below + 1));
        self.cursor.on_frame(presets.len(), (inner, list), buffer, theme);
        for (y, index) in self.cursor.window(presets.len(), list).enumerate() {
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
