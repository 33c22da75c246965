//! The pen: where the terminal writes next and in which style, and the shortest words that change either.

use ratatui::style::{Color, Modifier};
use std::fmt::Write;

/// What a blank shows of a style, beside its ground.
pub const SEEN_ON_BLANKS: Modifier = Modifier::REVERSED
    .union(Modifier::UNDERLINED)
    .union(Modifier::CROSSED_OUT);

/// Modifiers with the numbers that begin and end them (ECMA-48, SGR).
const MODIFIERS: [(Modifier, u8, u8); 9] = [
    (Modifier::BOLD, 1, 22),
    (Modifier::DIM, 2, 22),
    (Modifier::ITALIC, 3, 23),
    (Modifier::UNDERLINED, 4, 24),
    (Modifier::SLOW_BLINK, 5, 25),
    (Modifier::RAPID_BLINK, 6, 25),
    (Modifier::REVERSED, 7, 27),
    (Modifier::HIDDEN, 8, 28),
    (Modifier::CROSSED_OUT, 9, 29),
];

/// How characters are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ink {
    pub fg: Color,
    pub bg: Color,
    pub modifier: Modifier,
}

impl Ink {
    pub const PLAIN: Self = Self {
        fg: Color::Reset,
        bg: Color::Reset,
        modifier: Modifier::empty(),
    };
}

/// Bytes of a frame, and what the terminal is like after them.
#[derive(Debug)]
pub struct Pen {
    pub bytes: String,
    pub ink: Ink,
    /// Column and row, where they are known.
    at: Option<(u16, u16)>,
    columns: u16,
}

impl Pen {
    /// In a terminal whose state is not known, with so many columns.
    pub fn new(columns: u16) -> Self {
        Self {
            bytes: "\x1b[m".to_owned(),
            ink: Ink::PLAIN,
            at: None,
            columns,
        }
    }

    /// Goes to a cell.
    pub fn go(&mut self, x: u16, y: u16) {
        // Writing to a text cannot fail.
        let _ = match self.at {
            Some(at) if at == (x, y) => Ok(()),
            Some((from, row)) if row == y && from < x => match x - from {
                1 => write!(self.bytes, "\x1b[C"),
                columns => write!(self.bytes, "\x1b[{columns}C"),
            },
            Some((_, row)) if row == y && x == 0 => write!(self.bytes, "\r"),
            Some((_, row)) if row + 1 == y && x == 0 => write!(self.bytes, "\r\n"),
            _ if x == 0 => write!(self.bytes, "\x1b[{}H", y + 1),
            _ => write!(self.bytes, "\x1b[{};{}H", y + 1, x + 1),
        };
        self.at = Some((x, y));
    }

    /// Writes a symbol that takes so many columns, in this ink.
    pub fn put(&mut self, symbol: &str, columns: u16, ink: Ink) {
        self.dip(ink);
        self.bytes.push_str(symbol);
        // Terminals do not agree on how wide other symbols are, nor on where the cursor is behind the last column.
        let sure = columns == 1 && symbol.chars().count() == 1;
        self.at = self
            .at
            .map(|(x, y)| (x + columns, y))
            .filter(|(x, _)| sure && *x < self.columns);
    }

    /// Erases so many cells from here on; the cursor stays.
    pub fn erase(&mut self, columns: u16) {
        self.dip(Ink {
            bg: Color::Reset,
            ..self.ink
        });
        let rest = self.at.is_some_and(|(x, _)| x + columns >= self.columns);
        let _ = if rest {
            write!(self.bytes, "\x1b[K")
        } else {
            write!(self.bytes, "\x1b[{columns}X")
        };
    }

    /// Changes the ink.
    pub fn dip(&mut self, ink: Ink) {
        if ink == self.ink {
            return;
        }
        let change = change(self.ink, ink);
        let anew = join(&[0].into_iter().chain(numbers(Ink::PLAIN, ink)).collect::<Vec<_>>());
        let shortest = match ink {
            Ink::PLAIN => "",
            _ if anew.len() < change.len() => &anew,
            _ => &change,
        };
        let _ = write!(self.bytes, "\x1b[{shortest}m");
        self.ink = ink;
    }

