//! What a graphics processor is doing, by NVML.

use super::Amount;
use nvml_wrapper::enum_wrappers::device::TemperatureSensor;
use nvml_wrapper::{Device, Nvml};
use serde::{Deserialize, Serialize};

/// What a graphics processor is doing; `None` is what it does not report, as a slice of one (MIG) may not.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct GpuUsage {
    /// Its name.
    pub name: Option<String>,
    /// Share of the last moments in which it computed, from 0 to 1.
    pub busy: Option<f64>,
    /// Its memory.
    pub memory: Option<Amount>,
    /// Its temperature (°C).
    pub celsius: Option<u32>,
    /// What it draws (W).
    pub watts: Option<f64>,
}

impl GpuUsage {
    pub(super) fn of(device: &Device<'_>) -> Self {
        // The counters of a sliced processor are those of no slice.
        let sliced = device.mig_mode().is_ok_and(|mode| mode.current != 0);
        let rates = device.utilization_rates().ok().filter(|_| !sliced);
        Self {
            name: device.name().ok(),
            busy: rates.map(|rates| f64::from(rates.gpu) / 100.0),
            memory: device.memory_info().ok().map(|memory| Amount {
                used: memory.used,
                total: memory.total,
            }),
            celsius: device.temperature(TemperatureSensor::Gpu).ok(),
            watts: device
                .power_usage()
                .ok()
                .map(|milliwatts| f64::from(milliwatts / 100) / 10.0),
        }
    }
}

/// One graphics processor, or what is left of it without a driver.
#[derive(Debug)]
pub(super) struct Gpu {
    nvml: Option<Nvml>,
    address: Option<String>,
}

impl Gpu {
    /// By its PCI address.
    pub fn new(nvml: Option<Nvml>, address: Option<String>) -> Self {
        Self { nvml, address }
    }

    /// What it is doing now.
    pub fn usage(&self) -> GpuUsage {
        let read = || {
            let device = self
                .nvml
                .as_ref()?
                .device_by_pci_bus_id(self.address.as_deref()?)
                .ok()?;
            Some(GpuUsage::of(&device))
        };
        read().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_reported_is_not_nothing() {
        let usage = Gpu::new(None, Some("0000:01:00.0".to_owned())).usage();
        assert_eq!(usage, GpuUsage::default());
        let line = serde_json::to_string(&usage).unwrap();
        assert!(
            line.contains(r#""busy":null"#) && line.contains(r#""watts":null"#),
            "{line}"
        );
    }
}
