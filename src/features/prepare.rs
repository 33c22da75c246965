//! A wave through the steps of a recipe that come before its features: what the model takes.

use super::whole_clip::{at_rate, check, refuse, windows};
use super::{FeatureError, Note, Recipe};
use crate::audio::{Normalise, Wave, kept, normalise, pad, resample, resample_range, resampled_length, trim};
use std::ops::Range;

/// A wave that is trimmed or levelled is resampled whole: more than half an hour at 16 kHz is no utterance.
const MOST_SAMPLES: usize = 1 << 25;

/// What the model takes of a wave: resampled, trimmed, normalised, skipped, taken and padded, in this order.
/// At the recipe's rate; as long as the recipe takes, except that `take_seconds = 0` takes all there is and
/// that nothing is padded for functionals. An encoder takes the whole clip at its own rate.
///
/// The skip is cut to `min(skip, max(0, len - frame_length))` samples, so that a clip that ends soon
/// after it, or before it, still gives a whole frame of sound when it has one.
///
/// # Errors
/// [`FeatureError`] when the recipe is impossible, or the wave holds nothing, holds numbers that are not
/// finite, or cannot be resampled.
pub fn prepare(wave: &Wave, recipe: &Recipe) -> Result<(Wave, Vec<Note>), FeatureError> {
    recipe.validate()?;
    if recipe.has_encoder() {
        let resampled = at_rate(wave, recipe.encoder_rate()?)?;
        let notes = windows(&resampled).into_iter().collect();
        return Ok((resampled, notes));
    }
    check(wave)?;
    let length = resampled_length(wave, recipe.sample_rate);
    if takes_by_length(recipe) {
        // Only what is taken need be resampled.
        return taken(recipe, length, Vec::new(), |range| {
            Ok(resample_range(wave, recipe.sample_rate, range)?.samples)
        });
    }
    if length > MOST_SAMPLES {
        return refuse("it is too long to be trimmed or normalised as a whole; cut it into utterances");
    }
    let mut samples = resample(wave, recipe.sample_rate)?.samples;
    let mut notes = Vec::new();
    if recipe.trim_db > 0.0 {
        let inside = trim(&samples, recipe.trim_db);
        if inside != (0..samples.len()) {
            let seconds = |count: usize| count as f64 / f64::from(recipe.sample_rate);
            notes.push(Note::Trimmed {
                start_seconds: seconds(inside.start),
                end_seconds: seconds(samples.len() - inside.end),
            });
        }
        samples.truncate(inside.end);
        samples.drain(..inside.start);
    }
    normalise(&mut samples, recipe.normalise);
    taken(recipe, samples.len(), notes, |range| Ok(samples[range].to_vec()))
}

/// Skips, takes and pads `length` samples, of which `part` brings any range.
fn taken(
    recipe: &Recipe,
    length: usize,
    mut notes: Vec<Note>,
    part: impl FnOnce(Range<usize>) -> Result<Vec<f32>, FeatureError>,
) -> Result<(Wave, Vec<Note>), FeatureError> {
    let rate = f64::from(recipe.sample_rate);
    let skip = skipped(recipe, length);
    if skip < wanted_skip(recipe) {
        notes.push(Note::SkipClamped {
            to_seconds: skip as f64 / rate,
        });
    }
    let mut samples = part(after(skip, recipe, length))?;
    let wanted = recipe.least_samples();
    if samples.len() < wanted {
        notes.push(Note::Padded {
            seconds: (wanted - samples.len()) as f64 / rate,
        });
        pad(&mut samples, wanted, recipe.pad_align);
    }
    let wave = Wave {
        samples,
        rate: recipe.sample_rate,
    };
    Ok((wave, notes))
}

fn wanted_skip(recipe: &Recipe) -> usize {
    (recipe.skip_seconds * f64::from(recipe.sample_rate)).round() as usize
}

fn skipped(recipe: &Recipe, length: usize) -> usize {
    wanted_skip(recipe).min(length.saturating_sub(recipe.frame_length))
}

fn after(skip: usize, recipe: &Recipe, length: usize) -> Range<usize> {
    let range = kept(length - skip, recipe.most_samples(), recipe.cut_align);
    skip + range.start..skip + range.end
}

/// Which samples a recipe takes of `length` at its rate; none where that depends on what they are, or an encoder takes
/// all of them.
pub(super) fn range_taken(recipe: &Recipe, length: usize) -> Option<Range<usize>> {
    (takes_by_length(recipe) && !recipe.has_encoder()).then(|| after(skipped(recipe, length), recipe, length))
}

/// How many samples of a wave, from its beginning and at the recipe's rate, decide its features; `length` is all there is.
pub fn samples_needed(recipe: &Recipe, length: usize) -> usize {
    let range = range_taken(recipe, length).unwrap_or(0..length);
    match range_taken(recipe, range.end) {
        Some(same) if same == range => range.end,
        _ => length,
    }
}

fn takes_by_length(recipe: &Recipe) -> bool {
    recipe.trim_db == 0.0 && recipe.normalise == Normalise::None
}

#[cfg(test)]
mod tests {
    use super::super::recipe::tests::papers;
    use super::*;
    use crate::audio::Align;
    use crate::features::Functional;

