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

impl Key {
    /// The key of this name, as [`Key::name`] writes it; arrows also as words.
    pub fn named(name: &str) -> Option<Self> {
        if let Some(letter) = name.strip_prefix("Ctrl-").or_else(|| name.strip_prefix("ctrl-")) {
            let mut letters = letter.chars();
            let letter = letters
                .next()
                .filter(|letter| letter.is_ascii_alphabetic() && letters.next().is_none())?;
            return Some(Self::control(letter.to_ascii_lowercase()));
        }
        let mut characters = name.chars();
        if let (Some(character), None) = (characters.next(), characters.next())
            && !"↑↓←→".contains(character)
            && !character.is_whitespace()
        {
            return Some(Self::character(character));
        }
        let code = match name.to_lowercase().as_str() {
            "space" => KeyCode::Char(' '),
            "enter" => KeyCode::Enter,
            "esc" => KeyCode::Esc,
            "tab" => KeyCode::Tab,
            "shift-tab" => KeyCode::BackTab,
            "↑" | "up" => KeyCode::Up,
            "↓" | "down" => KeyCode::Down,
            "←" | "left" => KeyCode::Left,
            "→" | "right" => KeyCode::Right,
            "pgup" => KeyCode::PageUp,
            "pgdn" => KeyCode::PageDown,
            "home" => KeyCode::Home,
            "end" => KeyCode::End,
            other => {
                let number = other.strip_prefix('f')?.parse().ok();
                KeyCode::F(number.filter(|number| (1..=24).contains(number))?)
            }
        };
        Some(Self::plain(code))
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
