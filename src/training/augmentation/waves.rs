//! The training clips' waves, at hand for every epoch.

use crate::audio::{AudioError, Wave, resample};
use crate::corpus::Clip;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Waves at one rate. They are decoded when they are first asked for and kept as long as there is room; what
/// does not fit is decoded every time. Either way the samples are rounded to 16 bits of the clip's own peak
/// (noise some 98 dB below it), so that nothing depends on what was kept.
pub(super) struct Waves<'a> {
    clips: &'a [Clip],
    rate: u32,
    kept: Vec<OnceLock<Packed>>,
    /// Bytes that may still be kept.
    room: AtomicUsize,
}

struct Packed {
    step: f32,
    samples: Vec<i16>,
}

impl<'a> Waves<'a> {
    pub fn new(clips: &'a [Clip], rate: u32, room: usize) -> Self {
        Self {
            clips,
            rate,
            kept: clips.iter().map(|_| OnceLock::new()).collect(),
            room: AtomicUsize::new(room),
        }
    }

    /// The wave of a clip; nothing when there is no such clip.
    pub fn get(&self, clip: usize) -> Result<Option<Wave>, AudioError> {
        let (Some(kept), Some(clip)) = (self.kept.get(clip), self.clips.get(clip)) else {
            return Ok(None);
        };
        if let Some(packed) = kept.get() {
            return Ok(Some(packed.wave(self.rate)));
        }
        let packed = Packed::new(&resample(&clip.decode()?.wave, self.rate)?);
        let wave = packed.wave(self.rate);
        let bytes = 2 * packed.samples.len();
        let reserve = |room: usize| room.checked_sub(bytes);
        if self
            .room
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, reserve)
            .is_ok()
        {
            // Another thread may have been faster with the same.
            let _ = kept.set(packed);
        }
        Ok(Some(wave))
    }
}

impl Packed {
    fn new(wave: &Wave) -> Self {
        let peak = wave.samples.iter().fold(0f32, |peak, sample| peak.max(sample.abs()));
        let step = if peak > 0.0 { peak / f32::from(i16::MAX) } else { 1.0 };
        Self {
            step,
            samples: wave
                .samples
                .iter()
                .map(|sample| (sample / step).round() as i16)
                .collect(),
        }
    }

    fn wave(&self, rate: u32) -> Wave {
        Wave {
            samples: self
                .samples
                .iter()
                .map(|&sample| f32::from(sample) * self.step)
                .collect(),
            rate,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packing_is_as_fine_as_the_peak_allows() {
        for peak in [1e-6, 0.3, 1.0, 5.0] {
            let samples: Vec<f32> = (0..1_000).map(|n| peak * (n as f32 * 0.1).sin()).collect();
            let wave = Wave { samples, rate: 8_000 };
            let there = Packed::new(&wave).wave(8_000);
            for (there, sample) in there.samples.iter().zip(&wave.samples) {
                assert!((there - sample).abs() <= 0.51 * peak / 32_767.0);
            }
        }
        let silence = Wave {
            samples: vec![0.0; 3],
            rate: 8_000,
        };
        assert_eq!(Packed::new(&silence).wave(8_000), silence);
    }
}
