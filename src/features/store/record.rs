//! One clip's features as bytes. All records of a pack have one size, so that a damaged one costs only itself.

use crate::features::{Extracted, FeatureMatrix, Note};
use std::io;
use xxhash_rust::xxh3::xxh3_64_with_seed;

const MAGIC: [u8; 8] = *b"UTclip\0\x02";
/// Magic (8), checksum of all that follows (8), content (16), bytes of notes (4), nothing (4), then the notes as JSON.
const HEAD: usize = 512;
/// Which clip a record is of: everything up to the bytes of notes.
pub(super) const LABEL: usize = 32;
const NOTES: usize = 40;
/// Records begin at multiples of this, so that their values are aligned.
const ALIGNMENT: usize = 64;

/// How the records of one recipe and feature version lie.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Layout {
    frames: usize,
    coefficients: usize,
    /// Of every checksum: a record of another recipe or version is foreign.
    seed: u64,
}

impl Layout {
    /// For matrices of this shape.
    pub fn new((frames, coefficients): (usize, usize), key: u64, version: u32) -> Self {
        Self {
            frames,
            coefficients,
            seed: key.rotate_left(32) ^ u64::from(version),
        }
    }

    /// Bytes of a record.
    pub fn size(&self) -> usize {
        (HEAD + 4 * self.frames * self.coefficients).next_multiple_of(ALIGNMENT)
    }

    /// A record.
    ///
    /// # Errors
    /// Features of another shape; notes that do not fit, of which there are never as many.
    pub fn write(&self, content: u128, extracted: &Extracted) -> io::Result<Vec<u8>> {
        let Extracted { matrix, notes } = extracted;
        let fits = (matrix.frames, matrix.coefficients) == (self.frames, self.coefficients);
        if !fits || matrix.values.len() != self.frames * self.coefficients {
            let shape = format!("{} x {}", matrix.frames, matrix.coefficients);
            return Err(io::Error::other(format!("features of {shape} are not the recipe's")));
        }
        let notes = serde_json::to_vec(notes)?;
        let mut bytes = Vec::with_capacity(self.size());
        bytes.extend_from_slice(&MAGIC);
        bytes.extend_from_slice(&[0; 8]);
        bytes.extend_from_slice(&content.to_le_bytes());
        bytes.extend_from_slice(&u32::try_from(notes.len()).map_err(io::Error::other)?.to_le_bytes());
        bytes.extend_from_slice(&[0; 4]);
        bytes.extend_from_slice(&notes);
        if bytes.len() > HEAD {
            return Err(io::Error::other(
                "there is more to note about a clip than a record can hold",
            ));
        }
        bytes.resize(HEAD, 0);
        bytes.extend(matrix.values.iter().flat_map(|value| value.to_le_bytes()));
        bytes.resize(self.size(), 0);
        let checksum = xxh3_64_with_seed(&bytes[16..], self.seed);
        bytes[8..16].copy_from_slice(&checksum.to_le_bytes());
        Ok(bytes)
    }

    /// The features in a record, if it is a whole one of this content.
    pub fn read(&self, content: u128, bytes: &[u8]) -> Option<Extracted> {
        let checksum = u64::from_le_bytes(*bytes.get(8..)?.first_chunk()?);
        if bytes.len() != self.size() || named(bytes)? != content {
            return None;
        }
        if xxh3_64_with_seed(&bytes[16..], self.seed) != checksum {
            return None;
        }
        let length = u32::from_le_bytes(*bytes[LABEL..].first_chunk()?) as usize;
        let notes: Vec<Note> = serde_json::from_slice(bytes.get(NOTES..NOTES + length)?).ok()?;
        let (values, _) = bytes[HEAD..][..4 * self.frames * self.coefficients].as_chunks::<4>();
        Some(Extracted {
            matrix: FeatureMatrix {
                frames: self.frames,
                coefficients: self.coefficients,
                values: values.iter().map(|&value| f32::from_le_bytes(value)).collect(),
            },
            notes,
        })
    }
}

/// The content that a record, or its first [`LABEL`] bytes, says it is of; only its checksum shows whether that is true.
pub(super) fn named(bytes: &[u8]) -> Option<u128> {
    let content = u128::from_le_bytes(*bytes.get(16..)?.first_chunk()?);
    bytes.starts_with(&MAGIC).then_some(content)
}
