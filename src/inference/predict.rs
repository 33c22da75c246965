//! A wave to probabilities.

use super::{InferenceError, Package};
use crate::audio::Wave;
use serde::{Deserialize, Serialize};

/// A reason to trust a prediction less.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Warning {
    /// Far quieter or louder than the training clips.
    Level {
        /// This clip (dBFS).
        rms_dbfs: f32,
        /// The training clips (dBFS).
        training_rms_dbfs: f32,
    },
    /// Much of it is clipped.
    Clipping {
        /// Share of samples.
        share: f32,
    },
    /// Shorter than what the recipe takes: padded with zeros.
    Short {
        /// The clip's length (s).
        seconds: f64,
        /// What the recipe takes (s).
        wanted: f64,
    },
    /// Longer than what the recipe takes: the rest was not heard.
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

impl Package {
    /// Judges one wave.
    ///
    /// # Errors
    /// [`InferenceError::Refused`] for silence or nothing at all.
    pub fn predict(&self, _wave: &Wave) -> Result<Prediction, InferenceError> {
        unimplemented!()
    }
}
