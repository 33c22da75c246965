//! The published corpora.

use crate::cli::output::Output;
use crate::engine::{FetchedCorpus, PublishedReport};
use crate::present::json;
use crate::present::table::Table;
use crate::present::words;
use std::io;

/// One line per corpus.
pub fn published(output: Output, report: &PublishedReport) -> io::Result<()> {
    output.either(
        || json::PublishedCorpora::from(report),
        || {
            let mut table = Table::new(5, &["corpus", "", "here", "licence", "from", "download"]);
            for row in &report.rows {
                let published = row.published;
                table.row([
                    published.name.clone(),
                    published.title.clone(),
                    words::corpus_here(row).to_owned(),
                    words::corpus_licence(published).to_owned(),
                    published.page.clone(),
                    words::corpus_download(published),
                ]);
            }
            format!(
                "{}\nThey go into {}. `undertone get NAME` fetches one, or says how it is to be had by hand.\n",
                table.render(),
                report.data.display()
            )
        },
    )
}

/// A corpus was fetched.
pub fn fetched_corpus(output: Output, fetched: &FetchedCorpus) -> io::Result<()> {
    output.either(|| json::FetchedCorpus::from(fetched), || words::got(fetched))
}
