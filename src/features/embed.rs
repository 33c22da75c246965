//! Waves through the encoder of a recipe.

use super::whole_clip::{at_rate, windows};
use super::{Extracted, FeatureError, FeatureMatrix, Recipe, Stopwatch};
use crate::audio::{Wave, trim};
use crate::encoders::{Encoder, EncoderError, Found};
use half::f16;
use std::ops::Range;

impl Recipe {
    /// Refuses an encoder that is not here, or has other weights than those that the recipe was resolved with.
    ///
    /// # Errors
    /// [`FeatureError::Encoder`] with the remedy.
    pub fn check_encoder(&self) -> Result<(), FeatureError> {
        if self.has_encoder() {
            found(self)?;
        }
        Ok(())
    }

    /// The frames of a clip by its samples and rate (Hz).
    pub(super) fn frames_by_length(&self) -> Result<impl Fn(u64, u32) -> usize, FeatureError> {
        let config = match self.has_unequal_frames() {
            true => Some(found(self)?.config),
            false => None,
        };
        let equal = self.shape().0;
        Ok(move |samples: u64, rate: u32| match &config {
            Some(config) => {
                let resampled = samples as f64 * f64::from(config.rate) / f64::from(rate.max(1));
                config.frames(resampled.round() as usize)
            }
            None => equal,
        })
    }
}

/// The encoder of a recipe, with the weights that the recipe was resolved with.
pub(super) fn found(recipe: &Recipe) -> Result<Found, FeatureError> {
    let name = &recipe.encoder;
    let found = Found::new(name)?;
    match &recipe.resolved_encoder {
        Some(wanted) if wanted.fingerprint != found.fingerprint => Err(EncoderError::Unknown {
            name: name.clone(),
            problem: format!(
                "the weights in {} are not those that the features were made with (their fingerprint is {}, it was {}); \
                 get that version of it, or train again",
                found.folder.display(),
                found.fingerprint,
                wanted.fingerprint
            ),
        }
        .into()),
        _ => Ok(found),
    }
}

/// The features of several waves, each as it would be alone.
///
/// # Errors
/// What concerns all of them. What concerns one stands in its place.
pub(super) fn embed(
    waves: &[Wave],
    recipe: &Recipe,
    encoder: &Encoder,
    watch: &mut Stopwatch,
) -> Result<Vec<Result<Extracted, FeatureError>>, FeatureError> {
    let rate = encoder.config().rate;
    let resample = |wave| {
        let resampled = at_rate(wave, rate)?;
        match encoder.config().frames(resampled.samples.len()) {
            0 => Err(FeatureError::Wave {
                problem: format!(
                    "its {:.3} s are too short for a frame of the encoder",
                    resampled.seconds()
                ),
            }),
            _ => Ok(resampled),
        }
    };
    let resampled: Vec<Result<Wave, FeatureError>> = waves.iter().map(resample).collect();
    watch.lap("resample");
    let clips: Vec<&[f32]> = resampled.iter().flatten().map(|wave| wave.samples.as_slice()).collect();
    let within: Vec<Range<usize>> = match recipe.trim_db > 0.0 {
        true => clips.iter().map(|samples| trim(samples, recipe.trim_db)).collect(),
        false => Vec::new(),
    };
    let mut rows = encoder
        .embed(&clips, &within, recipe.layer, recipe.pool, recipe.padded)?
        .into_iter();
    watch.lap("encoder");
    Ok(resampled
        .into_iter()
        .map(|resampled| {
            let wave = resampled?;
            let frames = rows.next().ok_or_else(nothing)?;
            finished(recipe, &wave, frames.frames, frames.values)
        })
        .collect())
}

fn nothing() -> FeatureError {
    FeatureError::Wave {
        problem: "the encoder gave nothing for it".to_owned(),
    }
}

/// Frames as they are kept, in 16 bits, so that they are the same whether they were kept or made just now.
fn finished(recipe: &Recipe, wave: &Wave, frames: usize, mut values: Vec<f32>) -> Result<Extracted, FeatureError> {
    if recipe.has_unequal_frames() {
        for value in &mut values {
            *value = f16::from_f32(*value).to_f32();
        }
    }
    let matrix = FeatureMatrix {
        frames,
        coefficients: recipe.shape().1,
        values,
    };
    if frames == 0 || matrix.values.len() != frames * matrix.coefficients {
        return Err(nothing());
    }
    if let Some(fault) = matrix.fault() {
        return Err(FeatureError::Wave {
            problem: format!("the encoder's states are no numbers that can be kept ({fault})"),
        });
    }
    let notes = windows(wave).into_iter().collect();
    Ok(Extracted { matrix, notes })
}
