//! In what runs differ.

use crate::engine::{Comparison, Coverage, Event, RunSummary};
use crate::present::numbers::score;
use crate::present::words;
use crate::ui::model::Model;
use crate::ui::pane::{Effects, Pane, Table};
use crate::ui::text::{Paint, cut, fit, width};
use crate::ui::theme::Theme;
use crate::ui::widgets::list::{Cursor, Step, frame_bar};
use crate::ui::widgets::section::{Parts, overlay};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use std::sync::Arc;

/// Columns of a value at most.
const VALUE: usize = 28;

/// What is seen of the comparison.
#[derive(Debug, Default)]
pub struct ComparisonView {
    /// What was found, once it is there.
    found: Option<Arc<Comparison>>,
    cursor: Cursor,
}

impl Pane for ComparisonView {
    fn name(&self) -> &'static str {
        "Differences"
    }

    fn keys(&self) -> Vec<Table<Self>> {
        vec![Table::CLOSE, Table::MOVES]
    }

    fn step(&mut self, step: Step, _: &Model) {
        let rows = self.found.as_ref().map_or(0, |found| lines(found).len());
        self.cursor.scroll(step, rows);
    }

    fn cursor(&self) -> Option<&Cursor> {
        Some(&self.cursor)
    }

    fn apply(&mut self, event: &Event, _: &Model, _: &mut Effects) {
        if let Event::Compared(comparison) = event {
            self.found = Some(Arc::clone(comparison));
        }
    }

    /// Draws a column per run; each is as wide as the room allows.
    fn draw(&self, _: &Model, area: Rect, buffer: &mut Buffer, theme: Theme) {
        let Some(found) = &self.found else {
            let inner = overlay(buffer, area, (40, 3), "Differences", theme);
            buffer.put(inner, 0, 0, "reading the runs …", theme.dim());
            return;
        };
        let lines = lines(found);
        let cells = |line: &Line| line.cells.iter().map(|cell| width(cell)).max().unwrap_or(0);
        let wanted = lines.iter().map(cells).max().unwrap_or(0).min(VALUE);
        let names = lines.iter().map(|line| width(&line.name)).max().unwrap_or(0);
        let runs = found.runs.len().max(1);
        let columns = (names + runs * (wanted + 2) + 4).min(usize::from(area.width)) as u16;
        let rows = (lines.len() as u16 + 3).min(area.height);
        let title = format!("Compare {} runs", found.runs.len());
        let inner = overlay(buffer, area, (columns, rows), &title, theme);
        let room = usize::from(inner.width);
        let name = names.min(room * 2 / 5);
        let value = (room.saturating_sub(name) / runs).saturating_sub(2);
        let at = |column: usize| (name + 2 + column * (value + 2)) as u16;
        for (column, run) in found.runs.iter().enumerate() {
            // What runs of one second have in common stands at the front.
            let id = width(&run.id);
            let tail: String = run.id.chars().skip(id.saturating_sub(value.max(1))).collect();
            buffer.put(inner, at(column), 0, &fit(&tail, value), theme.series(column));
        }
        let body = inner.below(1);
        let window = self.cursor.view(lines.len(), body);
        frame_bar(&window, lines.len(), body, buffer, theme);
        for (row, line) in lines[window.clone()].iter().enumerate() {
            let y = row as u16;
            buffer.put(body, 0, y, &cut(&line.name, name), theme.dim());
            for (column, cell) in line.cells.iter().enumerate() {
                let style = if line.setting { theme.text() } else { theme.heading() };
                buffer.put(body, at(column), y, &cut(cell, value), style);
            }
        }
        if window.len() < lines.len() {
            let hint = format!("↑↓ {} of {}", window.end, lines.len());
            buffer.put_right(body, body.height.saturating_sub(1), &hint, theme.dim());
        }
    }
}

struct Line {
    name: String,
    cells: Vec<String>,
    setting: bool,
}

fn lines(found: &Comparison) -> Vec<Line> {
    let of_runs = |name: &str, cell: &dyn Fn(&RunSummary) -> String| Line {
        name: name.to_owned(),
        cells: found.runs.iter().map(cell).collect(),
        setting: false,
    };
    let score_name = words::score_name(&found.runs);
    let mut lines = vec![
        of_runs("state", &|run| run.state.name().to_owned()),
        of_runs("epochs", &|run| format!("{}/{}", run.epochs, run.max_epochs)),
        of_runs("ended", &|run| words::ended(run).to_owned()),
        of_runs(&format!("best val. {score_name}"), &words::best_validation),
        of_runs(&format!("kept epoch's val. {score_name}"), &|run| {
            run.kept_epoch
                .as_ref()
                .map_or_else(|| "–".to_owned(), words::kept_figure)
        }),
        of_runs(&format!("test {score_name}"), &words::tested),
        of_runs("test accuracy %", &|run| score(run.shown_accuracy())),
    ];
    let thin = |run: &RunSummary| run.coverage.as_ref().and_then(Coverage::short);
    if found.runs.iter().any(|run| thin(run).is_some()) {
        lines.push(of_runs("! test set", &|run| thin(run).unwrap_or_default()));
    }
    lines.extend(found.settings.iter().map(|(key, values)| {
        Line {
            name: key.clone(),
            cells: values
                .iter()
                .map(|value| value.clone().unwrap_or_else(|| "–".to_owned()))
                .collect(),
            setting: true,
        }
    }));
    if found.settings.is_empty() {
        lines.push(Line {
            name: "Their settings are the same.".to_owned(),
            cells: Vec::new(),
            setting: true,
        });
    }
    lines
}
