//! Export: the table of clips.

use super::context::Context;
use super::scan;
use crate::corpus;
use crate::engine::{EngineError, Event};
use std::path::Path;

/// Writes the table, with what the last scan knows.
pub fn export(context: &Context, path: &Path) -> Result<(), EngineError> {
    let catalogue = scan::catalogue(context)?;
    let clips = corpus::export(&catalogue, path)?;
    context.emit(Event::Exported {
        path: path.to_owned(),
        clips,
    });
    Ok(())
}
