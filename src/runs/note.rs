//! `note.toml`: what people say of a run, and the tags they find it by.

use super::RunError;
use crate::files;
use crate::formats::{Format, SCHEMA};
use serde::{Deserialize, Serialize};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// Most characters of a note.
const LONGEST_TEXT: usize = 4000;
/// Most characters of a tag.
const LONGEST_TAG: usize = 40;

/// What people say of a run.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RunNote {
    /// In their words.
    pub text: String,
    /// Single words, in alphabetical order.
    pub tags: Vec<String>,
}

impl RunNote {
    /// The note of a run; an empty one where nobody has said anything.
    ///
    /// # Errors
    /// [`RunError::Newer`], [`RunError::Malformed`], [`RunError::Io`].
    pub fn read(run: &Path) -> Result<Self, RunError> {
        let path = note_path(run);
        match fs::read_to_string(&path) {
            Ok(text) => {
                let malformed = |error: toml::de::Error| RunError::Malformed {
                    path: path.clone(),
                    problem: format!("{}; correct it, or delete it", error.message()),
                };
                let mut table: toml::Table = text.parse().map_err(malformed)?;
                Format::Note.check_toml(&path, &table)?;
                table.remove(SCHEMA);
                table.try_into().map_err(malformed)
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Self::default()),
            Err(error) => Err(RunError::io(&path)(error)),
        }
    }

    /// Writes it; an empty one leaves no file.
    ///
    /// # Errors
    /// [`RunError::Io`].
    pub fn write(&self, run: &Path) -> Result<(), RunError> {
        let path = note_path(run);
        if *self == Self::default() {
            return match fs::remove_file(&path) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => Err(RunError::io(&path)(error)),
                _ => Ok(()),
            };
        }
        let text = toml::to_string(self).map_err(|error| RunError::Malformed {
            path: path.clone(),
            problem: error.to_string(),
        })?;
        files::replace(&path, text.as_bytes()).map_err(RunError::io(&path))
    }
}

fn note_path(run: &Path) -> PathBuf {
    run.join("note.toml")
}

/// A change of a note. What it leaves out stays as it is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NoteChange {
    /// New words.
    pub text: Option<String>,
    /// Tags that it gets.
    pub add: Vec<String>,
    /// Tags that it loses.
    pub remove: Vec<String>,
}

impl NoteChange {
    /// The note with the change; a leading `#` is no part of a tag.
    ///
    /// # Errors
    /// A tag that is empty, too long or of several words; a text that is too long: what is wrong, and the remedy.
    pub fn apply(&self, note: &RunNote) -> Result<RunNote, String> {
        let mut changed = note.clone();
        if let Some(text) = &self.text {
            let text = text.trim();
            let length = text.chars().count();
            if length > LONGEST_TEXT {
                return Err(format!(
                    "a note of {length} characters is too long; {LONGEST_TEXT} are allowed"
                ));
            }
            text.clone_into(&mut changed.text);
        }
        for tag in &self.add {
            let word = tag.trim_start_matches('#');
            let plain = |letter: char| !letter.is_whitespace() && !letter.is_control() && letter != '#';
            if word.is_empty() || word.chars().count() > LONGEST_TAG || !word.chars().all(plain) {
                return Err(format!(
                    "`{tag}` is no tag; write a single word of at most {LONGEST_TAG} characters"
                ));
            }
            changed.tags.push(word.to_owned());
        }
        let gone = |tag: &String| self.remove.iter().any(|other| other.trim_start_matches('#') == tag);
        changed.tags.retain(|tag| !gone(tag));
        changed.tags.sort();
        changed.tags.dedup();
        Ok(changed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(words: &[&str]) -> Vec<String> {
        words.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_note_comes_back_as_written_and_an_empty_one_leaves_no_file() {
        let run = tempfile::tempdir().unwrap();
        assert_eq!(RunNote::read(run.path()).unwrap(), RunNote::default());
        let note = RunNote {
            text: "two lines,\n\"quoted\" 怒り".to_owned(),
            tags: words(&["baseline", "é"]),
        };
        note.write(run.path()).unwrap();
        assert_eq!(RunNote::read(run.path()).unwrap(), note);
        RunNote::default().write(run.path()).unwrap();
        RunNote::default().write(run.path()).unwrap();
        assert!(!note_path(run.path()).exists());
    }

    #[test]
    fn a_damaged_note_is_told_with_its_file() {
        let run = tempfile::tempdir().unwrap();
        fs::write(note_path(run.path()), "tags = 3").unwrap();
        let error = RunNote::read(run.path()).unwrap_err().to_string();
        assert!(error.contains("note.toml") && error.contains("correct it"), "{error}");
    }

    #[test]
    fn a_change_leaves_what_it_does_not_name() {
        let note = RunNote {
            text: "as it was".to_owned(),
            tags: words(&["a", "b"]),
        };
        let change = NoteChange {
            add: words(&["#c", "a"]),
            remove: words(&["b"]),
            ..NoteChange::default()
        };
        let changed = change.apply(&note).unwrap();
        assert_eq!((changed.text.as_str(), changed.tags), ("as it was", words(&["a", "c"])));
        for tag in ["", "#", "two words", "a#b", "\u{7}", &"x".repeat(41)] {
            let change = NoteChange {
                add: words(&[tag]),
                ..NoteChange::default()
            };
            assert!(change.apply(&note).unwrap_err().contains("single word"), "{tag:?}");
        }
        let long = NoteChange {
            text: Some("x".repeat(4001)),
            ..NoteChange::default()
        };
        assert!(long.apply(&note).is_err());
    }
}
