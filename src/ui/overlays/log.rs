//! All that a run has to say: scrolled, searched, and followed while it runs.

use crate::engine::{Command, CommandKind, Event, RunLog};
use crate::ui::input::key::{ENTER, ESCAPE, keys};
use crate::ui::input::{Key, bind};
use crate::ui::model::Model;
use crate::ui::pane::{Effects, Pane, Table};
use crate::ui::text::{Paint, fit, wrap};
use crate::ui::theme::Theme;
use crate::ui::widgets::filter::{Filter, holds};
use crate::ui::widgets::list::{Cursor, Step};
use crate::ui::widgets::section::{Parts, overlay};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use std::sync::Arc;

/// Rows in which the line under the cursor stands in full.
const FULL: u16 = 4;

/// The log of one run.
#[derive(Debug, Default)]
pub struct LogView {
    run: String,
    log: Option<Arc<RunLog>>,
    filter: Filter,
    cursor: Cursor,
    /// Whether the end stays in sight as lines are added.
    at_end: bool,
}

const LOG: Table<LogView> = Table {
    heading: "Here",
    bindings: &[
        bind(keys!['/'], "only lines with these words")
            .hint("search")
            .does(|view, _, _| view.filter.typing = true),
        bind(&[ESCAPE, Key::character('q'), Key::character('L'), ENTER], "close")
            .hint("close")
            .does(|view, model, effects| match view.filter.is_shown() {
                true => view.clear_filter(model),
                false => effects.close(),
            }),
    ],
};

impl LogView {
    /// Opens that of a run.
    pub fn open(run: &str, effects: &mut Effects) {
        effects.open(Self {
            run: run.to_owned(),
            at_end: true,
            ..Self::default()
        });
        effects.send(Command::Log { run: run.into() });
    }

    /// The lines that have the words of the filter.
    fn lines(&self) -> Vec<&str> {
        let words = self.filter.words();
        let lines = self.log.iter().flat_map(|log| &log.lines);
        lines.map(String::as_str).filter(|line| holds(line, &words)).collect()
    }
}

impl Pane for LogView {
    fn name(&self) -> &'static str {
        "Log"
    }

    fn keys(&self) -> Vec<Table<Self>> {
        vec![LOG, Table::MOVES]
    }

    fn step(&mut self, step: Step, _: &Model) {
        let rows = self.lines().len();
        self.cursor.step(step, rows);
        self.at_end = self.cursor.row + 1 >= rows;
    }

    fn cursor(&self) -> Option<&Cursor> {
        Some(&self.cursor)
    }

    fn filter(&self) -> Option<&Filter> {
        Some(&self.filter)
    }

    fn filter_mut(&mut self) -> Option<&mut Filter> {
        Some(&mut self.filter)
    }

    fn typed(&mut self, model: &Model) {
        self.step(Step::Last, model);
    }

    fn apply(&mut self, event: &Event, model: &Model, effects: &mut Effects) {
        match event {
            Event::Log(log) if log.run == self.run => {
                self.log = Some(Arc::clone(log));
                if self.at_end {
                    self.step(Step::Last, model);
                }
            }
            // It has something new to say.
            Event::Run(detail) if detail.summary.id == self.run && !model.busy(CommandKind::Log) => {
                let known = self.log.as_ref().and_then(|log| log.lines.last());
                if self.log.is_some() && detail.log.last() != known {
                    effects.send(Command::Log {
                        run: self.run.as_str().into(),
                    });
                }
            }
            _ => {}
        }
    }

    fn draw(&self, _: &Model, area: Rect, buffer: &mut Buffer, theme: Theme) {
        let inner = overlay(
            buffer,
            area,
            (area.width, area.height),
            &format!("Log of {}", self.run),
            theme,
        );
        let Some(log) = &self.log else {
            buffer.put(inner, 0, 0, "reading …", theme.dim());
            return;
        };
        let lines = self.lines();
        match self.filter.is_shown() {
            true => self.filter.draw(inner.line(0), buffer, theme),
            false => {
                let path = log.path.display().to_string();
                let words = if log.cut { format!("the end of {path}") } else { path };
                buffer.put(inner, 0, 0, &words, theme.dim());
            }
        }
        let list = inner.below(2);
        if lines.is_empty() {
            let words = match log.lines.is_empty() {
                true => "It has said nothing yet.",
                false => "No line has these words; Esc clears the search.",
            };
            buffer.put(list, 0, 0, words, theme.dim());
        }
        let below = FULL.min(list.height / 3);
        let full = list.below(list.height - below);
        let list = list.first_rows(list.height.saturating_sub(below + 1));
        self.cursor.on_frame(lines.len(), (inner, list), buffer, theme);
        let columns = usize::from(list.width);
        for (y, index) in self.cursor.window(lines.len(), list).enumerate() {
            let style = match index == self.cursor.row {
                true => theme.selected(),
                false => theme.text(),
            };
            buffer.put(list, 0, y as u16, &fit(lines[index], columns), style);
        }
        let line = lines.get(self.cursor.row).copied().unwrap_or_default();
        for (y, words) in wrap(line, columns).iter().enumerate() {
            buffer.put(full, 0, y as u16, words, theme.dim());
        }
    }
}
