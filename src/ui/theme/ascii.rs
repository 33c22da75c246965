//! Every sign beside ASCII as one of ASCII, for terminals that have no others.

use crate::ui::text::width;
use ratatui::buffer::{Buffer, Cell};
use ratatui::layout::Rect;
use ratatui::style::{Color, Modifier};

/// From nothing to a full cell, by eighths from below.
const LEVELS: [char; 9] = [' ', '_', '.', '-', '-', '=', '+', '*', '#'];
/// The same from above, for a cell that is shown in reverse.
const HANGING: [char; 9] = [' ', '\'', '\'', '"', '"', '=', '+', '*', '#'];

/// Replaces what is not ASCII in a part of the screen.
pub fn replace(buffer: &mut Buffer, area: Rect) {
    let area = area.intersection(buffer.area);
    for y in area.top()..area.bottom() {
        for x in area.left()..area.right() {
            let cell = &mut buffer[(x, y)];
            if cell.symbol().is_ascii() {
                continue;
            }
            let wide = width(cell.symbol()) > 1;
            cell_in_ascii(cell);
            if wide && x + 1 < area.right() {
                buffer[(x + 1, y)].set_symbol("?");
            }
        }
    }
}

fn cell_in_ascii(cell: &mut Cell) {
    let Some(sign) = cell.symbol().chars().next() else {
        return;
    };
    let reversed = cell.modifier.contains(Modifier::REVERSED);
    let replacement = match sign {
        // Two colours become one: that of the lower half, which is the cell's own.
        '▀' if cell.bg != Color::Reset => ' ',
        '▁'..='█' => {
            // What is shown in reverse hangs from above.
            let eighths = sign as usize - '▁' as usize + 1;
            if reversed {
                cell.modifier.remove(Modifier::REVERSED);
                HANGING[8 - eighths]
            } else {
                LEVELS[eighths]
            }
        }
        '\u{2800}'..='\u{28ff}' => dots(sign as u32 - 0x2800),
        _ => ascii(sign),
    };
    cell.set_char(replacement);
}

/// A sign for dots of Braille: where in the cell they are.
fn dots(bits: u32) -> char {
    let (upper, lower) = (bits & 0b0001_1011 != 0, bits & 0b1110_0100 != 0);
    match (upper, lower) {
        (true, true) if bits.count_ones() > 4 => '#',
        (true, true) => ':',
        (true, false) => '\'',
        (false, true) => '.',
        (false, false) => ' ',
    }
}

/// The sign of ASCII that stands for another one.
fn ascii(sign: char) -> char {
    match sign {
        '░' => '.',
        '▒' => '+',
        '▓' => '%',
        '▀' => '"',
        '▖' | '▗' | '·' | '╵' => '.',
        '■' => '#',
        '□' | '°' => 'o',
        '─' | '━' | '╍' | '┈' | '╸' | '–' | '—' | '−' => '-',
        '┃' => '#',
        '│' | '‖' => '|',
        '↑' => '^',
        '↓' => 'v',
        '→' | '›' | '▶' => '>',
        '←' | '‹' | '≤' => '<',
        '≥' => '>',
        '…' | '≈' => '~',
        '×' | '✗' => 'x',
        '±' | '✓' => '+',
        '●' => '*',
        'Σ' => 'S',
        'ß' => 's',
        'à'..='å' => 'a',
        'è'..='ë' => 'e',
        'ì'..='ï' => 'i',
        'ò'..='ö' => 'o',
        'ù'..='ü' => 'u',
        'À'..='Å' => 'A',
        'È'..='Ë' => 'E',
        'Ò'..='Ö' => 'O',
        'Ù'..='Ü' => 'U',
        'ç' => 'c',
        'ñ' => 'n',
        'µ' => 'u',
        _ => '?',
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ratatui::style::Style;

    #[test]
    fn every_sign_becomes_one_of_ascii_in_as_many_columns() {
        let area = Rect::new(0, 0, 40, 3);
        let mut buffer = Buffer::empty(area);
        buffer.set_string(0, 0, "▁▂▃▄▅▆▇█░▒▓▀●›↑↓→←×±…–✓✗│─━⣿⢄⠁ é怒り", Style::new());
        buffer.set_string(0, 1, "▇", Style::new().add_modifier(Modifier::REVERSED));
        buffer.set_string(0, 2, "▀", Style::new().fg(Color::Red).bg(Color::Blue));
        replace(&mut buffer, area);
        let row = |y| (0..area.width).map(|x| buffer[(x, y)].symbol()).collect::<String>();
        assert_eq!(row(0).trim_end(), "_.--=+*#.+%\"*>^v><x+~-+x|--#.' e????");
        assert_eq!(buffer[(0, 1)].symbol(), "'");
        assert!(!buffer[(0, 1)].modifier.contains(Modifier::REVERSED));
        assert_eq!((buffer[(0, 2)].symbol(), buffer[(0, 2)].bg), (" ", Color::Blue));
    }
}
