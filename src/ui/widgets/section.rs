//! A heading with a rule, and the box of an overlay.

use crate::ui::text::{Paint, cut, width};
use crate::ui::theme::Theme;
use ratatui::buffer::Buffer;
use ratatui::layout::{Margin, Rect};
use ratatui::widgets::{Block, BorderType, Clear, Padding, Widget};

/// Parts of an area, none of them larger than it.
pub trait Parts {
    /// The row so far from the top.
    fn line(self, y: u16) -> Self;
    /// What is left below so many rows.
    fn below(self, rows: u16) -> Self;
    /// The first of its rows, so many.
    fn first_rows(self, rows: u16) -> Self;
    /// What is left at the right of so many columns.
    fn right_of(self, columns: u16) -> Self;
    /// The first of its columns, so many.
    fn first_columns(self, columns: u16) -> Self;
}

impl Parts for Rect {
    fn line(self, y: u16) -> Self {
        let below = self.below(y);
        Self {
            height: below.height.min(1),
            ..below
        }
    }

    fn below(self, rows: u16) -> Self {
        let rows = rows.min(self.height);
        Self {
            y: self.y + rows,
            height: self.height - rows,
            ..self
        }
    }

    fn first_rows(self, rows: u16) -> Self {
        Self {
            height: self.height.min(rows),
            ..self
        }
    }

    fn first_columns(self, columns: u16) -> Self {
        Self {
            width: self.width.min(columns),
            ..self
        }
    }

    fn right_of(self, columns: u16) -> Self {
        let columns = columns.min(self.width);
        Self {
            x: self.x + columns,
            width: self.width - columns,
            ..self
        }
    }
}

/// Draws `title ─────── note` and returns what is left below it.
pub fn section(buffer: &mut Buffer, area: Rect, title: &str, note: &str, theme: Theme) -> Rect {
    let columns = usize::from(area.width);
    let taken = buffer.put(area, 0, 0, &cut(title, columns), theme.heading());
    let start = if taken > 0 { taken + 1 } else { 0 };
    let room = columns.saturating_sub(usize::from(start) + 2);
    let note = if note.is_empty() || room < 4 {
        String::new()
    } else {
        format!(" {}", cut(note, room - 1))
    };
    let rule = columns.saturating_sub(usize::from(start) + width(&note));
    buffer.put(area, start, 0, &"─".repeat(rule), theme.faint());
    buffer.put_right(area, 0, &note, theme.dim());
    area.below(1)
}

/// Clears a box of this size in the middle of the area, draws its frame, and returns what is inside.
pub fn overlay(buffer: &mut Buffer, area: Rect, size: (u16, u16), title: &str, theme: Theme) -> Rect {
    let (columns, rows) = (size.0.min(area.width), size.1.min(area.height));
    let outer = Rect::new(
        area.x + (area.width - columns) / 2,
        area.y + (area.height - rows) / 2,
        columns,
        rows,
    );
    Clear.render(outer, buffer);
    let block = Block::bordered()
        .border_type(BorderType::Rounded)
        .border_style(theme.accent())
        .title(format!(" {title} "))
        .title_style(theme.heading())
        .padding(Padding::horizontal(1));
    let inner = block.inner(outer);
    block.render(outer, buffer);
    inner
}

/// The area without a margin of one column at both sides.
pub fn inset(area: Rect) -> Rect {
    area.inner(Margin::new(1, 0))
}
