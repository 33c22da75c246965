//! What can go wrong in tuning.

use super::Damage;
use std::path::{Path, PathBuf};

/// What can go wrong in tuning.
#[derive(Debug, thiserror::Error)]
pub enum TuningError {
    /// A file could not be read or written.
    #[error("{}: {source}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the file system said.
        source: std::io::Error,
    },
    /// The journal's lock was never free.
    #[error("{}: held by another process for {seconds} s; stop it, or delete the file if that process is gone", path.display())]
    Locked {
        /// The lock file.
        path: PathBuf,
        /// How long it was waited for.
        seconds: u64,
    },
    /// The journal lost lines that had been read.
    #[error("{}: shorter than it was ({was} bytes, now {now}); put the whole file back and open the study again", path.display())]
    Shrunk {
        /// The journal.
        path: PathBuf,
        /// Bytes read of it.
        was: u64,
        /// Bytes it has.
        now: u64,
    },
    /// A line of the journal is no record, so that nothing behind it can be believed.
    #[error("{}: {damage}; nothing is written to it until `undertone study repair {}` has repaired it", path.display(), study_of(path))]
    Damaged {
        /// The journal.
        path: PathBuf,
        /// The line.
        damage: Damage,
    },
    /// A line or a value is not JSON as Python writes it.
    #[error("not JSON at byte {position}: {problem}")]
    Json {
        /// Where, in bytes from its beginning.
        position: usize,
        /// What is wrong.
        problem: &'static str,
    },
    /// A journal's line is JSON but no operation.
    #[error("not a line of an Optuna journal: {problem}")]
    Operation {
        /// What is wrong.
        problem: String,
    },
    /// A parameter's range makes no sense.
    #[error("parameter `{name}`: {problem}")]
    Parameter {
        /// The parameter.
        name: String,
        /// What is wrong, and what would be right.
        problem: String,
    },
    /// A value that a parameter cannot take.
    #[error("parameter `{name}` cannot be {value}; it takes {expected}")]
    Value {
        /// The parameter.
        name: String,
        /// The value asked for.
        value: String,
        /// What it takes.
        expected: String,
    },
    /// A pruner's setting is out of its range.
    #[error("pruner: `{key}` is {value} but must be {expected}")]
    Pruner {
        /// The setting.
        key: &'static str,
        /// Its value.
        value: String,
        /// What it must be.
        expected: &'static str,
    },
    /// A sampler's setting is out of its range.
    #[error("sampler: `{key}` is {value} but must be {expected}")]
    Sampler {
        /// The setting.
        key: &'static str,
        /// Its value.
        value: String,
        /// What it must be.
        expected: &'static str,
    },
    /// A value of `[tuning]` that cannot work.
    #[error("{key}: {problem}")]
    Settings {
        /// The key in workbench.toml.
        key: String,
        /// What is wrong and what would be right.
        problem: String,
    },
    /// Every setting of a finite space, or every point of a grid, has been tried.
    #[error("{settings} of {settings} settings tried; a wider space, or a larger tuning.repeats, lets it continue")]
    Exhausted {
        /// How many there are.
        settings: u64,
    },
    /// The grid has more points than anyone could try.
    #[error("the grid has more than {limit} points; give it fewer values or choose another sampler")]
    TooManyPoints {
        /// The most that is allowed.
        limit: usize,
    },
    /// No study of that name.
    #[error("{}: no study `{name}`; it holds: {}", path.display(), if known.is_empty() { "none".to_owned() } else { known.join(", ") })]
    UnknownStudy {
        /// The journal.
        path: PathBuf,
        /// The name asked for.
        name: String,
        /// The names it has.
        known: Vec<String>,
    },
    /// The study exists and is another kind of study.
    #[error("study `{name}` {problem}; choose another name")]
    OtherStudy {
        /// The study.
        name: String,
        /// What it is.
        problem: String,
    },
    /// No trial of that number.
    #[error("study `{study}` has no trial {number}")]
    UnknownTrial {
        /// The study.
        study: String,
        /// The trial's number.
        number: usize,
    },
    /// The trial is not in a state for this.
    #[error("trial {number} is {state}, so it cannot be {action}")]
    State {
        /// The trial's number.
        number: usize,
        /// Its state.
        state: String,
        /// What was asked.
        action: &'static str,
    },
    /// The trial belongs to another program.
    #[error("trial {number} was made by another program; only that program may end it")]
    Foreign {
        /// The trial's number.
        number: usize,
    },
}

/// The study of a journal, which is its folder's name.
fn study_of(journal: &Path) -> String {
    let folder = journal.parent().and_then(Path::file_name);
    folder.map_or_else(|| "NAME".to_owned(), |name| name.to_string_lossy().into_owned())
}

/// The error for a file that could not be read or written.
pub(super) fn io(path: &Path) -> impl FnOnce(std::io::Error) -> TuningError + '_ {
    move |source| TuningError::Io {
        path: path.to_owned(),
        source,
    }
}
