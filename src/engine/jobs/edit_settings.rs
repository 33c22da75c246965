//! Edit settings: other values in the settings file.

use super::Answer;
use super::context::Context;
use crate::engine::settings::{SettingsEdit, edited};
use crate::engine::{EngineError, request};
use std::sync::Arc;

impl Answer for request::EditSettings {
    /// The lines that would change; once they were seen, the file is written.
    fn answer(self, context: &Context) -> Result<Arc<SettingsEdit>, EngineError> {
        let mut edit = edited(&context.settings, &self.changes)?;
        if let Some(seen) = self.seen
            && !edit.lines.is_empty()
        {
            edit.write(seen)?;
        }
        Ok(Arc::new(edit))
    }
}
