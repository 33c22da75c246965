//! The architectures, and the layers of one of them.

use crate::engine::{Command, Event, ModelRow, ModelSummary};
use crate::present::numbers::grouped;
use crate::ui::input::key::{ENTER, ESCAPE};
use crate::ui::input::{Key, bind};
use crate::ui::model::Model;
use crate::ui::pane::{Effects, Pane, Table};
use crate::ui::text::{Paint, cut, fit, fit_right};
use crate::ui::theme::Theme;
use crate::ui::widgets::list::{Cursor, Step};
use crate::ui::widgets::section::{Parts, overlay};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use std::sync::Arc;

/// Columns at most.
const WIDEST: u16 = 96;
/// Columns of a figure.
const FIGURE: usize = 13;

/// What is seen of the architectures.
#[derive(Debug, Default)]
pub struct ModelsView {
    /// All of them, once they are there.
    rows: Option<Arc<Vec<ModelRow>>>,
    cursor: Cursor,
    /// The one that was opened.
    summary: Option<(Arc<ModelSummary>, Cursor)>,
}

const MODELS: Table<ModelsView> = Table {
    heading: "Here",
    bindings: &[
        bind(&[ENTER], "its layers for the settings' recipe")
            .hint("layers")
            .does(|view, _, effects| {
                if view.summary.is_none()
                    && let Some(row) = view.rows().get(view.cursor.row)
                {
                    let name = Some(row.name.clone());
                    effects.send(Command::Models { name });
                }
            }),
        bind(
            &[ESCAPE, Key::character('q'), Key::character('M')],
            "back to the list, or close",
        )
        .hint("back")
        .does(|view, _, effects| {
            if view.summary.take().is_none() {
                effects.close();
            }
        }),
    ],
};

impl Pane for ModelsView {
    fn name(&self) -> &'static str {
        "Architectures"
    }

    fn keys(&self) -> Vec<Table<Self>> {
        vec![MODELS, Table::MOVES]
    }

    fn step(&mut self, step: Step, _: &Model) {
        match &mut self.summary {
            Some((summary, cursor)) => cursor.scroll(step, summary.layers.len()),
            None => self.cursor.step(step, self.rows.as_ref().map_or(0, |rows| rows.len())),
        }
    }

    fn cursor(&self) -> Option<&Cursor> {
        Some(self.summary.as_ref().map_or(&self.cursor, |(_, cursor)| cursor))
    }

    fn apply(&mut self, event: &Event, _: &Model, _: &mut Effects) {
        match event {
            Event::Models(rows) => self.rows = Some(Arc::clone(rows)),
            Event::Model(summary) => self.summary = Some((Arc::clone(summary), Cursor::default())),
            _ => {}
        }
    }

    fn draw(&self, _: &Model, area: Rect, buffer: &mut Buffer, theme: Theme) {
        match &self.summary {
            Some((summary, cursor)) => layers(summary, cursor, area, buffer, theme),
            None => self.list(area, buffer, theme),
        }
    }
}

impl ModelsView {
    fn rows(&self) -> &[ModelRow] {
        self.rows.as_ref().map_or(&[], |rows| rows)
    }

    fn list(&self, area: Rect, buffer: &mut Buffer, theme: Theme) {
        let rows = self.rows();
        let size = (area.width.min(WIDEST), (rows.len() as u16).max(1) + 5);
        let inner = overlay(buffer, area, size, "Architectures", theme);
        if rows.is_empty() {
            buffer.put(inner, 0, 0, "building them …", theme.dim());
            return;
        }
        let line = |cells: [&str; 5]| {
            let figures = [(1, 12), (2, 7), (3, FIGURE), (4, FIGURE + 2)];
            let [input, classes, parameters, multiply_adds] =
                figures.map(|(cell, columns)| fit_right(cells[cell], columns));
            format!("{} {input} {classes} {parameters} {multiply_adds}", fit(cells[0], 17))
        };
        let headings = ["Name", "Input", "Classes", "Parameters", "Mult.-adds"];
        buffer.put(inner, 0, 0, &line(headings), theme.dim());
        let list = inner.below(1).first_rows(inner.height.saturating_sub(3));
        self.cursor.on_frame(rows.len(), (inner, list), buffer, theme);
        for (y, index) in self.cursor.window(rows.len(), list).enumerate() {
            let row = &rows[index];
            let style = if index == self.cursor.row {
                theme.selected()
            } else {
                theme.text()
            };
            let words = line([
                &row.name,
                &format!("{} × {}", row.input.0, row.input.1),
                &row.classes.to_string(),
                &grouped(row.parameters),
                &grouped(row.multiply_adds),
            ]);
            buffer.put(inner, 0, 1 + y as u16, &words, style);
        }
        if let Some(row) = rows.get(self.cursor.row) {
            let about = cut(&row.about, usize::from(inner.width));
            buffer.put(inner, 0, inner.height.saturating_sub(1), &about, theme.dim());
        }
    }
}

fn layers(summary: &ModelSummary, cursor: &Cursor, area: Rect, buffer: &mut Buffer, theme: Theme) {
    let size = (area.width.min(WIDEST), summary.layers.len() as u16 + 6);
    let inner = overlay(buffer, area, size, &summary.name, theme);
    let columns = usize::from(inner.width);
    let name = columns.saturating_sub(2 * FIGURE + 18);
    let line = |cells: [&str; 4]| {
        let [parameters, multiply_adds] = [2, 3].map(|cell| fit_right(cells[cell], FIGURE));
        format!(
            "{} {}{parameters}{multiply_adds}",
            fit(cells[0], name),
            fit(cells[1], 17)
        )
    };
    let (frames, coefficients) = summary.input;
    let of = format!(
        "{frames} × {coefficients} of {}, {} classes as published",
        summary.recipe, summary.classes
    );
    buffer.put(inner, 0, 0, &cut(&of, columns), theme.text());
    let headings = line(["Layer", "Output", "Parameters", "Mult.-adds"]);
    buffer.put(inner, 0, 1, &headings, theme.dim());
    let body = inner.below(2).first_rows(inner.height.saturating_sub(4));
    let window = cursor.view(summary.layers.len(), body);
    let figure = |figure: usize| if figure > 0 { grouped(figure) } else { String::new() };
    for (y, layer) in summary.layers[window.clone()].iter().enumerate() {
        let parameters = figure(layer.trainable + layer.fixed);
        let words = line([&layer.layer, &layer.shape(), &parameters, &figure(layer.multiply_adds)]);
        buffer.put(inner, 0, 2 + y as u16, &words, theme.text());
    }
    let last = inner.height.saturating_sub(1);
    let parameters = grouped(summary.trainable + summary.fixed);
    let sums = line(["Sum", "", &parameters, &grouped(summary.multiply_adds)]);
    buffer.put(inner, 0, last.saturating_sub(1), &sums, theme.heading());
    let trained = format!("{} trained, {} not", grouped(summary.trainable), grouped(summary.fixed));
    buffer.put(inner, 0, last, &trained, theme.dim());
    if window.len() < summary.layers.len() {
        let hint = format!(" ↑↓ {} of {}", window.end, summary.layers.len());
        buffer.put_right(inner, last, &hint, theme.dim());
    }
}
