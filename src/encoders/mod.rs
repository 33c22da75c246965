//! Speech encoders with published weights: Whisper, wav2vec 2.0, HuBERT, WavLM, data2vec. Waves in, hidden states out;
//! knows no labels and no clips.

mod catalogue;
mod checkpoint;
mod classifier;
mod config;
mod encoder;
mod error;
mod family;
mod fingerprint;
#[cfg(test)]
#[allow(clippy::unwrap_used)]
pub(crate) mod fixture;
mod frames;
pub mod hub;
mod json;
mod locate;
mod network;
mod parts;
mod pooling;
mod selection;
mod shared;
mod tail;
#[cfg(test)]
#[allow(clippy::unwrap_used)]
pub(crate) mod tiny;
mod wav2vec2;
mod whisper;

pub use catalogue::{Known, PublishedScore, is_known_family, known};
pub use checkpoint::passed_over;
pub use classifier::{Classifier, Outputs};
pub use config::EncoderConfig;
pub use encoder::Encoder;
pub use error::EncoderError;
pub use family::Family;
pub use fingerprint::fingerprint;
pub use frames::Frames;
pub use locate::{locate, locate_in};
pub use parts::{Attention, TransformerLayer};
pub use selection::{Layer, Pool};
pub use shared::Found;
pub use tail::{Tail, TailConfig};
