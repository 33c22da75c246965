//! The small spectrogram of a list row: energy and spectral centroid of equal segments of a clip.

use crate::audio::{Wave, power_frames};

/// Window of the short-time transform, in samples.
const WINDOW: usize = 512;

/// Frames per segment: few, for the row of a clip must cost next to nothing, however long the clip.
const FRAMES: usize = 3;

/// Energies from this far below the loudest segment count as nothing (dB).
const RANGE_DB: f64 = 60.0;

/// Top of the colour scale (Hz).
const TOP_HZ: f64 = 8_000.0;

/// For each of `segments` equal segments: energy (mean square, 0-255 over 60 dB below the loudest
/// segment) and spectral centroid `sum(f * P) / sum(P)` (0-255 over the HTK mel scale from 0 to 8 kHz).
/// Silence, and a wave without samples, is all zeros.
pub(super) fn thumbnail(wave: &Wave, segments: usize) -> Vec<(u8, u8)> {
    let energies = energies(&wave.samples, segments);
    if energies.iter().all(|energy| *energy <= 0.0) {
        return vec![(0, 0); segments];
    }
    drawn(&energies, &centroids(wave, segments))
}

/// Heights and colours of energies and centroids (Hz).
fn drawn(energies: &[f64], centroids: &[f64]) -> Vec<(u8, u8)> {
    let loudest = energies.iter().copied().fold(0.0, f64::max);
    let pairs = energies.iter().zip(centroids).map(|(energy, centroid)| {
        if loudest <= 0.0 {
            return (0, 0);
        }
        let decibels = 10.0 * (energy / loudest).log10();
        let height = byte(1.0 + decibels / RANGE_DB);
        let colour = if height == 0 {
            0
        } else {
            byte(mel(*centroid) / mel(TOP_HZ))
        };
        (height, colour)
    });
    pairs.collect()
}

/// The same of a clip that is too long to lie in memory and whose length is only known at its end: of every piece of it
/// (two to eight seconds of speech) the energy and the centroid of its middle are kept.
#[derive(Debug, Default)]
pub(super) struct LongThumbnail {
    /// Energy of a piece, and its centroid (Hz).
    pieces: Vec<(f64, f64)>,
}

impl LongThumbnail {
    /// Samples of a piece.
    pub const PIECE: usize = 1 << 16;

    /// Takes the samples that come next: whole pieces, but for the last.
    pub fn update(&mut self, samples: &[f32], rate: u32) {
        for piece in samples.chunks(Self::PIECE) {
            let wave = Wave {
                samples: piece.to_vec(),
                rate,
            };
            let both = energies(piece, 1).into_iter().zip(centroids(&wave, 1));
            self.pieces.extend(both);
        }
    }

    /// The thumbnail of all of them.
    pub fn drawn(&self, segments: usize) -> Vec<(u8, u8)> {
        let length = self.pieces.len();
        let of_segment = |segment: usize| {
            let start = segment * length / segments;
            let end = ((segment + 1) * length / segments).max(start + 1).min(length);
            let part = self.pieces.get(start..end).unwrap_or_default();
            let energy: f64 = part.iter().map(|(energy, _)| energy).sum();
            let weighted: f64 = part.iter().map(|(energy, centroid)| energy * centroid).sum();
            let centroid = if energy > 0.0 { weighted / energy } else { 0.0 };
            (energy / part.len().max(1) as f64, centroid)
        };
        let (energies, centroids): (Vec<f64>, Vec<f64>) = (0..segments).map(of_segment).unzip();
        drawn(&energies, &centroids)
    }
}

/// Mean square of each segment; segments of very short waves share samples.
fn energies(samples: &[f32], segments: usize) -> Vec<f64> {
    let length = samples.len();
    let mean_square = |segment: usize| {
        let start = segment * length / segments;
        let end = ((segment + 1) * length / segments).max(start + 1).min(length);
        let part = samples.get(start..end).unwrap_or_default();
        let sum: f64 = part.iter().map(|sample| f64::from(*sample) * f64::from(*sample)).sum();
        sum / part.len().max(1) as f64
    };
    (0..segments).map(mean_square).collect()
}

