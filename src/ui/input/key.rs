//! A key, as a terminal sends it and as the help writes it.

use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

/// A key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Key {
    /// Which.
    pub code: KeyCode,
    /// Whether with Control.
    pub control: bool,
}

impl Key {
    pub(super) const fn plain(code: KeyCode) -> Self {
        Self { code, control: false }
    }

    pub(super) const fn character(character: char) -> Self {
        Self::plain(KeyCode::Char(character))
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

    pub(super) fn is(self, event: KeyEvent) -> bool {
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
            other => format!("{other:?}"),
        };
        if self.control { format!("Ctrl-{name}") } else { name }
    }
}
