//! The numbers a model sees: pure functions of a wave or a spectrogram. Knows no labels, no clips.

mod error;
mod extract;
mod import;
mod matrix;
mod mel;
mod mfcc;
mod npy;
mod recipe;
mod scaler;
mod store;
mod time_domain;

pub use error::FeatureError;
pub use extract::{Extracted, FEATURE_VERSION, Note, extract};
pub use import::Import;
pub use matrix::FeatureMatrix;
pub use mel::{LogMel, MelFilterbank, log_mel_preview, mel_filterbank, mel_spectrogram, power_to_db};
pub use mfcc::mfcc;
pub use npy::FeatureArray;
pub use recipe::{Feature, Recipe};
pub use scaler::Scaler;
pub use store::{FeatureStore, PackFacts, inventory};
pub use time_domain::{root_mean_square, zero_crossing_rate};
