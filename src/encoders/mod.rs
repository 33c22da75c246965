//! Speech encoders with published weights: Whisper, wav2vec 2.0, HuBERT, WavLM, data2vec. Waves in, hidden states out;
//! knows no labels and no clips.

mod error;
mod selection;
mod shared;

pub use error::EncoderError;
pub use selection::{Layer, Pool};
pub use shared::Found;
