//! One clip's features as bytes. All records of a recipe whose shape is known have one size; those of frames of unequal
//! number say theirs themselves, in 16 bits per number. A damaged one costs only itself.

use crate::features::{Extracted, FeatureMatrix, Note};
use half::f16;
use std::io;
use xxhash_rust::xxh3::xxh3_64_with_seed;

const MAGIC: [u8; 8] = *b"UTclip\0\x02";
/// Of records of unequal size.
const UNEQUAL: [u8; 8] = *b"UTclip\0\x03";
/// Magic (8), checksum of all that follows (8), content (16), bytes of notes (4), frames where they are unequal, else
/// nothing (4), then the notes as JSON. At the end of a head of an unequal record its own checksum (8).
const HEAD: usize = 512;
/// Which clip a record is of: everything up to the bytes of notes.
const LABEL: usize = 32;
const FRAMES: usize = 36;
const NOTES: usize = 40;
/// Where the checksum of a head begins.
const HEAD_CHECKSUM: usize = HEAD - 8;
/// Records begin at multiples of this, so that their values are aligned.
pub(super) const ALIGNMENT: usize = 64;

/// How the records of one recipe and feature version lie.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Layout {
    /// 0 where each record has a number of its own.
    frames: usize,
    coefficients: usize,
    /// Of every checksum: a record of another recipe or version is foreign.
    seed: u64,
}

/// What the first bytes of a record say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Label {
    /// A record of this content, of so many bytes; only its checksum shows whether that is true.
    Of(u128, usize),
    /// So many bytes that are no record.
    Foreign(usize),
    /// Nothing that says how far it goes.
    Damaged,
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

    /// Bytes of a record of so many frames.
    pub fn size(&self, frames: usize) -> usize {
        let number = if self.is_unequal() { 2 } else { 4 };
        let values = frames.saturating_mul(self.coefficients).saturating_mul(number);
        let size = values.saturating_add(HEAD);
        size.checked_next_multiple_of(ALIGNMENT).unwrap_or(size)
    }

    fn is_unequal(&self) -> bool {
        self.frames == 0
    }

    /// Bytes that [`Self::label`] needs.
    pub fn label_size(&self) -> usize {
        if self.is_unequal() { HEAD } else { LABEL }
    }

    /// What a record that begins with these bytes is of.
    pub fn label(&self, bytes: &[u8]) -> Label {
        if self.is_unequal() {
            return self.unequal_label(bytes).unwrap_or(Label::Damaged);
        }
        let size = self.size(self.frames);
        named(bytes).map_or(Label::Foreign(size), |content| Label::Of(content, size))
    }

    fn unequal_label(&self, bytes: &[u8]) -> Option<Label> {
        let head = bytes.get(..HEAD).filter(|head| head.starts_with(&UNEQUAL))?;
        let checksum = u64::from_le_bytes(*head[HEAD_CHECKSUM..].first_chunk()?);
        if xxh3_64_with_seed(&head[16..HEAD_CHECKSUM], self.seed) != checksum {
            return None;
        }
        Some(Label::Of(named(head)?, self.size(frames(head)?)))
    }

    /// A record.
    ///
    /// # Errors
    /// Features of another shape; notes that do not fit, of which there are never as many.
    pub fn write(&self, content: u128, extracted: &Extracted) -> io::Result<Vec<u8>> {
        let Extracted { matrix, notes } = extracted;
        let frames = if self.is_unequal() { matrix.frames } else { self.frames };
        let fits = (matrix.frames, matrix.coefficients) == (frames, self.coefficients);
        if !fits || frames == 0 || matrix.values.len() != frames * self.coefficients {
            let shape = format!("{} x {}", matrix.frames, matrix.coefficients);
            return Err(io::Error::other(format!("features of {shape} are not the recipe's")));
        }
        let notes = serde_json::to_vec(notes)?;
        let size = self.size(frames);
        let count = |number: usize| u32::try_from(number).map_err(io::Error::other);
        let mut bytes = Vec::with_capacity(size);
        bytes.extend_from_slice(if self.is_unequal() { &UNEQUAL } else { &MAGIC });
        bytes.extend_from_slice(&[0; 8]);
        bytes.extend_from_slice(&content.to_le_bytes());
        bytes.extend_from_slice(&count(notes.len())?.to_le_bytes());
        let said = if self.is_unequal() { count(frames)? } else { 0 };
        bytes.extend_from_slice(&said.to_le_bytes());
        bytes.extend_from_slice(&notes);
        if bytes.len() > HEAD_CHECKSUM {
            return Err(io::Error::other(
                "there is more to note about a clip than a record can hold",
            ));
        }
        bytes.resize(HEAD, 0);
        if self.is_unequal() {
            let checksum = xxh3_64_with_seed(&bytes[16..HEAD_CHECKSUM], self.seed);
            bytes[HEAD_CHECKSUM..].copy_from_slice(&checksum.to_le_bytes());
            bytes.extend(
                matrix
                    .values
                    .iter()
                    .flat_map(|&value| f16::from_f32(value).to_le_bytes()),
            );
        } else {
            bytes.extend(matrix.values.iter().flat_map(|value| value.to_le_bytes()));
        }
        bytes.resize(size, 0);
        let checksum = xxh3_64_with_seed(&bytes[16..], self.seed);
        bytes[8..16].copy_from_slice(&checksum.to_le_bytes());
        Ok(bytes)
    }

    /// The features in a record, if it is a whole one of this content.
    pub fn read(&self, content: u128, bytes: &[u8]) -> Option<Extracted> {
        if self.label(bytes) != Label::Of(content, bytes.len()) {
            return None;
        }
        let checksum = u64::from_le_bytes(*bytes.get(8..)?.first_chunk()?);
        if xxh3_64_with_seed(&bytes[16..], self.seed) != checksum {
            return None;
        }
        let length = u32::from_le_bytes(*bytes[LABEL..].first_chunk()?) as usize;
        let notes: Vec<Note> = serde_json::from_slice(bytes.get(NOTES..NOTES + length)?).ok()?;
        let frames = if self.is_unequal() { frames(bytes)? } else { self.frames };
        let (values, numbers) = (bytes.get(HEAD..)?, frames * self.coefficients);
        let values = if self.is_unequal() {
            let (values, _) = values.get(..2 * numbers)?.as_chunks::<2>();
            values.iter().map(|&value| f16::from_le_bytes(value).to_f32()).collect()
        } else {
            let (values, _) = values.get(..4 * numbers)?.as_chunks::<4>();
            values.iter().map(|&value| f32::from_le_bytes(value)).collect()
        };
        Some(Extracted {
            matrix: FeatureMatrix {
                frames,
                coefficients: self.coefficients,
                values,
            },
            notes,
        })
    }
}

/// The content that a record, or its first [`LABEL`] bytes, says it is of.
fn named(bytes: &[u8]) -> Option<u128> {
    let content = u128::from_le_bytes(*bytes.get(16..)?.first_chunk()?);
    (bytes.starts_with(&MAGIC) || bytes.starts_with(&UNEQUAL)).then_some(content)
}

/// The frames that an unequal record says it has.
fn frames(head: &[u8]) -> Option<usize> {
    Some(u32::from_le_bytes(*head.get(FRAMES..)?.first_chunk()?) as usize)
}
