//! What the machine has, what it lacks, and what would help.

use crate::engine::{Event, Finding, Health};
use crate::ui::model::Model;
use crate::ui::pane::{Effects, Pane, Table};
use crate::ui::text::{Paint, fit, width, wrap};
use crate::ui::theme::Theme;
use crate::ui::widgets::list::{Cursor, Step, frame_bar};
use crate::ui::widgets::section::overlay;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use std::sync::Arc;

/// Columns at most.
const WIDEST: u16 = 110;

/// What is seen of the findings.
#[derive(Debug, Default)]
pub struct DoctorView {
    /// The findings, once they are there.
    findings: Option<Arc<Vec<Finding>>>,
    cursor: Cursor,
}

impl Pane for DoctorView {
    fn name(&self) -> &'static str {
        "This machine"
    }

    fn keys(&self) -> Vec<Table<Self>> {
        vec![Table::CLOSE, Table::MOVES]
    }

    fn step(&mut self, step: Step, _: &Model) {
        self.cursor.scroll(step, self.lines(usize::from(WIDEST)).len());
    }

    fn cursor(&self) -> Option<&Cursor> {
        Some(&self.cursor)
    }

    fn apply(&mut self, event: &Event, _: &Model, _: &mut Effects) {
        if let Event::Doctor(findings) = event {
            self.findings = Some(Arc::clone(findings));
        }
    }

    /// Draws the findings over nearly the whole area.
    fn draw(&self, _: &Model, area: Rect, buffer: &mut Buffer, theme: Theme) {
        let lines = self.lines(usize::from(area.width.min(WIDEST)));
        draw(&lines, &self.cursor, area, buffer, theme);
    }
}

impl DoctorView {
    fn lines(&self, columns: usize) -> Vec<Line> {
        let findings = self.findings.as_ref().map_or(&[][..], |findings| findings);
        lines(findings, columns.saturating_sub(4))
    }
}

fn draw(lines: &[Line], cursor: &Cursor, area: Rect, buffer: &mut Buffer, theme: Theme) {
    let columns = area.width.min(WIDEST);
    let rows = if lines.is_empty() { 3 } else { lines.len() as u16 + 2 };
    let inner = overlay(buffer, area, (columns, rows), "This machine", theme);
    if lines.is_empty() {
        buffer.put(inner, 0, 0, "looking …", theme.dim());
    }
    let window = cursor.view(lines.len(), inner);
    frame_bar(&window, lines.len(), inner, buffer, theme);
    for (row, line) in lines[window.clone()].iter().enumerate() {
        let y = row as u16;
        let (mark, style) = match line.health {
            Some(Health::Good) => ("✓", theme.good()),
            Some(Health::Note) => ("·", theme.accent()),
            Some(Health::Lack) => ("✗", theme.bad()),
            None => (" ", theme.dim()),
        };
        buffer.put(inner, 0, y, mark, style);
        buffer.put(inner, 2, y, &line.topic, theme.dim());
        let words = if line.remedy { theme.dim() } else { theme.text() };
        buffer.put(inner, 2 + width(&line.topic) as u16, y, &line.text, words);
    }
    if window.len() < lines.len() && inner.width > 12 {
        let hint = format!(" ↑↓ {} of {}", window.end, lines.len());
        buffer.put_right(inner, inner.height.saturating_sub(1), &hint, theme.dim());
    }
}

/// One row.
struct Line {
    /// At the first row of a finding.
    health: Option<Health>,
    topic: String,
    text: String,
    remedy: bool,
}

fn lines(findings: &[Finding], columns: usize) -> Vec<Line> {
    let topics = findings.iter().map(|finding| width(finding.topic)).max().unwrap_or(0) + 2;
    let room = columns.saturating_sub(topics + 2).max(10);
    let mut lines = Vec::new();
    for finding in findings {
        let first = lines.len();
        for (text, remedy) in [(&finding.found, false), (&finding.remedy, true)] {
            lines.extend(
                wrap(text, room)
                    .into_iter()
                    .filter(|text| !text.is_empty())
                    .map(|text| Line {
                        health: None,
                        topic: " ".repeat(topics),
                        text,
                        remedy,
                    }),
            );
        }
        if let Some(line) = lines.get_mut(first) {
            line.health = Some(finding.health);
            line.topic = fit(finding.topic, topics);
        }
    }
    lines
}
