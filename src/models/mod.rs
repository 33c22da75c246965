//! Burn modules: the architectures; knows tensors only.

mod architectures;
mod error;
#[cfg(test)]
#[allow(clippy::unwrap_used)]
pub(crate) mod fixture;
mod network;
mod nominal;
#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod parity;
mod weights;

pub use architectures::*;
pub use error::ModelError;
pub use nominal::{NOMINAL_FRAMES, nominal};
pub use weights::BESIDE_WEIGHTS;
