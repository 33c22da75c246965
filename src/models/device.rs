//! The device to compute on. The only place that names Burn's backends.

use super::ModelError;
use burn::tensor::Device;

/// Names that [`device`] understands in this build.
pub fn device_names() -> Vec<&'static str> {
    unimplemented!()
}

/// `flex` (CPU, default), `ndarray` (CPU, deprecated by Burn).
///
/// # Errors
/// [`ModelError::Device`] with the names that can be had.
pub fn device(_name: &str) -> Result<Device, ModelError> {
    unimplemented!()
}
