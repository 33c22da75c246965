//! What needs the samples of a clip: content, level, and the small spectrogram of a list row.

use super::scan_index::without_path;
use super::thumbnail::thumbnail;
use crate::audio::{AudioError, Level, decode, level};
use serde::{Deserialize, Serialize};
use std::path::Path;

/// What the samples of one clip say.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SampleAnalysis {
    /// Hash of the decoded samples: equal for duplicates.
    pub content: u128,
    /// Samples per channel as decoded (a header may lie).
    pub frames: u64,
    /// Levels.
    pub level: Level,
    /// The row's sparkline: for each of [`SampleAnalysis::THUMBNAIL_SEGMENTS`] equal segments of the clip, energy
    /// (0-255 over 60 dB below the loudest segment) and spectral centroid (0-255 over the mel scale up to 8 kHz).
    #[serde(rename = "glimpse")]
    pub thumbnail: Vec<(u8, u8)>,
    /// Why the samples could not be decoded, when the header was fine but the content is not.
    pub damage: Option<String>,
}

impl SampleAnalysis {
    /// Segments of a thumbnail.
    pub const THUMBNAIL_SEGMENTS: usize = 24;

    /// Decodes and measures a file, and whether the outcome lasts: what the file system refuses now it
    /// may give later.
    pub(super) fn measure(path: &Path) -> (Self, bool) {
        match decode(path) {
            Ok(decoded) => {
                let analysis = Self {
                    content: decoded.content,
                    frames: decoded.wave.samples.len() as u64,
                    level: level(&decoded.wave),
                    thumbnail: thumbnail(&decoded.wave, Self::THUMBNAIL_SEGMENTS),
                    damage: None,
                };
                (analysis, true)
            }
            Err(error) => {
                let nothing = Level {
                    peak: 0.0,
                    rms_dbfs: -200.0,
                    clipped: 0.0,
                    silent: false,
                };
                let analysis = Self {
                    content: 0,
                    frames: 0,
                    level: nothing,
                    thumbnail: vec![(0, 0); Self::THUMBNAIL_SEGMENTS],
                    damage: Some(without_path(&error.to_string(), path)),
                };
                (analysis, !matches!(error, AudioError::Io { .. }))
            }
        }
    }

    /// The hash of the samples, unless they are damaged or silent: all silences of one length are alike,
    /// which makes them no duplicates.
    pub(super) fn sound(&self) -> Option<u128> {
        (self.damage.is_none() && !self.level.silent).then_some(self.content)
    }
}
