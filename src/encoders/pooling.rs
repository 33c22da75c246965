//! From a clip's hidden states to its embedding.

use super::{Frames, Pool};
use std::ops::Range;

/// The frames over these of a clip's samples, those that reach into them included; at least one.
pub(super) fn cut(states: Frames, within: &Range<usize>, samples: usize) -> Frames {
    let count = states.frames;
    let samples = samples.max(1);
    let first = (within.start * count / samples).min(count.saturating_sub(1));
    let end = (within.end * count)
        .div_ceil(samples)
        .clamp(first + 1, count.max(first + 1));
    let rows = first * states.width..(end * states.width).min(states.values.len());
    let Some(values) = states.values.get(rows) else {
        return states;
    };
    Frames {
        frames: end.min(count) - first.min(count),
        width: states.width,
        values: values.to_vec(),
    }
}

/// The mean of each column, in 64 bits, and after the means the standard deviations (divisor n) where they are asked
/// for; or the rows as they are.
pub(super) fn pooled(states: Frames, pool: Pool) -> Frames {
    if pool == Pool::Frames {
        return states;
    }
    let width = states.width;
    let count = states.frames.max(1) as f64;
    let mut mean = vec![0.0; width];
    for row in states.values.chunks_exact(width.max(1)) {
        mean.iter_mut()
            .zip(row)
            .for_each(|(sum, value)| *sum += f64::from(*value));
    }
    mean.iter_mut().for_each(|sum| *sum /= count);
    let mut values: Vec<f32> = mean.iter().map(|mean| *mean as f32).collect();
    if pool == Pool::MeanStd {
        let mut squares = vec![0.0; width];
        for row in states.values.chunks_exact(width.max(1)) {
            for ((sum, value), mean) in squares.iter_mut().zip(row).zip(&mean) {
                *sum += (f64::from(*value) - mean).powi(2);
            }
        }
        values.extend(squares.iter().map(|sum| (sum / count).sqrt() as f32));
    }
    Frames {
        frames: 1,
        width: values.len(),
        values,
    }
}

/// Rows of one state after another, as of windows that follow each other.
pub(super) fn joined(parts: Vec<Frames>) -> Frames {
    let mut parts = parts.into_iter();
    let Some(mut first) = parts.next() else {
        return Frames {
            frames: 0,
            width: 0,
            values: Vec::new(),
        };
    };
    for part in parts {
        first.frames += part.frames;
        first.values.extend(part.values);
    }
    first
}

/// Single rows side by side.
pub(super) fn side_by_side(rows: impl IntoIterator<Item = Frames>) -> Frames {
    let values: Vec<f32> = rows.into_iter().flat_map(|row| row.values).collect();
    Frames {
        frames: 1,
        width: values.len(),
        values,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_over_the_wanted_samples_are_kept() {
        let states = |frames: usize| Frames {
            frames,
            width: 1,
            values: (0..frames).map(|frame| frame as f32).collect(),
        };
        let kept = |within, frames, samples| cut(states(frames), &within, samples).values;
        assert_eq!(kept(0..3_200, 10, 3_200).len(), 10);
        assert_eq!(kept(640..960, 10, 3_200), [2.0]);
        assert_eq!(kept(641..961, 10, 3_200), [2.0, 3.0], "what they reach into");
        assert_eq!(
            kept(640..1_280, 9, 3_200),
            [1.0, 2.0, 3.0],
            "frames that fill the clip unevenly"
        );
        assert_eq!(kept(3_200..3_200, 10, 3_200), [9.0], "never none");
        assert_eq!(kept(5..5, 10, 3_200), [0.0]);
        assert_eq!(cut(states(0), &(0..1), 0), states(0));
    }

    #[test]
    fn means_stand_before_deviations() {
        let states = || Frames {
            frames: 2,
            width: 2,
            values: vec![1.0, 10.0, 3.0, 10.0],
        };
        assert_eq!(pooled(states(), Pool::Frames), states());
        assert_eq!(pooled(states(), Pool::Mean).values, [2.0, 10.0]);
        let both = pooled(states(), Pool::MeanStd);
        assert_eq!((both.frames, both.width), (1, 4));
        assert_eq!(both.values, [2.0, 10.0, 1.0, 0.0]);
        assert_eq!(side_by_side([both.clone(), both]).width, 8);
        assert_eq!(joined(vec![states(), states()]).frames, 4);
    }
}
