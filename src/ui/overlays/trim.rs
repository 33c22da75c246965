//! What trimming silence at several thresholds would remove.

use super::Outcome;
use crate::engine::{Command, TRIM_SHORT, TrimmedCorpus, Trimming};
use crate::ui::input::Action;
use crate::ui::text::{Paint, count, cut, duration, file_name, grouped, percent};
use crate::ui::theme::Theme;
use crate::ui::widgets::list::Cursor;
use crate::ui::widgets::section::overlay;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use std::sync::Arc;

/// Columns of the table.
const WIDTH: u16 = 72;

/// What is seen of it.
#[derive(Debug, Default)]
pub struct TrimView {
    /// The first row seen.
    pub cursor: Cursor,
    /// What was found; nothing before the clips are read.
    pub found: Option<Arc<Trimming>>,
    /// Clips read, and of how many.
    pub progress: (usize, usize),
}

impl TrimView {
    /// Carries an action out.
    pub fn act(&mut self, action: Action) -> Outcome {
        match action {
            Action::Move(step) => {
                let lines = self.found.as_ref().map_or(0, |found| lines(found).len());
                self.cursor.scroll(step, lines);
            }
            Action::Rescan if self.found.is_some() => {
                self.found = None;
                return Outcome {
                    commands: vec![Command::Trim],
                    ..Outcome::default()
                };
            }
            Action::Back => return Outcome::closed(),
            _ => {}
        }
        Outcome::default()
    }

    /// Draws it.
    pub fn draw(&self, area: Rect, buffer: &mut Buffer, theme: Theme) {
        let lines = self.found.as_ref().map(|found| lines(found));
        let rows = lines.as_ref().map_or(1, |lines| lines.len() as u16);
        let size = (area.width.min(WIDTH + 4), rows.saturating_add(2));
        let inner = overlay(buffer, area, size, "What trimming would remove", theme);
        let Some(lines) = lines else {
            let (done, total) = self.progress;
            let text = match total {
                0 => "Reading the clips …".to_owned(),
                total => format!("Reading the clips: {} of {} …", grouped(done), grouped(total)),
            };
            buffer.put(inner, 0, 0, &text, theme.dim());
            return;
        };
        let scrolled = lines.len() > usize::from(inner.height);
        // The last row says how far one has scrolled.
        let room = usize::from(inner.height).saturating_sub(usize::from(scrolled));
        let window = self.cursor.view(lines.len(), room);
        for (row, line) in lines[window.clone()].iter().enumerate() {
            let text = cut(&line.text, usize::from(inner.width));
            buffer.put(inner, 0, row as u16, &text, line.kind.style(theme));
        }
        if scrolled {
            let hint = format!("↑↓ {} of {}", window.end, lines.len());
            buffer.put_right(inner, inner.height.saturating_sub(1), &hint, theme.dim());
        }
    }
}

struct Line {
    kind: Kind,
    text: String,
}

#[derive(Clone, Copy)]
enum Kind {
    Heading,
    Columns,
    Figures,
    Refused,
}

impl Kind {
    fn style(self, theme: Theme) -> Style {
        match self {
            Self::Heading => theme.heading(),
            Self::Columns => theme.dim(),
            Self::Figures => theme.text(),
            Self::Refused => theme.warn(),
        }
    }
}

fn lines(found: &Trimming) -> Vec<Line> {
    let line = |kind, text| Line { kind, text };
    let mut lines = Vec::new();
    if found.corpora.is_empty() {
        lines.push(line(Kind::Columns, "No clip is selected.".to_owned()));
    }
    for corpus in &found.corpora {
        if !lines.is_empty() {
            lines.push(line(Kind::Columns, String::new()));
        }
        let name = corpus.name.as_deref().unwrap_or("All corpora");
        let size = format!("{}, {}", count(corpus.clips, "clip"), duration(corpus.seconds));
        lines.push(line(Kind::Heading, format!("{name}  {size}")));
        let short = format!("< {TRIM_SHORT} s");
        let heads = ["mean", "median", "95 %", "of all", "lose half", &short];
        lines.push(line(Kind::Columns, row("threshold", heads)));
        lines.extend(figures(corpus).into_iter().map(|text| line(Kind::Figures, text)));
    }
    for (path, reason) in &found.refused {
        lines.push(line(Kind::Refused, format!("{}: {reason}", file_name(path))));
    }
    lines
}

fn figures(corpus: &TrimmedCorpus) -> Vec<String> {
    let seconds = |value: f64| format!("{value:.2} s");
    let figures = corpus.rows.iter().map(|of| {
        let cells = [
            seconds(of.mean),
            seconds(of.median),
            seconds(of.p95),
            percent(of.share),
            grouped(of.halved),
            grouped(of.short),
        ];
        row(&format!("{} dB", of.threshold_db), cells.each_ref().map(String::as_str))
    });
    figures.collect()
}

fn row(first: &str, cells: [&str; 6]) -> String {
    let mut text = format!("{first:>9}");
    for cell in cells {
        text += &format!(" {cell:>9}");
    }
    text
}
