//! Speech encoders with published weights: Whisper, wav2vec 2.0, HuBERT, WavLM, data2vec. Waves in, hidden states out;
//! knows no labels and no clips.

mod checkpoint;
mod config;
mod encoder;
mod error;
mod fingerprint;
#[cfg(test)]
mod fixture;
mod frames;
mod json;
mod network;
mod parts;
mod pooling;
mod selection;
mod wav2vec2;
mod whisper;

pub use config::{EncoderConfig, Family};
pub use encoder::Encoder;
pub use error::EncoderError;
pub use fingerprint::fingerprint;
pub use frames::Frames;
pub use parts::{Attention, TransformerLayer};
pub use selection::{Layer, Pool};
