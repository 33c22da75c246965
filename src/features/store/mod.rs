//! Features kept on disk: one packed file per corpus, recipe and feature version.

mod header;
mod inventory;
mod pack;
mod record;

pub use inventory::{PackContents, PackSummary, inventory};

use super::{Extracted, Extractor, FEATURE_VERSION, FeatureError, Recipe};
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

/// The features of a clip and whether the store had them, or why it has none.
pub type Outcome = Result<(Extracted, bool), FeatureError>;

/// Features kept on disk by (corpus, content of the clip); safe for many threads and many processes at once.
///
/// `<folder>/<corpus>-<recipe key>-v<feature version>.pack` is a header and then records of one size, for a
/// recipe's shape is known; only frames of an encoder are of unequal number, and lie there in 16 bits per number.
/// Records are only ever appended, each at once and under an OS lock, so a process that is killed loses what it was
/// working on and nothing else; they are read from a memory map. What is torn or damaged is found by its checksum and
/// made again. Nothing is flushed to disk, which would cost more than making it again. Packs of other recipes and
/// versions are left alone.
#[derive(Debug)]
pub struct FeatureStore {
    folder: PathBuf,
    extractor: Extractor,
    layout: Layout,
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
            extractor: Extractor::new(recipe, cpu()),
            layout: Layout::new(recipe.shape(), recipe.key(), FEATURE_VERSION),
            packs: RwLock::default(),
        })
    }

    /// With the device that an encoder computes on; the CPU when nothing is said.
    #[must_use]
    pub fn on(mut self, device: Device) -> Self {
        self.extractor = Extractor::new(self.recipe(), device);
        self
    }

    /// The recipe that its features were made with.
    pub fn recipe(&self) -> &Recipe {
        self.extractor.recipe()
    }

    /// What makes the features that it lacks.
    pub fn extractor(&self) -> &Extractor {
        &self.extractor
    }

    /// Bytes of the records of clips of these lengths (samples, Hz), as their headers say.
    ///
    /// # Errors
    /// [`FeatureError::Encoder`] when the number of frames depends on an encoder that is not here.
    pub fn bytes_of(&self, clips: impl IntoIterator<Item = (u64, u32)>) -> Result<u64, FeatureError> {
        let frames = self.recipe().frames_by_length()?;
        let size = |(samples, rate): (u64, u32)| self.layout.size(frames(samples, rate)) as u64;
        Ok(clips.into_iter().map(size).sum())
    }

    /// Whether something is kept for this content; [`Self::get`] may still find it damaged.
    pub fn has(&self, corpus: &str, content: u128) -> bool {
        self.pack(corpus).is_ok_and(|pack| pack.has(content))
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
        if let Some(kept) = self.kept(corpus, content) {
            return kept;
        }
        self.recipe().must_be_computed()?;
        let extracted = self.extractor.extract(&load()?)?;
        self.put(corpus, content, &extracted)?;
        Ok((extracted, false))
    }

    /// [`Self::get_or_extract`] of several clips, whose waves an encoder takes together.
    ///
    /// # Errors
    /// What concerns all of them, such as an encoder that is not here or a store that cannot be written. What concerns one
    /// stands in its place.
    pub fn get_or_extract_all<L: FnOnce() -> Result<Wave, FeatureError>>(
        &self,
        clips: Vec<(&str, u128, L)>,
    ) -> Result<Vec<Outcome>, FeatureError> {
        let (mut waves, mut lacking) = (Vec::new(), Vec::new());
        let mut outcomes: Vec<Option<Outcome>> = Vec::with_capacity(clips.len());
        for (corpus, content, load) in clips {
            let kept = self.kept(corpus, content);
            if kept.is_some() {
                outcomes.push(kept);
                continue;
            }
            self.recipe().must_be_computed()?;
            match load() {
                Ok(wave) => {
                    waves.push(wave);
                    lacking.push((outcomes.len(), corpus, content));
                    outcomes.push(None);
                }
                Err(error) => outcomes.push(Some(Err(error))),
            }
        }
        let made = self.extractor.extract_all(&waves)?;
        for ((place, corpus, content), made) in lacking.into_iter().zip(made) {
            if let Ok(extracted) = &made {
                self.put(corpus, content, extracted)?;
            }
            outcomes[place] = Some(made.map(|extracted| (extracted, false)));
        }
        Ok(outcomes.into_iter().flatten().collect())
    }

    /// What is kept for this content, or what is wrong with it.
    fn kept(&self, corpus: &str, content: u128) -> Option<Outcome> {
        let extracted = self.get(corpus, content)?;
        Some(match extracted.matrix.fault() {
            None => Ok((extracted, true)),
            Some(fault) => Err(FeatureError::Wave { problem: fault }),
        })
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
        let header = Header::new(corpus, self.recipe()).bytes()?;
        let pack = Arc::new(Pack::open(&self.path(corpus), &header, self.layout)?);
        packs.insert(corpus.to_owned(), Arc::clone(&pack));
        Ok(pack)
    }

    fn path(&self, corpus: &str) -> PathBuf {
        let key = self.recipe().key();
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
#[cfg(test)]
mod unequal_tests;
