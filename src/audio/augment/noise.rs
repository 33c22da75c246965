//! Additive noise at a given signal-to-noise ratio.

use super::{Noise, power, same_rate, sounds};
use crate::audio::{AudioError, Wave};
use crate::random::Stream;
use rand::{Rng, RngExt};
use std::sync::LazyLock;

/// `wave + a * noise`, with `a` such that `10 log10(power(wave) / power(a * noise)) = snr_db`.
pub(super) fn add(wave: &Wave, colour: &Noise, snr_db: f64, draw: &mut Stream) -> Result<Wave, AudioError> {
    let length = wave.samples.len();
    let mut noise = match colour {
        Noise::White => white(length, draw),
        Noise::Pink => pink(length, draw),
        Noise::Folder(folder) => looped(&sounds::draw(folder, wave.rate, draw)?, length, draw),
    };
    let ratio = power(&wave.samples) / (power(&noise) * 10f64.powf(snr_db / 10.0));
    // Silence on either side: there is nothing that a ratio could be kept to.
    let scale = if ratio.is_finite() { ratio.sqrt() as f32 } else { 0.0 };
    for (noise, sample) in noise.iter_mut().zip(&wave.samples) {
        *noise = sample + scale * *noise;
    }
    Ok(same_rate(wave, noise))
}

/// Gaussian noise of unit variance: quantiles of the normal distribution at equally probable points, which
/// costs a look-up per sample where the usual methods cost logarithms and roots.
pub(super) fn white(length: usize, draw: &mut Stream) -> Vec<f32> {
    let quantiles: &[f32] = &QUANTILES;
    let mut bytes = vec![0; 2 * length];
    draw.fill_bytes(&mut bytes);
    let (points, _) = bytes.as_chunks::<2>();
    let at = |bytes: &[u8; 2]| {
        let point = u16::from_le_bytes(*bytes);
        let (cell, share) = (usize::from(point >> FRACTION), point & ((1 << FRACTION) - 1));
        let share = f32::from(share) / f32::from(1u16 << FRACTION);
        quantiles[cell] + share * (quantiles[cell + 1] - quantiles[cell])
    };
    points.iter().map(at).collect()
}

/// Bits of a draw that lie between two quantiles of the table.
const FRACTION: u32 = 4;
const CELLS: usize = 1 << (16 - FRACTION);

/// Quantiles at the edges of equally probable cells; the outermost two lie inside their cells.
static QUANTILES: LazyLock<Vec<f32>> = LazyLock::new(|| {
    let at = |cell: usize| (cell as f64).clamp(0.25, CELLS as f64 - 0.25) / CELLS as f64;
    (0..=CELLS).map(|cell| quantile(at(cell)) as f32).collect()
});

/// Inverse of the standard normal distribution function, by bisection on its tail integral.
fn quantile(probability: f64) -> f64 {
    let (mut low, mut high) = (-8.0, 8.0);
    for _ in 0..48 {
        let middle = f64::midpoint(low, high);
        if distribution(middle) < probability {
            low = middle;
        } else {
            high = middle;
        }
    }
    f64::midpoint(low, high)
}

/// Standard normal distribution function by its series (Marsaglia 2004): 1/2 + φ(x) (x + x³/3 + x⁵/15 + ...).
fn distribution(x: f64) -> f64 {
    let (mut term, mut sum, mut odd) = (x, x, 1.0);
    while term.abs() > 1e-17 * sum.abs() && term != 0.0 {
        odd += 2.0;
        term *= x * x / odd;
        sum += term;
    }
    0.5 + sum * (-0.5 * x * x).exp() / std::f64::consts::TAU.sqrt()
}

/// White noise through Paul Kellet's filter, within 0.05 dB of -3 dB per octave over all but the lowest
/// 0.04 % of the band (musicdsp.org, "Pink noise filter").
fn pink(length: usize, draw: &mut Stream) -> Vec<f32> {
    /// The filter has forgotten its beginning after this many samples.
    const SETTLE: usize = 4_096;
    const POLES: [f32; 6] = [0.998_86, 0.993_32, 0.969, 0.866_5, 0.55, -0.761_6];
    const GAINS: [f32; 6] = [
        0.055_517_9,
        0.075_075_9,
        0.153_852,
        0.310_485_6,
        0.532_952_2,
        -0.016_898,
    ];
    let mut noise = white(SETTLE + length, draw);
    let (mut states, mut last) = ([0.0f32; 6], 0.0);
    for sample in &mut noise {
        let white = *sample;
        let mut sum = last + white * 0.536_2;
        for ((state, pole), gain) in states.iter_mut().zip(POLES).zip(GAINS) {
            *state = pole * *state + gain * white;
            sum += *state;
        }
        last = white * 0.115_926;
        *sample = sum;
    }
    noise.drain(..SETTLE);
    noise
}

