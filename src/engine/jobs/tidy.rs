//! Tidy: the settings file without what equals the defaults.

use super::Answer;
use super::context::Context;
use crate::engine::settings::{Tidying, tidied};
use crate::engine::{EngineError, request};
use std::sync::Arc;

impl Answer for request::Tidy {
    /// What would go; when that is confirmed the file is written, and a copy of it is kept beside it.
    fn answer(self, context: &Context) -> Result<Arc<Tidying>, EngineError> {
        let mut tidying = tidied(&context.settings)?;
        if self.confirmed && !tidying.removed.is_empty() {
            tidying.write()?;
        }
        Ok(Arc::new(tidying))
    }
}
