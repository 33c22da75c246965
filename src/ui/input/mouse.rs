//! Reports of the mouse, as a terminal sends them in the modes 1000 and 1006.

use ratatui::layout::Position;

/// Bits of a button's number: Shift, Alt, Control, and that the mouse was moved.
const NOT_ALONE: u16 = 4 | 8 | 16 | 32;
/// What is added to every number in the form of the mode 1000 alone, so that each is one printed byte.
const OFFSET: u8 = 32;

/// What the mouse did, and where.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mouse {
    /// What it did.
    pub act: Act,
    /// The cell, which may be outside of the screen: nothing holds a terminal to its size.
    pub place: Position,
}

/// What a mouse does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Act {
    /// The left button was pressed.
    Press,
    /// The wheel was turned towards the hand.
    Down,
    /// The wheel was turned away from it.
    Up,
}

impl Mouse {
    /// `0;12;7` of `ESC [ < 0 ; 12 ; 7 M`: button, column and row, from 1. Nothing for other buttons, for those pressed with a
    /// key, and for numbers that no terminal sends.
    pub fn of_report(text: &str) -> Option<Self> {
        let mut numbers = text.split(';').map(|part| part.parse::<u16>().ok());
        let mut number = || numbers.next().flatten();
        let (button, column, row) = (number()?, number()?, number()?);
        numbers.next().is_none().then(|| Self::new(button, column, row))?
    }

    /// The same of the three bytes behind `ESC [ M`, from terminals without the mode 1006.
    pub fn of_bytes([button, column, row]: [u8; 3]) -> Option<Self> {
        let number = |byte: u8| byte.checked_sub(OFFSET).map(u16::from);
        Self::new(number(button)?, number(column)?, number(row)?)
    }

    fn new(button: u16, column: u16, row: u16) -> Option<Self> {
        let act = match button {
            _ if button & NOT_ALONE != 0 => return None,
            0 => Act::Press,
            64 => Act::Up,
            65 => Act::Down,
            _ => return None,
        };
        let place = Position::new(column.checked_sub(1)?, row.checked_sub(1)?);
        Some(Self { act, place })
    }
}
