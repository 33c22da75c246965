//! The device to compute on. The only place that names Burn's backends.

use super::ModelError;
use burn::tensor::Device;

/// Names that [`device`] understands in this build; the first is the default.
pub fn device_names() -> Vec<&'static str> {
    vec!["flex", "ndarray"]
}

/// `flex` (CPU, default), `ndarray` (CPU, deprecated by Burn).
///
/// # Errors
/// [`ModelError::Device`] with the names that can be had.
pub fn device(name: &str) -> Result<Device, ModelError> {
    match name {
        "flex" => Ok(cpu()),
        // A second, independent implementation to compare with, for as long as Burn ships it.
        #[allow(deprecated)]
        "ndarray" => Ok(Device::ndarray()),
        _ => Err(ModelError::Device {
            name: name.to_owned(),
            problem: format!(
                "there is no such device in this build; set `device` to one of {}",
                device_names().join(", ")
            ),
        }),
    }
}

/// The CPU device that our own operations are written for.
pub(super) fn cpu() -> Device {
    Device::flex()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_gives_a_device_and_another_name_lists_them() {
        for name in device_names() {
            assert!(device(name).is_ok(), "{name}");
        }
        let message = device("gpu9").unwrap_err().to_string();
        assert_eq!(
            message,
            "device `gpu9`: there is no such device in this build; set `device` to one of flex, ndarray"
        );
    }
}
