//! A cursor in a list of any length, of which only the visible rows are ever read.

use crate::present::numbers::grouped;
use crate::ui::text::Paint;
use crate::ui::theme::Theme;
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use std::cell::Cell;
use std::ops::Range;

/// What a list is ordered by, as its header says it.
pub fn by(name: &str, reversed: bool) -> String {
    format!("by {name} {}", if reversed { "↑" } else { "↓" })
}

/// Draws in one column which rows of all are seen; at an end only when the first or the last one is.
fn scrollbar(seen: &Range<usize>, rows: usize, column: Rect, buffer: &mut Buffer, theme: Theme) {
    let room = usize::from(column.height);
    let thumb = (room * room / rows.max(1)).max(1);
    let last = room.saturating_sub(thumb);
    let top = match seen.start {
        0 => 0,
        _ if seen.end >= rows => last,
        start => (start * last / rows.saturating_sub(room).max(1)).clamp(1, last.saturating_sub(1).max(1)),
    };
    for y in 0..room {
        let (sign, style) = match (top..top + thumb).contains(&y) {
            true => ("┃", theme.dim()),
            false => ("│", theme.faint()),
        };
        buffer.put(column, 0, y as u16, sign, style);
    }
}

/// The same on the right edge of the frame around an overlay.
pub fn frame_bar(seen: &Range<usize>, rows: usize, list: Rect, buffer: &mut Buffer, theme: Theme) {
    let column = Rect {
        x: list.right() + 1,
        width: 1,
        ..list
    };
    if seen.len() < rows && column.right() <= buffer.area.right() {
        scrollbar(seen, rows, column, buffer, theme);
    }
}

/// A step of a cursor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// One row up.
    Up,
    /// One row down.
    Down,
    /// One page up.
    PageUp,
    /// One page down.
    PageDown,
    /// To the first row.
    First,
    /// To the last row.
    Last,
    /// To this row.
    To(usize),
    /// So many rows of the list come into sight below, or above where that is negative; the cursor stays among those seen.
    Scroll(isize),
}

/// Where one is in a list. What the last frame could show is remembered by the draw itself, so that
/// scrolling is steady, a page is as long as what is seen, and a place of the screen is a row.
#[derive(Debug, Clone, Default)]
pub struct Cursor {
    /// The row.
    pub row: usize,
    top: Cell<usize>,
    page: Cell<usize>,
    /// Where it was drawn; empty where it was not.
    area: Cell<Rect>,
    /// Rows seen that can be chosen; a text has none.
    shown: Cell<usize>,
}

impl Cursor {
    /// Moves within a list of so many rows.
    pub fn step(&mut self, step: Step, rows: usize) {
        let last = rows.saturating_sub(1);
        let page = self.page.get().saturating_sub(1).max(1);
        self.row = match step {
            Step::Up => self.row.saturating_sub(1),
            Step::Down => self.row + 1,
            Step::PageUp => self.row.saturating_sub(page),
            Step::PageDown => self.row + page,
            Step::First => 0,
            Step::Last => last,
            Step::To(row) => row,
            Step::Scroll(by) => {
                let page = self.page.get().max(1);
                let top = self.top.get().saturating_add_signed(by).min(rows.saturating_sub(page));
                self.top.set(top);
                self.row.clamp(top, top + page - 1)
            }
        }
        .min(last);
    }

    /// Scrolls a text of so many rows, in which the cursor is the first row seen.
    pub fn scroll(&mut self, step: Step, rows: usize) {
        let step = match step {
            Step::Scroll(by) => Step::To(self.row.saturating_add_signed(by)),
            step => step,
        };
        self.step(step, (rows + 1).saturating_sub(self.page.get()));
    }

    /// The rows to show of a text in this area.
    pub fn view(&self, rows: usize, area: Rect) -> Range<usize> {
        let room = usize::from(area.height);
        self.page.set(room);
        self.area.set(area);
        self.shown.set(0);
        let top = self.row.min(rows.saturating_sub(room));
        top..rows.min(top + room)
    }

    /// How many rows there are; where they do not all fit into the room, which of them the cursor is on: `12/1,000`.
    pub fn place(&self, rows: usize, room: usize) -> String {
        let all = grouped(rows);
        match rows > room {
            true => format!("{}/{all}", grouped(self.row.min(rows - 1) + 1)),
            false => all,
        }
    }

    /// What is left of the area of a list beside its scrollbar, which is drawn where the rows do not all fit.
    pub fn bar(&self, rows: usize, area: Rect, buffer: &mut Buffer, theme: Theme) -> Rect {
        let room = usize::from(area.height);
        if rows <= room || area.width < 2 {
            return area;
        }
        let column = Rect {
            x: area.right() - 1,
            width: 1,
            ..area
        };
        scrollbar(&self.window(rows, area), rows, column, buffer, theme);
        Rect {
            width: area.width - 1,
            ..area
        }
    }

