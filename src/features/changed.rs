//! Features of a wave that is changed first: of no more of it than they need.

use super::extract::extract;
use super::prepare::range_taken;
use super::{Extracted, FeatureError, Recipe};
use crate::audio::Wave;
use crate::audio::augment::Augmentation;
use crate::random::Stream;
use std::ops::Range;

/// Samples changed beyond both ends of what is taken, where there are any: a whole frame of the phase vocoder,
/// so that all that is taken comes of frames without an edge in them.
const MARGIN: usize = 2_048;

/// The features of `change` applied to a wave at the recipe's rate.
///
/// Where the recipe takes the same samples of any wave of one length, and the change is one of each sample by
/// itself, only what is taken is changed, with a margin of 2,048 samples around it: noise is then as loud as asked for beside
/// what the model hears, and a stretched or shifted tone may begin at another phase than in the whole wave.
///
/// # Errors
/// What the change or the recipe says to the wave.
pub fn extract_changed(
    wave: &Wave,
    change: &Augmentation,
    recipe: &Recipe,
    draw: &mut Stream,
) -> Result<Extracted, FeatureError> {
    recipe.validate()?;
    let Some(part) = Part::of(wave, change, recipe) else {
        return extract(&change.apply(wave, draw)?, recipe);
    };
    let before = Wave {
        samples: wave.samples[part.before].to_vec(),
        rate: wave.rate,
    };
    let mut samples = change.apply(&before, draw)?.samples;
    samples.truncate(part.taken.end);
    samples.drain(..part.taken.start.min(samples.len()));
    let taken = Wave {
        samples,
        rate: wave.rate,
    };
    // What was to be skipped is gone already.
    let rest = Recipe {
        skip_seconds: 0.0,
        ..recipe.clone()
    };
    extract(&taken, &rest)
}

/// What of a wave is changed, and what of the outcome is taken.
struct Part {
    before: Range<usize>,
    taken: Range<usize>,
}

impl Part {
    /// None where the whole wave is needed.
    fn of(wave: &Wave, change: &Augmentation, recipe: &Recipe) -> Option<Self> {
        let (speed, length) = (change.speed()?, wave.samples.len());
        if wave.rate != recipe.sample_rate || length == 0 {
            return None;
        }
        let after = (length as f64 / speed).round_ties_even() as usize;
        let taken = range_taken(recipe, after)?;
        let start = ((taken.start as f64 * speed) as usize).saturating_sub(MARGIN);
        let end = ((taken.end as f64 * speed).ceil() as usize + MARGIN).min(length);
        if taken.is_empty() || start + 2 * MARGIN >= end {
            return None;
        }
        let gone = (start as f64 / speed).round() as usize;
        Some(Self {
            before: start..end,
            taken: taken.start - gone..taken.end - gone,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::recipe::tests::papers;
    use super::*;
    use crate::audio::Align;
    use crate::random::stream;

    fn voice(seconds: f64) -> Wave {
        let length = (seconds * 22_050.0) as usize;
        let sample = |n: usize| {
            let time = n as f32 / 22_050.0;
            let pitch: f32 = (1..12).map(|k| (time * 790.0 * k as f32).sin() / k as f32).sum();
            0.1 * pitch * (1.5 + (time * 19.0).sin())
        };
        Wave {
            samples: (0..length).map(sample).collect(),
            rate: 22_050,
        }
    }

    fn both(wave: &Wave, change: &Augmentation, recipe: &Recipe) -> (Vec<f32>, Vec<f32>) {
        let draw = || stream(1, "test", 0);
        let part = extract_changed(wave, change, recipe, &mut draw()).unwrap().matrix;
        let whole = extract(&change.apply(wave, &mut draw()).unwrap(), recipe)
            .unwrap()
            .matrix;
        assert_eq!((part.frames, part.coefficients), (whole.frames, whole.coefficients));
        (part.values, whole.values)
    }

    #[test]
    fn a_level_moves_the_part_exactly_as_the_whole() {
        let right = Recipe {
            cut_align: Align::Right,
            ..papers()
        };
        for recipe in [papers(), right] {
            for seconds in [0.05, 0.6, 1.0, 3.0, 3.3, 5.0] {
                let (part, whole) = both(&voice(seconds), &Augmentation::Gain { db: -3.0 }, &recipe);
                assert_eq!(part, whole, "{seconds}");
            }
        }
    }

    #[test]
    fn a_stretched_or_shifted_part_sounds_as_it_does_in_the_whole() {
        let changes = [
            Augmentation::Speed { rate: 0.9 },
            Augmentation::Stretch { rate: 0.85 },
            Augmentation::Stretch { rate: 1.18 },
            Augmentation::Pitch { semitones: 2.0 },
            Augmentation::Chain(vec![
                Augmentation::Stretch { rate: 1.1 },
                Augmentation::Pitch { semitones: -2.0 },
            ]),
        ];
        for change in changes {
            for seconds in [2.0, 4.0, 6.0] {
                let (part, whole) = both(&voice(seconds), &change, &papers());
                // Columns are ZCR, RMS, MFCC; the first of these is the level in dB times sqrt(128).
                for column in 0..22 {
                    let of = |values: &[f32]| -> Vec<f32> { values.iter().skip(column).step_by(22).copied().collect() };
                    let (part, whole) = (of(&part), of(&whole));
                    let span = whole.iter().fold(f32::MIN, |most, value| most.max(*value))
                        - whole.iter().fold(f32::MAX, |least, value| least.min(*value));
                    let mean: f32 =
                        part.iter().zip(&whole).map(|(a, b)| (a - b).abs()).sum::<f32>() / part.len() as f32;
                    assert!(
                        mean < 0.15 * span,
                        "{change:?}, {seconds} s, column {column}: {mean} of {span}"
                    );
                }
            }
        }
    }

    #[test]
    fn what_needs_the_whole_wave_gets_it() {
        let shift = Augmentation::Shift { seconds: 0.1 };
        let (part, whole) = both(&voice(4.0), &shift, &papers());
        assert_eq!(part, whole);
        let trimmed = Recipe {
            trim_db: 30.0,
            ..papers()
        };
        let (part, whole) = both(&voice(4.0), &Augmentation::Stretch { rate: 1.1 }, &trimmed);
        assert_eq!(part, whole);
    }

    #[test]
    fn no_more_is_changed_than_is_needed() {
        let part = Part::of(&voice(6.0), &Augmentation::Stretch { rate: 1.25 }, &papers()).unwrap();
        // 2.5 s from 0.6 s on, a quarter longer before.
        let expected = 16_537 - MARGIN..16_537 + 68_907 + MARGIN;
        assert!(part.before.start.abs_diff(expected.start) < 3 && part.before.end.abs_diff(expected.end) < 3);
        assert_eq!(part.taken.len(), 55_125);
    }
}
