//! Resampling between rates with hardly a divisor in common (24,414 to 22,050 Hz): rubato's FFT resampler, which
//! needs but one period of both rates in a block.

use rubato::audioadapter_buffers::direct::SequentialSlice;
use rubato::{Fft, FixedSync, Resampler, WindowFunction};
use std::ops::Range;

/// Length of the filter in periods of the lower rate, at least. The transition from 1 to -180 dB
/// then takes about the upper twentieth of the band.
const PERIODS: usize = 512;
/// Larger blocks than this cost too much memory.
const MAX_BLOCK: usize = 1 << 21;

/// rubato's filter for one pair of rates.
pub(super) struct FarRates(Fft<f32>);

impl FarRates {
    /// A filter from `from` to `to` samples in the same time; the two have no common divisor.
    ///
    /// # Errors
    /// Why there is none.
    pub(super) fn new(from: usize, to: usize) -> Result<Self, String> {
        // An even number of steps puts the middle of the filter on a sample of both sides.
        let steps = PERIODS.div_ceil(from.min(to)).next_multiple_of(2);
        if from.max(to).saturating_mul(steps) > MAX_BLOCK {
            return Err("their ratio is too unwieldy; convert the file to a common rate such as 48000 Hz".into());
        }
        let window = WindowFunction::BlackmanHarris2;
        Fft::new_custom(from, to, steps * from, 1, 1, window, FixedSync::Both)
            .map(Self)
            .map_err(|error| error.to_string())
    }

    /// Samples of a block, before and after.
    pub(super) fn period(&self) -> (usize, usize) {
        (self.0.input_frames_next(), self.0.output_frames_next())
    }

    /// This range of the resampled input, which is zero beyond its ends.
    ///
    /// # Errors
    /// What rubato refuses.
    pub(super) fn run(&mut self, input: &[f32], range: Range<usize>) -> Result<Vec<f32>, String> {
        let plan = &mut self.0;
        plan.reset();
        let (block_in, block_out, delay) = (plan.input_frames_next(), plan.output_frames_next(), plan.output_delay());
        // A block's output reaches into the next one and no further.
        let first = ((range.start + delay) / block_out).saturating_sub(1);
        let blocks = (range.end + delay).div_ceil(block_out).saturating_sub(first);
        let mut output = vec![0.0; blocks * block_out];
        let mut last = Vec::new();
        for (index, target) in output.chunks_exact_mut(block_out).enumerate() {
            let rest = input.get((first + index) * block_in..).unwrap_or_default();
            let block = match rest.get(..block_in) {
                Some(block) => block,
                None => {
                    last.clear();
                    last.extend_from_slice(rest);
                    last.resize(block_in, 0.0);
                    &last
                }
            };
            let source = SequentialSlice::new(block, 1, block_in).map_err(|error| error.to_string())?;
            let mut target = SequentialSlice::new_mut(target, 1, block_out).map_err(|error| error.to_string())?;
            plan.process_into_buffer(&source, &mut target, None)
                .map_err(|error| error.to_string())?;
        }
        output.drain(..range.start + delay - first * block_out);
        output.truncate(range.len());
        Ok(output)
    }
}
