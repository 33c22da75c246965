//! Report: a run's report, its evaluated clips, and the spread over the other folds of it.

use super::Answer;
use super::context::Context;
use crate::engine::runs::book::RunBook;
use crate::engine::runs::page::RunPage;
use crate::engine::runs::results;
use crate::engine::{EngineError, EvaluatedClip, Pooled, RunReport, request};
use crate::evaluation::{pooled, spread};
use crate::runs::find_run;
use std::sync::Arc;

impl Answer for request::Report {
    /// Reads what the worker wrote.
    fn answer(self, context: &Context) -> Result<Arc<RunReport>, EngineError> {
        let folder = find_run(&context.settings.runs, &self.run.to_string())?;
        let mut book = RunBook::new(&context.settings.runs);
        book.refresh()?;
        let group = book.group(&folder.id);
        let page = group.iter().find(|page| page.folder.id == folder.id);
        let Some(page) = page.filter(|_| folder.report().is_file()) else {
            let state = page.map_or("gone", |page| page.state().name());
            return Err(EngineError::State(format!(
                "run {} is {state} and has no report; only a run that finished, or was stopped after an epoch, has one",
                folder.id
            )));
        };
        let report = results::read_report(&folder)?;
        let evaluated = results::read_evaluated_clips(&folder, &report)?;
        let folds: Vec<_> = group
            .iter()
            .filter_map(|page| results::read_report(&page.folder).ok())
            .collect();
        let spread = if folds.len() > 1 { spread(&folds) } else { Vec::new() };
        let run = book.row(&folder.id).unwrap_or_else(|| page.summary());
        let coverage = run.coverage.clone().unwrap_or_else(|| report.scores.coverage());
        let several = run.fold.is_some() && folds.len() > 1;
        let pooled = match several && report.regression.is_none() {
            true => pooled(&folds).map(|report| Pooled {
                report,
                folds: clips_of(&group),
            }),
            false => None,
        };
        let pooled_dimensions = match several && report.regression.is_some() {
            true => results::pooled_dimensions(group.iter().map(|page| &page.folder)),
            false => None,
        };
        Ok(Arc::new(RunReport {
            run,
            report,
            evaluated,
            coverage,
            spread,
            pooled,
            pooled_dimensions,
        }))
    }
}

/// The test clips of folds.
fn clips_of(group: &[&RunPage]) -> Vec<(String, Vec<EvaluatedClip>)> {
    let read = |page: &&RunPage| {
        let report = results::read_report(&page.folder).ok()?;
        let evaluated = results::read_evaluated_clips(&page.folder, &report).ok()?;
        Some((page.folder.id.clone(), evaluated))
    };
    group.iter().filter_map(read).collect()
}
