//! The tables of keys, one file per tab; a tab's own come first, then those for moving, then those for everywhere.

mod data;
mod everywhere;
mod listen;
mod overlays;
mod report;
mod train;
mod tune;

use super::Key;
pub use data::DATA;
pub use everywhere::{EVERYWHERE, MOVES};
pub use listen::LISTEN;
pub use overlays::{CACHE, FILTER, HELP, MODELS, PRESETS, PROMPT, QUESTION, SETTINGS, TRIM};
use ratatui::crossterm::event::KeyCode;
pub use report::{CLIPS, REPORT};
pub use train::{EDIT, EDIT_TYPING, FORM, TRAIN};
pub use tune::{TRIAL, TUNE};

const ENTER: Key = Key::plain(KeyCode::Enter);
const LEFT: Key = Key::plain(KeyCode::Left);
const RIGHT: Key = Key::plain(KeyCode::Right);
const ESCAPE: Key = Key::plain(KeyCode::Esc);
/// From the button that keeps everything to the other one, and pressing that.
const CONFIRMED: &[Key] = &[RIGHT, ENTER];
const INTERRUPT: Key = Key {
    code: KeyCode::Char('c'),
    control: true,
};

/// Characters as keys.
macro_rules! keys {
    ($($key:literal),+) => { &[$(Key::character($key)),+] };
}
use keys;
