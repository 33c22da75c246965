//! Tidy: the settings file without what says no more than what ships.

use crate::engine::context::Context;
use crate::engine::settings::tidied;
use crate::engine::{EngineError, Event};
use std::sync::Arc;

/// Tells what would go; when that is confirmed the file is written, and kept as it was beside it.
pub fn tidy(context: &Context, confirmed: bool) -> Result<(), EngineError> {
    let mut tidying = tidied(&context.settings)?;
    if confirmed && !tidying.removed.is_empty() {
        tidying.write()?;
    }
    context.emit(Event::Tidying(Arc::new(tidying)));
    Ok(())
}
