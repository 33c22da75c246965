//! The published corpora, and getting one: plain data.

use crate::published::Published;
use std::path::PathBuf;

/// A published corpus, and whether it is in the data folder.
#[derive(Debug, Clone, PartialEq)]
pub struct PublishedRow {
    /// What is known of it.
    pub published: &'static Published,
    /// Its folder, when that is there.
    pub here: Option<PathBuf>,
    /// Whether some of it has arrived.
    pub begun: bool,
}

/// A corpus that was to be fetched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FetchedCorpus {
    /// Its name, as asked.
    pub name: String,
    /// Where it lies now; `None` when that was stopped.
    pub folder: Option<PathBuf>,
    /// What is to be added to `corpora` in the settings file so that it is taken; `None` where the data folder is looked through.
    pub line: Option<String>,
}

/// The published corpora.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct PublishedReport {
    /// The folder that they go to.
    pub data: PathBuf,
    /// All that are known.
    pub rows: Vec<PublishedRow>,
    /// What was to be fetched.
    pub fetched: Option<FetchedCorpus>,
}
