//! Features kept on disk: one packed file per corpus, recipe and feature version.

mod header;
mod inventory;
mod pack;
mod record;

pub use inventory::{PackContents, PackSummary, inventory};

use super::{Extracted, FEATURE_VERSION, FeatureError, Recipe, Stopwatch, extract_timed};
use crate::audio::{AudioError, Wave};
use crate::device::cpu;
use burn::tensor::Device;
use header::Header;
use pack::Pack;
use record::Layout;
use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};

/// Features kept on disk by (corpus, content of the clip); safe for many threads and many processes at once.
///
/// `<folder>/<corpus>-<recipe key>-v<feature version>.pack` is a header and then records of one size, for a
/// recipe's shape is known; only frames of an encoder are of unequal number, and lie there in 16 bits per number. Records are only ever appended, each at once and under an OS lock, so a process
/// that is killed loses what it was working on and nothing else; they are read from a memory map. What is
/// torn or damaged is found by its checksum and made again. Nothing is flushed to disk, which would cost more
/// than making it again. Packs of other recipes and versions are left alone.
#[derive(Debug)]
pub struct FeatureStore {
    folder: PathBuf,
    recipe: Recipe,
    layout: Layout,
    device: Device,
    packs: RwLock<HashMap<String, Arc<Pack>>>,
}

impl FeatureStore {
    /// A store under `folder` (made if missing) for one recipe.
    ///
    /// # Errors
    /// [`FeatureError::Recipe`] for an impossible recipe; [`FeatureError::Cache`] when the folder cannot be made.
    pub fn open(folder: &Path, recipe: &Recipe) -> Result<Self, FeatureError> {
        recipe.validate()?;
        recipe.must_be_resolved()?;
        fs::create_dir_all(folder).map_err(|source| FeatureError::Cache {
            path: folder.to_owned(),
            source,
        })?;
        Ok(Self {
            folder: folder.to_owned(),
            recipe: recipe.clone(),
            layout: Layout::new(recipe.shape(), recipe.key(), FEATURE_VERSION),
            device: cpu(),
            packs: RwLock::default(),
        })
    }

    /// With the device that an encoder computes on; the CPU when nothing is said.
    #[must_use]
    pub fn on(mut self, device: Device) -> Self {
        self.device = device;
        self
    }

    /// The recipe that its features were made with.
    pub fn recipe(&self) -> &Recipe {
        &self.recipe
    }

    /// What is kept for this content; nothing when absent, damaged or cut short.
    pub fn get(&self, corpus: &str, content: u128) -> Option<Extracted> {
        self.pack(corpus).ok()?.get(content)
    }

    /// From the store, or by extracting from what `load` brings and keeping the result. All numbers are finite.
    /// The flag says whether the store had it.
    ///
    /// # Errors
    /// What `load` or the extraction says; [`FeatureError::Wave`] when what is kept (imported features, say) is not
    /// finite; a store that cannot be written is an error too.
    pub fn get_or_extract(
        &self,
        corpus: &str,
        content: u128,
        load: impl FnOnce() -> Result<Wave, AudioError>,
    ) -> Result<(Extracted, bool), FeatureError> {
        if let Some(extracted) = self.get(corpus, content) {
            return match extracted.matrix.fault() {
                None => Ok((extracted, true)),
                Some(fault) => Err(FeatureError::Wave { problem: fault }),
            };
        }
        self.recipe.must_be_computed()?;
        let extracted = extract_timed(&load()?, &self.recipe, &self.device, &mut Stopwatch::off())?;
        self.put(corpus, content, &extracted)?;
        Ok((extracted, false))
    }

    /// Keeps the features of one clip, unless they are kept already.
    ///
    /// # Errors
    /// [`FeatureError::Cache`] when the pack cannot be written.
    pub fn put(&self, corpus: &str, content: u128, extracted: &Extracted) -> Result<(), FeatureError> {
        let failed = |source| FeatureError::Cache {
            path: self.path(corpus),
            source,
        };
        let record = self.layout.write(content, extracted).map_err(failed)?;
        let pack = self.pack(corpus).map_err(failed)?;
        pack.append(content, &record).map_err(failed)
    }

    fn pack(&self, corpus: &str) -> std::io::Result<Arc<Pack>> {
        let packs = self.packs.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(pack) = packs.get(corpus) {
            return Ok(Arc::clone(pack));
        }
        drop(packs);
        let mut packs = self.packs.write().unwrap_or_else(PoisonError::into_inner);
        if let Some(pack) = packs.get(corpus) {
            return Ok(Arc::clone(pack));
        }
        let header = Header::new(corpus, &self.recipe).bytes()?;
        let pack = Arc::new(Pack::open(&self.path(corpus), &header, self.layout)?);
        packs.insert(corpus.to_owned(), Arc::clone(&pack));
        Ok(pack)
    }

    fn path(&self, corpus: &str) -> PathBuf {
        let key = self.recipe.key();
        let name = file_name(corpus);
        self.folder.join(format!("{name}-{key:016x}-v{FEATURE_VERSION}.pack"))
    }
}

/// The corpus's name where every file system takes it; otherwise what of it can stand, and its hash.
fn file_name(corpus: &str) -> String {
    const LONGEST: usize = 64;
    let plain = |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '_' || letter == '-';
    if corpus.chars().all(plain) && (1..=LONGEST).contains(&corpus.len()) {
        return corpus.to_owned();
    }
    let kept: String = corpus
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .take(LONGEST)
        .collect();
    let hash = xxhash_rust::xxh3::xxh3_64(corpus.as_bytes());
    format!("{}~{hash:016x}", kept.to_ascii_lowercase())
}

#[cfg(test)]
mod tests;