/// `length` samples from a random position, starting over at the end.
fn looped(sound: &[f32], length: usize, draw: &mut Stream) -> Vec<f32> {
    let start = draw.random_range(0..sound.len().max(1));
    sound.iter().copied().cycle().skip(start).take(length).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audio::power_spectrogram;
    use crate::random::stream;

    #[test]
    fn white_noise_is_normal() {
        let noise = white(200_000, &mut stream(1, "test", 0));
        let moment = |order| {
            let sum: f64 = noise.iter().map(|&value| f64::from(value).powi(order)).sum();
            sum / noise.len() as f64
        };
        for (order, expected, tolerance) in [(1, 0.0, 0.01), (2, 1.0, 0.015), (3, 0.0, 0.03), (4, 3.0, 0.1)] {
            assert!(
                (moment(order) - expected).abs() < tolerance,
                "{order}: {}",
                moment(order)
            );
        }
        for (x, expected) in [(0.0, 0.5), (1.0, 0.841_344_746_068_543), (-3.0, 0.001_349_898_031_630)] {
            assert!((distribution(x) - expected).abs() < 1e-12);
            assert!((quantile(expected) - x).abs() < 1e-9);
        }
    }

    /// Slope of power over octaves (dB), from 40 Hz to 10 kHz at 22,050 Hz.
    fn slope(noise: &[f32]) -> f64 {
        let spectrogram = power_spectrogram(noise, 4_096, 2_048);
        let octaves: Vec<(f64, f64)> = (0..8)
            .map(|octave| {
                let (from, to) = (8usize << octave, 16usize << octave);
                let bins = spectrogram.power.chunks_exact(spectrogram.bins);
                let power: f64 = bins
                    .map(|bins| bins[from..to].iter().map(|&power| f64::from(power)).sum::<f64>())
                    .sum();
                (f64::from(octave), 10.0 * (power / (to - from) as f64).log10())
            })
            .collect();
        let count = octaves.len() as f64;
        let mean_x = octaves.iter().map(|(x, _)| x).sum::<f64>() / count;
        let mean_y = octaves.iter().map(|(_, y)| y).sum::<f64>() / count;
        let covariance: f64 = octaves.iter().map(|(x, y)| (x - mean_x) * (y - mean_y)).sum();
        covariance / octaves.iter().map(|(x, _)| (x - mean_x).powi(2)).sum::<f64>()
    }

    #[test]
    fn white_is_level_and_pink_falls_by_three_decibels_per_octave() {
        let draw = &mut stream(2, "test", 0);
        let (white, pink) = (white(400_000, draw), pink(400_000, draw));
        assert!(slope(&white).abs() < 0.1, "{}", slope(&white));
        assert!((slope(&pink) + 3.0103).abs() < 0.1, "{}", slope(&pink));
    }

    #[test]
    fn the_ratio_is_the_one_asked_for() {
        let samples: Vec<f32> = (0..30_000).map(|n| 0.2 * (n as f32 * 0.05).sin()).collect();
        let wave = Wave { samples, rate: 22_050 };
        for colour in [Noise::White, Noise::Pink] {
            for snr_db in [-5.0, 0.0, 20.0, 40.0] {
                let noisy = add(&wave, &colour, snr_db, &mut stream(3, "test", 0)).unwrap();
                let noise: Vec<f32> = noisy.samples.iter().zip(&wave.samples).map(|(a, b)| a - b).collect();
                let measured = 10.0 * (power(&wave.samples) / power(&noise)).log10();
                assert!((measured - snr_db).abs() < 0.1, "{colour:?}: {measured} for {snr_db}");
            }
        }
    }

    #[test]
    fn a_short_noise_begins_anew() {
        let noise = looped(&[1.0, 2.0, 3.0], 7, &mut stream(4, "test", 0));
        assert_eq!(noise.len(), 7);
        for pair in noise.windows(2) {
            assert_eq!(pair[1], pair[0] % 3.0 + 1.0);
        }
        assert!(looped(&[], 3, &mut stream(4, "test", 0)).is_empty());
    }
}
