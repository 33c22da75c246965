//! The numbers a model sees: pure functions of a wave or a spectrogram. Knows no labels, no clips.

mod cache;
mod error;
mod extract;
mod matrix;
mod mel;
mod mfcc;
mod recipe;
mod scaler;
mod stopwatch;
mod time_domain;

pub use cache::FeatureCache;
pub use error::FeatureError;
pub use extract::{Extracted, FEATURE_VERSION, Note, extract, extract_timed};
pub use matrix::FeatureMatrix;
pub use mel::{LogMel, MelFilterbank, log_mel_preview, mel_filterbank, mel_spectrogram, power_to_db};
pub use mfcc::mfcc;
pub use recipe::{Feature, Recipe};
pub use scaler::Scaler;
pub use stopwatch::Stopwatch;
pub use time_domain::{root_mean_square, zero_crossing_rate};
