//! The keys of a pane, written from the very tables that give them their meaning.

use crate::ui::input::key;
use crate::ui::input::{Key, Row, bind};
use crate::ui::model::Model;
use crate::ui::pane::{Pane, Table};
use crate::ui::text::{Paint, fit_right, width, wrap};
use crate::ui::theme::Theme;
use crate::ui::widgets::list::{Cursor, Step, frame_bar};
use crate::ui::widgets::section::overlay;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

/// Columns for the names of keys.
const KEYS: usize = 10;
/// Columns for what they do.
const WORDS: usize = 52;

/// The keys of a pane.
#[derive(Debug)]
pub struct Help {
    title: String,
    rows: Vec<Row>,
    cursor: Cursor,
}

impl Help {
    /// These keys.
    pub fn new(title: String, rows: Vec<Row>) -> Self {
        Self {
            title,
            rows,
            cursor: Cursor::default(),
        }
    }
}

const HELP: Table<Help> = Table {
    heading: "Here",
    bindings: &[bind(&[key::HELP, Key::character('?')], "close").does(|_, _, effects| effects.close())],
};

impl Pane for Help {
    fn name(&self) -> &'static str {
        "Keys"
    }

    fn keys(&self) -> Vec<Table<Self>> {
        vec![Table::CLOSE, HELP, Table::MOVES]
    }

    fn step(&mut self, step: Step, _: &Model) {
        self.cursor.scroll(step, lines(&self.rows).len());
    }

    fn cursor(&self) -> Option<&Cursor> {
        Some(&self.cursor)
    }

    fn draw(&self, _: &Model, area: Rect, buffer: &mut Buffer, theme: Theme) {
        draw(self, area, buffer, theme);
    }
}

/// One row of the help.
enum Line {
    /// Over a table.
    Heading(&'static str),
    /// Keys and what they do; the keys are empty where a sentence goes on.
    Key(String, String),
}

/// All rows, under the headings of their tables.
fn lines(rows: &[Row]) -> Vec<Line> {
    let mut lines = Vec::new();
    let mut heading = "";
    for row in rows {
        if row.heading != heading {
            heading = row.heading;
            lines.push(Line::Heading(heading));
        }
        let mut names = row.names();
        let wrapped = wrap(row.help, WORDS).into_iter();
        lines.extend(wrapped.map(|words| Line::Key(std::mem::take(&mut names), words)));
    }
    lines
}

/// Draws as much as there is room for; the cursor scrolls.
fn draw(help: &Help, area: Rect, buffer: &mut Buffer, theme: Theme) {
    let lines = lines(&help.rows);
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
    let inner = overlay(buffer, area, size, &help.title, theme);
    let window = help.cursor.view(lines.len(), inner);
    frame_bar(&window, lines.len(), inner, buffer, theme);
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
