//! Resampling by any ratio, by band-limited interpolation.

use pulp::{Arch, Simd, WithSimd};
use std::f64::consts::PI;
use std::sync::LazyLock;

/// Samples that an interpolated value is made of.
const TAPS: usize = 48;
/// Kernels per sample; between two of them it is interpolated linearly (errors below -80 dB). Together they
/// take up 25 kB, which the nearest cache holds.
const PHASES: usize = 128;
/// Of the Kaiser window: about 80 dB of attenuation, and a pass band up to 0.89 of the whole.
const BETA: f64 = 8.0;

/// Begins where a cache line does.
#[repr(align(64))]
struct Kernel([f32; TAPS]);

/// `KERNELS[phase]` makes the value `phase / PHASES` after the sample in the middle (J. O. Smith, "Digital
/// audio resampling").
static KERNELS: LazyLock<Vec<Kernel>> = LazyLock::new(|| {
    let half = TAPS as f64 / 2.0;
    let kernel = |phase: usize| {
        let mut taps = [0.0; TAPS];
        for (tap, value) in taps.iter_mut().enumerate() {
            let distance = tap as f64 - (half - 1.0) - phase as f64 / PHASES as f64;
            let angle = PI * distance;
            let sinc = if distance == 0.0 { 1.0 } else { angle.sin() / angle };
            let edge = (1.0 - (distance / half).powi(2)).max(0.0);
            *value = (sinc * bessel(BETA * edge.sqrt()) / bessel(BETA)) as f32;
        }
        Kernel(taps)
    };
    (0..=PHASES).map(kernel).collect()
});

/// The modified Bessel function of order 0 by its series.
fn bessel(x: f64) -> f64 {
    let (mut term, mut sum, mut n) = (1.0, 1.0, 0.0);
    while term > 1e-17 * sum {
        n += 1.0;
        term *= (x / (2.0 * n)).powi(2);
        sum += term;
    }
    sum
}

/// `length` values of the samples' band-limited curve at `0, 1 / ratio, 2 / ratio, ...` (in samples); zeros
/// beyond them. With a ratio below 1 there must be nothing above `ratio` of the band, or it folds back.
pub(super) fn resampled(samples: &[f32], ratio: f64, length: usize) -> Vec<f32> {
    let before = TAPS / 2 - 1;
    let mut padded = vec![0.0; samples.len() + TAPS];
    padded[before..before + samples.len()].copy_from_slice(samples);
    let inside = (samples.len() as f64 * ratio).ceil() as usize;
    let mut values = vec![0.0; length];
    Arch::new().dispatch(Interpolation {
        padded: &padded,
        kernels: &KERNELS,
        step: ((1u64 << FRACTION) as f64 / ratio) as u64,
        values: &mut values[..inside.min(length)],
    });
    values
}

/// Places are counted in shares of `2^-FRACTION` of a sample, without rounding from one to the next.
const FRACTION: u32 = 56;

/// Written in vectors: the compiler leaves sums of so few products in scalars.
struct Interpolation<'a> {
    padded: &'a [f32],
    kernels: &'a [Kernel],
    /// From one value to the next, as positions are counted.
    step: u64,
    values: &'a mut [f32],
}

impl WithSimd for Interpolation<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        const BELOW: u32 = FRACTION - PHASES.ilog2();
        for (index, value) in self.values.iter_mut().enumerate() {
            let position = index as u128 * u128::from(self.step);
            let (sample, between) = ((position >> FRACTION) as usize, position as u64 & ((1 << FRACTION) - 1));
            let phase = (between >> BELOW) as usize;
            let share = (between & ((1 << BELOW) - 1)) as f32 / (1u64 << BELOW) as f32;
            let (Some(window), Some([Kernel(low), Kernel(high)])) = (
                self.padded.get(sample..sample + TAPS),
                self.kernels.get(phase..phase + 2),
            ) else {
                continue;
            };
            let window = S::as_simd_f32s(window).0;
            let (mut at_low, mut at_high) = (simd.splat_f32s(0.0), simd.splat_f32s(0.0));
            for ((low, high), window) in S::as_simd_f32s(low).0.iter().zip(S::as_simd_f32s(high).0).zip(window) {
                at_low = simd.mul_add_e_f32s(*low, *window, at_low);
                at_high = simd.mul_add_e_f32s(*high, *window, at_high);
            }
            let difference = simd.sub_f32s(at_high, at_low);
            *value = simd.reduce_sum_f32s(simd.mul_add_e_f32s(simd.splat_f32s(share), difference, at_low));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sine(frequency: f64, length: usize) -> Vec<f32> {
        (0..length).map(|n| (PI * frequency * n as f64).sin() as f32).collect()
    }

    #[test]
    fn a_sine_is_the_same_sine_at_the_other_rate() {
        for ratio in [0.25, 0.5, 0.7937, 0.944, 1.0, 1.059_46, 1.777, 2.0, 4.0] {
            // Shares of the band: of what the lower rate holds.
            for share in [0.01, 0.3, 0.6, 0.85] {
                let frequency = share * 1f64.min(ratio);
                let length = (4_000.0 * ratio) as usize;
                let there = resampled(&sine(frequency, 4_000), ratio, length);
                let expected = sine(frequency / ratio, length);
                let middle = 200..length - 200;
                let worst = middle.map(|n| (there[n] - expected[n]).abs()).fold(0.0, f32::max);
                assert!(worst < 2e-4, "{ratio} at {share} of the band: {worst}");
            }
        }
    }

    #[test]
    fn beyond_the_end_there_is_nothing() {
        assert_eq!(resampled(&[], 1.5, 3), [0.0; 3]);
        let short = resampled(&[1.0, 1.0], 1.0, 5);
        assert!((short[0] - 1.0).abs() < 1e-5 && short[2..] == [0.0; 3], "{short:?}");
    }
}
