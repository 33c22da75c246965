//! What the program says: the field's words, and documents whose keys are promised in `docs/json.md`.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod common;
#[path = "present/documents.rs"]
mod documents;
#[path = "present/markdown.rs"]
mod markdown;
#[path = "present/words.rs"]
mod words;
