//! Log: all that a run has to say.

use super::Answer;
use super::context::Context;
use crate::engine::runs::book::RunBook;
use crate::engine::{EngineError, RunLog, request};
use crate::runs::find_run;
use std::sync::Arc;

impl Answer for request::Log {
    /// Reads the journal and the log in the run's folder.
    fn answer(self, context: &Context) -> Result<Arc<RunLog>, EngineError> {
        let folder = find_run(&context.settings.runs, &self.run.to_string())?;
        let mut book = RunBook::new(&context.settings.runs);
        book.refresh()?;
        let gone = || {
            EngineError::State(format!(
                "run {} is gone; `undertone runs` lists those there are",
                folder.id
            ))
        };
        book.log(&folder.id).map(Arc::new).ok_or_else(gone)
    }
}
