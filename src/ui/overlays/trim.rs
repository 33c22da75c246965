//! What trimming silence at several thresholds would remove.

use crate::engine::{Command, CommandKind, Event, TRIM_SHORT, Task, TrimmedCorpus, Trimming};
use crate::present::numbers::{count, duration, grouped, percent};
use crate::present::refusals::Refusals;
use crate::ui::input::key::{ENTER, ESCAPE, keys};
use crate::ui::input::{Key, bind};
use crate::ui::model::Model;
use crate::ui::pane::{Effects, Pane, Table};
use crate::ui::text::{Paint, cut, file_name};
use crate::ui::theme::Theme;
use crate::ui::widgets::list::{Cursor, Step};
use crate::ui::widgets::section::{Parts, overlay};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use std::sync::Arc;

/// Columns of the table.
const WIDTH: u16 = 72;

/// What is seen of it.
#[derive(Debug, Default)]
pub struct TrimView {
    cursor: Cursor,
    /// What was found; nothing before the clips are read.
    found: Option<Arc<Trimming>>,
    /// Clips read, and of how many.
    progress: (usize, usize),
}

const TRIM: Table<TrimView> = Table {
    heading: "Here",
    bindings: &[
        bind(keys!['r'], "read the clips again")
            .hint("again")
            .does(|view, _, effects| {
                if view.found.take().is_some() {
                    effects.send(Command::Trim);
                }
            }),
        bind(&[ESCAPE, Key::character('q'), Key::character('t'), ENTER], "close")
            .hint("close")
            .does(|_, _, effects| effects.close()),
    ],
};

impl TrimView {
    /// Opens it; the clips are read unless that was done or is being done.
    pub fn open(model: &Model, effects: &mut Effects) {
        let found = model.trimming.clone();
        if found.is_none() && !model.busy(CommandKind::Trim) {
            effects.send(Command::Trim);
        }
        effects.open(Self {
            found,
            ..Self::default()
        });
    }
}

impl Pane for TrimView {
    fn name(&self) -> &'static str {
        "What trimming would remove"
    }

    fn keys(&self) -> Vec<Table<Self>> {
        vec![TRIM, Table::MOVES]
    }

    fn step(&mut self, step: Step, _: &Model) {
        let lines = self.found.as_ref().map_or(0, |found| lines(found).len());
        self.cursor.scroll(step, lines);
    }

    fn cursor(&self) -> Option<&Cursor> {
        Some(&self.cursor)
    }

    fn apply(&mut self, event: &Event, _: &Model, _: &mut Effects) {
        match event {
            Event::Progress(progress) if progress.task == Task::Trimming => {
                self.progress = (progress.done, progress.total);
            }
            Event::Trimming(found) => self.found = Some(Arc::clone(found)),
            _ => {}
        }
    }

    fn draw(&self, _: &Model, area: Rect, buffer: &mut Buffer, theme: Theme) {
        let lines = self.found.as_ref().map(|found| lines(found));
        let rows = lines.as_ref().map_or(1, |lines| lines.len() as u16);
        let size = (area.width.min(WIDTH + 4), rows.saturating_add(2));
        let inner = overlay(buffer, area, size, self.name(), theme);
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
        let body = inner.first_rows(inner.height.saturating_sub(u16::from(scrolled)));
        let window = self.cursor.view(lines.len(), body);
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
    for group in Refusals::of(found.refused.iter().map(|(path, reason)| (&**path, &**reason))) {
        let files = match group.files {
            1 => file_name(group.example),
            _ => group.files(),
        };
        lines.push(line(Kind::Refused, format!("{files}: {}", group.reason)));
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
