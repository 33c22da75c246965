//! What goes to the terminal beside frames.

/// What the terminal is to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Notice {
    /// Ring, and tell the desktop in these words that something has ended.
    Ended(String),
    /// Put this text into the clipboard.
    Copied(String),
}

impl Notice {
    /// The longest text that is copied (bytes): some terminals forget what is longer, or show it.
    pub const LONGEST: usize = 8_192;
}
