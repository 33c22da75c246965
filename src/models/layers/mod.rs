//! Layers shared by the architectures: sequences are (batch, frames, channels), as in Keras.

mod convolution;
mod dense;
mod dropout;
mod init;
mod pooling;

pub use convolution::Convolution;
pub use dense::Dense;
pub use dropout::dropout;
pub use init::{glorot_uniform, zeros};
pub use pooling::{global_average, max_pool};
