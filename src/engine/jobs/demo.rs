//! Demo: the synthetic corpus.

use super::context::Context;
use crate::corpus::CorpusError;
use crate::corpus::demo::write_demo;
use crate::engine::{EngineError, Event, reading};
use std::path::PathBuf;

/// Writes the demo corpus; where no folder is named, not beside data that is not understood.
pub fn demo(context: &Context, folder: Option<PathBuf>, clips: Option<usize>) -> Result<(), EngineError> {
    if folder.is_none()
        && let Err(EngineError::Corpus(error @ CorpusError::NotUnderstood { .. })) =
            reading::known_corpora(&context.settings)
    {
        return Err(error.into());
    }
    let folder = folder.unwrap_or_else(|| reading::demo_folder(&context.settings));
    let mut settings = context.settings.demo.clone();
    settings.clips = clips.unwrap_or(settings.clips);
    let tell = context.progress_reporter();
    let summary = write_demo(&folder, &settings, &|done, total| {
        tell("writing demo corpus", done, total);
    })?;
    context.emit(Event::Demo { folder, summary });
    Ok(())
}
