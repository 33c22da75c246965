//! Resampling by a ratio of two whole numbers, by band-limited interpolation.

use crate::audio::vector::vectorised;
use std::f64::consts::PI;
use std::sync::LazyLock;

/// Samples that an interpolated value is made of.
const TAPS: usize = 48;
/// Kernels per sample; between two of them it is interpolated linearly (errors below -80 dB).
const PHASES: usize = 128;
/// Of the Kaiser window: about 80 dB of attenuation, and a pass band up to 0.89 of the whole.
const BETA: f64 = 8.0;

/// `KERNELS[phase]` makes the value `phase / PHASES` after the sample in the middle (J. O. Smith, "Digital
/// audio resampling").
static KERNELS: LazyLock<Vec<[f32; TAPS]>> = LazyLock::new(|| {
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
        taps
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

/// Values that are worked out at once.
const LANES: usize = 64;
/// Largest of the two numbers of a ratio.
const LARGEST: usize = 256;

/// The ratio of two whole numbers up to 256 that is nearest to this one: its continued fraction, cut off (best
/// rational approximation).
pub(super) fn whole_ratio(ratio: f64) -> (usize, usize) {
    let error = |(up, down): (usize, usize)| (up as f64 / down as f64 - ratio).abs();
    let (mut last, mut this) = ((1, 0), (ratio as usize, 1));
    let mut rest = ratio.fract();
    while rest > 1e-9 {
        let whole = (1.0 / rest) as usize;
        rest = (1.0 / rest).fract();
        let room = |this: usize, last: usize| (LARGEST - last).checked_div(this).unwrap_or(whole);
        let most = room(this.0, last.0).min(room(this.1, last.1));
        let next = (last.0 + whole.min(most) * this.0, last.1 + whole.min(most) * this.1);
        if whole > most {
            // Between two steps of the fraction: not always nearer than the step before.
            return if error(next) < error(this) { next } else { this };
        }
        (last, this) = (this, next);
    }
    this
}

/// `length` values of the samples' band-limited curve at `0, down / up, 2 * down / up, ...` (in samples); zeros
/// beyond them. With more `down` than `up` there must be nothing above `up / down` of the band, or it folds back.
///
/// Values `up` apart lie at the same place between two samples and `down` samples apart. Dealt out by that, they
/// are one filter over samples that lie side by side, which is how vectors want them.
pub(super) fn resampled(samples: &[f32], (up, down): (usize, usize), length: usize) -> Vec<f32> {
    let before = TAPS / 2 - 1;
    let inside = (samples.len() * up).div_ceil(down).min(length);
    let turns = inside.div_ceil(up).next_multiple_of(LANES);
    let columns = turns + (down + TAPS) / down + 1;
    // Row `r` holds every `down`th sample from `r - before` on.
    let mut dealt = vec![0.0; down * columns];
    for (index, sample) in samples.iter().enumerate().take(down * columns - before) {
        let place = index + before;
        dealt[place % down * columns + place / down] = *sample;
    }
    let (mut values, mut sums) = (vec![0.0; length], [0.0; LANES]);
    for first in 0..up.min(inside) {
        let place = first * down;
        let (sample, between) = (place / up, (place % up) as f64 / up as f64 * PHASES as f64);
        let (low, high) = (&KERNELS[between as usize], &KERNELS[between as usize + 1]);
        let share = between.fract() as f32;
        let taps: [f32; TAPS] = std::array::from_fn(|tap| low[tap] + share * (high[tap] - low[tap]));
        let row = |tap: usize| {
            let place = sample + tap;
            &dealt[place % down * columns + place / down..]
        };
        let rows: [&[f32]; TAPS] = std::array::from_fn(row);
        for turn in (0..turns).step_by(LANES) {
            filter(&rows, &taps, turn, &mut sums);
            let places = values[..inside].iter_mut().skip(first + turn * up).step_by(up);
            for (value, sum) in places.zip(&sums) {
                *value = *sum;
            }
        }
    }
    values
}

vectorised! {
    /// The sums of `taps` times `rows` for so many places from `from` on.
    fn filter<'a>(rows: &'a [&'a [f32]; TAPS], taps: &'a [f32; TAPS], from: usize, sums: &'a mut [f32; LANES]) {
        let mut made = [0.0; LANES];
        for (row, tap) in rows.iter().zip(taps) {
            let Some(row) = row[from..].first_chunk::<LANES>() else { continue };
            for (sum, sample) in made.iter_mut().zip(row) {
                *sum += tap * sample;
            }
        }
        *sums = made;
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
            let (up, down) = whole_ratio(ratio);
            let ratio = up as f64 / down as f64;
            // Shares of the band: of what the lower rate holds.
            for share in [0.01, 0.3, 0.6, 0.85] {
                let frequency = share * 1f64.min(ratio);
                let length = (4_000.0 * ratio) as usize;
                let there = resampled(&sine(frequency, 4_000), (up, down), length);
                let expected = sine(frequency / ratio, length);
                let middle = 200..length - 200;
                let worst = middle.map(|n| (there[n] - expected[n]).abs()).fold(0.0, f32::max);
                assert!(worst < 2e-4, "{ratio} at {share} of the band: {worst}");
            }
        }
    }

    #[test]
    fn every_semitone_is_a_ratio_of_small_numbers() {
        for tenth in -240..=240 {
            let ratio = 2f64.powf(f64::from(tenth) / 120.0);
            let (up, down) = whole_ratio(ratio);
            assert!(up.max(down) <= LARGEST, "{up} / {down}");
            let cents = 1_200.0 * (up as f64 / down as f64 / ratio).log2();
            assert!(cents.abs() < 0.3, "{ratio}: {up} / {down} is {cents} cents off");
        }
        assert_eq!(whole_ratio(1.0), (1, 1));
        assert_eq!(whole_ratio(0.75), (3, 4));
    }

    #[test]
    fn beyond_the_end_there_is_nothing() {
        assert_eq!(resampled(&[], (3, 2), 3), [0.0; 3]);
        let short = resampled(&[1.0, 1.0], (1, 1), 5);
        assert!((short[0] - 1.0).abs() < 1e-5 && short[2..] == [0.0; 3], "{short:?}");
    }
}
