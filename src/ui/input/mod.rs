//! Keys and the mouse as a terminal sends them, and what the help says of each.

mod bindings;
pub(crate) mod key;
mod mouse;
mod parser;
mod sequences;

use crate::engine::CommandKind;
pub use bindings::Bindings;
pub use key::Key;
pub use mouse::{Act, Mouse};
pub use parser::{Input, Parser};
use ratatui::crossterm::event::KeyEvent;
pub use sequences::Sequences;

/// The help of a key: one row of the list of keys, one hint in the bottom row, one entry of the palette.
#[derive(Debug, Clone, Copy)]
pub struct Row {
    /// The table that it stands in.
    pub heading: &'static str,
    /// Any of these.
    pub keys: &'static [Key],
    /// What the user has bound to the same.
    pub pressed: Option<Key>,
    /// The help's words.
    pub help: &'static str,
    /// The word in the bottom row, and the keys before it; none for keys that need no reminder.
    pub hint: Option<(Option<&'static str>, &'static str)>,
    /// Whether that word stands there only where there is room after all others.
    pub spare: bool,
    /// The command that is sent in the end.
    pub sends: Option<CommandKind>,
    /// The keys that answer the question, or accept the form, in between.
    pub then: &'static [Key],
}

/// Keys, and what the help says of them.
pub const fn bind(keys: &'static [Key], help: &'static str) -> Row {
    Row {
        heading: "",
        keys,
        pressed: None,
        help,
        hint: None,
        spare: false,
        sends: None,
        then: &[],
    }
}

impl Row {
    /// With a word in the bottom row.
    pub const fn hint(mut self, word: &'static str) -> Self {
        self.hint = Some((None, word));
        self
    }

    /// With a word in the bottom row where there is room after all others.
    pub const fn more(mut self, word: &'static str) -> Self {
        (self.hint, self.spare) = (Some((None, word)), true);
        self
    }

    /// With a word in the bottom row, before which other keys are written than the first.
    pub const fn hint_as(mut self, keys: &'static str, word: &'static str) -> Self {
        self.hint = Some((Some(keys), word));
        self
    }

    /// A command is sent in the end, after these keys answered what is asked in between.
    pub const fn sends(mut self, kind: CommandKind, then: &'static [Key]) -> Self {
        (self.sends, self.then) = (Some(kind), then);
        self
    }

    /// The keys as the help writes them.
    pub fn names(&self) -> String {
        let names: Vec<String> = self.pressed.iter().chain(self.keys).map(|key| key.name()).collect();
        names.join(" ")
    }

    /// Whether this is what a key means while text is typed, or while none is.
    pub fn means(&self, event: KeyEvent, typing: bool) -> bool {
        self.in_force(typing).any(|key| key.is(event))
    }

    /// The keys that mean this while text is typed, or while none is.
    pub fn in_force(&self, typing: bool) -> impl Iterator<Item = Key> {
        let keys = self.keys.iter().copied();
        keys.filter(move |key| !(typing && key.types()))
    }
}
