//! Note: what people say of runs.

use super::Answer;
use super::context::Context;
use crate::engine::{EngineError, Noted, request};
use crate::runs::{RunNote, find_run};

impl Answer for request::Note {
    /// Changes a run's note; what it is now.
    fn answer(self, context: &Context) -> Result<Noted, EngineError> {
        let folder = find_run(&context.settings.runs, &self.run)?;
        let before = RunNote::read(&folder.path)?;
        let note = self.change.apply(&before).map_err(EngineError::Unsuitable)?;
        if note != before {
            note.write(&folder.path)?;
        }
        Ok(Noted { run: folder.id, note })
    }
}
