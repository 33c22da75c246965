//! Demo: the synthetic corpus.

use super::Answer;
use super::context::Context;
use crate::corpus::CorpusError;
use crate::corpus::demo::write_demo;
use crate::engine::{DemoCorpus, EngineError, Task, reading, request};

impl Answer for request::Demo {
    /// Writes the demo corpus; where no folder is named, not beside data that is not understood.
    fn answer(self, context: &Context) -> Result<DemoCorpus, EngineError> {
        let known = reading::corpora(&context.settings);
        if self.if_empty && !known.as_ref().is_ok_and(Vec::is_empty) {
            // Data that cannot be understood is for the scan to report.
            let folder = reading::demo_folder(&context.settings);
            return Ok(DemoCorpus { folder, summary: None });
        }
        let folder = match (self.folder, known) {
            (Some(folder), _) => folder,
            (None, Err(EngineError::Corpus(error @ CorpusError::NotUnderstood { .. }))) => return Err(error.into()),
            (None, _) => reading::demo_folder(&context.settings),
        };
        let mut settings = context.settings.demo.clone();
        settings.clips = self.clips.unwrap_or(settings.clips);
        let report = context.progress_reporter();
        let summary = write_demo(&folder, &settings, &|done, total| {
            report(Task::Demo, done, total);
        })?;
        Ok(DemoCorpus {
            folder,
            summary: Some(summary),
        })
    }
}
