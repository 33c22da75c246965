//! Burn modules, one file per architecture, and the registry that names them; knows tensors only.

mod conv1d;
mod device;
mod error;
mod kernels;
pub mod layers;
#[cfg(test)]
pub(crate) mod lcg;
mod registry;
mod weights;

pub use conv1d::{Conv1d, Conv1dSettings};
pub use device::{device, device_names};
pub use error::ModelError;
pub use registry::{ModelSettings, Network, architecture_names};
