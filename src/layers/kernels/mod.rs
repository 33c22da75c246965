//! The arithmetic of our own layers on the CPU: slices in, slices out; knows no tensors.
//!
//! Plain safe loops, compiled for every vector width and chosen when the program runs. Batches are
//! cut into parts that do not depend on the number of threads, and sums are taken in a fixed order,
//! so that the same numbers come out whatever the machine is busy with.

pub mod affine;
pub mod batch_norm;
pub mod convolution;
pub mod dense;
pub mod dropout;
pub mod exponential;
pub mod gelu;
pub mod grouped;
pub mod layer_norm;
pub mod lstm;
pub mod noise;
pub mod normalise;
pub mod pooling;
pub mod product;
pub mod self_attention;
pub mod strided;
mod vectors;
