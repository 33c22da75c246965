//! Control strings that a terminal sends, separated from keys. Their texts are kept for whoever asked.
//!
//! A terminal answers a question about colours or graphics with a control string: OSC (`ESC ]`), DCS (`ESC P`),
//! APC (`ESC _`), PM (`ESC ^`) or SOS (`ESC X`), then text, then ST (`ESC \`) or BEL. An answer may come late,
//! after the program that asked has left. crossterm knows none of these strings: it yields Alt-], then every
//! letter of the text as a key. So every key goes through here first, and these rules hold:
//!
//! - Alt with an introducer is withheld until what follows decides. It is a control string once its beginning is
//!   complete: after `ESC ]` a number and `;`, after the others two characters. Then all of it is swallowed, up to
//!   its end.
//! - What cannot go on so is a key, and so is what was withheld: all of it is handed over in its order.
//! - So it is after 500 ms of silence: Alt-] and `1` are two keys then. Should the rest of a control string come
//!   within 2 s all the same, it is swallowed.
//! - A control string that has not ended after 4 KB, or after 2 s of silence, is given up, and so is one in which
//!   something stands that cannot: Ctrl-C, an arrow, Alt with a letter, an Esc that no `\` follows. That key is
//!   handed over.
//! - `ESC` can be the last byte of what came at once, and is Esc to crossterm. Esc is withheld for 100 ms, and for
//!   500 ms it counts as the first half of an introducer or of ST, which must go on without another pause.
//!
//! Silence is reported by [`Sequences::silence`], which is asked only when no key is waiting: a program that was slow
//! to read takes nothing for a pause.

use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use std::time::{Duration, Instant};

/// How long Esc is withheld.
const ESCAPE: Duration = Duration::from_millis(100);
/// How long it may take from the introducer, or a part of it, to what follows.
const TIMEOUT: Duration = Duration::from_millis(500);
/// The silence after which a control string is given up.
const SILENCE: Duration = Duration::from_secs(2);
/// The longest text of a control string (bytes).
const LONGEST: usize = 4096;
/// The longest number of an OSC (digits).
const DIGITS: usize = 5;

/// What came so far, and what of it is withheld.
#[derive(Debug, Default)]
pub struct Sequences {
    state: State,
    withheld: Vec<KeyEvent>,
    /// When the last key came.
    last: Option<Instant>,
    /// The text of the control string that has begun.
    text: String,
    /// Those of control strings that have ended.
    ended: Vec<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum State {
    #[default]
    Keys,
    /// After Esc.
    Escape,
    /// After an introducer (`apart`: whose ESC came alone) and so many characters.
    Begun { kind: Kind, apart: bool, length: usize },
    /// In a control string whose text has so many bytes.
    Inside { length: usize },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Osc,
    /// DCS, APC, PM, SOS.
    Other,
}

/// What a key can be in a control string.
#[derive(Debug, Clone, Copy)]
enum Part {
    Escape,
    Introducer(Kind),
    End,
    Text(char),
    None,
}

enum Beginning {
    Impossible,
    Possible,
    Complete,
}

impl Sequences {
    /// Follows a key that came now; returns the keys that were pressed, in their order.
    pub fn follow(&mut self, key: KeyEvent, now: Instant) -> Vec<KeyEvent> {
        self.last = Some(now);
        let escaped = self.state == State::Escape || self.withheld.last().is_some_and(is_escape);
        let part = match part(key) {
            Part::Text(character) if escaped => after_escape(character),
            part => part,
        };
        match (self.state, part) {
            (State::Begun { length: 1.., .. } | State::Inside { .. }, Part::End) => {
                if matches!(self.state, State::Inside { .. }) {
                    self.ended.push(std::mem::take(&mut self.text));
                }
                self.withheld.clear();
                self.state = State::Keys;
            }
            (State::Begun { length: 1.., .. } | State::Inside { .. }, Part::Escape) if !escaped => {
                self.withheld.push(key);
            }
            (State::Begun { kind, apart, length }, Part::Text(character)) => match kind.begins(length, character) {
                Beginning::Impossible => return self.give_up(key, part, escaped),
                Beginning::Possible => {
                    self.withheld.push(key);
                    let length = length + 1;
                    self.state = State::Begun { kind, apart, length };
                }
                Beginning::Complete => {
                    self.text = self.withheld.iter().filter_map(text).chain([character]).collect();
                    self.withheld.clear();
                    self.state = State::Inside { length: length + 1 };
                }
            },
            (State::Inside { length }, Part::Text(character)) if length + character.len_utf8() <= LONGEST => {
                let length = length + character.len_utf8();
                self.text.push(character);
                self.state = State::Inside { length };
            }
            _ => return self.give_up(key, part, escaped),
        }
        Vec::new()
    }

