//! Burn modules, one file per architecture, and the registry that names them; knows tensors only.

mod architecture;
mod attentive_crnn;
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
mod mel_conv2d;
mod mlp;
#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod parity;
mod parts;
mod registry;
mod time_conv1d;
mod weights;

pub use architecture::Architecture;
pub use attentive_crnn::{AttentiveCrnn, AttentiveCrnnSettings};
pub use check::LARGEST;
pub use conv1d::{Conv1d, Conv1dSettings};
pub use crnn::{Crnn, CrnnSettings};
pub use deep_conv1d::{DeepConv1d, DeepConv1dSettings};
pub use deep_mel_conv2d::{DeepMelConv2d, DeepMelConv2dSettings};
pub use device::{
    ChosenDevice, CudaLack, CudaPart, check_device_name, choose_device, cuda_parts, device, device_address,
    device_choices, device_names,
};
pub use error::ModelError;
pub use mel_conv2d::{MelConv2d, MelConv2dSettings};
pub use mlp::{Mlp, MlpSettings};
pub use registry::{ModelSettings, Network, Published, architecture_names, architectures, published};
pub use time_conv1d::{TimeConv1d, TimeConv1dSettings};
pub use weights::BESIDE_WEIGHTS;
