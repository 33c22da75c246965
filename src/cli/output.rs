//! Standard output: text or JSON, and a reader that has gone away is no panic.

use serde::Serialize;
use std::io::{self, Write};

/// Writes to standard output.
#[derive(Debug, Clone, Copy)]
pub struct Output {
    /// JSON in place of text.
    pub json: bool,
}

impl Output {
    /// Writes one line of text, or several.
    ///
    /// # Errors
    /// What the stream says.
    pub fn text(self, text: &str) -> io::Result<()> {
        let mut stream = io::stdout().lock();
        writeln!(stream, "{}", text.trim_end_matches('\n'))?;
        stream.flush()
    }

    /// Writes a value as one line of JSON.
    ///
    /// # Errors
    /// What the stream says.
    pub fn json(self, value: &impl Serialize) -> io::Result<()> {
        self.text(&serde_json::to_string(value)?)
    }

    /// Writes a value as JSON, laid out for people when they read it.
    ///
    /// # Errors
    /// What the stream says.
    pub fn document(self, value: &impl Serialize) -> io::Result<()> {
        if io::IsTerminal::is_terminal(&io::stdout()) {
            self.text(&serde_json::to_string_pretty(value)?)
        } else {
            self.json(value)
        }
    }

    /// Writes the value as JSON, or else the text.
    ///
    /// # Errors
    /// What the stream says.
    pub fn either(self, value: &impl Serialize, text: impl FnOnce() -> String) -> io::Result<()> {
        if self.json {
            self.document(value)
        } else {
            self.text(&text())
        }
    }
}

/// A note beside the results, on standard error.
pub fn note(text: &str) {
    // When even that stream is gone, nobody is left to be told.
    let _ = writeln!(io::stderr().lock(), "{text}");
}
