//! The command palette: every action that can be taken where it was opened, found by typing its words, its keys or the
//! subcommand that does the same.

use crate::present::fuzzy;
use crate::present::words::subcommand;
use crate::ui::input::Row;
use crate::ui::input::bind;
use crate::ui::input::key::{DOWN, ENTER, ESCAPE, Key, UP};
use crate::ui::model::Model;
use crate::ui::pane::{Pane, Table};
use crate::ui::text::{Paint, cut, fit_right, width};
use crate::ui::theme::Theme;
use crate::ui::widgets::field::Field;
use crate::ui::widgets::list::{Cursor, Step};
use crate::ui::widgets::section::{Parts, overlay};
use nucleo_matcher::pattern::{CaseMatching, Normalization, Pattern};
use nucleo_matcher::{Config, Matcher, Utf32String};
use ratatui::buffer::Buffer;
use ratatui::crossterm::event::KeyCode;
use ratatui::layout::Rect;
use std::cmp::Reverse;

/// Columns at most.
const WIDEST: u16 = 94;

/// Every action, and those that what is typed finds.
#[derive(Debug)]
pub struct Palette {
    actions: Vec<Row>,
    field: Field,
    /// Indices of what is found, the best match first.
    found: Vec<usize>,
    cursor: Cursor,
}

const PALETTE: Table<Palette> = Table {
    heading: "In the palette",
    bindings: &[
        bind(&[ENTER], "do it").hint("do it").does(|palette, _, effects| {
            let found = palette.found.get(palette.cursor.row);
            effects.picked = found.map(|index| palette.actions[*index]);
            if effects.picked.is_some() {
                effects.close();
            }
        }),
        bind(&[ESCAPE], "close")
            .hint("close")
            .does(|_, _, effects| effects.close()),
        bind(&[UP], "up").does(|palette, model, _| palette.step(Step::Up, model)),
        bind(&[DOWN], "down")
            .hint("move")
            .does(|palette, model, _| palette.step(Step::Down, model)),
        bind(&[Key::plain(KeyCode::PageUp)], "a page up").does(|palette, model, _| palette.step(Step::PageUp, model)),
        bind(&[Key::plain(KeyCode::PageDown)], "a page down")
            .does(|palette, model, _| palette.step(Step::PageDown, model)),
    ],
};

impl Palette {
    /// A palette of these actions.
    pub fn new(actions: Vec<Row>) -> Self {
        Self {
            found: (0..actions.len()).collect(),
            actions,
            field: Field::default(),
            cursor: Cursor::default(),
        }
    }

    fn find(&mut self) {
        let pattern = Pattern::parse(self.field.text(), CaseMatching::Ignore, Normalization::Smart);
        let mut matcher = Matcher::new(Config::DEFAULT);
        let scored = self.actions.iter().enumerate().filter_map(|(index, row)| {
            let text = Utf32String::from(format!("{} {} {}", row.help, row.names(), subcommand_of(row)));
            Some((Reverse(fuzzy::score(&pattern, text.slice(..), &mut matcher)?), index))
        });
        let mut scored: Vec<_> = scored.collect();
        scored.sort_unstable();
        self.found = scored.into_iter().map(|(_, index)| index).collect();
        self.cursor = Cursor::default();
    }
}

impl Pane for Palette {
    fn name(&self) -> &'static str {
        "Actions"
    }

    fn keys(&self) -> Vec<Table<Self>> {
        vec![PALETTE]
    }

    fn step(&mut self, step: Step, _: &Model) {
        self.cursor.step(step, self.found.len());
    }

    fn cursor(&self) -> Option<&Cursor> {
        Some(&self.cursor)
    }

    fn is_typing(&self) -> bool {
        true
    }

    fn field(&mut self) -> Option<&mut Field> {
        Some(&mut self.field)
    }

    fn typed(&mut self, _: &Model) {
        self.find();
    }

    fn draw(&self, _: &Model, area: Rect, buffer: &mut Buffer, theme: Theme) {
        let size = (area.width.min(WIDEST), self.actions.len() as u16 + 3);
        let inner = overlay(buffer, area, size, self.name(), theme);
        let shown = format!("{} of {}", self.found.len(), self.actions.len());
        buffer.put_right(inner, 0, &shown, theme.dim());
        let taken = buffer.put(inner, 0, 0, "› ", theme.accent());
        let field = Rect {
            x: inner.x + taken,
            width: inner.width.saturating_sub(taken + width(&shown) as u16 + 1),
            height: inner.height.min(1),
            ..inner
        };
        self.field.draw(buffer, field, theme.heading(), true, theme);
        let list = inner.below(1);
        if self.found.is_empty() {
            buffer.put(list, 0, 0, "No action has these words.", theme.dim());
        }
        let names = self.actions.iter().map(|row| width(&row.names())).max().unwrap_or(0);
        let columns = usize::from(list.width).saturating_sub(names + 2);
        self.cursor.on_frame(self.found.len(), (inner, list), buffer, theme);
        let window = self.cursor.window(self.found.len(), list);
        for (y, at) in window.enumerate() {
            let row = &self.actions[self.found[at]];
            let line = list.line(y as u16);
            let (keys, words) = if at == self.cursor.row {
                buffer.set_style(line, theme.selected());
                (theme.selected(), theme.selected())
            } else {
                (theme.accent(), theme.text())
            };
            buffer.put(line, 0, 0, &fit_right(&row.names(), names), keys);
            let taken = buffer.put(line, names as u16 + 2, 0, &cut(row.help, columns), words);
            let subcommand = subcommand_of(row);
            if width(subcommand) + 2 + usize::from(taken) <= columns {
                let style = if at == self.cursor.row { words } else { theme.dim() };
                buffer.put_right(line, 0, subcommand, style);
            }
        }
    }
}

/// What does the same on the command line; empty where nothing does.
fn subcommand_of(row: &Row) -> &'static str {
    row.sends.map_or("", subcommand)
}
