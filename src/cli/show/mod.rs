//! Results as text and as JSON.

mod bench;
mod comparison;
mod data;
mod doctor;
mod models;
mod plan;
mod presets;
mod preview;
mod queue;
mod report;
mod runs;
mod store;
mod studies;
mod verdicts;

pub use bench::measured;
pub use comparison::compared;
pub use data::{config, demo, exported, features, survey};
pub use doctor::doctor;
pub use models::{model, models};
pub use plan::plan;
pub use presets::{preset, presets};
pub use preview::preview;
pub use queue::queue;
pub use report::{report, scores_line};
pub use runs::{deleted, ended, epoch, noted, resumed, runs, runs_table, started, stopping, usage};
pub use store::{cache, features_exported, features_imported, trimming};
pub use studies::{enqueued, studies, study, study_exported, study_mended, trial, tuning, tuning_stops};
pub use verdicts::judgements;

/// As a percentage with one digit.
fn percent(share: f64) -> String {
    format!("{:.1}", 100.0 * share)
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
