//! Layers shared by the architectures: sequences are (batch, frames, channels), as in Keras.

mod convolution;
mod dense;
mod dropout;
mod init;
mod operation;
mod pooling;
mod values;

pub use convolution::Convolution;
pub use dense::Dense;
pub use dropout::dropout;
pub use init::{glorot_uniform, zeros};
pub use operation::{Operation, Pullback, quaternary, runs_here, ternary, unary};
pub use pooling::{global_average, max_pool};
pub use values::Values;
