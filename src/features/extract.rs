//! A wave through a recipe.

use super::{Feature, FeatureError, FeatureMatrix, MelFilterbank, Recipe, Stopwatch};
use super::{mel_filterbank, mfcc, power_to_db, root_mean_square, zero_crossing_rate};
use crate::audio::{Wave, power_frames, resample_range, resampled_length};
use std::cell::RefCell;
use std::rc::Rc;

/// Raised whenever the same recipe would give other numbers; part of the cache's key.
pub const FEATURE_VERSION: u32 = 2;

/// What a user should know about one clip's features.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Note {
    /// The clip is shorter than the skip; the skip was cut to this many seconds so that frames remain.
    SkipClamped {
        /// What was skipped instead (s).
        to_seconds: f64,
    },
    /// Zeros were appended, this many seconds.
    Padded {
        /// Zeros appended (s).
        seconds: f64,
    },
}

/// Features of one clip, and what is worth knowing about them.
#[derive(Debug, Clone, PartialEq)]
pub struct Extracted {
    /// `recipe.shape()` numbers.
    pub matrix: FeatureMatrix,
    /// What is worth knowing.
    pub notes: Vec<Note>,
}

/// librosa.power_to_db's defaults, which its MFCC are made with.
const AMIN: f32 = 1e-10;
const TOP_DB: f32 = 80.0;

/// The recipe over a wave: resample, skip, take, pad, frame, features.
///
/// The skip is cut to `min(skip, max(0, len - frame_length))` samples, so that a clip that ends soon
/// after it, or before it, still gives a whole frame of sound when it has one. All numbers are finite.
///
/// # Errors
/// [`FeatureError`] when the recipe is impossible, the wave holds nothing, holds numbers that are not
/// finite or so large that their energy is not, or cannot be resampled.
pub fn extract(wave: &Wave, recipe: &Recipe) -> Result<Extracted, FeatureError> {
    extract_timed(wave, recipe, &mut Stopwatch::off())
}

/// [`extract`], which tells `watch` what it does.
///
/// # Errors
/// As [`extract`].
pub fn extract_timed(wave: &Wave, recipe: &Recipe, watch: &mut Stopwatch) -> Result<Extracted, FeatureError> {
    recipe.validate()?;
    if wave.samples.is_empty() {
        return Err(FeatureError::Wave {
            problem: "it holds no samples",
        });
    }
    if !wave.samples.iter().all(|sample| sample.is_finite()) {
        return Err(FeatureError::Wave {
            problem: "some of its samples are not finite numbers",
        });
    }
    let (samples, notes) = cut(wave, recipe)?;
    watch.lap("resample");
    let matrix = matrix(&samples, recipe, watch);
    if !matrix.values.iter().all(|value| value.is_finite()) {
        return Err(FeatureError::Wave {
            problem: "its samples are far beyond full scale",
        });
    }
    Ok(Extracted { matrix, notes })
}

/// Skips, takes and pads, at the recipe's rate. What is skipped is not resampled.
fn cut(wave: &Wave, recipe: &Recipe) -> Result<(Vec<f32>, Vec<Note>), FeatureError> {
    let rate = f64::from(recipe.sample_rate);
    let mut notes = Vec::new();
    let wanted = (recipe.skip_seconds * rate).round() as usize;
    let skip = wanted.min(resampled_length(wave, recipe.sample_rate).saturating_sub(recipe.frame_length));
    if skip < wanted {
        notes.push(Note::SkipClamped {
            to_seconds: skip as f64 / rate,
        });
    }
    let take = recipe.take_samples();
    let mut samples = resample_range(wave, recipe.sample_rate, skip..skip + take)?.samples;
    if samples.len() < take {
        notes.push(Note::Padded {
            seconds: (take - samples.len()) as f64 / rate,
        });
        samples.resize(take, 0.0);
    }
    Ok((samples, notes))
}

fn matrix(samples: &[f32], recipe: &Recipe, watch: &mut Stopwatch) -> FeatureMatrix {
    let (frames, coefficients) = recipe.shape();
    let mut values = vec![0.0; frames * coefficients];
    let mut column = 0;
    for &feature in &recipe.features {
        let numbers = match feature {
            Feature::Zcr => zero_crossing_rate(samples, recipe.frame_length, recipe.hop_length),
            Feature::Rms => root_mean_square(samples, recipe.frame_length, recipe.hop_length),
            Feature::Mfcc => mfcc_of(samples, recipe, frames, watch),
        };
        let width = recipe.width(feature);
        for (row, numbers) in values.chunks_exact_mut(coefficients).zip(numbers.chunks_exact(width)) {
            row[column..column + width].copy_from_slice(numbers);
        }
        column += width;
        watch.lap(feature.name());
    }
    FeatureMatrix {
        frames,
        coefficients,
        values,
    }
}

fn mfcc_of(samples: &[f32], recipe: &Recipe, frames: usize, watch: &mut Stopwatch) -> Vec<f32> {
    let filterbank = filterbank(recipe);
    let mut mel = vec![0.0; frames * recipe.n_mels];
    let centres = (0..frames).map(|frame| frame * recipe.hop_length);
    power_frames(samples, recipe.frame_length, centres, |frame, power| {
        filterbank.apply(power, &mut mel[frame * recipe.n_mels..][..recipe.n_mels]);
    });
    watch.lap("mel spectrogram");
    power_to_db(&mut mel, AMIN, TOP_DB);
    mfcc(&mel, recipe.n_mels, recipe.n_mfcc)
}

