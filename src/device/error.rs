//! What can go wrong with the choice of a device.

/// A device of that name is not compiled in or does not exist.
#[derive(Debug, thiserror::Error)]
#[error("device `{name}`: {problem}")]
pub struct DeviceError {
    /// As asked.
    pub name: String,
    /// Why not, and what can be had.
    pub problem: String,
}
