//! The keys of a place, written from the very tables that give them their meaning.

use crate::ui::input::{Binding, KeyContext};
use crate::ui::text::{Paint, fit_right, width, wrap};
use crate::ui::theme::Theme;
use crate::ui::widgets::list::Cursor;
use crate::ui::widgets::section::overlay;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

/// Columns for the names of keys.
const KEYS: usize = 10;
/// Columns for what they do.
const WORDS: usize = 52;

/// One row of the help.
pub enum Line {
    /// Over a table.
    Heading(&'static str),
    /// Keys and what they do; the keys are empty where a sentence goes on.
    Key(String, String),
}

/// All rows.
pub fn lines(key_context: KeyContext) -> Vec<Line> {
    let mut lines = Vec::new();
    for (index, table) in key_context.tables().iter().enumerate() {
        lines.push(Line::Heading(["In this tab", "Moving", "Everywhere"][index.min(2)]));
        for binding in table.iter() {
            lines.extend(row(binding));
        }
    }
    lines
}

fn row(binding: &Binding) -> Vec<Line> {
    let mut names = binding.names();
    let wrapped = wrap(binding.help, WORDS);
    wrapped
        .into_iter()
        .map(|words| Line::Key(std::mem::take(&mut names), words))
        .collect()
}

/// Draws as much as there is room for; the cursor scrolls.
pub fn draw(key_context: KeyContext, cursor: &Cursor, area: Rect, buffer: &mut Buffer, theme: Theme) {
    let lines = lines(key_context);
    let title = match key_context {
        KeyContext::Tab(tab) => format!("Keys in {}", tab.name()),
        _ => "Keys".to_owned(),
    };
    let names = lines
        .iter()
        .map(|line| {
            if let Line::Key(names, _) = line {
                width(names)
            } else {
                0
            }
        })
        .max()
        .unwrap_or(0)
        .max(KEYS);
    let size = ((names + WORDS + 6) as u16, lines.len() as u16 + 2);
    let inner = overlay(buffer, area, size, &title, theme);
    let window = cursor.view(lines.len(), usize::from(inner.height));
    let scrolled = window.len() < lines.len();
    for (row, line) in lines[window.clone()].iter().enumerate() {
        let y = row as u16;
        match line {
            Line::Heading(text) => drop(buffer.put(inner, 0, y, text, theme.dim())),
            Line::Key(names_of, words) => {
                buffer.put(inner, 0, y, &fit_right(names_of, names), theme.accent());
                buffer.put(inner, names as u16 + 2, y, words, theme.text());
            }
        }
    }
    if scrolled && inner.width > 12 {
        let hint = format!("↑↓ {} of {}", window.end, lines.len());
        buffer.put_right(inner, inner.height.saturating_sub(1), &hint, theme.dim());
    }
}
