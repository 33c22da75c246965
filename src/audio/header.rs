//! What is known of a sound file before any of it is decoded.

use serde::{Deserialize, Serialize};

/// What a header says; no sample was read for it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Header {
    /// The container as its content says: `wav`, `w64`, `sph`, `aiff`, `flac`, `ogg`, `mp3`, `aac`, `m4a`, `webm`.
    pub container: String,
    /// Samples per second (Hz).
    pub rate: u32,
    /// Channels as stored.
    pub channels: u16,
    /// Samples per channel. Where the sound is compressed, as the file states it, and files are mistaken; what is decoded
    /// counts.
    pub frames: u64,
}
