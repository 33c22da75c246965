//! A cursor in a list of any length, of which only the visible rows are ever read.

use std::cell::Cell;
use std::ops::Range;

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
}

/// Where one is in a list. What the last frame could show is remembered by the draw itself, so that
/// scrolling is steady and a page is as long as what is seen.
#[derive(Debug, Clone, Default)]
pub struct Cursor {
    /// The row.
    pub row: usize,
    top: Cell<usize>,
    page: Cell<usize>,
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
        }
        .min(last);
    }

    /// Scrolls a text of so many rows, in which the cursor is the first row seen.
    pub fn scroll(&mut self, step: Step, rows: usize) {
        self.step(step, (rows + 1).saturating_sub(self.page.get()));
    }

    /// The rows to show of a text.
    pub fn view(&self, rows: usize, room: usize) -> Range<usize> {
        self.page.set(room);
        let top = self.row.min(rows.saturating_sub(room));
        top..rows.min(top + room)
    }

    /// The rows to show when there is room for `room` of `rows`; the cursor is among them.
    pub fn window(&self, rows: usize, room: usize) -> Range<usize> {
        let row = self.row.min(rows.saturating_sub(1));
        let lowest = (row + 1).saturating_sub(room);
        let highest = row.min(rows.saturating_sub(room));
        let top = self.top.get().clamp(lowest.min(highest), highest.max(lowest));
        self.top.set(top);
        self.page.set(room);
        top..rows.min(top + room)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
        ];
        for rows in [0, 1, 5, 100] {
            for room in [0, 1, 3, 7, 200] {
                for step in steps {
                    cursor.step(step, rows);
                    let window = cursor.window(rows, room);
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
    }
}