    /// Draws the scrollbar of a list onto the frame of the overlay that it is in, and onto the frame's upper edge where
    /// the cursor is; nothing where the rows all fit.
    pub fn on_frame(&self, rows: usize, (inner, list): (Rect, Rect), buffer: &mut Buffer, theme: Theme) {
        let room = usize::from(list.height);
        if rows > room && inner.y > 0 {
            frame_bar(&self.window(rows, list), rows, list, buffer, theme);
            let edge = Rect {
                y: inner.y - 1,
                height: 1,
                ..inner
            };
            buffer.put_right(edge, 0, &format!(" {} ", self.place(rows, room)), theme.dim());
        }
    }

    /// The rows to show of a list in this area; the cursor is among them.
    pub fn window(&self, rows: usize, area: Rect) -> Range<usize> {
        let room = usize::from(area.height);
        let row = self.row.min(rows.saturating_sub(1));
        let lowest = (row + 1).saturating_sub(room);
        let highest = row.min(rows.saturating_sub(room));
        let top = self.top.get().clamp(lowest.min(highest), highest.max(lowest));
        self.top.set(top);
        self.page.set(room);
        self.area.set(area);
        let window = top..rows.min(top + room);
        self.shown.set(window.len());
        window
    }

    /// A new frame begins, which may not show it.
    pub fn unseen(&self) {
        self.area.set(Rect::ZERO);
    }

    /// Whether the list is seen at this place.
    pub fn covers(&self, place: Position) -> bool {
        self.area.get().contains(place)
    }

    /// The row that is seen at this place.
    pub fn row_at(&self, place: Position) -> Option<usize> {
        let line = usize::from(place.y.saturating_sub(self.area.get().y));
        (self.covers(place) && line < self.shown.get()).then_some(self.top.get() + line)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ui::theme::Colours;

    #[test]
    fn the_bar_is_at_an_end_only_where_the_list_is() {
        let theme = Theme::new(Colours::None);
        let area = Rect::new(0, 0, 4, 6);
        for rows in [7, 8, 40, 1000] {
            let mut cursor = Cursor::default();
            for row in 0..rows {
                cursor.row = row;
                let mut buffer = Buffer::empty(area);
                let left = cursor.bar(rows, area, &mut buffer, theme);
                let seen = cursor.window(rows, area);
                let thumb: Vec<bool> = (0..6).map(|y| buffer[(3, y)].symbol() == "┃").collect();
                assert_eq!(
                    (left.width, cursor.place(rows, 6)),
                    (3, format!("{}/{}", grouped(row + 1), grouped(rows)))
                );
                assert!(thumb.contains(&true));
                if rows > 8 {
                    assert_eq!(
                        (thumb[0], thumb[5]),
                        (seen.start == 0, seen.end == rows),
                        "{row} of {rows}"
                    );
                }
            }
        }
        assert_eq!(Cursor::default().bar(6, area, &mut Buffer::empty(area), theme), area);
        assert_eq!(Cursor::default().place(6, 6), "6");
    }

    #[test]
    fn the_cursor_stays_in_the_list_and_in_sight() {
        let mut cursor = Cursor::default();
        let steps = [
            Step::Last,
            Step::Up,
            Step::PageUp,
            Step::Down,
            Step::First,
            Step::PageDown,
            Step::Up,
            Step::Scroll(3),
            Step::To(4),
            Step::Scroll(-1),
            Step::To(usize::MAX),
            Step::Scroll(isize::MIN),
        ];
        for rows in [0, 1, 5, 100] {
            for room in [0, 1, 3, 7, 200] {
                for step in steps {
                    cursor.step(step, rows);
                    let area = Rect::new(2, 5, 10, room as u16);
                    let window = cursor.window(rows, area);
                    let at = |y| cursor.row_at(Position::new(3, y));
                    assert_eq!(at(5), (!window.is_empty()).then_some(window.start));
                    assert_eq!(at(4), None);
                    assert_eq!(at(5 + window.len() as u16), None, "below the last row is nothing");
                    assert!(window.end <= rows && window.len() <= room);
                    assert!(
                        rows == 0 || room == 0 || window.contains(&cursor.row),
                        "{rows} {room} {step:?} {window:?}"
                    );
                    assert!(
                        window.len() == room.min(rows),
                        "no row is left empty: {rows} {room} {window:?}"
                    );
                }
            }
        }
        cursor.unseen();
        assert!(!cursor.covers(Position::new(3, 5)) && cursor.row_at(Position::new(3, 5)).is_none());
    }

    #[test]
    fn a_list_is_scrolled_below_its_cursor_and_a_text_by_its_top() {
        let area = Rect::new(0, 0, 9, 10);
        let mut cursor = Cursor::default();
        cursor.step(Step::To(9), 100);
        cursor.window(100, area);
        cursor.step(Step::Scroll(3), 100);
        assert_eq!((cursor.row, cursor.window(100, area)), (9, 3..13));
        cursor.step(Step::Scroll(9), 100);
        assert_eq!((cursor.row, cursor.window(100, area)), (12, 12..22));
        cursor.step(Step::Scroll(-30), 100);
        assert_eq!((cursor.row, cursor.window(100, area)), (9, 0..10));
        let mut text = Cursor::default();
        text.view(12, area);
        text.scroll(Step::Scroll(3), 12);
        assert_eq!(text.view(12, area), 2..12);
        assert_eq!(text.row_at(Position::new(1, 1)), None);
        assert!(text.covers(Position::new(1, 1)));
    }
}
