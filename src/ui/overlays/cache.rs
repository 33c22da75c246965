//! What lies in the cache folder, and clearing it.

use super::Question;
use crate::engine::{CacheKind, CacheReport, CacheRow, CacheState, Clear, Command, Event};
use crate::present::numbers::{bytes, count, grouped};
use crate::ui::input::key::{ENTER, ESCAPE, keys};
use crate::ui::input::{Key, bind};
use crate::ui::model::Model;
use crate::ui::pane::{Effects, Pane, Table};
use crate::ui::text::{Paint, cut, file_name, fit, fit_right};
use crate::ui::theme::Theme;
use crate::ui::widgets::list::{Cursor, Step};
use crate::ui::widgets::section::{Parts, overlay};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use std::sync::Arc;

/// What is seen of the cache.
#[derive(Debug, Default)]
pub struct CacheView {
    cursor: Cursor,
    /// What is there; nothing before the engine has answered.
    report: Option<Arc<CacheReport>>,
}

const CACHE: Table<CacheView> = Table {
    heading: "Here",
    bindings: &[
        bind(keys!['s'], "clear what is no longer used")
            .hint("clear stale")
            .does(|view, _, effects| view.clear(Clear::Stale, effects)),
        bind(keys!['d'], "clear the features")
            .hint("clear features")
            .does(|view, _, effects| view.clear(Clear::Features, effects)),
        bind(keys!['D'], "clear all")
            .hint("clear all")
            .does(|view, _, effects| view.clear(Clear::All, effects)),
        bind(&[ESCAPE, Key::character('q'), Key::character('C'), ENTER], "close")
            .hint("close")
            .does(|_, _, effects| effects.close()),
    ],
};

impl Pane for CacheView {
    fn name(&self) -> &'static str {
        "Cache"
    }

    fn keys(&self) -> Vec<Table<Self>> {
        vec![CACHE, Table::MOVES]
    }

    fn step(&mut self, step: Step, _: &Model) {
        self.cursor
            .step(step, self.report.as_ref().map_or(0, |report| report.rows.len()));
    }

    fn cursor(&self) -> Option<&Cursor> {
        Some(&self.cursor)
    }

    fn apply(&mut self, event: &Event, _: &Model, _: &mut Effects) {
        if let Event::Cache(report) = event {
            self.report = Some(Arc::clone(report));
        }
    }

    fn draw(&self, _: &Model, area: Rect, buffer: &mut Buffer, theme: Theme) {
        self.draw_rows(area, buffer, theme);
    }
}

impl CacheView {
    fn rows(&self) -> &[CacheRow] {
        self.report.as_ref().map_or(&[], |report| &report.rows)
    }

    fn clear(&self, clear: Clear, effects: &mut Effects) {
        match self.question(clear) {
            Some(question) => effects.open(question),
            None => effects.note("There is nothing to clear."),
        }
    }

    /// The question before something goes; none when there is nothing of the kind.
    fn question(&self, clear: Clear) -> Option<Question> {
        let going: Vec<CacheRow> = self.rows().iter().filter(|row| row.goes(clear)).cloned().collect();
        let folder = self.report.as_ref()?.folder.display();
        let what = match clear {
            Clear::All => "the whole cache",
            Clear::Stale => "what is no longer used",
            Clear::Features => "the features",
            Clear::Analysis => "the analysis of the samples",
            Clear::Scan => "the headers of the last scan",
        };
        let parts = count(going.len(), "part");
        let size = bytes(CacheReport::bytes(&going));
        (!going.is_empty()).then(|| {
            let title = format!("Clear {what}?");
            let text =
                format!("{parts}, {size}, in {folder}. What is needed is computed again; runs and models are kept.");
            let commands = vec![Command::Cache { clear: Some(clear) }];
            Question::new(title, text, "Clear", commands).before_loss()
        })
    }

    fn draw_rows(&self, area: Rect, buffer: &mut Buffer, theme: Theme) {
        let rows = self.rows();
        let size = (area.width.min(96), (rows.len() as u16).saturating_add(5));
        let inner = overlay(buffer, area, size, "Cache", theme);
        let Some(report) = &self.report else {
            buffer.put(inner, 0, 0, "looking …", theme.dim());
            return;
        };
        let total = bytes(CacheReport::bytes(rows));
        let columns = usize::from(inner.width);
        buffer.put(
            inner,
            0,
            0,
            &cut(&report.folder.display().to_string(), columns.saturating_sub(12)),
            theme.dim(),
        );
        buffer.put_right(inner, 0, &total, theme.heading());
        if rows.is_empty() {
            buffer.put(inner, 0, 1, "There is nothing in it.", theme.dim());
            return;
        }
        let (kind, clips, room) = (9, 8, 9);
        let rest = columns.saturating_sub(kind + clips + room + 5);
        let (corpus, recipe) = (rest * 3 / 10, rest * 3 / 10);
        let state = rest.saturating_sub(corpus + recipe);
        let line = |cells: [&str; 6]| {
            format!(
                "{} {} {} {} {} {}",
                fit(cells[0], kind),
                fit(cells[1], corpus),
                fit(cells[2], recipe),
                fit(cells[3], state),
                fit_right(cells[4], clips),
                fit_right(cells[5], room)
            )
        };
        buffer.put(
            inner,
            0,
            1,
            &line(["Kind", "Corpus", "Recipe", "", "Clips", "Size"]),
            theme.dim(),
        );
        let list = inner.below(2);
        self.cursor.on_frame(rows.len(), (inner, list), buffer, theme);
        for (y, index) in self.cursor.window(rows.len(), list).enumerate() {
            let row = &rows[index];
            let (words, style) = match row.state {
                CacheState::Current => ("", theme.text()),
                CacheState::Recipe => ("of no recipe here", theme.dim()),
                CacheState::Version => ("another version's", theme.dim()),
                CacheState::Damaged => ("damaged", theme.warn()),
                CacheState::Foreign => ("not ours: stays", theme.faint()),
            };
            let style = if index == self.cursor.row {
                theme.selected()
            } else {
                style
            };
            let name = row.corpus.clone().unwrap_or_else(|| file_name(&row.path));
            let clips = row.clips.map_or_else(String::new, grouped);
            let cells = [
                name_of(row.kind),
                &name,
                row.recipe.as_deref().unwrap_or_default(),
                words,
                &clips,
                &bytes(row.bytes),
            ];
            buffer.put(list, 0, y as u16, &line(cells), style);
        }
    }
}

fn name_of(kind: CacheKind) -> &'static str {
    match kind {
        CacheKind::Scan => "headers",
        CacheKind::Analysis => "samples",
        CacheKind::Features => "features",
        CacheKind::Other => "other",
    }
}
