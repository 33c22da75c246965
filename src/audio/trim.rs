//! Silence at both ends.

use std::ops::Range;

/// From one frame of the search to the next (samples), the default of librosa.effects.trim.
const HOP: usize = 512;
/// A frame reaches this many hops to both sides: 2048 samples in all.
const REACH: usize = 2;
/// Smallest amplitude that counts, as in librosa.amplitude_to_db.
const AMIN: f64 = 1e-5;

/// The samples without the silence before and after them: from the first to the end of the last hop whose
/// frame is less than `top_db` below the loudest frame, matching librosa.effects.trim(y, top_db) with its
/// defaults (centred frames of 2048 samples, zeros beyond the ends, hops of 512, the loudest frame's
/// RMS as reference).
///
/// Pure silence has no loudest frame and is kept whole, as in librosa; so is everything with a `top_db`
/// that is not above 0, where librosa would keep nothing.
pub fn trim(samples: &[f32], top_db: f64) -> Range<usize> {
    let hops: Vec<f64> = samples.chunks(HOP).map(sum_of_squares).collect();
    let energy = |frame: usize| {
        let inside = frame.saturating_sub(REACH)..(frame + REACH).min(hops.len());
        hops[inside].iter().sum::<f64>() / (2 * REACH * HOP) as f64
    };
    let energies: Vec<f64> = (0..=samples.len() / HOP).map(energy).collect();
    let loudest = energies.iter().copied().fold(0.0, f64::max);
    // In power: 10 log10(energy / loudest) > -top_db.
    let floor = AMIN * AMIN;
    let threshold = loudest.max(floor) * 10f64.powf(-top_db / 10.0);
    let prepared = |energy: &f64| energy.max(floor) > threshold;
    match (energies.iter().position(prepared), energies.iter().rposition(prepared)) {
        (Some(first), Some(last)) => first * HOP..((last + 1) * HOP).min(samples.len()),
        _ => 0..samples.len(),
    }
}

fn sum_of_squares(samples: &[f32]) -> f64 {
    samples.iter().map(|&sample| f64::from(sample).powi(2)).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    const FRAME: usize = 2048;

    /// Silence, a tone from 5,000 to 15,000, and a murmur 50 dB below it to the end.
    fn speech() -> Vec<f32> {
        let level = |n: usize| match n {
            5_000..15_000 => 0.5,
            15_000..25_000 => 0.5 * 10f32.powf(-50.0 / 20.0),
            _ => 0.0,
        };
        (0..30_000).map(|n| level(n) * (n as f32 * 0.1).sin()).collect()
    }

    #[test]
    fn what_is_below_the_threshold_goes_to_within_a_frame() {
        let loud = trim(&speech(), 30.0);
        assert!((5_000 - FRAME / 2..=5_000).contains(&loud.start), "{loud:?}");
        assert!((15_000..=15_000 + FRAME / 2 + HOP).contains(&loud.end), "{loud:?}");
        let all = trim(&speech(), 60.0);
        assert_eq!(all.start, loud.start);
        assert!((25_000..=25_000 + FRAME / 2 + HOP).contains(&all.end), "{all:?}");
    }

    #[test]
    fn silence_nothing_and_impossible_thresholds_keep_everything() {
        assert_eq!(trim(&[0.0; 5_000], 20.0), 0..5_000);
        assert_eq!(trim(&[], 20.0), 0..0);
        assert_eq!(trim(&speech(), 0.0), 0..30_000);
        assert_eq!(trim(&[0.5], 20.0), 0..1);
    }
}