type FilterbankKey = (u32, usize, usize);

thread_local! {
    /// The filterbank that was used last.
    static LAST: RefCell<Option<(FilterbankKey, Rc<MelFilterbank>)>> = const { RefCell::new(None) };
}

fn filterbank(recipe: &Recipe) -> Rc<MelFilterbank> {
    let key = (recipe.sample_rate, recipe.frame_length, recipe.n_mels);
    LAST.with_borrow_mut(|last| match last {
        Some((of, bank)) if *of == key => Rc::clone(bank),
        _ => {
            let bank = Rc::new(mel_filterbank(recipe.sample_rate, recipe.frame_length, recipe.n_mels));
            *last = Some((key, Rc::clone(&bank)));
            bank
        }
    })
}

#[cfg(test)]
mod tests {
    use super::super::recipe::tests::papers;
    use super::*;

    fn tone(seconds: f64, rate: u32) -> Wave {
        let length = (seconds * f64::from(rate)) as usize;
        Wave {
            samples: (0..length).map(|n| (n as f32 * 0.05).sin() * 0.3).collect(),
            rate,
        }
    }

    #[test]
    fn a_long_clip_is_skipped_and_cut_without_a_word() {
        let extracted = extract(&tone(4.0, 22_050), &papers()).unwrap();
        assert_eq!((extracted.matrix.frames, extracted.matrix.coefficients), (108, 22));
        assert!(extracted.notes.is_empty());
    }

    #[test]
    fn a_clip_that_ends_within_the_take_is_padded() {
        let extracted = extract(&tone(2.0, 22_050), &papers()).unwrap();
        let [Note::Padded { seconds }] = extracted.notes[..] else {
            panic!("{:?}", extracted.notes)
        };
        assert!((seconds - 1.1).abs() < 1e-3);
        // RMS: sound at first, nothing at the end.
        assert!(extracted.matrix.values[10 * 22 + 1] > 0.1);
        assert_eq!(extracted.matrix.values[107 * 22 + 1], 0.0);
    }

    #[test]
    fn a_clip_shorter_than_the_skip_still_gives_a_frame_of_sound() {
        let extracted = extract(&tone(0.5, 22_050), &papers()).unwrap();
        let [Note::SkipClamped { to_seconds }, Note::Padded { seconds }] = extracted.notes[..] else {
            panic!("{:?}", extracted.notes)
        };
        assert!((to_seconds - (0.5 - 2048.0 / 22_050.0)).abs() < 1e-3);
        assert!((seconds - (2.5 - 2048.0 / 22_050.0)).abs() < 1e-3);
        assert!(extracted.matrix.values[1] > 0.1);
    }

    #[test]
    fn one_sample_is_enough_and_no_sample_is_not() {
        let extracted = extract(
            &Wave {
                samples: vec![0.1],
                rate: 22_050,
            },
            &papers(),
        )
        .unwrap();
        assert_eq!(extracted.notes[0], Note::SkipClamped { to_seconds: 0.0 });
        assert!(
            extract(
                &Wave {
                    samples: vec![],
                    rate: 22_050
                },
                &papers()
            )
            .is_err()
        );
    }

    #[test]
    fn numbers_are_finite_or_refused() {
        let extracted = extract(
            &Wave {
                samples: vec![0.0; 70_000],
                rate: 22_050,
            },
            &papers(),
        )
        .unwrap();
        assert!(extracted.matrix.values.iter().all(|value| value.is_finite()));
        for bad in [f32::NAN, f32::INFINITY, 1e30] {
            let mut wave = tone(3.0, 22_050);
            wave.samples[40_000] = bad;
            assert!(extract(&wave, &papers()).is_err(), "{bad}");
        }
    }

    #[test]
    fn columns_follow_the_order_of_the_recipe() {
        let wave = tone(3.2, 48_000);
        let usual = extract(&wave, &papers()).unwrap().matrix;
        let features = vec![Feature::Mfcc, Feature::Zcr, Feature::Rms];
        let turned = extract(&wave, &Recipe { features, ..papers() }).unwrap().matrix;
        for (usual, turned) in usual.values.chunks(22).zip(turned.values.chunks(22)) {
            assert_eq!((&usual[..2], &usual[2..]), (&turned[20..], &turned[..20]));
        }
        let alone = extract(
            &wave,
            &Recipe {
                features: vec![Feature::Rms],
                ..papers()
            },
        )
        .unwrap()
        .matrix;
        assert_eq!((alone.frames, alone.coefficients), (108, 1));
        assert_eq!(alone.values[5], usual.values[5 * 22 + 1]);
    }

    #[test]
    fn an_impossible_recipe_is_refused() {
        assert!(
            extract(
                &tone(3.0, 22_050),
                &Recipe {
                    hop_length: 0,
                    ..papers()
                }
            )
            .is_err()
        );
    }
}
