//! NVIDIA's driver and graphics processors.

use super::processor::gib;
use super::{Finding, GpuUsage};
use nvml_wrapper::error::NvmlError;
use nvml_wrapper::{Device, Nvml};
use std::path::Path;

/// The driver and every graphics processor, by NVML, which is opened at run time.
pub fn look() -> Vec<Finding> {
    let nvml = match Nvml::init() {
        Ok(nvml) => nvml,
        Err(error) => return vec![without(&error)],
    };
    let mut found = Vec::new();
    if let Ok(driver) = nvml.sys_driver_version() {
        let cuda = nvml.sys_cuda_driver_version().map_or_else(
            |_| String::new(),
            |version| format!(", CUDA {}.{}", version / 1000, version % 1000 / 10),
        );
        found.push(Finding::good("driver", format!("NVIDIA {driver}{cuda}")));
    }
    for index in 0..nvml.device_count().unwrap_or(0) {
        match nvml.device_by_index(index) {
            Ok(device) => found.push(Finding::good("gpu", format!("{index}: {}", describe(&device)))),
            Err(error) => found.push(Finding::lack(
                "gpu",
                format!("{index}: {error}"),
                "look at it with `nvidia-smi`; a reset or a reboot may be needed",
            )),
        }
    }
    found
}

fn without(error: &NvmlError) -> Finding {
    let module = Path::new("/proc/driver/nvidia/version").exists();
    let (found, remedy) = match error {
        NvmlError::LibloadingError(_) | NvmlError::LibraryNotFound if !module => (
            "no NVIDIA driver on this machine".to_owned(),
            "none is needed to train on the CPU",
        ),
        NvmlError::LibloadingError(_) | NvmlError::LibraryNotFound => (
            "the NVIDIA driver is loaded, but libnvidia-ml.so.1 is not found".to_owned(),
            "install the driver's libraries (in a container: start it with `--gpus all`)",
        ),
        error => (
            format!("the NVIDIA driver does not answer: {error}"),
            "look at it with `nvidia-smi`; after an update of the driver the machine must be started again",
        ),
    };
    Finding::note("gpu", found, remedy)
}

/// Name, memory, load, temperature and power; `-` for what the device does not report (as a slice of one may not).
fn describe(device: &Device<'_>) -> String {
    let known = |value: Option<String>| value.unwrap_or_else(|| "-".to_owned());
    let usage = GpuUsage::of(device);
    let memory = usage.memory.map(|memory| {
        format!(
            "{} of {} free",
            gib(memory.total.saturating_sub(memory.used)),
            gib(memory.total)
        )
    });
    [
        known(usage.name),
        known(memory),
        known(usage.busy.map(|busy| format!("{:.0} % busy", 100.0 * busy))),
        known(usage.celsius.map(|degrees| format!("{degrees} °C"))),
        known(usage.watts.map(|watts| format!("{watts:.0} W"))),
    ]
    .join(", ")
}

#[cfg(test)]
mod tests {
    use super::super::Health;
    use super::*;

    #[test]
    fn a_machine_without_a_driver_is_told_that_none_is_needed() {
        let finding = without(&NvmlError::LibraryNotFound);
        assert_eq!(finding.health, Health::Note);
        assert!(!finding.found.is_empty() && !finding.remedy.is_empty());
        assert!(!look().is_empty());
    }
}
