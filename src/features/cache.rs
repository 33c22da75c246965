//! Features kept on disk under (clip content, recipe, feature version).

use super::{Extracted, FEATURE_VERSION, FeatureError, FeatureMatrix, Note, Recipe, extract};
use crate::audio::{AudioError, Wave};
use crate::files::temporary_beside;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use xxhash_rust::xxh3::xxh3_64;

/// Features kept on disk; safe for many threads and many processes at once.
///
/// One file per clip: `<folder>/<recipe key>-v<feature version>/<first byte of content>/<content>`.
/// An entry is written beside its place and renamed to it, so that readers see all of it or nothing.
/// It is not flushed to disk, which would cost more than making it: what a power cut tears is found by
/// its checksum and made again.
#[derive(Debug, Clone)]
pub struct FeatureCache {
    folder: PathBuf,
    recipe: Recipe,
    key: u64,
}

const MAGIC: [u8; 8] = *b"UTfeat\0\x01";
/// Magic, checksum of all that follows, recipe key, content, version, frames, coefficients, bytes of notes.
const HEAD: usize = 8 + 8 + 8 + 16 + 4 + 4 + 4 + 4;

impl FeatureCache {
    /// A cache under `folder` (made if missing) for one recipe.
    ///
    /// # Errors
    /// [`FeatureError::Recipe`] for an impossible recipe; [`FeatureError::Cache`] when the folder cannot be made.
    pub fn open(folder: &Path, recipe: &Recipe) -> Result<Self, FeatureError> {
        recipe.validate()?;
        recipe.must_be_resolved()?;
        let key = recipe.key();
        let folder = folder.join(format!("{key:016x}-v{FEATURE_VERSION}"));
        fs::create_dir_all(&folder).map_err(|source| FeatureError::Cache {
            path: folder.clone(),
            source,
        })?;
        Ok(Self {
            folder,
            recipe: recipe.clone(),
            key,
        })
    }

    /// The recipe that its entries were made with.
    pub fn recipe(&self) -> &Recipe {
        &self.recipe
    }

    /// What is kept for this content; nothing when absent, damaged or cut short (a damaged entry is removed).
    pub fn get(&self, content: u128) -> Option<Extracted> {
        let path = self.path(content);
        let bytes = fs::read(&path).ok()?;
        let extracted = self.parse(content, &bytes);
        if extracted.is_none() {
            // If it cannot be removed it is replaced when it is made again.
            let _ = fs::remove_file(&path);
        }
        extracted
    }

    /// From the cache, or by extracting from what `load` brings and keeping the result.
    /// The flag says whether the cache had it.
    ///
    /// # Errors
    /// What `load` or the extraction says; a cache that cannot be written is an error too.
    pub fn get_or_extract(
        &self,
        content: u128,
        load: impl FnOnce() -> Result<Wave, AudioError>,
    ) -> Result<(Extracted, bool), FeatureError> {
        if let Some(extracted) = self.get(content) {
            return Ok((extracted, true));
        }
        let extracted = extract(&load()?, &self.recipe)?;
        self.put(content, &extracted)?;
        Ok((extracted, false))
    }

