//! A wave to probabilities.

use super::{FinalFit, InferenceError, Package};
use crate::audio::{Level, Wave, level};
use crate::features::{Extractor, FeatureMatrix, Normalise, Note, Recipe, Scaler};
use serde::{Deserialize, Serialize};

/// A reason to trust a prediction less.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Warning {
    /// More than 15 dB quieter or louder than the training clips.
    Level {
        /// This clip (dBFS).
        rms_dbfs: f32,
        /// The training clips (dBFS).
        training_rms_dbfs: f32,
    },
    /// More than 1 % of it is clipped.
    Clipping {
        /// Share of samples.
        share: f32,
    },
    /// So short that more than half of what the recipe takes is padding (zeros).
    Short {
        /// The clip's length (s).
        seconds: f64,
        /// What fills the recipe: the skip and what is taken after it (s).
        wanted: f64,
    },
    /// So long that what comes after the recipe's part is more than half as long as that: the model did not see it.
    Long {
        /// The clip's length (s).
        seconds: f64,
        /// What the recipe takes (s).
        used: f64,
    },
    /// Fitted on all clips that there were: the model has no held-out test score.
    NoTestScore,
    /// Standardised by the statistics of the files that were asked about together, as if one speaker's.
    OneSpeaker {
        /// How many they are.
        files: usize,
    },
    /// Longer than an encoder takes at once: it went through in windows, and what is made of its frames is made of all of them.
    Windows {
        /// The clip's length (s).
        seconds: f64,
        /// How many.
        windows: usize,
    },
    /// Recorded at a lower rate than the recipe's: the upper band is empty.
    Rate {
        /// The clip's rate (Hz).
        rate: u32,
        /// The recipe's rate (Hz).
        wanted: u32,
    },
}

/// A prediction.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Prediction {
    /// (label, probability), in the order of the labels; sums to 1. None of a model that has dimensions instead.
    pub probabilities: Vec<(String, f32)>,
    /// (dimension, value) on the scale that the model was trained on, about 0 to 1; none of a model with labels.
    #[serde(default)]
    pub dimensions: Vec<(String, f32)>,
    /// The same in the units of each corpus that a run's model was trained on, by name; none of any other model.
    #[serde(default)]
    pub units: Vec<(String, Vec<(String, f32)>)>,
    /// Where labels of the model are left out: the probability that it gave to these, before the others were divided by
    /// their sum.
    #[serde(default)]
    pub left_out: Option<f32>,
    /// Reasons to trust it less.
    pub warnings: Vec<Warning>,
}

/// Shorter clips hold no syllable (s).
const SHORTEST: f64 = 0.1;
/// A larger difference of level than between loud and soft speakers of one corpus (dB).
const LEVEL_DIFFERENCE: f32 = 15.0;
/// More clipped samples are a recording fault (share).
const CLIPPED: f32 = 0.01;

/// The features of a wave, before they are predicted.
#[derive(Debug, Clone)]
pub struct PreparedFile {
    /// As extracted.
    features: FeatureMatrix,
    warnings: Vec<Warning>,
}

impl Package {
    /// Extracts the features of one wave.
    ///
    /// # Errors
    /// [`InferenceError::Refused`] for silence, nothing at all, or less than 0.1 s.
    pub fn prepare(&self, wave: &Wave) -> Result<PreparedFile, InferenceError> {
        let measured = check_predictable(wave)?;
        let (recipe, device) = (&self.metadata.recipe, self.network.device());
        let extracted = Extractor::new(recipe, device).extract(wave)?;
        let windows = extracted.notes.iter().filter_map(|note| match note {
            Note::Windows { windows } => Some(Warning::Windows {
                seconds: wave.seconds(),
                windows: *windows,
            }),
            _ => None,
        });
        let mut warnings = warnings(wave, &measured, recipe, self.metadata.training_rms_dbfs);
        warnings.extend(windows);
        Ok(PreparedFile {
            features: extracted.matrix,
            warnings,
        })
    }

