//! One short file per job.

mod bench;
mod bench_model;
mod cache;
mod compare;
mod delete;
mod demo;
mod doctor;
mod exchange;
mod export;
mod features;
mod follow;
mod follow_study;
mod models;
mod plan;
mod predict;
mod preview;
mod queue;
mod remark;
mod report;
mod resume;
mod scan;
mod sound;
mod stop;
mod studies;
mod tidy;
mod train;
mod trim;
mod tune;

pub use follow::{Wish, follow};
pub use follow_study::{StudyWish, follow_study};
pub use preview::previews;
pub use scan::ScanDesk;
pub use sound::{Sounding, sounds};
pub use train::command;

use super::context::Context;
use super::{Command, EngineError, Event, rows};
use std::sync::Arc;

/// Does what is asked on the caller's thread. (Previews, sound and what is followed have threads of
/// their own.)
pub fn run(context: &Context, desk: &ScanDesk, command: Command) -> Result<(), EngineError> {
    match command {
        Command::Scan { .. } => scan::scan(context, desk),
        Command::Export { path } => export::export(context, &path),
        Command::Features => features::features(context),
        Command::ExportFeatures { folder, per_clip } => exchange::export(context, &folder, per_clip),
        Command::ImportFeatures { folder, name } => exchange::import(context, &folder, name),
        Command::Trim => trim::trim(context),
        Command::Cache { clear } => cache::cache(context, clear),
        Command::Bench { what } => bench::bench(context, &what),
        Command::Demo { folder, clips } => demo::demo(context, folder, clips),
        Command::Config => {
            context.emit(Event::Config(Arc::new(rows(&context.settings))));
            Ok(())
        }
        Command::Tidy { confirmed } => tidy::tidy(context, confirmed),
        Command::Doctor => doctor::doctor(context),
        Command::Presets => {
            context.emit(Event::Presets(Arc::new(context.settings.source.presets.clone())));
            Ok(())
        }
        Command::Models { name } => models::models(context, name.as_deref()),
        Command::Train { changes } => train::train(context, &changes),
        Command::Queue => queue::list(context),
        Command::Move { run, to } => queue::shift(context, &run, to),
        Command::Cancel { run } => queue::cancel(context, &run),
        Command::StartNow { run } => queue::start_now(context, &run),
        Command::Plan { changes, measure } => plan::plan(context, &changes, measure),
        Command::Compare { runs } => compare::compare(context, &runs),
        Command::Note { run, change } => remark::note(context, &run, &change),
        Command::Delete {
            run,
            linked,
            now,
            confirmed,
        } => delete::delete(context, &run, linked, now, confirmed),
        Command::Restore { run } => delete::restore(context, &run),
        Command::Stop { run, when } => stop::stop(context, &run, when),
        Command::Resume { run } => resume::resume(context, &run),
        Command::Report { run } => report::report(context, &run),
        Command::Predict { files, run } => predict::predict(context, files, &run),
        Command::Tune { changes } => tune::tune(context, &changes),
        Command::Studies => studies::list(context),
        Command::StopTuning { study, worker, when } => studies::stop(context, &study, worker.as_deref(), when),
        Command::Enqueue { study, values } => studies::enqueue(context, &study, &values),
        Command::Promote { study, trial, seeds } => studies::promote(context, &study, trial, seeds),
        Command::MendStudy { study } => studies::mend(context, &study),
        Command::ExportStudy { study, path } => studies::export(context, &study, &path),
        Command::Study { .. }
        | Command::Preview { .. }
        | Command::Play { .. }
        | Command::Sound(_)
        | Command::Runs { .. }
        | Command::Watch { .. } => Ok(()),
    }
}
