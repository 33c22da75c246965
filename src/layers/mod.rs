//! Layers of networks, shared by the architectures and the encoders, and their kernels: sequences are (batch, frames,
//! channels), as in Keras.

mod attention;
mod batch_norm;
#[cfg(any(feature = "cuda", feature = "wgpu"))]
mod buffer;
mod channel_norm;
mod clip_norm;
mod convolution;
mod convolution2d;
mod convolve;
mod dense;
mod dropout;
mod gelu;
#[cfg(any(feature = "cuda", feature = "wgpu"))]
pub mod gpu;
mod grouped;
mod init;
mod kernels;
mod key_mask;
mod layer_norm;
#[cfg(test)]
pub(crate) mod lcg;
mod lstm;
mod noise;
mod operation;
mod pass;
mod penalty;
mod pooling;
mod segments;
mod self_attention;
mod spans;
mod strided;
mod summary;
#[cfg(test)]
mod tests;
mod values;
mod weighted_sum;

pub use attention::AttentiveStatistics;
pub use batch_norm::BatchNorm;
pub use channel_norm::ChannelNorm;
pub use clip_norm::clip_norm;
pub use convolution::Convolution;
pub use convolution2d::Convolution2d;
pub use dense::Dense;
pub use dropout::dropout;
pub use gelu::gelu;
pub use grouped::GroupedConvolution;
pub use init::{Init, zeros};
pub use key_mask::KeyMask;
pub use layer_norm::LayerNorm;
pub use lstm::BiLstm;
pub use noise::noise;
pub use operation::{Home, Operation, Outcome, Pullback, binary, quaternary, runs_here, ternary, unary};
pub use pass::{Mode, TrainingPass};
pub use penalty::penalty;
pub use pooling::{MaxPool, global_average, own_average};
pub use self_attention::self_attention;
pub use spans::{Pass, Span, start_spans, stop_spans};
pub use strided::StridedConvolution;
pub use summary::{LayerSummary, layers_passed, trainable};
pub use values::Values;
pub use weighted_sum::WeightedSum;
