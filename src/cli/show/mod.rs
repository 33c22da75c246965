//! Results as text and as JSON.

mod bench;
mod comparison;
mod data;
mod dimensions;
mod doctor;
mod encoders;
mod evaluation;
mod models;
mod plan;
mod predictions;
mod presets;
mod preview;
mod published;
mod queue;
mod report;
mod runs;
mod store;
mod studies;

pub use bench::measured;
pub use comparison::compared;
pub use data::{config, demo, exported, features, pattern, settings_edit, survey, tidying};
pub use doctor::doctor;
pub use encoders::{encoder, encoders, fetched_encoder};
pub use evaluation::evaluation;
pub use models::{model, models};
pub use plan::plan;
pub use predictions::predictions;
pub use presets::{preset, presets};
pub use preview::preview;
pub use published::{fetched_corpus, published};
pub use queue::queue;
pub use report::{report, scores_line};
pub use runs::{deleted, ended, epoch, noted, restored, resumed, runs_table, started, step, stopping, usage};
pub use store::{cache, features_exported, features_imported, trimming};
pub use studies::{
    enqueued, studies, study, study_deleted, study_exported, study_repaired, study_restored, trial, tuning,
    tuning_stops,
};

use crate::engine::RunSummary;
use crate::present::numbers::{ccc, score};
use crate::present::words;

/// A share of the test set as in a table, marked where it has to be read with what is said of its classes.
fn test_score(run: &RunSummary, share: Option<f64>) -> String {
    if let Some(found) = run.shown_ccc() {
        return format!("{}CCC {}", words::fold_mark(run), ccc(found));
    }
    match share {
        Some(_) => format!(
            "{}{} {}",
            words::fold_mark(run),
            score(share),
            words::coverage_mark(run)
        )
        .trim_end()
        .to_owned(),
        None => score(None),
    }
}

/// What has to be said of the classes of a run's test set, as a line; nothing when all have enough clips.
fn coverage_line(run: &RunSummary) -> String {
    let words = run.coverage.as_ref().map(words::coverage).unwrap_or_default();
    match words.as_str() {
        "" => words,
        words => format!("{}: {words}\n", run.id),
    }
}
