//! Features kept on disk under (clip content, recipe, feature version).

use super::{Extracted, FeatureError, Recipe};
use crate::audio::{AudioError, Wave};
use std::path::Path;

/// Features kept on disk; safe for many threads and many processes at once.
#[derive(Debug, Clone)]
pub struct FeatureCache {}

impl FeatureCache {
    /// A cache under `folder` (made if missing) for one recipe.
    ///
    /// # Errors
    /// [`FeatureError::Cache`] when the folder cannot be made.
    pub fn open(_folder: &Path, _recipe: &Recipe) -> Result<Self, FeatureError> {
        unimplemented!()
    }

    /// What is kept for this content; nothing when absent, damaged or cut short (a damaged entry is removed).
    pub fn get(&self, _content: u128) -> Option<Extracted> {
        unimplemented!()
    }

    /// From the cache, or by extracting from what `load` brings and keeping the result.
    /// The flag says whether the cache had it.
    ///
    /// # Errors
    /// What `load` or the extraction says; a cache that cannot be written is an error too.
    pub fn get_or_extract(
        &self,
        _content: u128,
        _load: impl FnOnce() -> Result<Wave, AudioError>,
    ) -> Result<(Extracted, bool), FeatureError> {
        unimplemented!()
    }
}
