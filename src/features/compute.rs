//! A wave through a recipe that computes its features.

use super::frames::Frames;
use super::functional::Contour;
use super::{Extracted, Feature, FeatureError, FeatureMatrix, Recipe, Stopwatch, prepare};
use crate::audio::Wave;
use std::cell::RefCell;
use std::ops::Range;

/// [`super::extract`] of a recipe that computes features, with its steps timed by `watch`.
pub(super) fn compute(wave: &Wave, recipe: &Recipe, watch: &mut Stopwatch) -> Result<Extracted, FeatureError> {
    let (prepared, notes) = prepare(wave, recipe)?;
    watch.lap("resample");
    let mut matrix = SCRATCH.with(|scratch| {
        // Another extraction cannot be under way in this thread, so the buffers are there.
        let mut frames = scratch.take();
        let matrix = frames.features(&prepared.samples, recipe, watch);
        SCRATCH.set(frames);
        matrix
    });
    if !recipe.functionals.is_empty() {
        matrix = functionals(&matrix, recipe);
        watch.lap("functionals");
    }
    if let Some(fault) = matrix.fault() {
        return Err(FeatureError::Wave {
            problem: format!("its samples are far beyond full scale ({fault})"),
        });
    }
    Ok(Extracted { matrix, notes })
}

thread_local! {
    static SCRATCH: RefCell<Frames> = RefCell::default();
}

/// One row: the functionals of the first column, of the second, and so on; of each column those of its whole contour, then
/// those of its parts. What rests throughout a part is there as it is in the whole.
fn functionals(matrix: &FeatureMatrix, recipe: &Recipe) -> FeatureMatrix {
    let hop = recipe.hop_length as f64 / f64::from(recipe.sample_rate);
    let mut values = Vec::with_capacity(matrix.coefficients * recipe.functionals.len() * (1 + recipe.parts));
    let mut contour = Contour::default();
    let mut column = 0;
    for &feature in &recipe.features {
        for _ in 0..recipe.per_frame(feature) {
            // A rest is not a frequency.
            let counts = |value: f32| feature != Feature::F0 || value > 0.0;
            let mut take = |frames: Range<usize>| {
                let rows = matrix.values.chunks_exact(matrix.coefficients).enumerate();
                let rows = rows.skip(frames.start).take(frames.len());
                let points = rows.map(|(frame, row)| (frame as f64 * hop, row[column]));
                contour.take(points.filter(|(_, value)| counts(*value)));
                let found = recipe.functionals.iter().map(|&functional| contour.of(functional));
                (found.collect::<Vec<f32>>(), contour.is_empty())
            };
            let (whole, _) = take(0..matrix.frames);
            values.extend(&whole);
            for part in 0..recipe.parts {
                let start = part * matrix.frames / recipe.parts;
                let end = (part + 1) * matrix.frames / recipe.parts;
                let (found, rests) = take(start..end.max(start + 1));
                values.extend(if rests { &whole } else { &found });
            }
            column += 1;
        }
    }
    FeatureMatrix {
        frames: 1,
        coefficients: values.len(),
        values,
    }
}

#[cfg(test)]
mod tests {
    use super::super::recipe::tests::papers;
    use super::*;
    use crate::features::Functional;
    use crate::features::{Note, extract};

    fn tone(seconds: f64, rate: u32) -> Wave {
        let length = (seconds * f64::from(rate)) as usize;
        Wave {
            samples: (0..length).map(|n| (n as f32 * 0.05).sin() * 0.3).collect(),
            rate,
        }
    }

    /// Every feature, at the sizes of `functionals`.
    fn everything() -> Recipe {
        Recipe {
            sample_rate: 16_000,
            frame_length: 1024,
            hop_length: 256,
            n_mels: 40,
            n_mfcc: 13,
            features: Feature::ALL.to_vec(),
            ..papers()
        }
    }

    #[test]
    fn silence_after_the_end_is_silent() {
        let matrix = extract(&tone(2.0, 22_050), &papers()).unwrap().matrix;
        assert_eq!((matrix.frames, matrix.coefficients), (108, 22));
        assert!(matrix.values[10 * 22 + 1] > 0.1);
        assert_eq!(matrix.values[107 * 22 + 1], 0.0);
    }

