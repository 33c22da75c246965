//! A frame as bytes: what differs between two screens, in few bytes.
//!
//! Cells of equal look are left as they are, whatever the colour of a blank. In a picture (half blocks in colours of 24
//! bits) colours that differ by no more than a tolerance are equal, and the pen is not changed for them: the greater the
//! tolerance, the fewer and longer the runs. What is shown afterwards is known exactly, so that a later frame with a smaller
//! tolerance sends what is missing.

use super::pen::{Ink, Pen, SEEN_ON_BLANKS};
use crate::ui::text::width;
use ratatui::buffer::{Buffer, Cell};
use ratatui::layout::Rect;
use ratatui::style::{Color, Modifier};

/// Blanks that are erased at once rather than written.
const ERASED: u16 = 8;

/// How much of a frame is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Detail {
    /// Colours of pictures differ from the wanted ones by at most so much in every channel.
    Within(u8),
    /// Pictures stay as they are.
    NoPictures,
}

/// What stands on the screen.
#[derive(Debug, Clone)]
pub struct Shown {
    area: Rect,
    /// Row after row; nothing where it is not known.
    cells: Vec<Option<Cell>>,
}

impl Shown {
    /// A screen that was cleared.
    pub fn cleared(area: Rect) -> Self {
        Self {
            area,
            cells: vec![Some(Cell::EMPTY); area.area() as usize],
        }
    }

    /// A screen on which anything may stand.
    pub fn unknown(area: Rect) -> Self {
        Self {
            area,
            cells: vec![None; area.area() as usize],
        }
    }

    /// Its area.
    pub fn area(&self) -> Rect {
        self.area
    }

    /// Something else was written over the first cells of the first row.
    pub fn forget(&mut self, columns: u16) {
        let columns = usize::from(columns.min(self.area.width));
        self.cells.iter_mut().take(columns).for_each(|cell| *cell = None);
    }

    /// The bytes that make this screen the wanted one, which has the same area.
    pub fn bytes(&mut self, wanted: &Buffer, detail: Detail) -> Vec<u8> {
        let mut pen = Pen::new(self.area.width);
        let nothing = pen.bytes.len();
        for y in 0..self.area.height {
            self.row(y, wanted, detail, &mut pen);
        }
        if pen.bytes.len() == nothing {
            return Vec::new();
        }
        pen.bytes.into_bytes()
    }

    fn row(&mut self, y: u16, wanted: &Buffer, detail: Detail, pen: &mut Pen) {
        let columns = self.area.width;
        let start = usize::from(y) * usize::from(columns);
        let row = &wanted.content()[start..start + usize::from(columns)];
        let shown = &mut self.cells[start..start + usize::from(columns)];
        let mut x = 0;
        while x < columns {
            let at = usize::from(x);
            let cell = &row[at];
            let wide = width(cell.symbol()).max(1) as u16;
            let (left_out, tolerance) = match detail {
                Detail::NoPictures => (halves(cell).is_some(), 0),
                Detail::Within(tolerance) => (false, tolerance),
            };
            let same = shown[at].as_ref().is_some_and(|shown| is_like(shown, cell, tolerance));
            if same || left_out {
                x += wide;
                continue;
            }
            pen.go(x, y);
            let blanks = row[at..]
                .iter()
                .take_while(|cell| Look::of(cell) == Look::BLANK)
                .count() as u16;
            let differ = |shown: &Option<Cell>| shown.as_ref().is_none_or(|shown| Look::of(shown) != Look::BLANK);
            let run = &shown[at..at + usize::from(blanks)];
            let blanks = run.iter().rposition(differ).map_or(0, |last| last as u16 + 1);
            if blanks > ERASED {
                pen.erase(blanks);
                shown[at..at + usize::from(blanks)].fill(Some(Cell::EMPTY));
                x += blanks;
                continue;
            }
            shown[at] = Some(match halves(cell) {
                Some(halves) => picture(halves, tolerance, pen),
                None => {
                    write(cell, wide, pen);
                    cell.clone()
                }
            });
            // The other columns of a wide sign hold nothing of their own.
            let behind = usize::from(x + wide).min(shown.len());
            shown[at + 1..behind].fill(None);
            x += wide;
        }
    }
}

/// What is seen of a cell; nothing for a colour that is not.
#[derive(Debug, PartialEq, Eq)]
struct Look<'a> {
    symbol: &'a str,
    fg: Option<Color>,
    bg: Option<Color>,
    modifier: Modifier,
}

