//! Pattern: what a pattern would make of the names in a folder, also while it is typed.

use super::Answer;
use super::context::Context;
use super::listing::Listing;
use crate::corpus::{CorpusError, CorpusSettings, Layout, PatternPreview, pattern_entry};
use crate::engine::{EngineError, PatternReport, request};
use std::sync::Arc;

/// To begin with: the first two words of a name.
const EXAMPLE: &str = "(?<speaker>[^_]+)_(?<emotion>[^_]+).*";

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
