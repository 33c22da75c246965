//! What a pack says of itself.

use crate::features::{FEATURE_VERSION, Recipe};
use serde::{Deserialize, Serialize};
use std::io;
use xxhash_rust::xxh3::xxh3_64;

/// Bytes of a header: a page, so that the records behind it are aligned in a map.
pub(super) const SIZE: usize = 4096;
const MAGIC: [u8; 8] = *b"UTpack\0\x02";
/// Magic (8), checksum of all that follows (8), bytes of JSON (4), then the JSON.
const JSON: usize = 20;

/// What a pack says of itself.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Header {
    /// Name of the corpus.
    pub corpus: String,
    /// The recipe's key.
    pub key: u64,
    /// The key of the recipe that it may have been resolved from, for the length of the longest clip.
    pub family: u64,
    /// [`FEATURE_VERSION`] of the program that made it.
    pub version: u32,
    /// (frames, coefficients).
    pub shape: (usize, usize),
}

impl Header {
    pub fn new(corpus: &str, recipe: &Recipe) -> Self {
        Self {
            corpus: corpus.to_owned(),
            key: recipe.key(),
            family: recipe.family(),
            version: FEATURE_VERSION,
            shape: recipe.shape(),
        }
    }

    /// The same bytes for the same header.
    ///
    /// # Errors
    /// A corpus whose name is longer than a header.
    pub fn bytes(&self) -> io::Result<Vec<u8>> {
        let json = serde_json::to_vec(self)?;
        let mut bytes = Vec::with_capacity(SIZE);
        bytes.extend_from_slice(&MAGIC);
        bytes.extend_from_slice(&[0; 8]);
        bytes.extend_from_slice(&u32::try_from(json.len()).map_err(io::Error::other)?.to_le_bytes());
        bytes.extend_from_slice(&json);
        if bytes.len() > SIZE {
            return Err(io::Error::other(
                "the name of the corpus is too long; give it a shorter one",
            ));
        }
        bytes.resize(SIZE, 0);
        let checksum = xxh3_64(&bytes[16..]);
        bytes[8..16].copy_from_slice(&checksum.to_le_bytes());
        Ok(bytes)
    }

    /// From the first [`SIZE`] bytes of a pack, if they are whole.
    pub fn read(bytes: &[u8]) -> Option<Self> {
        let bytes = bytes.get(..SIZE).filter(|bytes| bytes.starts_with(&MAGIC))?;
        let checksum = u64::from_le_bytes(*bytes[8..].first_chunk()?);
        if xxh3_64(&bytes[16..]) != checksum {
            return None;
        }
        let length = u32::from_le_bytes(*bytes[16..].first_chunk()?) as usize;
        serde_json::from_slice(bytes.get(JSON..JSON + length)?).ok()
    }
}
