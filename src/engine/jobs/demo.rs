//! Demo: the synthetic corpus.

use crate::corpus::demo::write_demo;
use crate::engine::context::Context;
use crate::engine::{EngineError, Event, reading};
use std::path::PathBuf;

/// Writes the demo corpus.
pub fn demo(context: &Context, folder: Option<PathBuf>, clips: Option<usize>) -> Result<(), EngineError> {
    let folder = folder.unwrap_or_else(|| reading::demo_folder(&context.settings));
    let mut settings = context.settings.demo.clone();
    settings.clips = clips.unwrap_or(settings.clips);
    let tell = context.teller();
    let summary = write_demo(&folder, &settings, &|done, total| {
        tell("writing demo corpus", done, total);
    })?;
    context.emit(Event::Demo { folder, summary });
    Ok(())
}
