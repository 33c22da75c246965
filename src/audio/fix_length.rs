//! Every recording as long as the others.

use serde::{Deserialize, Serialize};
use std::ops::Range;

/// Where the shorter lies in the longer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Align {
    /// At the start.
    Left,
    /// In the middle.
    Centre,
    /// At the end.
    Right,
}

impl Align {
    /// How much of `room` is before it; the odd sample is after it, as in librosa.util.pad_center.
    fn before(self, room: usize) -> usize {
        match self {
            Self::Left => 0,
            Self::Centre => room / 2,
            Self::Right => room,
        }
    }
}

/// Which `length` of `available` samples are kept; all of them when there are no more.
pub fn kept(available: usize, length: usize, cut: Align) -> Range<usize> {
    let start = cut.before(available.saturating_sub(length));
    start..(start + length).min(available)
}

/// Puts zeros around the samples until there are `length` of them, matching librosa.util.fix_length
/// (`Align::Left`) and librosa.util.pad_center (`Align::Centre`). Longer ones are left as they are.
pub fn pad(samples: &mut Vec<f32>, length: usize, align: Align) {
    let room = length.saturating_sub(samples.len());
    let inside = samples.len();
    samples.resize(inside + room, 0.0);
    samples[..].rotate_right(align.before(room));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cutting_keeps_the_start_the_middle_or_the_end() {
        assert_eq!(kept(10, 5, Align::Left), 0..5);
        assert_eq!(kept(10, 5, Align::Centre), 2..7);
        assert_eq!(kept(10, 5, Align::Right), 5..10);
        for align in [Align::Left, Align::Centre, Align::Right] {
            assert_eq!(kept(3, 5, align), 0..3);
        }
    }

    #[test]
    fn padding_leaves_the_sound_at_the_start_in_the_middle_or_at_the_end() {
        let padded = |align| {
            let mut samples = vec![1.0, 2.0];
            pad(&mut samples, 5, align);
            samples
        };
        assert_eq!(padded(Align::Left), [1.0, 2.0, 0.0, 0.0, 0.0]);
        assert_eq!(padded(Align::Centre), [0.0, 1.0, 2.0, 0.0, 0.0]);
        assert_eq!(padded(Align::Right), [0.0, 0.0, 0.0, 1.0, 2.0]);
        let mut longer = vec![1.0; 9];
        pad(&mut longer, 5, Align::Right);
        assert_eq!(longer.len(), 9);
    }
}
