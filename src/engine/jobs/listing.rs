//! The names in a folder, kept for as long as a pattern is tried on them.

use crate::corpus::{CorpusError, SoundFiles};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// How long the names in a folder are not read again: a pattern is typed letter by letter.
const FRESH: Duration = Duration::from_secs(20);

/// The names in the folder that was asked for last.
#[derive(Debug, Default)]
pub struct Listing(Mutex<Option<(Instant, Arc<SoundFiles>)>>);

impl Listing {
    /// Those in a folder.
    ///
    /// # Errors
    /// As [`SoundFiles::under`].
    pub fn of(&self, folder: &Path) -> Result<Arc<SoundFiles>, CorpusError> {
        let mut slot = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match slot.as_ref() {
            Some((at, files)) if files.folder() == folder && at.elapsed() < FRESH => Ok(Arc::clone(files)),
            _ => {
                let files = Arc::new(SoundFiles::under(folder)?);
                *slot = Some((Instant::now(), Arc::clone(&files)));
                Ok(files)
            }
        }
    }
}