    #[test]
    fn every_feature_is_finite_on_whatever_comes() {
        let step = |n: usize| if n < 8_000 { 1.0 } else { -1.0 };
        let waves: [(&str, Vec<f32>); 9] = [
            ("one sample", vec![0.5]),
            ("10 ms", (0..160).map(|n| (n as f32 * 0.3).sin()).collect()),
            ("silence", vec![0.0; 30_000]),
            ("minus zero", vec![-0.0; 30_000]),
            ("constant", vec![0.7; 30_000]),
            ("denormal", vec![1e-42; 30_000]),
            ("square", (0..30_000).map(|n| step(n % 16_000)).collect()),
            ("fastest", (0..30_000).map(|n| step(n % 2 * 8_000)).collect()),
            ("click", (0..30_000).map(|n| f32::from(u8::from(n == 20_000))).collect()),
        ];
        let whole = Recipe {
            functionals: vec![
                Functional::Mean,
                Functional::Std,
                Functional::Slope,
                Functional::Percentile(20),
            ],
            ..everything()
        };
        for (name, samples) in waves {
            let wave = Wave { samples, rate: 16_000 };
            for recipe in [everything(), whole.clone()] {
                let matrix = extract(&wave, &recipe).unwrap().matrix;
                assert_eq!((matrix.frames, matrix.coefficients), recipe.shape(), "{name}");
                assert_eq!(matrix.values.len(), matrix.frames * matrix.coefficients);
            }
        }
    }

    #[test]
    fn the_smallest_sizes_work() {
        let recipe = Recipe {
            sample_rate: 1_000,
            skip_seconds: 0.0,
            take_seconds: 0.01,
            frame_length: 16,
            hop_length: 16,
            n_mels: 1,
            n_mfcc: 1,
            f0_low: 130.0,
            f0_high: 250.0,
            features: Feature::ALL
                .into_iter()
                .filter(|feature| *feature != Feature::Contrast)
                .collect(),
            ..papers()
        };
        let matrix = extract(&tone(0.1, 1_000), &recipe).unwrap().matrix;
        assert_eq!((matrix.frames, matrix.coefficients), recipe.shape());
    }

    #[test]
    fn rests_play_no_part_in_functionals_of_f0() {
        let hum = |n: usize| {
            if n < 16_000 {
                (n as f32 * 200.0 * std::f32::consts::TAU / 16_000.0).sin()
            } else {
                0.0
            }
        };
        let wave = Wave {
            samples: (0..32_000).map(|n| 0.5 * hum(n)).collect(),
            rate: 16_000,
        };
        let recipe = Recipe {
            skip_seconds: 0.0,
            take_seconds: 0.0,
            features: vec![Feature::F0],
            functionals: vec![Functional::Min, Functional::Max, Functional::Percentile(50)],
            ..everything()
        };
        let values = extract(&wave, &recipe).unwrap().matrix.values;
        assert!(values.iter().all(|hertz| (hertz - 200.0).abs() < 3.0), "{values:?}");
        let silence = Wave {
            samples: vec![0.0; 32_000],
            rate: 16_000,
        };
        assert_eq!(extract(&silence, &recipe).unwrap().matrix.values, [0.0; 3]);
    }

    #[test]
    fn each_part_has_its_functionals_and_one_that_rests_those_of_the_whole() {
        // A hum of 200 Hz that is four times as loud, then rests.
        let sample = |n: usize| {
            let level = [0.1, 0.4, 0.0][(n / 16_000).min(2)];
            level * (n as f32 * 200.0 * std::f32::consts::TAU / 16_000.0).sin()
        };
        let wave = Wave {
            samples: (0..48_000).map(sample).collect(),
            rate: 16_000,
        };
        let recipe = Recipe {
            skip_seconds: 0.0,
            take_seconds: 0.0,
            features: vec![Feature::Rms, Feature::F0],
            functionals: vec![Functional::Percentile(50), Functional::Max],
            parts: 3,
            ..everything()
        };
        let matrix = extract(&wave, &recipe).unwrap().matrix;
        assert_eq!((matrix.frames, matrix.coefficients), (1, 16));
        assert_eq!(recipe.shape(), (1, 16));
        let names = recipe.column_names();
        let value = |name: &str| matrix.values[names.iter().position(|found| found == name).unwrap()];
        for (name, expected) in [
            ("rms_max", 0.4),
            ("rms_p50", 0.1),
            ("rms_1of3_p50", 0.1),
            ("rms_2of3_p50", 0.4),
            ("rms_3of3_p50", 0.0),
        ] {
            let expected = expected / 2f32.sqrt();
            assert!((value(name) - expected).abs() < 0.01, "{name}: {}", value(name));
        }
        assert_eq!(value("f0_3of3_p50"), value("f0_p50"), "it has none of its own");
        assert!((value("f0_1of3_p50") - 200.0).abs() < 3.0);
        // The whole comes first, as without parts.
        let alone = extract(&wave, &Recipe { parts: 0, ..recipe }).unwrap().matrix.values;
        assert_eq!(alone, [&matrix.values[..2], &matrix.values[8..10]].concat());
    }

    #[test]
    fn a_recipe_of_unknown_length_is_refused() {
        let open = Recipe {
            take_seconds: 0.0,
            ..papers()
        };
        let message = extract(&tone(1.0, 22_050), &open).unwrap_err().to_string();
        assert!(
            message.starts_with("take_seconds") && message.contains("longest"),
            "{message}"
        );
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
