//! Trim: what trimming silence would remove, before a recipe does.

use super::Answer;
use super::context::Context;
use super::scan;
use crate::corpus::trimming;
use crate::engine::{EngineError, Task, Trimming, reading, request};
use std::sync::Arc;

impl Answer for request::Trim {
    /// Measures every clip that takes part.
    fn answer(self, context: &Context) -> Result<Arc<Trimming>, EngineError> {
        let catalogue = scan::catalogue(context)?;
        let selection = reading::selection(&catalogue, &context.settings)?;
        let report = context.progress_reporter();
        let found = trimming(&selection.clips, &|done, total| report(Task::Trimming, done, total));
        found.map(Arc::new).ok_or(EngineError::Cancelled)
    }
}
