//! Burn modules: the architectures, the layers that they share and the kernels of those; knows tensors only.

mod architectures;
mod device;
mod error;
#[cfg(test)]
#[allow(clippy::unwrap_used)]
pub(crate) mod fixture;
mod kernels;
pub mod layers;
#[cfg(test)]
pub(crate) mod lcg;
mod network;
#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod parity;
mod weights;

pub use architectures::*;
pub use device::{
    ChosenDevice, CudaLack, CudaPart, check_device_name, choose_device, cuda_parts, device, device_address,
    device_choices, device_names,
};
pub use error::ModelError;
pub use weights::BESIDE_WEIGHTS;
