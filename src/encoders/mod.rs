//! Speech encoders with published weights: Whisper, wav2vec 2.0, HuBERT, WavLM, data2vec. Waves in, hidden states out;
//! knows no labels and no clips.

mod catalogue;
mod error;
pub mod hub;
mod locate;
mod selection;

pub use catalogue::{Known, PublishedScore, is_known_family, known};
pub use error::EncoderError;
pub use locate::{locate, locate_in};
pub use selection::{Layer, Pool};
