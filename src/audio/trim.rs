//! The part of a wave between the silences at its ends.

use super::Wave;
use std::ops::Range;

/// Samples from one frame to the next.
const HOP: usize = 512;
/// Frames are this many hops long (2,048 samples) and centred: half of one reaches over each end.
const HOPS: usize = 4;
/// The quietest amplitude that is told from nothing (librosa.amplitude_to_db).
const AMIN: f64 = 1e-5;

/// The samples from the first to the last frame that is less than `top_db` quieter than the loudest one
/// (librosa.effects.trim with its defaults: RMS of frames of 2,048 samples, 512 apart, centred over zeros).
/// Of digital silence all is kept, for nothing in it is quieter than the rest.
pub fn trim(wave: &Wave, top_db: f64) -> Range<usize> {
    let samples = &wave.samples;
    let energy = |block: &[f32]| block.iter().map(|&sample| f64::from(sample).powi(2)).sum::<f64>();
    let blocks: Vec<f64> = samples.chunks(HOP).map(energy).collect();
    let frame = |frame: usize| {
        let from = frame.saturating_sub(HOPS / 2).min(blocks.len());
        let to = (frame + HOPS / 2).min(blocks.len());
        let power = blocks[from..to].iter().sum::<f64>() / (HOP * HOPS) as f64;
        10.0 * power.max(AMIN * AMIN).log10()
    };
    let levels: Vec<f64> = (0..=samples.len() / HOP).map(frame).collect();
    let loudest = levels.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let heard = |level: &f64| level - loudest > -top_db;
    match (levels.iter().position(heard), levels.iter().rposition(heard)) {
        (Some(first), Some(last)) => first * HOP..((last + 1) * HOP).min(samples.len()),
        _ => 0..0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wave(parts: &[(usize, f32)]) -> Wave {
        let samples = parts
            .iter()
            .flat_map(|&(length, level)| (0..length).map(move |n| if n % 2 == 0 { level } else { -level }));
        Wave {
            samples: samples.collect(),
            rate: 16_000,
        }
    }

    /// The ranges that librosa 0.11 gives for these waves.
    #[test]
    fn the_ends_go_as_in_librosa() {
        let spoken = wave(&[(10_000, 0.0), (20_000, 0.5), (7_777, 0.0)]);
        assert_eq!(trim(&spoken, 60.0), 9_216..31_232);
        assert_eq!(trim(&spoken, 3.0), 10_240..30_208);
        let hum = wave(&[(10_000, 0.01), (20_000, 0.5), (7_777, 0.0)]);
        assert_eq!(trim(&hum, 60.0), 0..31_232);
        assert_eq!(trim(&hum, 30.0), 9_216..31_232);
        let odd = wave(&[(700, 0.3)]);
        assert_eq!(trim(&odd, 20.0), 0..700);
    }

    #[test]
    fn silence_and_nothing_stay_as_they_are() {
        assert_eq!(trim(&wave(&[(5_000, 0.0)]), 20.0), 0..5_000);
        assert_eq!(trim(&wave(&[]), 20.0), 0..0);
        assert_eq!(trim(&wave(&[(1, 1.0)]), 20.0), 0..1);
    }
}
