//! What is said above the bottom row, and how it is meant.

use std::time::Duration;

/// How a message is meant, the worst last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Tone {
    /// Went well.
    Good,
    /// Good to know.
    Note,
    /// Went wrong.
    Bad,
}

/// How long a message stays: as long as anybody needs to look up, and to read every character.
const LOOK_UP: Duration = Duration::from_secs(5);
const READ: Duration = Duration::from_millis(60);
/// The same of what went wrong, which must still be there when somebody comes back to the screen.
const STAYS: Duration = Duration::from_secs(600);

/// A message above the bottom row; it stays until a key is pressed, or for its time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// How it is meant.
    pub tone: Tone,
    /// What it says.
    pub text: String,
}

impl Message {
    /// How long it stays.
    pub fn lifetime(&self) -> Duration {
        match self.tone {
            Tone::Bad => STAYS,
            Tone::Good | Tone::Note => LOOK_UP + READ * self.text.chars().count() as u32,
        }
    }

    /// Good to know.
    pub fn note(text: impl Into<String>) -> Self {
        Self {
            tone: Tone::Note,
            text: text.into(),
        }
    }
    /// Went well.
    pub fn good(text: impl Into<String>) -> Self {
        Self {
            tone: Tone::Good,
            text: text.into(),
        }
    }
    /// Went wrong.
    pub fn bad(text: impl Into<String>) -> Self {
        Self {
            tone: Tone::Bad,
            text: text.into(),
        }
    }
}
