//! Export: the table of clips.

use super::Answer;
use super::context::Context;
use super::scan;
use crate::corpus;
use crate::engine::{EngineError, Exported, request};

impl Answer for request::Export {
    /// Writes the table, with what the last scan knows.
    fn answer(self, context: &Context) -> Result<Exported, EngineError> {
        let catalogue = scan::catalogue(context)?;
        let clips = match self.only {
            Some(names) => corpus::export(&catalogue.only(&names.into_iter().collect()), &self.path)?,
            None => corpus::export(&catalogue, &self.path)?,
        };
        Ok(Exported { path: self.path, clips })
    }
}
