//! Results as text and as JSON.

mod bench;
mod comparison;
mod data;
mod doctor;
mod models;
mod plan;
mod predictions;
mod presets;
mod preview;
mod queue;
mod report;
mod runs;
mod store;
mod studies;

pub use bench::measured;
pub use comparison::compared;
pub use data::{config, demo, exported, features, survey, tidying};
pub use doctor::doctor;
pub use models::{model, models};
pub use plan::plan;
pub use predictions::predictions;
pub use presets::{preset, presets};
pub use preview::preview;
pub use queue::queue;
pub use report::{report, scores_line};
pub use runs::{deleted, ended, epoch, noted, restored, resumed, runs, runs_table, started, stopping, usage};
pub use store::{cache, features_exported, features_imported, trimming};
pub use studies::{enqueued, studies, study, study_exported, study_repaired, trial, tuning, tuning_stops};

use crate::engine::{Coverage, RunSummary};

/// As a percentage with one digit.
fn percent(share: f64) -> String {
    format!("{:.1}", 100.0 * share)
}

/// A share of the test set as in a table, marked where it has to be read with what is said of its classes.
fn test_score(run: &RunSummary, share: Option<f64>) -> String {
    let mark = if run.coverage.as_ref().is_some_and(Coverage::is_thin) {
        " !"
    } else {
        ""
    };
    share.map_or_else(|| "-".to_owned(), |share| percent(share) + mark)
}

/// What has to be said of the classes of a run's test set, as a line; nothing when all have enough clips.
fn coverage_line(run: &RunSummary) -> String {
    match run.coverage.as_ref().filter(|coverage| coverage.is_thin()) {
        Some(coverage) => format!("{}: {}\n", run.id, coverage_words(coverage)),
        None => String::new(),
    }
}

/// `UAR over 5 of 6 classes; the test set has no clips of calm`.
fn coverage_words(coverage: &Coverage) -> String {
    let over = Some(coverage.uar()).filter(|_| coverage.tested < coverage.classes);
    over.into_iter()
        .chain(coverage.warning())
        .collect::<Vec<_>>()
        .join("; ")
}

/// What data of a program and not of people is called.
const SYNTHETIC: &str = "SYNTHETIC demo data: no human voice, figures mean nothing for real speech";

/// The name that a value has in JSON, which is the one in settings and tables.
fn name(value: &impl serde::Serialize) -> String {
    let name = serde_json::to_value(value)
        .ok()
        .and_then(|value| value.as_str().map(str::to_owned));
    name.unwrap_or_default().replace('_', " ")
}
