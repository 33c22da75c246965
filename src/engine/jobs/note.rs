//! Note: what people say of runs.

use super::context::Context;
use crate::engine::{EngineError, Event};
use crate::runs::{NoteChange, RunNote, find_run};

/// Changes a run's note, and tells it.
pub fn note(context: &Context, run: &str, change: &NoteChange) -> Result<(), EngineError> {
    let folder = find_run(&context.settings.runs, run)?;
    let before = RunNote::read(&folder.path)?;
    let note = change.apply(&before).map_err(EngineError::Other)?;
    if note != before {
        note.write(&folder.path)?;
    }
    context.emit(Event::Noted { run: folder.id, note });
    Ok(())
}
