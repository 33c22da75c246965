//! The published corpora.

use super::all;
use crate::engine;
use std::path::PathBuf;

document! {
    /// The corpora that are known to be published.
    PublishedCorpora(report: engine::PublishedReport) {
        /// The folder that they go to.
        data: PathBuf,
        /// The corpora.
        corpora: Vec<PublishedCorpus> = all(&report.rows),
    }

    /// A published corpus.
    PublishedCorpus(row: engine::PublishedRow) {
        /// What `undertone get` takes.
        name: String = row.published.name.clone(),
        /// What it calls itself, and which part of it is meant.
        title: String = row.published.title.clone(),
        /// Its folder; null where that is not there.
        here: Option<PathBuf>,
        /// Whether some of it has arrived.
        begun: bool,
        /// Under which licence it is published; null where that is not stated.
        licence: Option<String> = row.published.licence.clone(),
        /// Where people read about it.
        page: String = row.published.page.clone(),
        /// Bytes to be fetched; null where no source states them.
        download: Option<u64> = row.published.bytes(),
        /// Whether a checksum is stated of everything that is fetched.
        checked: bool = row.published.is_checked(),
        /// What is to be done by hand; null where the program fetches it.
        by_hand: Option<String> = row.published.by_hand().map(str::to_owned),
        /// Who states all this.
        source: String = row.published.source.clone(),
    }

    /// A corpus was fetched.
    FetchedCorpus(fetched: engine::FetchedCorpus) {
        /// Its name, as asked.
        name: String,
        /// Where it lies now; null when that was stopped.
        folder: Option<PathBuf>,
        /// What is to be added to `corpora` in the settings file; null where the data folder is looked through anyway.
        line: Option<String>,
    }
}
