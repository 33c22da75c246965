//! The program's own formats on disk, and their versions.
//!
//! A file says in `schema` which version of its format it is; one that does not say is version 1. The number is raised
//! when a program that knows the earlier version would misread the new one, not for a key that it may ignore. Whoever
//! writes newer files into a folder that exists raises the number there first.
//!
//! | format | where it says so | speaks for |
//! |---|---|---|
//! | [`Format::Run`] | `[run]` of `run.toml` | everything in the run's folder that has no version of its own: `events.jsonl`, `steps.jsonl`, `usage.jsonl`, split, checkpoints |
//! | [`Format::Study`] | `study.json` | `study.toml`, workers and trials; `journal.log` is Optuna's |
//! | [`Format::Package`] | `package.toml` | `weights.safetensors` beside it |
//! | [`Format::Report`] | `report.json` | `predictions.csv` beside it |
//! | [`Format::Note`], [`Format::Settings`] | `note.toml`, `workbench.toml` | themselves |
//!
//! Programs from before there were versions refuse unknown keys in the last two: version 1 of these is never written.
//! The cache has no versions of this kind: its files name what wrote them, and are made again by any other program.

use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};

/// The key.
pub const SCHEMA: &str = "schema";

/// A format on disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// A run's folder.
    Run,
    /// A study's folder.
    Study,
    /// A model and all that a prediction needs.
    Package,
    /// A run's scores.
    Report,
    /// A run's note and tags.
    Note,
    /// Settings.
    Settings,
}

/// A file that a newer version of the program wrote.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}: {}", path.display(), problem(found, *known))]
pub struct NewerFormat {
    /// The file.
    pub path: PathBuf,
    /// The version that it says it is.
    pub found: String,
    /// The newest version that is read here.
    pub known: u32,
}

impl NewerFormat {
    /// What is wrong and the remedy, without the file.
    pub fn problem(&self) -> String {
        problem(&self.found, self.known)
    }
}

fn problem(found: &str, known: u32) -> String {
    format!(
        "written by a newer undertone (version {found} of this format; undertone {} reads up to version {known}); install \
         a newer undertone",
        env!("CARGO_PKG_VERSION")
    )
}

/// What a document is headed by.
#[derive(Deserialize)]
struct Head {
    schema: Option<serde_json::Value>,
}

/// A document as it is written: its version, and its content.
#[derive(Debug, Serialize)]
pub struct Versioned<T> {
    schema: u32,
    #[serde(flatten)]
    content: T,
}

impl Format {
    /// The version that is written here, and the newest that is read.
    pub const fn version(self) -> u32 {
        match self {
            Self::Run | Self::Study | Self::Package | Self::Report | Self::Note | Self::Settings => 1,
        }
    }

    /// The content with its version, to be written.
    pub fn versioned<T: Serialize>(self, content: T) -> Versioned<T> {
        Versioned {
            schema: self.version(),
            content,
        }
    }

    /// Refuses a JSON document of a newer version. One that is damaged passes: who reads it says what is wrong.
    ///
    /// # Errors
    /// [`NewerFormat`].
    pub fn check_json(self, path: &Path, text: &[u8]) -> Result<(), NewerFormat> {
        let head: Option<Head> = serde_json::from_slice(text).ok();
        let found = head.and_then(|head| head.schema);
        let version = found.as_ref().and_then(serde_json::Value::as_u64);
        self.check(path, found.map(|found| (version, found.to_string())))
    }

    /// The same of a TOML table.
    ///
    /// # Errors
    /// [`NewerFormat`].
    pub fn check_toml(self, path: &Path, table: &toml::Table) -> Result<(), NewerFormat> {
        let found = table.get(SCHEMA);
        let version = |found: &toml::Value| u64::try_from(found.as_integer()?).ok();
        self.check(path, found.map(|found| (version(found), found.to_string())))
    }

    /// A version that is no number is none that is known here.
    fn check(self, path: &Path, found: Option<(Option<u64>, String)>) -> Result<(), NewerFormat> {
        let known = self.version();
        match found {
            Some((version, found)) if version.is_none_or(|version| version > u64::from(known)) => Err(NewerFormat {
                path: path.to_owned(),
                found,
                known,
            }),
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_version_is_the_first_and_a_newer_one_is_refused_by_file_versions_and_remedy() {
        let json = |text: &str| Format::Report.check_json(Path::new("r.json"), text.as_bytes());
        for known in ["{}", r#"{"schema":1,"more":[]}"#, "[1]", "{", ""] {
            json(known).unwrap();
        }
        let refused = json(r#"{"labels":7,"schema":2}"#).unwrap_err();
        assert_eq!((refused.found.as_str(), refused.known), ("2", 1));
        let words = refused.to_string();
        for part in ["r.json", "newer undertone", "version 2", "up to version 1", "install"] {
            assert!(words.contains(part), "{words}");
        }
        assert!(json(r#"{"schema":"3b"}"#).is_err() && json(r#"{"schema":-1}"#).is_err());

        let toml = |text: &str| Format::Note.check_toml(Path::new("n.toml"), &text.parse().unwrap());
        assert!(toml("").is_ok() && toml("schema = 1").is_ok());
        assert!(toml("schema = 2").is_err() && toml("schema = 1.5").is_err());
    }

    #[test]
    fn what_is_written_is_headed_by_its_version() {
        let content = serde_json::json!({ "labels": ["happy"] });
        let written = serde_json::to_string(&Format::Report.versioned(content)).unwrap();
        assert_eq!(written, r#"{"schema":1,"labels":["happy"]}"#);
    }
}
