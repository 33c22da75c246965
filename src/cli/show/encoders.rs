//! The encoders that are here, and those that are known to work.

use crate::cli::output::Output;
use crate::engine::{EncoderReport, EncoderRow, FetchedEncoder};
use crate::present::json;
use crate::present::numbers::{bytes, grouped};
use crate::present::table::Table;
use crate::present::words;
use std::io;

/// One line per encoder.
pub fn encoders(output: Output, report: &EncoderReport) -> io::Result<()> {
    output.either(
        || json::Encoders::from(report),
        || {
            let headings = ["encoder", "here", "licence", "emotion corpora", "layers", "width", "parameters", "download"];
            let mut table = Table::new(4, &headings);
            for row in &report.rows {
                let known = row.known;
                table.row([
                    row.name.clone(),
                    words::encoder_here(row),
                    known.map_or("", |known| known.licence).to_owned(),
                    known.map_or_else(String::new, |known| known.emotion_corpora.join(", ")),
                    known.map_or_else(String::new, |known| known.layers.to_string()),
                    known.map_or_else(String::new, |known| known.width.to_string()),
                    known.map_or_else(String::new, |known| words::millions(known.parameters)),
                    known.and_then(|known| known.download).map_or_else(String::new, bytes),
                ]);
            }
            let offline = if report.offline {
                " HF_HUB_OFFLINE forbids to fetch others."
            } else {
                ""
            };
            format!(
                "{}\nThe cache of the hub is {}. `undertone encoders get NAME` fetches one, `undertone encoders show NAME` \
                 tells more.{offline}\n",
                table.render(),
                report.cache.display()
            )
        },
    )
}

/// One encoder, at length.
pub fn encoder(output: Output, row: &EncoderRow) -> io::Result<()> {
    output.either(
        || json::Encoder::from(row),
        || {
            let mut table = Table::new(2, &[]);
            let mut line = |what: &str, words: String| table.row([what.to_owned(), words]);
            line("family", row.family.clone());
            if let Some(here) = &row.here {
                line("here", words::encoder_here(row));
                line("folder", here.folder.display().to_string());
                line("commit", here.commit.clone());
                if !here.passed_over.is_empty() {
                    line("passed over", here.passed_over.join(", "));
                }
            }
            if let Some(known) = row.known {
                line("layers", format!("{}, {} numbers a frame", known.layers, known.width));
                line("parameters", grouped(known.parameters as usize));
                line("rate", format!("{} Hz", grouped(known.rate as usize)));
                if let Some(download) = known.download {
                    line("download", bytes(download));
                }
                line("licence", known.licence.to_owned());
                line("trained on", known.trained_on.to_owned());
                line("emotion corpora", words::emotion_corpora(known));
                if let Some(head) = known.head {
                    line("head", head.to_owned());
                }
                for score in known.scores {
                    line("published", words::published_score(score));
                }
            }
            format!("{}\n{}", row.name, table.render())
        },
    )
}

/// An encoder was fetched.
pub fn fetched_encoder(output: Output, fetched: &FetchedEncoder) -> io::Result<()> {
    output.either(
        || json::FetchedEncoder::from(fetched),
        || match &fetched.folder {
            Some(folder) => format!("{}: in {}", fetched.name, folder.display()),
            None => format!("{}: stopped; what has arrived is kept", fetched.name),
        },
    )
}
