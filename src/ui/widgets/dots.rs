//! A canvas of Braille dots, two across and four down in every cell.

use crate::ui::text::Paint;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

/// A canvas of `columns` x `rows` cells.
pub struct Dots {
    columns: usize,
    cells: Vec<(u8, Style)>,
}

impl Dots {
    /// An empty canvas.
    pub fn new(columns: usize, rows: usize) -> Self {
        Self {
            columns,
            cells: vec![(0, Style::new()); columns * rows],
        }
    }

    /// Sets the dot at `x` from the left and `y` from the top; outside of the canvas nothing happens.
    pub fn set(&mut self, x: i32, y: i32, style: Style) {
        /// The bit of the dot in column x, row y of a Braille character.
        const BITS: [[u8; 4]; 2] = [[0x01, 0x02, 0x04, 0x40], [0x08, 0x10, 0x20, 0x80]];
        let (Ok(x), Ok(y)) = (usize::try_from(x), usize::try_from(y)) else {
            return;
        };
        if x / 2 >= self.columns {
            return;
        }
        if let Some(cell) = self.cells.get_mut(y / 4 * self.columns + x / 2) {
            *cell = (cell.0 | BITS[x % 2][y % 4], style);
        }
    }

    /// A straight line; `dashed` leaves every other pair of dots out.
    pub fn line(&mut self, from: (i32, i32), to: (i32, i32), style: Style, dashed: bool) {
        let steps = (to.0 - from.0).abs().max((to.1 - from.1).abs());
        for step in 0..=steps {
            let at = |a: i32, b: i32| a + (f64::from(b - a) * f64::from(step) / f64::from(steps.max(1))).round() as i32;
            let (x, y) = (at(from.0, to.0), at(from.1, to.1));
            if !dashed || (x.rem_euclid(4) < 2) {
                self.set(x, y, style);
            }
        }
    }

    /// Draws every cell that has a dot.
    pub fn draw(&self, area: Rect, buffer: &mut Buffer) {
        for (index, (bits, style)) in self.cells.iter().enumerate().filter(|(_, cell)| cell.0 != 0) {
            if let Some(symbol) = char::from_u32(0x2800 + u32::from(*bits)) {
                let (x, y) = (index % self.columns, index / self.columns);
                buffer.put(area, x as u16, y as u16, symbol.encode_utf8(&mut [0; 4]), *style);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dots_land_in_their_cell() {
        let mut dots = Dots::new(2, 1);
        dots.line((0, 0), (3, 3), Style::new(), false);
        dots.set(-1, 0, Style::new());
        dots.set(4, 0, Style::new());
        dots.set(0, 4, Style::new());
        let area = Rect::new(0, 0, 2, 1);
        let mut buffer = Buffer::empty(area);
        dots.draw(area, &mut buffer);
        assert_eq!(buffer, Buffer::with_lines(["⠑⢄"]));
    }
}
