//! Features as arrays, the cache, and what trimming would remove.

use crate::cli::output::Output;
use crate::engine::{CacheReport, CacheRow, ExportSummary, ImportSummary, TRIM_SHORT, Trimming};
use crate::present::json;
use crate::present::numbers::{bytes, score};
use crate::present::refusals::Refusals;
use crate::present::table::Table;
use crate::present::words::{cache_kind, cache_state};
use std::fmt::Write;
use std::io;

/// Features were written as arrays.
pub fn features_exported(output: Output, summary: &ExportSummary) -> io::Result<()> {
    output.either(
        || json::FeaturesExported::from(summary),
        || {
            let (clips, frames, coefficients) = summary.shape;
            let mut text = format!(
                "{}: X.npy {clips} x {frames} x {coefficients} (float32), y.npy {clips} x {} (one-hot: {}), labels.csv",
                summary.folder.display(),
                summary.labels.len(),
                summary.labels.join(", ")
            );
            if !summary.folders.is_empty() {
                text += &format!("\none file per clip in {}", summary.folders.join("/, ") + "/");
            }
            text
        },
    )
}

/// Features were imported.
pub fn features_imported(output: Output, summary: &ImportSummary) -> io::Result<()> {
    const LISTED: usize = 10;
    output.either(
        || json::FeaturesImported::from(summary),
        || {
            let (rows, frames, coefficients) = summary.shape;
            let mut text = format!(
                "{}: {rows} rows of {frames} x {coefficients}; {} belong to clips of the corpora",
                summary.folder.display(),
                summary.matched
            );
            for (row, why) in summary.unmatched.iter().take(LISTED) {
                text += &format!("\nrow {row}: {why}");
            }
            if summary.unmatched.len() > LISTED {
                let more = summary.unmatched.len() - LISTED;
                text += &format!("\nand {more} more rows without a clip (--json lists them all)");
            }
            for (row, fault) in summary.faulty.iter().take(LISTED) {
                text += &format!(
                    "\nrow {row}: {fault}; its clip is left out, or fix it (numpy.nan_to_num) and import again"
                );
            }
            if summary.faulty.len() > LISTED {
                let more = summary.faulty.len() - LISTED;
                text += &format!("\nand {more} more rows with numbers that are not finite (--json lists them all)");
            }
            if summary.relabelled > 0 {
                let rows = summary.relabelled;
                text += &format!("\n{rows} rows name another emotion than the corpus, whose labels are used");
            }
            if summary.missing > 0 {
                let clips = summary.missing;
                text += &format!("\n{clips} clips have no features now: leave them out by [filter] to train");
            }
            text + &format!("\ntrain on them with: undertone train -s recipe={}", summary.recipe)
        },
    )
}

/// What is in the cache; with `--clear`, what is cleared.
pub fn cache(output: Output, report: &CacheReport) -> io::Result<()> {
    if output.json {
        return output.document(json::Cache::from(report));
    }
    let folder = report.folder.display();
    let text = match (report.cleared, report.clearing.is_empty(), report.rows.is_empty()) {
        (true, true, _) => "nothing to clear".to_owned(),
        (true, false, _) => {
            let (freed, left) = (CacheReport::bytes(&report.clearing), CacheReport::bytes(&report.rows));
            let rows = listing(&report.clearing);
            let rows = rows.trim_end();
            format!(
                "clearing {folder}\n{rows}\n{} freed, {} left",
                bytes(freed),
                bytes(left)
            )
        }
        (false, _, true) => format!("{folder}: empty"),
        (false, _, false) => format!("cache {folder}\n{}", listing(&report.rows)),
    };
    output.text(&text)
}

fn listing(rows: &[CacheRow]) -> String {
    let mut table = Table::new(4, &["kind", "corpus", "recipe", "state", "clips", "size"]);
    for row in rows {
        let file = || row.path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        table.row([
            cache_kind(row.kind).to_owned(),
            row.corpus.clone().unwrap_or_else(file),
            row.recipe.clone().unwrap_or_default(),
            cache_state(row.state).to_owned(),
            row.clips.map_or_else(String::new, |clips| clips.to_string()),
            bytes(row.bytes),
        ]);
    }
    let total = [
        "total".to_owned(),
        String::new(),
        String::new(),
        String::new(),
        String::new(),
        bytes(CacheReport::bytes(rows)),
    ];
    table.row(total);
    table.render()
}

/// What trimming would remove.
pub fn trimming(output: Output, found: &Trimming) -> io::Result<()> {
    output.either(
        || json::Trimming::from(found),
        || trimming_text(found).unwrap_or_default(),
    )
}

fn trimming_text(found: &Trimming) -> Result<String, std::fmt::Error> {
    let mut text = String::new();
    if found.corpora.is_empty() {
        writeln!(text, "no clip is selected")?;
    }
    let short = format!("< {TRIM_SHORT} s");
    for corpus in &found.corpora {
        let name = corpus.name.as_deref().unwrap_or("all corpora");
        writeln!(text, "{name}: {} clips, {:.1} min", corpus.clips, corpus.seconds / 60.0)?;
        let headings = ["dB", "mean s", "median s", "p95 s", "removed %", "lose half", &short];
        let mut table = Table::new(0, &headings);
        for row in &corpus.rows {
            table.row([
                format!("{}", row.threshold_db),
                format!("{:.2}", row.mean),
                format!("{:.2}", row.median),
                format!("{:.2}", row.p95),
                score(Some(row.share)),
                row.halved.to_string(),
                row.short.to_string(),
            ]);
        }
        writeln!(text, "{}", table.render())?;
    }
    for group in Refusals::of(found.refused.iter().map(|(path, reason)| (&**path, &**reason))) {
        writeln!(text, "refused: {}", group.line())?;
    }
    Ok(text)
}
