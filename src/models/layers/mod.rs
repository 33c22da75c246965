//! Layers shared by the architectures: sequences are (batch, frames, channels), as in Keras.

mod convolution;
mod dense;
mod dropout;
mod init;
mod interim;
mod lstm;
mod noise;
mod operation;
mod pooling;
mod spans;
mod values;

pub use convolution::Convolution;
pub use dense::Dense;
pub use dropout::dropout;
pub use init::{glorot_uniform, orthogonal, zeros};
pub use interim::{BatchNorm, Convolution2d, max_pool_2d, max_pool_same};
pub use lstm::BiLstm;
pub use noise::noise;
pub use operation::{Operation, Pullback, quaternary, runs_here, ternary, unary};
pub use pooling::{global_average, max_pool};
pub use spans::{Span, Way, start_spans, stop_spans};
pub use values::Values;
