//! The settings as they are, and the presets.

use super::Answer;
use super::context::Context;
use crate::engine::{Config, EngineError, Preset, request, rows};
use std::sync::Arc;

impl Answer for request::Config {
    fn answer(self, context: &Context) -> Result<Arc<Config>, EngineError> {
        Ok(Arc::new(rows(&context.settings)))
    }
}

impl Answer for request::Presets {
    fn answer(self, context: &Context) -> Result<Arc<Vec<Preset>>, EngineError> {
        Ok(Arc::new(context.settings.source.presets.clone()))
    }
}
