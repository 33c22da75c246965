//! The queue: what waits, in another order, taken out, or started at once.

use super::Answer;
use super::context::Context;
use crate::engine::queue::{report, take_out};
use crate::engine::runs::chosen::chosen;
use crate::engine::runs::launch::launch_run;
use crate::engine::runs::page::RunPage;
use crate::engine::{Cancelled, EngineError, QueueReport, request};
use crate::runs::queue::Queue;
use std::sync::Arc;

impl Answer for request::Queue {
    fn answer(self, context: &Context) -> Result<Arc<QueueReport>, EngineError> {
        list(context)
    }
}

impl Answer for request::Move {
    fn answer(self, context: &Context) -> Result<Arc<QueueReport>, EngineError> {
        let pages = waiting(context, &self.run)?;
        let ids: Vec<String> = pages.into_iter().map(|page| page.folder.id).collect();
        Queue::lock(&context.settings.runs)?.shift(&ids, self.to)?;
        list(context)
    }
}

impl Answer for request::Cancel {
    fn answer(self, context: &Context) -> Result<Cancelled, EngineError> {
        let mut runs = Vec::new();
        for page in waiting(context, &self.run)? {
            let id = page.folder.id.clone();
            if !take_out(&context.settings.runs, &page.folder)? {
                return Err(EngineError::State(format!(
                    "run {id} has just begun; `undertone stop {id}` would stop it"
                )));
            }
            runs.push(id);
        }
        Ok(Cancelled { runs })
    }
}

impl Answer for request::StartNow {
    fn answer(self, context: &Context) -> Result<Arc<QueueReport>, EngineError> {
        for page in waiting(context, &self.run)? {
            launch_run(&page.folder)?;
        }
        list(context)
    }
}

fn list(context: &Context) -> Result<Arc<QueueReport>, EngineError> {
    Ok(Arc::new(report(&context.settings.runs, Vec::new())?))
}

/// The chosen runs that wait.
fn waiting(context: &Context, run: &str) -> Result<Vec<RunPage>, EngineError> {
    let (waiting, others): (Vec<RunPage>, Vec<RunPage>) = chosen(&context.settings.runs, run)?
        .into_iter()
        .partition(|page| page.entry().is_some());
    match others.first() {
        Some(other) if waiting.is_empty() => Err(EngineError::State(format!(
            "run {} does not wait, it is {}; `undertone queue` shows what waits",
            other.folder.id,
            other.state().name()
        ))),
        _ => Ok(waiting),
    }
}