    fn tone(seconds: f64, rate: u32) -> Wave {
        let length = (seconds * f64::from(rate)) as usize;
        Wave {
            samples: (0..length).map(|n| (n as f32 * 0.05).sin() * 0.3).collect(),
            rate,
        }
    }

    #[test]
    fn a_long_clip_is_skipped_and_cut_without_a_word() {
        let wave = tone(4.0, 22_050);
        let (prepared, notes) = prepare(&wave, &papers()).unwrap();
        assert_eq!(prepared.samples, wave.samples[13_230..13_230 + 55_125]);
        assert!(notes.is_empty());
    }

    #[test]
    fn a_clip_that_ends_within_the_take_is_padded() {
        let (prepared, notes) = prepare(&tone(2.0, 22_050), &papers()).unwrap();
        let [Note::Padded { seconds }] = notes[..] else {
            panic!("{notes:?}")
        };
        assert!((seconds - 1.1).abs() < 1e-3);
        assert_eq!(prepared.samples.len(), 55_125);
        assert_eq!(prepared.samples[40_000..], [0.0; 15_125]);
    }

    #[test]
    fn a_clip_shorter_than_the_skip_still_gives_a_frame_of_sound() {
        let (prepared, notes) = prepare(&tone(0.5, 22_050), &papers()).unwrap();
        let [Note::SkipClamped { to_seconds }, Note::Padded { seconds }] = notes[..] else {
            panic!("{notes:?}")
        };
        assert!((to_seconds - (0.5 - 2048.0 / 22_050.0)).abs() < 1e-3);
        assert!((seconds - (2.5 - 2048.0 / 22_050.0)).abs() < 1e-3);
        assert!(prepared.samples[..2_048].iter().any(|sample| sample.abs() > 0.25));
    }

    #[test]
    fn the_end_or_the_middle_can_be_taken_and_the_sound_lie_at_the_end_of_the_zeros() {
        let recipe = |cut_align, pad_align| Recipe {
            skip_seconds: 0.0,
            take_seconds: 0.1,
            cut_align,
            pad_align,
            ..papers()
        };
        let wave = tone(0.3, 22_050);
        let (prepared, _) = prepare(&wave, &recipe(Align::Right, Align::Left)).unwrap();
        assert_eq!(prepared.samples, wave.samples[6_615 - 2_205..]);
        let (prepared, _) = prepare(&wave, &recipe(Align::Centre, Align::Left)).unwrap();
        assert_eq!(prepared.samples, wave.samples[2_205..4_410]);
        let wave = tone(0.05, 22_050);
        let (prepared, _) = prepare(&wave, &recipe(Align::Left, Align::Right)).unwrap();
        assert_eq!(prepared.samples[1_103..], wave.samples);
    }

    #[test]
    fn trimming_and_levelling_come_before_the_skip() {
        let mut wave = tone(1.0, 22_050);
        wave.samples.splice(0..0, [0.0; 22_050]);
        wave.samples.extend([0.0; 11_025]);
        let recipe = Recipe {
            trim_db: 40.0,
            normalise: Normalise::Peak,
            skip_seconds: 0.2,
            take_seconds: 0.5,
            ..papers()
        };
        let (prepared, notes) = prepare(&wave, &recipe).unwrap();
        let peak = prepared
            .samples
            .iter()
            .fold(0f32, |peak, sample| peak.max(sample.abs()));
        assert!((peak - 1.0).abs() < 1e-3);
        let [
            Note::Trimmed {
                start_seconds,
                end_seconds,
            },
        ] = notes[..]
        else {
            panic!("{notes:?}")
        };
        assert!(
            (start_seconds - 1.0).abs() < 0.08 && (end_seconds - 0.5).abs() < 0.08,
            "{notes:?}"
        );
    }

    #[test]
    fn functionals_hear_all_of_a_clip_and_no_zeros() {
        let recipe = Recipe {
            skip_seconds: 0.0,
            take_seconds: 0.0,
            functionals: vec![Functional::Mean],
            ..papers()
        };
        let (prepared, notes) = prepare(&tone(0.3, 22_050), &recipe).unwrap();
        assert_eq!((prepared.samples.len(), notes), (6_615, vec![]));
        let longest = Recipe {
            take_seconds: 1.0,
            ..recipe
        };
        assert_eq!(prepare(&tone(0.3, 22_050), &longest).unwrap().0.samples.len(), 6_615);
        assert_eq!(prepare(&tone(1.3, 22_050), &longest).unwrap().0.samples.len(), 22_050);
    }

    #[test]
    fn nothing_and_numbers_that_are_none_are_refused() {
        let wave = |samples| Wave { samples, rate: 22_050 };
        for samples in [vec![], vec![f32::NAN], vec![0.1, f32::INFINITY]] {
            assert!(matches!(
                prepare(&wave(samples), &papers()),
                Err(FeatureError::Wave { .. })
            ));
        }
        let impossible = Recipe {
            hop_length: 0,
            ..papers()
        };
        assert!(matches!(
            prepare(&wave(vec![0.5]), &impossible),
            Err(FeatureError::Recipe { .. })
        ));
    }
}