    /// What it costs to change the ink (bytes).
    pub fn cost(&self, ink: Ink) -> usize {
        if ink == self.ink {
            0
        } else {
            change(self.ink, ink).len() + 3
        }
    }
}

fn change(from: Ink, to: Ink) -> String {
    join(&numbers(from, to).collect::<Vec<_>>())
}

fn join(numbers: &[u8]) -> String {
    let mut text = String::new();
    for (index, number) in numbers.iter().enumerate() {
        let _ = write!(text, "{}{number}", if index > 0 { ";" } else { "" });
    }
    text
}

fn numbers(from: Ink, to: Ink) -> impl Iterator<Item = u8> {
    let mut modifier = from.modifier;
    let mut numbers = Vec::new();
    for (one, _, end) in MODIFIERS {
        if modifier.contains(one) && !to.modifier.contains(one) {
            numbers.push(end);
            // Bold and dim end together, and so do both ways of blinking.
            let ended = MODIFIERS.iter().filter(|(_, _, other)| *other == end);
            ended.for_each(|(one, _, _)| modifier.remove(*one));
        }
    }
    let begun = MODIFIERS
        .iter()
        .filter(|(one, _, _)| to.modifier.contains(*one) && !modifier.contains(*one));
    numbers.extend(begun.map(|(_, begin, _)| *begin));
    if from.fg != to.fg {
        numbers.extend(colour(to.fg, 30));
    }
    if from.bg != to.bg {
        numbers.extend(colour(to.bg, 40));
    }
    numbers.into_iter()
}

/// The numbers of a colour, from 30 for characters and from 40 for their ground.
fn colour(colour: Color, base: u8) -> Vec<u8> {
    let bright = base + 60;
    match colour {
        Color::Reset => vec![base + 9],
        Color::Black => vec![base],
        Color::Red => vec![base + 1],
        Color::Green => vec![base + 2],
        Color::Yellow => vec![base + 3],
        Color::Blue => vec![base + 4],
        Color::Magenta => vec![base + 5],
        Color::Cyan => vec![base + 6],
        Color::Gray => vec![base + 7],
        Color::DarkGray => vec![bright],
        Color::LightRed => vec![bright + 1],
        Color::LightGreen => vec![bright + 2],
        Color::LightYellow => vec![bright + 3],
        Color::LightBlue => vec![bright + 4],
        Color::LightMagenta => vec![bright + 5],
        Color::LightCyan => vec![bright + 6],
        Color::White => vec![bright + 7],
        Color::Indexed(index) => vec![base + 8, 5, index],
        Color::Rgb(red, green, blue) => vec![base + 8, 2, red, green, blue],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_differs_is_said() {
        let mut pen = Pen::new(80);
        pen.go(0, 0);
        let red = Ink {
            fg: Color::Red,
            ..Ink::PLAIN
        };
        pen.put("a", 1, red);
        pen.put("b", 1, red);
        let bold = Ink {
            modifier: Modifier::BOLD,
            ..red
        };
        pen.put("c", 1, bold);
        let dim = Ink {
            modifier: Modifier::DIM,
            ..red
        };
        pen.put("d", 1, dim);
        pen.go(9, 0);
        pen.put("e", 1, Ink::PLAIN);
        pen.go(0, 1);
        pen.put(
            "f",
            1,
            Ink {
                bg: Color::Rgb(1, 2, 3),
                ..Ink::PLAIN
            },
        );
        pen.erase(5);
        assert_eq!(
            pen.bytes,
            "\x1b[m\x1b[1H\x1b[31mab\x1b[1mc\x1b[22;2md\x1b[5C\x1b[me\r\n\x1b[48;2;1;2;3mf\x1b[m\x1b[5X"
        );
    }
}
