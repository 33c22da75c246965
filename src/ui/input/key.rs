//! A key, as a terminal sends it and as the help writes it.

use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

/// Characters as keys.
macro_rules! keys {
    ($($key:literal),+) => { &[$($crate::ui::input::Key::character($key)),+] };
}
pub(crate) use keys;

/// A key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Key {
    /// Which.
    pub code: KeyCode,
    /// Whether with Control.
    pub control: bool,
}

impl Key {
    /// A key that types no character.
    pub const fn plain(code: KeyCode) -> Self {
        Self { code, control: false }
    }

    /// The key that types a character.
    pub const fn character(character: char) -> Self {
        Self::plain(KeyCode::Char(character))
    }

    /// A letter with Control.
    pub const fn control(letter: char) -> Self {
        Self {
            code: KeyCode::Char(letter),
            control: true,
        }
    }

    /// Whether it types a character where text is typed.
    pub fn types(self) -> bool {
        matches!(self.code, KeyCode::Char(_)) && !self.control
    }

    /// The event that a terminal sends for it.
    pub fn event(self) -> KeyEvent {
        KeyEvent::new(
            self.code,
            if self.control {
                KeyModifiers::CONTROL
            } else {
                KeyModifiers::NONE
            },
        )
    }

    /// Whether the event is this key.
    pub fn is(self, event: KeyEvent) -> bool {
        let others = KeyModifiers::ALT | KeyModifiers::SUPER | KeyModifiers::META;
        self.code == event.code
            && self.control == event.modifiers.contains(KeyModifiers::CONTROL)
            && !event.modifiers.intersects(others)
    }

    /// As the help writes it.
    pub fn name(self) -> String {
        let name = match self.code {
            KeyCode::Char(' ') => "Space".to_owned(),
            KeyCode::Char(character) if self.control => character.to_uppercase().to_string(),
            KeyCode::Char(character) => character.to_string(),
            KeyCode::Enter => "Enter".to_owned(),
            KeyCode::Esc => "Esc".to_owned(),
            KeyCode::Tab => "Tab".to_owned(),
            KeyCode::BackTab => "Shift-Tab".to_owned(),
            KeyCode::Up => "↑".to_owned(),
            KeyCode::Down => "↓".to_owned(),
            KeyCode::Left => "←".to_owned(),
            KeyCode::Right => "→".to_owned(),
            KeyCode::PageUp => "PgUp".to_owned(),
            KeyCode::PageDown => "PgDn".to_owned(),
            KeyCode::Home => "Home".to_owned(),
            KeyCode::End => "End".to_owned(),
            KeyCode::F(number) => format!("F{number}"),
            other => format!("{other:?}"),
        };
        if self.control { format!("Ctrl-{name}") } else { name }
    }
}

pub const ENTER: Key = Key::plain(KeyCode::Enter);
pub const ESCAPE: Key = Key::plain(KeyCode::Esc);
pub const LEFT: Key = Key::plain(KeyCode::Left);
pub const RIGHT: Key = Key::plain(KeyCode::Right);
pub const UP: Key = Key::plain(KeyCode::Up);
pub const DOWN: Key = Key::plain(KeyCode::Down);
pub const TAB: Key = Key::plain(KeyCode::Tab);
pub const BACK_TAB: Key = Key::plain(KeyCode::BackTab);
pub const HELP: Key = Key::plain(KeyCode::F(1));
pub const INTERRUPT: Key = Key::control('c');
/// From the button that keeps everything to the other one, and pressing that.
pub const CONFIRMED: &[Key] = &[RIGHT, ENTER];
/// Up to nine tabs have a digit.
pub const DIGITS: [&[Key]; 9] = [
    keys!['1'],
    keys!['2'],
    keys!['3'],
    keys!['4'],
    keys!['5'],
    keys!['6'],
    keys!['7'],
    keys!['8'],
    keys!['9'],
];