impl<'a> Look<'a> {
    const BLANK: Look<'static> = Look {
        symbol: " ",
        fg: None,
        bg: Some(Color::Reset),
        modifier: Modifier::empty(),
    };

    fn of(cell: &'a Cell) -> Self {
        let look = Self {
            symbol: cell.symbol(),
            fg: Some(cell.fg),
            bg: Some(cell.bg),
            modifier: cell.modifier,
        };
        match look.symbol {
            " " | "" if !cell.modifier.intersects(SEEN_ON_BLANKS) => Self {
                symbol: " ",
                fg: None,
                modifier: Modifier::empty(),
                ..look
            },
            "█" if !cell.modifier.contains(Modifier::REVERSED) => Self { bg: None, ..look },
            _ => look,
        }
    }
}

fn is_like(shown: &Cell, wanted: &Cell, tolerance: u8) -> bool {
    match (halves(shown), halves(wanted)) {
        (Some(shown), Some(wanted)) => near(shown.0, wanted.0, tolerance) && near(shown.1, wanted.1, tolerance),
        _ => Look::of(shown) == Look::of(wanted),
    }
}

fn write(cell: &Cell, columns: u16, pen: &mut Pen) {
    let look = Look::of(cell);
    let modifier = match look.fg {
        // Bold and the like change nothing on a blank.
        None => pen.ink.modifier.difference(SEEN_ON_BLANKS),
        Some(_) => look.modifier,
    };
    let ink = Ink {
        fg: look.fg.unwrap_or(pen.ink.fg),
        bg: look.bg.unwrap_or(pen.ink.bg),
        modifier,
    };
    pen.put(look.symbol, columns, ink);
}

type Rgb = (u8, u8, u8);

fn rgb(colour: Color) -> Option<Rgb> {
    match colour {
        Color::Rgb(red, green, blue) => Some((red, green, blue)),
        _ => None,
    }
}

/// Upper and lower colour of a cell of a picture.
fn halves(cell: &Cell) -> Option<(Rgb, Rgb)> {
    let halves = (rgb(cell.fg)?, rgb(cell.bg)?);
    (cell.symbol() == "▀" && cell.modifier.is_empty()).then_some(halves)
}

fn near(a: Rgb, b: Rgb, tolerance: u8) -> bool {
    let close = |a: u8, b: u8| a.abs_diff(b) <= tolerance;
    close(a.0, b.0) && close(a.1, b.1) && close(a.2, b.2)
}

/// Writes a cell of a picture in whichever way takes the fewest bytes; what is seen then.
fn picture((upper, lower): (Rgb, Rgb), tolerance: u8, pen: &mut Pen) -> Cell {
    let kept = |colour: Color, wanted: Rgb| match rgb(colour) {
        Some(has) if near(has, wanted, tolerance) => has,
        _ => wanted,
    };
    let (fg, bg) = (pen.ink.fg, pen.ink.bg);
    let both = match rgb(bg) {
        Some(has) if near(has, upper, tolerance) && near(has, lower, tolerance) => Some(has),
        _ if near(upper, lower, tolerance) => Some(upper),
        _ => None,
    };
    let ways = [
        both.map(|both| (" ", rgb(fg), both)),
        Some(("▀", Some(kept(fg, upper)), kept(bg, lower))),
        Some(("▄", Some(kept(fg, lower)), kept(bg, upper))),
    ];
    let paint = |(red, green, blue): Rgb| Color::Rgb(red, green, blue);
    let ink = |fg: Option<Rgb>, bg: Rgb| Ink {
        fg: fg.map_or(pen.ink.fg, paint),
        bg: paint(bg),
        modifier: Modifier::empty(),
    };
    let cost = |(symbol, fg, bg): &(&str, Option<Rgb>, Rgb)| symbol.len() + pen.cost(ink(*fg, *bg));
    let mut seen = Cell::new("▀");
    if let Some((symbol, fg, bg)) = ways.into_iter().flatten().min_by_key(cost) {
        let (top, bottom) = match (symbol, fg) {
            ("▀", Some(fg)) => (fg, bg),
            ("▄", Some(fg)) => (bg, fg),
            _ => (bg, bg),
        };
        (seen.fg, seen.bg) = (paint(top), paint(bottom));
        let ink = ink(fg, bg);
        pen.put(symbol, 1, ink);
    }
    seen
}

#[cfg(test)]
mod tests;
