//! A wave to probabilities.

use super::{InferenceError, Package};
use crate::audio::{Level, Wave, level};
use crate::features::{Recipe, extract};
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
    /// So long that what comes after the recipe's part is more than half as long as that: it was not heard.
    Long {
        /// The clip's length (s).
        seconds: f64,
        /// What the recipe hears (s).
        heard: f64,
    },
    /// Recorded at a lower rate than the recipe's: the upper band is empty.
    Rate {
        /// The clip's rate (Hz).
        rate: u32,
        /// The recipe's rate (Hz).
        wanted: u32,
    },
}

/// What the model says.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Prediction {
    /// (label, probability), in the order of the labels; sums to 1.
    pub probabilities: Vec<(String, f32)>,
    /// Reasons to trust it less.
    pub warnings: Vec<Warning>,
}

/// Shorter clips hold no syllable (s).
const SHORTEST: f64 = 0.1;
/// A larger difference of level than between loud and soft speakers of one corpus (dB).
const LEVEL_DIFFERENCE: f32 = 15.0;
/// More clipped samples are a recording fault (share).
const CLIPPED: f32 = 0.01;

impl Package {
    /// Judges one wave.
    ///
    /// # Errors
    /// [`InferenceError::Refused`] for silence, nothing at all, or less than 0.1 s.
    pub fn predict(&self, wave: &Wave) -> Result<Prediction, InferenceError> {
        let measured = judgeable(wave)?;
        let extracted = extract(wave, &self.facts.recipe)?;
        let rows = self.probabilities([&extracted.matrix])?;
        let probabilities = rows.into_iter().flatten();
        Ok(Prediction {
            probabilities: self.facts.labels.iter().cloned().zip(probabilities).collect(),
            warnings: warnings(wave, &measured, &self.facts.recipe, self.facts.training_rms_dbfs),
        })
    }
}

/// The wave's levels, unless nothing can be said about it.
fn judgeable(wave: &Wave) -> Result<Level, InferenceError> {
    let refuse = |reason: String| Err(InferenceError::Refused(reason));
    if wave.samples.is_empty() {
        return refuse("holds no samples: nothing to judge".to_owned());
    }
    if !wave.samples.iter().all(|sample| sample.is_finite()) {
        return refuse("holds samples that are no numbers; export it again as 16-bit wav".to_owned());
    }
    if wave.seconds() < SHORTEST {
        let seconds = wave.seconds();
        return refuse(format!("only {seconds:.3} s long; at least {SHORTEST} s are needed"));
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
            measured.clipped > CLIPPED,
            Warning::Clipping {
                share: measured.clipped,
            },
        ),
        (wanted - seconds > taken / 2.0, Warning::Short { seconds, wanted }),
        (seconds - wanted > taken / 2.0, Warning::Long { seconds, heard: taken }),
        (
            wave.rate < recipe.sample_rate,
            Warning::Rate {
                rate: wave.rate,
                wanted: recipe.sample_rate,
            },
        ),
    ];
    let applies = candidates.into_iter().filter(|(applies, _)| *applies);
    applies.map(|(_, warning)| warning).collect()
}
