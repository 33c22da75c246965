//! Stop: a request in the run's folder.

use super::Answer;
use super::context::Context;
use crate::engine::queue::take_out;
use crate::engine::runs::chosen::chosen;
use crate::engine::{EngineError, Stopping, request};
use crate::runs::request_stop;

impl Answer for request::Stop {
    /// Asks a run to stop, and takes one that waits out of the queue; a beginning that fits the folds of one group and no
    /// other run asks them all.
    fn answer(self, context: &Context) -> Result<Stopping, EngineError> {
        let when = self.when;
        let (mut runs, mut cancelled) = (Vec::new(), Vec::new());
        let pages = chosen(&context.settings.runs, &self.run)?;
        for page in pages.iter().filter(|page| !page.state().is_over()) {
            let run = page.folder.id.clone();
            if page.entry().is_some() && take_out(&context.settings.runs, &page.folder)? {
                cancelled.push(run);
            } else {
                request_stop(&page.folder.path, when)?;
                runs.push(run);
            }
        }
        match pages.first() {
            Some(page) if runs.is_empty() && cancelled.is_empty() => Err(EngineError::State(format!(
                "run {} is {} already; `undertone runs` shows what runs",
                page.folder.id,
                page.state().name()
            ))),
            _ => Ok(Stopping { runs, cancelled, when }),
        }
    }
}
