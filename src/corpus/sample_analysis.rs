//! What the samples of a clip say: content, level, and the small spectrogram of a list row.

use super::thumbnail::{LongThumbnail, thumbnail};
use crate::audio::{ContentHash, Level, LevelMeter, Wave, fault_from};
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
    /// What of the samples is damaged and was left out, in words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub left_out: Option<String>,
    /// Why the samples could not be decoded, when the header was fine but the content is not.
    pub damage: Option<String>,
}

impl SampleAnalysis {
    /// Segments of a thumbnail.
    pub const THUMBNAIL_SEGMENTS: usize = 24;

    /// Nothing but why there is nothing.
    pub(super) fn damaged(damage: String) -> Self {
        Self {
            content: 0,
            frames: 0,
            level: Level {
                peak: 0.0,
                rms_dbfs: -200.0,
                clipped: 0.0,
                silent: false,
            },
            cancelled: None,
            left_out: None,
            thumbnail: vec![(0, 0); Self::THUMBNAIL_SEGMENTS],
            damage: Some(damage),
        }
    }

    /// The hash of the samples, unless they are damaged or silent: all silences of one length are alike,
    /// which makes them no duplicates.
    pub(super) fn sound(&self) -> Option<u128> {
        (self.damage.is_none() && !self.level.silent).then_some(self.content)
    }
}

/// Samples that lie in memory at a time; of a longer clip each such part is judged by itself.
const PART: usize = 64 * LongThumbnail::PIECE;

/// Measures samples as they come, however many there are.
pub(super) struct Measure {
    rate: u32,
    content: ContentHash,
    meter: LevelMeter,
    /// Those of all parts before this one.
    frames: u64,
    part: Vec<f32>,
    /// Of all parts before.
    long: Option<LongThumbnail>,
    fault: Option<String>,
}

impl Measure {
    /// Of samples at this rate (Hz).
    pub fn new(rate: u32) -> Self {
        Self {
            rate,
            content: ContentHash::new(rate),
            meter: LevelMeter::default(),
            frames: 0,
            part: Vec::new(),
            long: None,
            fault: None,
        }
    }

    /// Takes the samples that come next.
    pub fn update(&mut self, samples: &[f32]) {
        self.content.update(samples);
        self.meter.update(samples);
        let mut rest = samples;
        while !rest.is_empty() {
            let (now, later) = rest.split_at(rest.len().min(PART - self.part.len()));
            self.part.extend_from_slice(now);
            rest = later;
            if self.part.len() == PART && !rest.is_empty() {
                self.end_part();
            }
        }
    }

    fn end_part(&mut self) {
        self.judge_part();
        let long = self.long.get_or_insert_default();
        long.update(&self.part, self.rate);
        self.part.clear();
    }

    fn judge_part(&mut self) {
        if self.fault.is_none() {
            self.fault = fault_from(self.frames, &self.part);
        }
        self.frames += self.part.len() as u64;
    }

    /// What they say.
    pub fn analysis(mut self) -> SampleAnalysis {
        const SEGMENTS: usize = SampleAnalysis::THUMBNAIL_SEGMENTS;
        self.judge_part();
        if let Some(fault) = self.fault {
            return SampleAnalysis::damaged(fault);
        }
        let thumbnail = match self.long {
            Some(mut long) => {
                long.update(&self.part, self.rate);
                long.drawn(SEGMENTS)
            }
            None => {
                let (samples, rate) = (self.part, self.rate);
                thumbnail(&Wave { samples, rate }, SEGMENTS)
            }
        };
        SampleAnalysis {
            content: self.content.digest(),
            frames: self.frames,
            level: self.meter.level(),
            cancelled: None,
            left_out: None,
            thumbnail,
            damage: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_measured_as_the_whole_and_one_bad_sample_is_named_by_its_place() {
        let samples: Vec<f32> = (0..PART + 1_000).map(|n| (n as f32 * 0.1).sin() * 0.5).collect();
        let measured = |samples: &[f32], size: usize| {
            let mut measure = Measure::new(16_000);
            samples.chunks(size).for_each(|part| measure.update(part));
            measure.analysis()
        };
        assert_eq!(measured(&samples, samples.len()), measured(&samples, 70_001));
        assert_eq!(measured(&samples, 10_000).frames, samples.len() as u64);
        let short = &samples[..PART];
        assert_eq!(
            measured(short, PART).thumbnail,
            thumbnail(
                &Wave {
                    samples: short.to_vec(),
                    rate: 16_000
                },
                24
            )
        );
        let mut bad = samples.clone();
        bad[PART + 17] = f32::NAN;
        let damage = measured(&bad, 4_096).damage.unwrap_or_default();
        assert!(
            damage.starts_with(&format!("sample {} is not a finite", PART + 17)),
            "{damage}"
        );
    }
}
