//! Any sound file to mono samples, and its header alone.

use super::{AudioError, Wave};
use serde::{Deserialize, Serialize};
use std::path::Path;

/// What a header says; no sample was read for it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Header {
    /// The container as its content says: `wav`, `aiff`, `flac`, `ogg`, `mp3`, `m4a`.
    pub container: String,
    /// Samples per second (Hz).
    pub rate: u32,
    /// Channels as stored.
    pub channels: u16,
    /// Samples per channel.
    pub frames: u64,
}

/// A decoded file.
#[derive(Debug, Clone)]
pub struct Decoded {
    /// The mean of the channels, at the stored rate.
    pub wave: Wave,
    /// What was found in the header, `frames` as decoded.
    pub header: Header,
    /// XXH3-128 of rate and mono samples (f32 little-endian): equal for files that sound equal.
    pub content: u128,
}

/// Reads the header only.
///
/// # Errors
/// [`AudioError`] when the file cannot be read or is no sound file, whatever its extension.
pub fn read_header(_path: &Path) -> Result<Header, AudioError> {
    unimplemented!()
}

/// Decodes a file to mono samples.
///
/// # Errors
/// [`AudioError`] when the file cannot be read, is no sound file, is damaged or holds no samples.
pub fn decode(_path: &Path) -> Result<Decoded, AudioError> {
    unimplemented!()
}
