//! Resampling on the way: what comes block by block leaves at another rate, and only seconds of it lie in memory.

use super::resample::{period, resample_range, resampled_length};
use super::{AudioError, Wave};

/// Samples that are resampled at a time, at least.
const PIECE: usize = 1 << 16;

/// Periods that the filter reaches back and ahead, at most.
const REACH: usize = 2;

/// Takes samples at one rate and gives them at another: all together are those of [`resample`](super::resample), bit for bit.
pub(super) struct ResampleStream {
    to: u32,
    /// Samples of one period of the filter, before and after.
    period: (usize, usize),
    /// What the filter still reaches.
    waiting: Wave,
    /// Periods in `waiting` whose samples were given already.
    given: usize,
}

impl ResampleStream {
    /// From one rate to another (Hz).
    ///
    /// # Errors
    /// As [`resample`](super::resample).
    pub fn new(from: u32, to: u32) -> Result<Self, AudioError> {
        Ok(Self {
            to,
            period: period(from, to)?,
            waiting: Wave {
                samples: Vec::new(),
                rate: from,
            },
            given: 0,
        })
    }

    /// Takes the samples that come next, and appends what can be given to `resampled`.
    ///
    /// # Errors
    /// What the filter refuses.
    pub fn update(&mut self, samples: &[f32], resampled: &mut Vec<f32>) -> Result<(), AudioError> {
        self.waiting.samples.extend_from_slice(samples);
        let (before, after) = self.period;
        let ready = (self.waiting.samples.len() / before).saturating_sub(REACH);
        if ready.saturating_sub(self.given) * before < PIECE {
            return Ok(());
        }
        let range = self.given * after..ready * after;
        resampled.extend(resample_range(&self.waiting, self.to, range)?.samples);
        let kept = ready.saturating_sub(REACH);
        self.waiting.samples.drain(..kept * before);
        self.given = ready - kept;
        Ok(())
    }

    /// Appends what is left.
    ///
    /// # Errors
    /// What the filter refuses.
    pub fn finish(self, resampled: &mut Vec<f32>) -> Result<(), AudioError> {
        let range = self.given * self.period.1..resampled_length(&self.waiting, self.to);
        resampled.extend(resample_range(&self.waiting, self.to, range)?.samples);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::super::resample;
    use super::*;

    #[test]
    fn blocks_of_any_size_leave_as_the_whole_does_bit_for_bit() {
        let samples: Vec<f32> = (0..700_001).map(|n| ((n as f32) * 0.37).sin() * 0.4).collect();
        for (from, to) in [
            (48_000, 16_000),
            (44_100, 16_000),
            (16_000, 22_050),
            (24_414, 22_050),
            (16_000, 16_000),
        ] {
            for (length, block) in [
                (700_001, 4_096),
                (700_001, 131_071),
                (300_000, 300_000),
                (70_000, 1_000),
                (5, 2),
            ] {
                let wave = Wave {
                    samples: samples[..length].to_vec(),
                    rate: from,
                };
                let whole = resample(&wave, to).unwrap().samples;
                let mut stream = ResampleStream::new(from, to).unwrap();
                let (mut found, mut most) = (Vec::new(), 0);
                for block in wave.samples.chunks(block) {
                    stream.update(block, &mut found).unwrap();
                    most = most.max(stream.waiting.samples.len());
                }
                stream.finish(&mut found).unwrap();
                assert!(found == whole, "{from} to {to}, {length} by {block}");
                let reach = (2 * REACH + 1) * period(from, to).unwrap().0 + PIECE;
                assert!(most <= reach + block, "{from} to {to}: {most} samples wait");
            }
        }
        assert!(ResampleStream::new(0, 16_000).is_err());
    }
}
