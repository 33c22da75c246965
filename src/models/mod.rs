//! Burn modules, one file per architecture, and the registry that names them; knows tensors only.

mod check;
mod conv1d;
mod crnn;
mod deep_conv1d;
mod deep_mel_conv2d;
mod device;
mod error;
#[cfg(test)]
#[allow(clippy::unwrap_used)]
pub(crate) mod fixture;
mod kernels;
pub mod layers;
#[cfg(test)]
pub(crate) mod lcg;
mod registry;
mod weights;

pub use conv1d::{Conv1d, Conv1dSettings};
pub use crnn::{Crnn, CrnnSettings};
pub use deep_conv1d::{DeepConv1d, DeepConv1dSettings};
pub use deep_mel_conv2d::{DeepMelConv2d, DeepMelConv2dSettings};
pub use device::{device, device_names};
pub use error::ModelError;
pub use registry::{ModelSettings, Network, architecture_names, published_sizes};
pub use weights::BESIDE_WEIGHTS;
