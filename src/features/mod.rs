//! The numbers a model sees: pure functions of a wave or a spectrogram. Knows no labels, no clips.

mod changed;
mod chroma;
mod contrast;
mod delta;
mod error;
mod extract;
mod feature;
mod frames;
mod functional;
mod import;
mod logarithm;
mod matrix;
mod mel;
mod mfcc;
mod normalise;
mod npy;
mod pitch;
mod pitch_path;
mod prepare;
mod recipe;
mod recipe_limits;
mod scaler;
mod spec_augment;
mod spectra;
mod spectral;
mod stopwatch;
mod store;
mod time_domain;
mod tuning;
mod yin;

pub use changed::extract_changed;
pub use chroma::{CHROMA, ChromaFilterbank};
pub use contrast::{CONTRAST_BANDS, SpectralContrast, contrast_db};
pub use delta::Delta;
pub use error::FeatureError;
pub use extract::{Extracted, FEATURE_VERSION, extract, extract_timed};
pub use feature::Feature;
pub use functional::Functional;
pub use import::Import;
pub use matrix::FeatureMatrix;
pub use mel::{
    LogMel, MelBands, MelFilterbank, MelScale, log_mel_preview, mel_filterbank, mel_spectrogram, power_to_db,
    power_to_db_over,
};
pub use mfcc::{lift, mfcc};
pub use normalise::Normalise;
pub use npy::FeatureArray;
pub use pitch::{Pitch, PitchSettings};
pub use prepare::{Note, prepare};
pub use recipe::{DbReference, Recipe};
pub use scaler::Scaler;
pub use spec_augment::SpecAugment;
pub use spectral::{spectral_bandwidth, spectral_centroid, spectral_flatness, spectral_rolloff};
pub use stopwatch::Stopwatch;
pub use store::{FeatureStore, PackContents, PackSummary, inventory};
pub use time_domain::{root_mean_square, zero_crossing_rate};
