//! A checkpoint that comes with a classification head, as it is.

use super::package::to_probabilities;
use super::predict::{check_predictable, doubts};
use super::{InferenceError, Prediction, Warning};
use crate::audio::{Wave, resample, resampled_length};
use crate::device::device;
use crate::encoders::{Classifier, Outputs};
use std::path::Path;

/// Longer files are no utterances (s).
const LONGEST: f64 = 3_600.0;

/// A classifier that was trained by others.
#[derive(Debug)]
pub struct ReadyMade {
    classifier: Classifier,
}

/// A wave at the rate of the encoder, before it is predicted.
#[derive(Debug, Clone)]
pub struct ResampledFile {
    samples: Vec<f32>,
    warnings: Vec<Warning>,
}

impl ReadyMade {
    /// Reads it from its folder, for a device by name.
    ///
    /// # Errors
    /// [`InferenceError::Encoder`] for a checkpoint without a head that is known, or a damaged one.
    pub fn open(folder: &Path, device_name: &str) -> Result<Self, InferenceError> {
        let classifier = Classifier::open(folder, &device(device_name)?)?;
        Ok(Self { classifier })
    }

    /// Its labels or dimensions as its publisher has named them.
    pub fn labels(&self) -> &[String] {
        self.classifier.labels()
    }

    /// Whether it has classes or dimensions.
    pub fn outputs(&self) -> Outputs {
        self.classifier.outputs()
    }

    /// A wave as the encoder takes it.
    ///
    /// # Errors
    /// [`InferenceError::Refused`] for silence, nothing at all, less than 0.1 s, or more than an hour.
    pub fn prepare(&self, wave: &Wave) -> Result<ResampledFile, InferenceError> {
        let config = self.classifier.config();
        let measured = check_predictable(wave)?;
        let seconds = wave.seconds();
        if seconds > LONGEST {
            return Err(InferenceError::Refused(format!(
                "{:.1} h, and the encoder takes all of it; cut it into utterances",
                seconds / LONGEST
            )));
        }
        if config.frames(resampled_length(wave, config.rate)) == 0 {
            return Err(InferenceError::Refused(format!(
                "only {seconds:.3} s, too little for a frame of the encoder"
            )));
        }
        let mut warnings = doubts(wave, &measured, config.rate);
        let windows = (seconds / config.window_seconds()).ceil() as usize;
        if windows > 1 {
            warnings.push(Warning::Windows { seconds, windows });
        }
        let resampled = resample(wave, config.rate).map_err(|error| InferenceError::Refused(error.to_string()))?;
        Ok(ResampledFile {
            samples: resampled.samples,
            warnings,
        })
    }

    /// The output of the head for each wave, one number per label: probabilities that sum to 1, or values of dimensions.
    /// Each is the same alone and beside others.
    ///
    /// # Errors
    /// [`InferenceError::Encoder`].
    pub fn rows(&self, files: &[&ResampledFile]) -> Result<Vec<Vec<f32>>, InferenceError> {
        let waves: Vec<&[f32]> = files.iter().map(|file| file.samples.as_slice()).collect();
        let rows = self.classifier.forward(&waves)?;
        Ok(match self.outputs() {
            Outputs::Dimensions => rows,
            Outputs::Classes => rows.iter().map(|row| softmax(row)).collect(),
        })
    }

    /// The prediction of one wave.
    ///
    /// # Errors
    /// [`InferenceError::Encoder`].
    pub fn predict(&self, file: ResampledFile) -> Result<Prediction, InferenceError> {
        let row = self.rows(&[&file])?.into_iter().flatten();
        let named = self.labels().iter().cloned().zip(row).collect();
        let (probabilities, dimensions) = match self.outputs() {
            Outputs::Classes => (named, Vec::new()),
            Outputs::Dimensions => (Vec::new(), named),
        };
        Ok(Prediction {
            probabilities,
            dimensions,
            units: Vec::new(),
            left_out: None,
            warnings: file.warnings,
        })
    }
}

/// In double precision; the largest logit is taken off first, so that none overflows.
fn softmax(logits: &[f32]) -> Vec<f32> {
    let largest = logits.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let below: Vec<f32> = logits.iter().map(|logit| logit - largest).collect();
    to_probabilities(&below)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn softmax_sums_to_one_whatever_the_logits() {
        for logits in [vec![0.0, 1.0, -1.0], vec![1e4, -1e4], vec![-200.0, -201.0]] {
            let row = softmax(&logits);
            assert!((row.iter().sum::<f32>() - 1.0).abs() < 1e-6, "{row:?}");
        }
        let row = softmax(&[1.0, 2.0, 3.0]);
        // scipy.special.softmax([1, 2, 3])
        for (ours, theirs) in row.iter().zip([0.090_030_57, 0.244_728_47, 0.665_240_96]) {
            assert!((ours - theirs).abs() < 1e-7);
        }
    }
}