    /// The statistics of several waves, taken as one speaker's; nothing where the model asks for none.
    pub fn speaker<'a>(&self, prepared: impl IntoIterator<Item = &'a PreparedFile>) -> Option<Speaker> {
        if self.metadata.normalise != Normalise::Speaker {
            return None;
        }
        let features: Vec<&FeatureMatrix> = prepared.into_iter().map(|prepared| &prepared.features).collect();
        Some(Speaker {
            scaler: Scaler::of_few(features.iter().copied()),
            files: features.len(),
            frames: features.iter().map(|matrix| matrix.frames).sum(),
        })
    }

    /// Predicts one wave of a speaker.
    ///
    /// # Errors
    /// [`InferenceError::Refused`] where its statistics, or the speaker's, leave nothing of it.
    pub fn predict(&self, prepared: PreparedFile, speaker: Option<&Speaker>) -> Result<Prediction, InferenceError> {
        let PreparedFile {
            mut features,
            mut warnings,
        } = prepared;
        let lonely = match (self.metadata.normalise, speaker) {
            (Normalise::Corpus, _) => false,
            (Normalise::Speaker, Some(speaker)) => {
                warnings.push(Warning::OneSpeaker { files: speaker.files });
                speaker.scaler.apply(&mut features);
                speaker.frames == 1
            }
            (Normalise::Speaker, None) | (Normalise::Utterance, _) => {
                Scaler::of_few([&features]).apply(&mut features);
                features.frames == 1
            }
        };
        if lonely {
            let problem = "the model compares a speaker's clips with each other; ask about several of them together";
            return Err(InferenceError::Refused(problem.to_owned()));
        }
        if self.metadata.final_fit == FinalFit::Everything {
            warnings.push(Warning::NoTestScore);
        }
        let row: Vec<f32> = self.rows([&features])?.into_iter().flatten().collect();
        let named = |names: &[String]| names.iter().cloned().zip(row.iter().copied()).collect();
        let head = self.metadata.dimensions.as_ref();
        Ok(Prediction {
            probabilities: named(&self.metadata.labels),
            dimensions: head.map_or_else(Vec::new, |head| named(&head.names)),
            units: head.map_or_else(Vec::new, |head| head.in_all_units(&row)),
            left_out: None,
            warnings,
        })
    }
}

/// The statistics of several waves, taken as one speaker's.
#[derive(Debug, Clone)]
pub struct Speaker {
    scaler: Scaler,
    files: usize,
    frames: usize,
}

/// The wave's levels, unless nothing can be said about it.
pub(super) fn check_predictable(wave: &Wave) -> Result<Level, InferenceError> {
    let refuse = |reason: String| Err(InferenceError::Refused(reason));
    if wave.samples.is_empty() {
        return refuse("holds no samples: nothing to predict".to_owned());
    }
    if !wave.samples.iter().all(|sample| sample.is_finite()) {
        return refuse("holds samples that are no numbers; export it again as 16-bit wav".to_owned());
    }
    if wave.seconds() < SHORTEST {
        let (samples, rate) = (wave.samples.len(), wave.rate);
        return refuse(format!(
            "only {samples} samples at {rate} Hz; at least {SHORTEST} s are needed"
        ));
    }
    let measured = level(wave);
    if measured.silent {
        return refuse("digital silence from end to end; check the microphone and the chosen channel".to_owned());
    }
    Ok(measured)
}

fn warnings(wave: &Wave, measured: &Level, recipe: &Recipe, training_rms_dbfs: f32) -> Vec<Warning> {
    let seconds = wave.seconds();
    let taken = recipe.take_seconds;
    // Functionals of all there is neither pad nor cut, and no more does an encoder.
    let fixed = taken > 0.0 && !recipe.has_encoder();
    let wanted = recipe.skip_seconds + taken;
    let candidates = [
        (
            (measured.rms_dbfs - training_rms_dbfs).abs() > LEVEL_DIFFERENCE,
            Warning::Level {
                rms_dbfs: measured.rms_dbfs,
                training_rms_dbfs,
            },
        ),
        (
            fixed && wanted - seconds > taken / 2.0,
            Warning::Short { seconds, wanted },
        ),
        (
            fixed && seconds - wanted > taken / 2.0,
            Warning::Long { seconds, used: taken },
        ),
    ];
    let applies = candidates.into_iter().filter(|(applies, _)| *applies);
    let of_recipe = applies.map(|(_, warning)| warning);
    of_recipe.chain(doubts(wave, measured, recipe.rate())).collect()
}

/// What may be wrong with a wave whoever predicts it, at a model's rate.
pub(super) fn doubts(wave: &Wave, measured: &Level, wanted: u32) -> Vec<Warning> {
    let clipping = (measured.clipped > CLIPPED).then_some(Warning::Clipping {
        share: measured.clipped,
    });
    let rate = (wave.rate < wanted).then_some(Warning::Rate {
        rate: wave.rate,
        wanted,
    });
    clipping.into_iter().chain(rate).collect()
}

#[cfg(test)]
mod tests {
    use super::super::package::tests::package;
    use super::*;

    /// A tone at -20 dBFS, about the level of the package's training clips.
    fn tone(seconds: f64, rate: u32) -> Wave {
        let samples = (0..(seconds * f64::from(rate)) as usize)
            .map(|index| 0.1414 * (index as f32 * 440.0 * std::f32::consts::TAU / rate as f32).sin());
        Wave {
            samples: samples.collect(),
            rate,
        }
    }

