//! Trim: what trimming silence would remove, before a recipe does.

use super::context::Context;
use super::scan;
use crate::corpus::{select, trimming};
use crate::engine::{EngineError, Event};
use std::sync::Arc;

/// Measures every clip that takes part.
pub fn trim(context: &Context) -> Result<(), EngineError> {
    let catalogue = scan::catalogue(context)?;
    let selection = select(&catalogue, &context.settings.labels, &context.settings.filter);
    let tell = context.progress_reporter();
    let found = trimming(&selection.clips, &|done, total| tell("trimming", done, total));
    context.check()?;
    if let Some(found) = found {
        context.emit(Event::Trimming(Arc::new(found)));
    }
    Ok(())
}
