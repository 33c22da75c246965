//! Pattern: what a pattern would make of the names in a folder, also while it is typed.

use super::Answer;
use super::context::Context;
use crate::corpus::{CorpusError, CorpusSettings, Layout, PatternPreview, SoundFiles, pattern_entry};
use crate::engine::{EngineError, PatternReport, request};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// To begin with: the first two words of a name.
const EXAMPLE: &str = "(?<speaker>[^_]+)_(?<emotion>[^_]+).*";

/// How long the names in a folder are not read again: a pattern is typed letter by letter.
const FRESH: Duration = Duration::from_secs(20);

/// The names in the folder that was asked for last.
#[derive(Debug, Default)]
pub struct Listing(Mutex<Option<(Instant, Arc<SoundFiles>)>>);

impl Listing {
    fn of(&self, folder: &Path) -> Result<Arc<SoundFiles>, CorpusError> {
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

impl Answer for request::Pattern {
    /// With the labels, codes and speakers that the settings have for the folder.
    fn answer(self, context: &Context) -> Result<Arc<PatternReport>, EngineError> {
        let settings = &context.settings;
        let by_pattern = |corpus: &&CorpusSettings| corpus.layout == Layout::Pattern;
        let first = settings.corpora.iter().find(by_pattern);
        let folder = self.folder.or_else(|| first.map(|corpus| corpus.path.clone()));
        let folder = folder.unwrap_or_else(|| settings.data.clone());
        let mut corpora = settings.corpora.iter().filter(|corpus| corpus.path == folder);
        let mut corpus = corpora.next().cloned().unwrap_or_else(|| CorpusSettings {
            name: folder
                .file_name()
                .map_or("mine".into(), |name| name.to_string_lossy().into_owned()),
            path: folder.clone(),
            ..CorpusSettings::default()
        });
        match self.pattern {
            Some(pattern) => corpus.pattern = pattern,
            None if corpus.pattern.is_empty() => corpus.pattern = EXAMPLE.to_owned(),
            None => {}
        }
        let outcome = preview(&context.sound_files, &corpus);
        Ok(Arc::new(PatternReport {
            entry: pattern_entry(&corpus.name, &folder, &corpus.pattern),
            pattern: corpus.pattern,
            folder,
            outcome: outcome.map_err(|error| error.to_string()),
        }))
    }
}

fn preview(listing: &Listing, corpus: &CorpusSettings) -> Result<PatternPreview, CorpusError> {
    listing.of(&corpus.path)?.by_pattern(corpus)
}