    /// The texts of the control strings that have ended since it was asked last, with the number of an OSC.
    pub fn texts(&mut self) -> Vec<String> {
        std::mem::take(&mut self.ended)
    }

    /// What was withheld are keys; this one is, too, unless something new begins with it.
    fn give_up(&mut self, key: KeyEvent, part: Part, escaped: bool) -> Vec<KeyEvent> {
        let mut keys = self.interrupt();
        match part {
            Part::Escape => {
                self.withheld.push(key);
                self.state = State::Escape;
            }
            Part::Introducer(kind) => {
                // Its ESC, unless that was handed over long ago.
                if escaped {
                    self.withheld.extend(keys.pop());
                }
                self.withheld.push(key);
                self.state = State::Begun {
                    kind,
                    apart: escaped,
                    length: 0,
                };
            }
            _ => keys.push(key),
        }
        keys
    }

    /// Something came that is no key: the keys that were withheld.
    pub fn interrupt(&mut self) -> Vec<KeyEvent> {
        self.state = State::Keys;
        std::mem::take(&mut self.withheld)
    }

    /// Nothing is waiting to be read now; returns the keys that were withheld long enough.
    pub fn silence(&mut self, now: Instant) -> Vec<KeyEvent> {
        let (withheld, remembered) = match self.state {
            State::Keys => return Vec::new(),
            State::Escape => (ESCAPE, TIMEOUT),
            State::Begun { apart: true, .. } => (ESCAPE, ESCAPE),
            State::Begun { length: 0, .. } => (TIMEOUT, TIMEOUT),
            State::Begun { .. } => (TIMEOUT, SILENCE),
            State::Inside { .. } => (SILENCE, SILENCE),
        };
        let silent = self
            .last
            .map_or(Duration::MAX, |last| now.saturating_duration_since(last));
        if silent >= remembered {
            self.state = State::Keys;
        }
        if silent >= withheld {
            return std::mem::take(&mut self.withheld);
        }
        Vec::new()
    }
}

impl Kind {
    /// What a text so long, with this character behind it, is the beginning of.
    fn begins(self, length: usize, character: char) -> Beginning {
        match self {
            Self::Osc if character.is_ascii_digit() && length < DIGITS => Beginning::Possible,
            Self::Osc if character == ';' && length > 0 => Beginning::Complete,
            Self::Other if character.is_ascii() && length == 0 => Beginning::Possible,
            Self::Other if character.is_ascii() => Beginning::Complete,
            _ => Beginning::Impossible,
        }
    }
}

/// A character of a text, as opposed to Esc and the introducer.
fn text(key: &KeyEvent) -> Option<char> {
    match key.code {
        KeyCode::Char(character) if !key.modifiers.contains(KeyModifiers::ALT) => Some(character),
        _ => None,
    }
}

fn is_escape(key: &KeyEvent) -> bool {
    key.code == KeyCode::Esc
}

/// ECMA-48 allows printable characters and 8 to 13, which are Ctrl-H, Tab, Ctrl-J, Ctrl-K, Ctrl-L and Enter.
fn part(key: KeyEvent) -> Part {
    let modifiers = key.modifiers - KeyModifiers::SHIFT;
    match key.code {
        KeyCode::Esc if modifiers.is_empty() => Part::Escape,
        KeyCode::Tab if modifiers.is_empty() => Part::Text('\t'),
        KeyCode::Enter if modifiers.is_empty() => Part::Text('\r'),
        KeyCode::Char(character) if modifiers.is_empty() => Part::Text(character),
        KeyCode::Char(character) if modifiers == KeyModifiers::ALT => after_escape(character),
        KeyCode::Char('g') if modifiers == KeyModifiers::CONTROL => Part::End,
        KeyCode::Char(character @ ('h' | 'j' | 'k' | 'l')) if modifiers == KeyModifiers::CONTROL => {
            Part::Text(character)
        }
        _ => Part::None,
    }
}

fn after_escape(character: char) -> Part {
    match character {
        ']' => Part::Introducer(Kind::Osc),
        'P' | '_' | '^' | 'X' => Part::Introducer(Kind::Other),
        '\\' => Part::End,
        _ => Part::None,
    }
}

#[cfg(test)]
mod tests;
