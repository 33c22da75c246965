//! Data while there is nothing to show yet.

use crate::engine::{CommandKind, known_corpora};
use crate::present::numbers::grouped;
use crate::ui::model::Model;
use crate::ui::text::{Paint, cut, width, wrap};
use crate::ui::theme::Theme;
use crate::ui::widgets::gauge::gauge;
use crate::ui::widgets::section::Parts;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

/// Shown until the headers are read.
pub fn reading(problem: Option<&str>, model: &Model, area: Rect, buffer: &mut Buffer, theme: Theme) {
    if let (Some(problem), false) = (problem, model.busy(CommandKind::Scan)) {
        return unread(problem, area, buffer, theme);
    }
    let middle = area.height / 2;
    let columns = area.width.min(50);
    let at = Rect {
        x: area.x + (area.width - columns) / 2,
        width: columns,
        ..area
    };
    let Some(progress) = model.jobs.tasks.last() else {
        let text = if model.busy(CommandKind::Scan) {
            "Looking for corpora …"
        } else {
            "Nothing was scanned; press r to try again."
        };
        buffer.put(
            at,
            (columns.saturating_sub(width(text) as u16)) / 2,
            middle,
            text,
            theme.dim(),
        );
        return;
    };
    let figures = match progress.total {
        0 => format!("{} found", grouped(progress.done)),
        total => format!("{} of {}", grouped(progress.done), grouped(total)),
    };
    buffer.put(
        at,
        0,
        middle.saturating_sub(1),
        &cut(&progress.task.to_string(), 30),
        theme.heading(),
    );
    buffer.put_right(at, middle.saturating_sub(1), &figures, theme.dim());
    let bar = at.line(middle);
    gauge(
        buffer,
        bar,
        progress.done as f64 / progress.total.max(1) as f64,
        theme.accent(),
        theme,
    );
}

/// Shown when the scan failed before it reported any clip.
fn unread(problem: &str, area: Rect, buffer: &mut Buffer, theme: Theme) {
    buffer.put(area, 0, 1, "No data to show.", theme.heading());
    for (row, line) in wrap(problem, usize::from(area.width.min(90))).iter().enumerate() {
        buffer.put(area, 0, row as u16 + 3, line, theme.text());
    }
}

/// Shown when no corpus was found.
pub fn nothing(model: &Model, area: Rect, buffer: &mut Buffer, theme: Theme) {
    let folder = model.setting("data").unwrap_or("data");
    let advice = format!(
        "Put a corpus ({}, or a table of your own) into {folder}/, or name its folder under [[corpora]] in workbench.toml; then press r to scan again. Press a to get a published one.\n\nPress d to make a synthetic demo corpus and look around with it.",
        known_corpora()
    );
    buffer.put(area, 0, 1, "No clip was found.", theme.heading());
    for (row, line) in wrap(&advice, usize::from(area.width.min(90))).iter().enumerate() {
        buffer.put(area, 0, row as u16 + 3, line, theme.dim());
    }
}
