//! Zero-crossing rate and root mean square energy per frame.

use crate::audio::vectorised;

/// Magnitudes up to this are zero for [`zero_crossing_rate`], as in librosa.
const ZERO: f32 = 1e-10;

/// Share of neighbouring samples within each frame whose signs differ:
/// `sum(sign(x[n]) != sign(x[n - 1])) / frame_length`, zero counting as positive.
/// As librosa.feature.zero_crossing_rate (centred frames, edge padding, threshold 1e-10).
/// `1 + len / hop_length` values; none when there are no samples or a length is 0.
pub fn zero_crossing_rate(samples: &[f32], frame_length: usize, hop_length: usize) -> Vec<f32> {
    let Some(starts) = frame_starts(samples.len(), frame_length, hop_length) else {
        return Vec::new();
    };
    if samples.is_empty() {
        return Vec::new();
    }
    // The padding repeats the edge and adds no crossing.
    let inside = |index: isize| index.clamp(0, samples.len() as isize - 1) as usize;
    let (mut from, mut to, mut crossed) = (0, 0, 0);
    let rate = |start: isize| {
        let frame = inside(start)..inside(start + frame_length as isize - 1);
        crossed += crossings(&samples[to..=frame.end]);
        crossed -= crossings(&samples[from..=frame.start]);
        (from, to) = (frame.start, frame.end);
        (f64::from(crossed) / frame_length as f64) as f32
    };
    starts.map(rate).collect()
}

/// How many neighbours differ in sign.
fn crossings(samples: &[f32]) -> u32 {
    let mut count = 0;
    count_crossings(samples, &mut count);
    count
}

vectorised! {
fn count_crossings<'a>(samples: &'a [f32], count: &'a mut u32) {
    let Some((_, after)) = samples.split_first() else { return };
    let mut sum = 0;
    for (before, after) in samples.iter().zip(after) {
        sum += u32::from(is_negative(*before) != is_negative(*after));
    }
    *count = sum;
}
}

/// `sqrt(mean(x^2))` per frame, in the samples' unit.
/// As librosa.feature.rms (centred frames, zero padding).
/// `1 + len / hop_length` values; none when a length is 0.
pub fn root_mean_square(samples: &[f32], frame_length: usize, hop_length: usize) -> Vec<f32> {
    let Some(starts) = frame_starts(samples.len(), frame_length, hop_length) else {
        return Vec::new();
    };
    let energy = |start: isize| {
        let from = start.clamp(0, samples.len() as isize) as usize;
        let to = (start + frame_length as isize).clamp(0, samples.len() as isize) as usize;
        let mut sum = 0.0;
        sum_of_squares(&samples[from..to], &mut sum);
        (sum / frame_length as f32).sqrt()
    };
    starts.map(energy).collect()
}

/// Where each centred frame starts, counted from the first sample; the padding lies at negative indices.
fn frame_starts(length: usize, frame_length: usize, hop_length: usize) -> Option<impl Iterator<Item = isize>> {
    let frames = 1 + length.checked_div(hop_length)?;
    (frame_length > 0)
        .then(|| (0..frames).map(move |frame| (frame * hop_length) as isize - (frame_length / 2) as isize))
}

#[inline(always)]
fn is_negative(sample: f32) -> bool {
    sample < -ZERO
}

vectorised! {
/// In sixteen lanes: fast, and more exact than one sum.
fn sum_of_squares<'a>(samples: &'a [f32], sum: &'a mut f32) {
    let (blocks, rest) = samples.as_chunks::<16>();
    let mut lanes = [0f32; 16];
    for block in blocks {
        for (lane, sample) in lanes.iter_mut().zip(block) {
            *lane += sample * sample;
        }
    }
    *sum = lanes.iter().sum::<f32>() + rest.iter().map(|sample| sample * sample).sum::<f32>();
}
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The definition: pad, cut, count.
    fn naive(samples: &[f32], frame: usize, hop: usize) -> Vec<(f32, f32)> {
        let edge = |at: isize| samples[at.clamp(0, samples.len() as isize - 1) as usize];
        let zero = |at: isize| {
            usize::try_from(at)
                .ok()
                .and_then(|at| samples.get(at))
                .copied()
                .unwrap_or(0.0)
        };
        (0..=samples.len() / hop)
            .map(|index| {
                let start = (index * hop) as isize - (frame / 2) as isize;
                let inside = start..start + frame as isize;
                let crossed = inside
                    .clone()
                    .skip(1)
                    .filter(|&at| (edge(at) < -1e-10) != (edge(at - 1) < -1e-10))
                    .count();
                let energy: f64 = inside.map(|at| f64::from(zero(at)).powi(2)).sum();
                (crossed as f32 / frame as f32, (energy / frame as f64).sqrt() as f32)
            })
            .collect()
    }

    #[test]
    fn both_are_their_definitions() {
        let samples: Vec<f32> = (0..317).map(|n| ((n * n) as f32 * 0.01).sin() * 0.5).collect();
        for length in [1, 5, 63, 64, 65, 317] {
            let (zcr, rms): (Vec<f32>, Vec<f32>) = naive(&samples[..length], 64, 16).into_iter().unzip();
            assert_eq!(zero_crossing_rate(&samples[..length], 64, 16), zcr);
            for (ours, theirs) in root_mean_square(&samples[..length], 64, 16).into_iter().zip(rms) {
                assert!((ours - theirs).abs() < 1e-6);
            }
        }
    }

    #[test]
    fn noise_below_the_threshold_does_not_cross_zero() {
        assert_eq!(zero_crossing_rate(&[9e-11, -9e-11, 9e-11, -0.0], 4, 4), [0.0, 0.0]);
        assert_eq!(zero_crossing_rate(&[1e-9, -1e-9, 1e-9, -1e-9], 4, 8), [0.25]);
    }

    #[test]
    fn nothing_and_impossible_sizes_do_no_harm() {
        assert!(zero_crossing_rate(&[], 4, 4).is_empty());
        assert_eq!(root_mean_square(&[], 4, 4), [0.0]);
        assert!(zero_crossing_rate(&[1.0], 0, 4).is_empty());
        assert!(root_mean_square(&[1.0], 4, 0).is_empty());
    }
}
