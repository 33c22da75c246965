//! What lies in the cache folder, and clearing it.

use super::{Outcome, Question};
use crate::engine::{CacheReport, CacheRow, CacheState, Clear, Command};
use crate::ui::input::Action;
use crate::ui::text::{Paint, bytes, count, cut, file_name, fit, fit_right, grouped};
use crate::ui::theme::Theme;
use crate::ui::widgets::list::Cursor;
use crate::ui::widgets::section::overlay;
use crate::ui::words::{cache_kind, cache_state};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use std::sync::Arc;

/// What is seen of the cache.
#[derive(Debug, Default)]
pub struct CacheView {
    /// The row under the cursor.
    pub cursor: Cursor,
    /// What is there; nothing before the engine has looked.
    pub report: Option<Arc<CacheReport>>,
}

impl CacheView {
    fn rows(&self) -> &[CacheRow] {
        self.report.as_ref().map_or(&[], |report| &report.rows)
    }

    /// Carries an action out.
    pub fn act(&mut self, action: Action) -> Outcome {
        match action {
            Action::Move(step) => {
                let rows = self.rows().len();
                self.cursor.step(step, rows);
            }
            Action::Back => return Outcome::closed(),
            _ => {}
        }
        Outcome::default()
    }

    /// The question before something goes; none when there is nothing of the kind.
    pub fn question(&self, clear: Clear) -> Option<Question> {
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

    /// Draws it.
    pub fn draw(&self, area: Rect, buffer: &mut Buffer, theme: Theme) {
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
        let list = Rect {
            y: inner.y + 2,
            height: inner.height.saturating_sub(2),
            ..inner
        }
        .intersection(inner);
        for (y, index) in self.cursor.window(rows.len(), usize::from(list.height)).enumerate() {
            let row = &rows[index];
            let (words, style) = match row.state {
                CacheState::Current => ("", theme.text()),
                CacheState::Damaged => (cache_state(row.state), theme.warn()),
                CacheState::Foreign => (cache_state(row.state), theme.faint()),
                CacheState::Recipe | CacheState::Version => (cache_state(row.state), theme.dim()),
            };
            let style = if index == self.cursor.row {
                theme.selected()
            } else {
                style
            };
            let name = row.corpus.clone().unwrap_or_else(|| file_name(&row.path));
            let clips = row.clips.map_or_else(String::new, grouped);
            let cells = [
                cache_kind(row.kind),
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
