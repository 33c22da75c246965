//! Standard output: text or JSON, and a reader that has gone away is no panic.

use crate::present::json::Versioned;
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

    /// Writes a document as one line of JSON.
    ///
    /// # Errors
    /// What the stream says.
    pub fn json(self, document: impl Serialize) -> io::Result<()> {
        self.text(&serde_json::to_string(&Versioned::from(document))?)
    }

    /// Writes a document as JSON, indented on a terminal.
    ///
    /// # Errors
    /// What the stream says.
    pub fn document(self, document: impl Serialize) -> io::Result<()> {
        if io::IsTerminal::is_terminal(&io::stdout()) {
            self.text(&serde_json::to_string_pretty(&Versioned::from(document))?)
        } else {
            self.json(document)
        }
    }

    /// Writes the document as JSON, or else the text.
    ///
    /// # Errors
    /// What the stream says.
    pub fn either<D: Serialize>(self, document: impl FnOnce() -> D, text: impl FnOnce() -> String) -> io::Result<()> {
        if self.json {
            self.document(document())
        } else {
            self.text(&text())
        }
    }
}

/// A note beside the results, on standard error.
pub fn note(text: &str) {
    // When even that stream is gone, nobody is left to read it.
    let _ = writeln!(io::stderr().lock(), "{text}");
}
