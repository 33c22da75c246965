//! What needs the samples of a clip: content, level, and the small spectrogram of a list row.

use super::Clip;
use super::scan_index::without_path;
use super::thumbnail::thumbnail;
use crate::audio::{AudioError, Channel, Decoded, Level, level};
use serde::{Deserialize, Serialize};

/// What the samples of one clip say.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SampleAnalysis {
    /// Hash of the decoded samples: equal for duplicates.
    pub content: u128,
    /// Samples per channel as decoded (a header may lie).
    pub frames: u64,
    /// Levels.
    pub level: Level,
    /// How far the mean of the channels is below what it would be if they had nothing to do with each other (dB), where
    /// they cancel each other.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cancelled: Option<f32>,
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

    /// Decodes and measures a clip, and whether the outcome lasts: what the file system refuses now it
    /// may give later.
    pub(super) fn measure(clip: &Clip) -> (Self, bool) {
        match clip.decode() {
            Ok(decoded) => {
                let level = level(&decoded.wave);
                let cancelled = if clip.channel.is_mix() {
                    cancellation(clip, &decoded, level)
                } else {
                    None
                };
                let analysis = Self {
                    content: decoded.content,
                    frames: decoded.wave.samples.len() as u64,
                    level,
                    cancelled,
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
                    cancelled: None,
                    thumbnail: vec![(0, 0); Self::THUMBNAIL_SEGMENTS],
                    damage: Some(without_path(&error.to_string(), &clip.path)),
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

/// A mean as loud as this has speech in it (dBFS): its channels are not looked at one by one.
const QUIET_DBFS: f32 = -45.0;

/// Channels that are only unalike leave no less of each other than this (dB).
const CANCELLED_DB: f32 = 10.0;

/// How much quieter (dB) the mean of the channels is than that of unrelated ones as loud, where they cancel each other:
/// as when one of two microphones, or one side of a cable, was wired the wrong way round.
fn cancellation(clip: &Clip, mix: &Decoded, level: Level) -> Option<f32> {
    let channels = mix.header.channels;
    if channels < 2 || level.rms_dbfs > QUIET_DBFS {
        return None;
    }
    let one = |channel| clip.decode_of(Channel::One(channel)).ok();
    let levels: Vec<Level> = (1..=channels)
        .filter_map(one)
        .map(|one| self::level(&one.wave))
        .collect();
    if levels.iter().all(|level| level.silent) {
        return None;
    }
    // The energies of unrelated sounds add up.
    let energy: f32 = levels.iter().map(|level| 10f32.powf(level.rms_dbfs / 10.0)).sum();
    let expected = 10.0 * (energy / f32::from(channels).powi(2)).log10();
    Some(expected - level.rms_dbfs).filter(|below| *below > CANCELLED_DB)
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{clip_of, tone, write_wav};
    use super::*;

    /// What is found of two channels, each of these multiples of a tone, with a hiss of its own.
    fn of(gains: [f64; 2]) -> SampleAnalysis {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.wav");
        let samples: Vec<i16> = tone(8_000)
            .into_iter()
            .enumerate()
            .flat_map(|(n, sample)| gains.map(|gain| (gain * f64::from(sample)) as i16 + ((n * n) % 3) as i16))
            .collect();
        write_wav(&path, 16_000, 2, &samples);
        SampleAnalysis::measure(&clip_of(&path)).0
    }

    #[test]
    fn opposite_channels_cancel_and_one_that_is_silent_does_not() {
        let opposite = of([1.0, -1.0]);
        assert!(opposite.cancelled.is_some_and(|below| below > 40.0), "{opposite:?}");
        assert!(opposite.level.silent);
        // Not quite as loud: 34 dB are left, less what unrelated ones would lose.
        let nearly = of([0.5, -0.49]);
        assert!(
            nearly.cancelled.is_some_and(|below| (35.0..40.0).contains(&below)),
            "{nearly:?}"
        );
        assert!(!nearly.level.silent);
        for gains in [[1.0, 1.0], [1.0, 0.0], [0.0, 0.01], [0.0, 0.0], [1.0, -0.5]] {
            assert_eq!(of(gains).cancelled, None, "{gains:?}");
        }
    }

    #[test]
    fn one_channel_of_a_pair_that_cancels_is_sound() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.wav");
        let samples: Vec<i16> = tone(8_000).into_iter().flat_map(|sample| [sample, -sample]).collect();
        write_wav(&path, 16_000, 2, &samples);
        let [left, right] = [1, 2].map(|channel| {
            let clip = Clip {
                channel: Channel::One(channel),
                ..clip_of(&path)
            };
            SampleAnalysis::measure(&clip).0
        });
        assert!(!left.level.silent && left.cancelled.is_none());
        assert_eq!(left.level, right.level);
        assert_ne!(left.content, right.content);
    }
}