/// Spectral centroid of each segment (Hz), the mean of its frames weighted by their power; without the
/// constant offset, which is no sound.
fn centroids(wave: &Wave, segments: usize) -> Vec<f64> {
    let frames = segments * FRAMES;
    // The middle of every part, in samples: (frame + 1/2) / frames of the length.
    let centres = (0..frames).map(|frame| (2 * frame + 1) * wave.samples.len() / (2 * frames));
    let width = f64::from(wave.rate) / WINDOW as f64;
    let mut sums = vec![(0.0, 0.0); segments];
    power_frames(&wave.samples, WINDOW, centres, |frame, power| {
        let sum = &mut sums[frame / FRAMES];
        for (bin, power) in power.iter().enumerate().skip(1) {
            let power = f64::from(*power);
            sum.0 += power * bin as f64 * width;
            sum.1 += power;
        }
    });
    sums.into_iter()
        .map(|(weighted, power)| if power > 0.0 { weighted / power } else { 0.0 })
        .collect()
}

/// The HTK mel scale.
fn mel(hertz: f64) -> f64 {
    2_595.0 * (1.0 + hertz / 700.0).log10()
}

/// From 0-1 to 0-255.
fn byte(share: f64) -> u8 {
    (share.clamp(0.0, 1.0) * 255.0).round() as u8
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::f64::consts::TAU;

    fn tone(hertz: f64, amplitude: f64, samples: usize) -> impl Iterator<Item = f32> {
        (0..samples).map(move |n| (amplitude * (TAU * hertz * n as f64 / 16_000.0).sin()) as f32)
    }

    #[test]
    fn height_is_energy_and_colour_is_centroid() {
        let mut samples: Vec<f32> = tone(500.0, 0.5, 16_000).collect();
        samples.extend(tone(4_000.0, 0.05, 16_000));
        let thumbnail = thumbnail(&Wave { samples, rate: 16_000 }, 24);
        // 0.05 against 0.5 is -20 dB: two thirds of the height.
        for (index, (energy, centroid)) in thumbnail
            .iter()
            .enumerate()
            .filter(|(index, _)| !(11..=12).contains(index))
        {
            let (expected_energy, expected_hertz) = if index < 12 { (255.0, 500.0) } else { (170.0, 4_000.0) };
            assert!((f64::from(*energy) - expected_energy).abs() <= 2.0, "{index}: {energy}");
            let expected = 255.0 * (1.0_f64 + expected_hertz / 700.0).log10() / (1.0_f64 + 8_000.0 / 700.0).log10();
            // The ends of the wave are padded with zeros, which spreads the spectrum there.
            let tolerance = if index == 0 || index == 23 { 25.0 } else { 6.0 };
            assert!(
                (f64::from(*centroid) - expected).abs() <= tolerance,
                "{index}: {centroid} for {expected}"
            );
        }
    }

    #[test]
    fn silence_and_the_shortest_waves_are_no_trouble() {
        for length in [0, 1, 5, 24, 100, 2_000] {
            assert_eq!(
                thumbnail(
                    &Wave {
                        samples: vec![0.0; length],
                        rate: 8_000
                    },
                    24
                ),
                vec![(0, 0); 24]
            );
            let loud = thumbnail(
                &Wave {
                    samples: vec![0.5; length],
                    rate: 8_000,
                },
                24,
            );
            assert_eq!(loud.len(), 24);
            assert!(length == 0 || loud.iter().any(|(energy, _)| *energy == 255));
        }
    }

    #[test]
    fn a_long_clip_is_drawn_as_a_short_one() {
        let length = 48 * LongThumbnail::PIECE;
        let samples: Vec<f32> = (0..length)
            .map(|n| (if n < length / 2 { 0.5 } else { 0.05 }) * (n as f32 * 0.4).sin())
            .collect();
        let mut long = LongThumbnail::default();
        long.update(&samples, 16_000);
        let short = thumbnail(&Wave { samples, rate: 16_000 }, 24);
        for (long, short) in long.drawn(24).into_iter().zip(short) {
            assert!(
                long.0.abs_diff(short.0) <= 1 && long.1.abs_diff(short.1) <= 4,
                "{long:?} {short:?}"
            );
        }
        assert_eq!(LongThumbnail::default().drawn(2), [(0, 0); 2]);
    }
}