    /// One wave by itself.
    fn predict(package: &Package, wave: &Wave) -> Result<Prediction, InferenceError> {
        let prepared = package.prepare(wave)?;
        let speaker = package.speaker([&prepared]);
        package.predict(prepared, speaker.as_ref())
    }

    fn warnings_of(wave: &Wave) -> Vec<Warning> {
        predict(&package(), wave).unwrap().warnings
    }

    #[test]
    fn every_label_gets_a_probability() {
        let prediction = predict(&package(), &tone(0.6, 8_000)).unwrap();
        let labels: Vec<&str> = prediction
            .probabilities
            .iter()
            .map(|(label, _)| label.as_str())
            .collect();
        assert_eq!(labels, ["neutral", "happy", "sad"]);
        let sum: f32 = prediction.probabilities.iter().map(|(_, value)| value).sum();
        assert!((sum - 1.0).abs() < 1e-6);
        assert_eq!(prediction.warnings, []);
    }

    #[test]
    fn doubtful_clips_are_predicted_with_a_warning() {
        let mut quiet = tone(0.6, 8_000);
        quiet.samples.iter_mut().for_each(|sample| *sample /= 10.0);
        let warnings = warnings_of(&quiet);
        assert!(
            matches!(warnings[..], [Warning::Level { rms_dbfs, .. }] if (rms_dbfs + 40.0).abs() < 0.1),
            "{warnings:?}"
        );

        let mut clipped = tone(0.6, 8_000);
        clipped.samples[..100].fill(1.0);
        let warnings = warnings_of(&clipped);
        assert!(
            matches!(warnings[..], [Warning::Clipping { share }] if (share - 100.0 / 4800.0).abs() < 1e-6),
            "{warnings:?}"
        );

        // Skip 0.1 s, take 0.5 s: half of it must be there, and half as much may be left over.
        assert_eq!(warnings_of(&tone(0.36, 8_000)), []);
        assert_eq!(
            warnings_of(&tone(0.34, 8_000)),
            [Warning::Short {
                seconds: 0.34,
                wanted: 0.6
            }]
        );
        assert_eq!(warnings_of(&tone(0.84, 8_000)), []);
        assert_eq!(
            warnings_of(&tone(0.875, 8_000)),
            [Warning::Long {
                seconds: 0.875,
                used: 0.5
            }]
        );
        assert_eq!(
            warnings_of(&tone(0.6, 4_000)),
            [Warning::Rate {
                rate: 4_000,
                wanted: 8_000
            }]
        );
        assert_eq!(warnings_of(&tone(0.6, 48_000)), []);
    }

    #[test]
    fn files_asked_about_together_are_taken_as_one_speakers() {
        let mut package = package();
        package.metadata.normalise = Normalise::Speaker;
        let waves = [tone(0.6, 8_000), tone(0.5, 8_000), tone(0.4, 8_000)];
        let prepared: Vec<PreparedFile> = waves.iter().map(|wave| package.prepare(wave).unwrap()).collect();
        let speaker = package.speaker(&prepared).unwrap();
        let together = package.predict(prepared[0].clone(), Some(&speaker)).unwrap();
        assert_eq!(together.warnings, [Warning::OneSpeaker { files: 3 }]);
        let alone = predict(&package, &waves[0]).unwrap();
        assert_eq!(alone.warnings, [Warning::OneSpeaker { files: 1 }]);
        assert_ne!(alone.probabilities, together.probabilities);
        // One file is a speaker of one clip.
        package.metadata.normalise = Normalise::Utterance;
        let by_itself = predict(&package, &waves[0]).unwrap();
        assert_eq!(by_itself.probabilities, alone.probabilities);
        assert_eq!(by_itself.warnings, []);
        assert!(package.speaker(&prepared).is_none());
        package.metadata.final_fit = FinalFit::Everything;
        assert_eq!(predict(&package, &waves[0]).unwrap().warnings, [Warning::NoTestScore]);
    }

    #[test]
    fn what_cannot_be_predicted_is_refused_with_the_reason() {
        let refusal = |samples: Vec<f32>| {
            let wave = Wave { samples, rate: 8_000 };
            match predict(&package(), &wave) {
                Err(InferenceError::Refused(reason)) => reason,
                other => panic!("{other:?}"),
            }
        };
        assert!(refusal(Vec::new()).contains("no samples"));
        assert!(refusal(vec![0.5; 799]).contains("only 799 samples at 8000 Hz; at least 0.1 s"));
        assert!(refusal(vec![0.0; 8_000]).contains("silence"));
        assert!(refusal(vec![f32::NAN; 8_000]).contains("no numbers"));
    }
}