    fn put(&self, content: u128, extracted: &Extracted) -> Result<(), FeatureError> {
        let path = self.path(content);
        let temporary = temporary_beside(&path);
        let bytes = self.bytes(content, extracted);
        let written = bytes.and_then(|bytes| match fs::write(&temporary, &bytes) {
            // The folder of this first byte is made when its first clip arrives.
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                fs::create_dir_all(path.parent().unwrap_or(&self.folder))?;
                fs::write(&temporary, &bytes)
            }
            other => other,
        });
        written.and_then(|()| fs::rename(&temporary, &path)).map_err(|source| {
            // The first error is the one worth telling; what is left here is only rubbish.
            let _ = fs::remove_file(&temporary);
            FeatureError::Cache { path, source }
        })
    }

    fn path(&self, content: u128) -> PathBuf {
        let name = format!("{content:032x}");
        self.folder.join(&name[..2]).join(name)
    }

    fn bytes(&self, content: u128, extracted: &Extracted) -> io::Result<Vec<u8>> {
        let notes = serde_json::to_vec(&extracted.notes)?;
        let matrix = &extracted.matrix;
        let mut bytes = Vec::with_capacity(HEAD + notes.len() + 4 * matrix.values.len());
        bytes.extend_from_slice(&MAGIC);
        bytes.extend_from_slice(&[0; 8]);
        bytes.extend_from_slice(&self.key.to_le_bytes());
        bytes.extend_from_slice(&content.to_le_bytes());
        for number in [
            FEATURE_VERSION as usize,
            matrix.frames,
            matrix.coefficients,
            notes.len(),
        ] {
            bytes.extend_from_slice(&u32::try_from(number).map_err(io::Error::other)?.to_le_bytes());
        }
        bytes.extend_from_slice(&notes);
        bytes.extend(matrix.values.iter().flat_map(|value| value.to_le_bytes()));
        let checksum = xxh3_64(&bytes[16..]);
        bytes[8..16].copy_from_slice(&checksum.to_le_bytes());
        Ok(bytes)
    }

    /// An entry, if these bytes are a whole one for this recipe and content.
    fn parse(&self, content: u128, bytes: &[u8]) -> Option<Extracted> {
        let (magic, rest) = bytes.split_first_chunk()?;
        let (checksum, rest) = rest.split_first_chunk()?;
        if *magic != MAGIC || u64::from_le_bytes(*checksum) != xxh3_64(rest) {
            return None;
        }
        let (key, rest) = rest.split_first_chunk()?;
        let (named, mut rest) = rest.split_first_chunk()?;
        if u64::from_le_bytes(*key) != self.key || u128::from_le_bytes(*named) != content {
            return None;
        }
        let mut number = || {
            let (number, after) = rest.split_first_chunk()?;
            rest = after;
            Some(u32::from_le_bytes(*number))
        };
        let (version, frames, coefficients, notes) = (number()?, number()? as usize, number()? as usize, number()?);
        let (notes, values) = rest.split_at_checked(notes as usize)?;
        let (values, torn) = values.as_chunks::<4>();
        let fits = (frames, coefficients) == self.recipe.shape() && values.len() == frames * coefficients;
        if version != FEATURE_VERSION || !fits || !torn.is_empty() {
            return None;
        }
        let notes: Vec<Note> = serde_json::from_slice(notes).ok()?;
        let values = values.iter().map(|&value| f32::from_le_bytes(value)).collect();
        Some(Extracted {
            matrix: FeatureMatrix {
                frames,
                coefficients,
                values,
            },
            notes,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::recipe::tests::papers;
    use super::*;
    use std::sync::atomic::{AtomicUsize, Ordering};

    const CONTENT: u128 = 0xab00_0000_0000_0000_0000_0000_0000_0001;

    fn wave() -> Result<Wave, AudioError> {
        Ok(Wave {
            samples: (0..30_000).map(|n| (n as f32 * 0.1).sin()).collect(),
            rate: 22_050,
        })
    }

    fn filled() -> (tempfile::TempDir, FeatureCache, Extracted) {
        let folder = tempfile::tempdir().unwrap();
        let cache = FeatureCache::open(folder.path(), &papers()).unwrap();
        let (extracted, had_it) = cache.get_or_extract(CONTENT, wave).unwrap();
        assert!(!had_it);
        (folder, cache, extracted)
    }

    #[test]
    fn the_second_time_comes_from_the_cache_notes_and_all() {
        let (folder, cache, first) = filled();
        assert!(!first.notes.is_empty());
        let never = || panic!("the wave is loaded again");
        assert_eq!(cache.get_or_extract(CONTENT, never).unwrap(), (first.clone(), true));
        let reopened = FeatureCache::open(folder.path(), &papers()).unwrap();
        assert_eq!(reopened.get(CONTENT), Some(first));
        assert_eq!(cache.get(CONTENT + 1), None);
    }

    #[test]
    fn an_entry_cut_at_any_place_or_changed_in_any_byte_is_noticed_removed_and_made_again() {
        let (_folder, cache, first) = filled();
        let path = cache.path(CONTENT);
        let whole = fs::read(&path).unwrap();
        let cuts = (0..whole.len()).step_by(97).map(|length| whole[..length].to_vec());
        let flips = (0..whole.len()).step_by(89).chain(0..HEAD).map(|at| {
            let mut bytes = whole.clone();
            bytes[at] ^= 0x10;
            bytes
        });
        for bytes in cuts.chain(flips) {
            fs::write(&path, bytes).unwrap();
            assert_eq!(cache.get(CONTENT), None);
            assert!(!path.exists());
        }
        assert_eq!(cache.get_or_extract(CONTENT, wave).unwrap(), (first.clone(), false));
        assert_eq!(cache.get(CONTENT), Some(first));
    }

    #[test]
    fn an_entry_of_another_clip_or_recipe_is_foreign() {
        let (folder, cache, _) = filled();
        fs::copy(cache.path(CONTENT), cache.path(CONTENT + 1)).unwrap();
        assert_eq!(cache.get(CONTENT + 1), None);
        let other = FeatureCache::open(
            folder.path(),
            &Recipe {
                skip_seconds: 0.5,
                ..papers()
            },
        )
        .unwrap();
        assert_eq!(other.get(CONTENT), None);
        fs::create_dir_all(other.path(CONTENT).parent().unwrap()).unwrap();
        fs::copy(cache.path(CONTENT), other.path(CONTENT)).unwrap();
        assert_eq!(other.get(CONTENT), None);
    }

    #[test]
    fn many_threads_may_make_the_same_entry_at_once() {
        let folder = tempfile::tempdir().unwrap();
        let caches: Vec<_> = (0..4)
            .map(|_| FeatureCache::open(folder.path(), &papers()).unwrap())
            .collect();
        let made = AtomicUsize::new(0);
        std::thread::scope(|scope| {
            for cache in &caches {
                scope.spawn(|| {
                    for content in 0..8 {
                        let (extracted, had_it) = cache.get_or_extract(content % 2, wave).unwrap();
                        assert_eq!(extracted.matrix.frames, 108);
                        made.fetch_add(usize::from(!had_it), Ordering::Relaxed);
                    }
                });
            }
        });
        assert!((2..=8).contains(&made.into_inner()));
        let left = fs::read_dir(caches[0].path(0).parent().unwrap()).unwrap().count();
        assert_eq!(left, 2, "no temporary files are left");
    }

    #[test]
    fn a_clip_that_cannot_be_loaded_leaves_no_entry() {
        let (_folder, cache, _) = filled();
        let gone = || {
            Err(AudioError::Empty {
                path: "gone.wav".into(),
            })
        };
        assert!(
            cache
                .get_or_extract(5, gone)
                .unwrap_err()
                .to_string()
                .contains("gone.wav")
        );
        assert_eq!(cache.get(5), None);
    }

    #[test]
    fn a_cache_that_cannot_be_written_says_where_and_what_to_do() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("file");
        fs::write(&file, "in the way").unwrap();
        let message = FeatureCache::open(&file, &papers()).unwrap_err().to_string();
        assert!(
            message.contains("file") && message.contains("workbench.toml"),
            "{message}"
        );
        let cache = FeatureCache::open(&folder.path().join("cache"), &papers()).unwrap();
        fs::create_dir_all(cache.path(CONTENT)).unwrap();
        assert!(matches!(
            cache.get_or_extract(CONTENT, wave),
            Err(FeatureError::Cache { .. })
        ));
    }
}
