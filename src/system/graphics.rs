//! NVIDIA's driver, graphics processors and run-time compiler.

use super::Finding;
use super::processor::gib;
use nvml_wrapper::error::NvmlError;
use nvml_wrapper::{Device, Nvml};
use std::path::{Path, PathBuf};

/// Where libraries and headers of CUDA are looked for, besides `CUDA_PATH` and `LD_LIBRARY_PATH`.
const ROOTS: [&str; 3] = ["/usr/local/cuda", "/opt/cuda", "/usr"];
const LIBRARIES: [&str; 5] = [
    "lib64",
    "lib",
    "lib/x86_64-linux-gnu",
    "lib/aarch64-linux-gnu",
    "targets/x86_64-linux/lib",
];

/// The driver and every graphics processor (by NVML, opened at run time), then what compiles kernels.
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
    found.push(compiler(&library_folders()));
    found.push(headers(&roots()));
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

/// Name, memory, load, temperature and power; `-` for what the device does not tell (as a slice of one may not).
fn describe(device: &Device<'_>) -> String {
    use nvml_wrapper::enum_wrappers::device::TemperatureSensor;
    let told = |value: Option<String>| value.unwrap_or_else(|| "-".to_owned());
    let memory = device.memory_info().ok();
    [
        told(device.name().ok()),
        told(memory.map(|memory| format!("{} of {} free", gib(memory.free), gib(memory.total)))),
        told(
            device
                .utilization_rates()
                .ok()
                .map(|rates| format!("{} % busy", rates.gpu)),
        ),
        told(
            device
                .temperature(TemperatureSensor::Gpu)
                .ok()
                .map(|degrees| format!("{degrees} °C")),
        ),
        told(
            device
                .power_usage()
                .ok()
                .map(|milliwatts| format!("{} W", milliwatts / 1000)),
        ),
    ]
    .join(", ")
}

fn roots() -> Vec<PathBuf> {
    let own = std::env::var_os("CUDA_PATH").map(PathBuf::from);
    own.into_iter().chain(ROOTS.map(PathBuf::from)).collect()
}

fn library_folders() -> Vec<PathBuf> {
    let listed = std::env::var_os("LD_LIBRARY_PATH").unwrap_or_default();
    let mut folders: Vec<PathBuf> = std::env::split_paths(&listed).collect();
    for root in roots() {
        folders.extend(LIBRARIES.map(|library| root.join(library)));
    }
    folders
}

/// NVRTC compiles the kernels of the device while a network is first run.
fn compiler(folders: &[PathBuf]) -> Finding {
    let found = folders.iter().find_map(|folder| {
        let entries = std::fs::read_dir(folder).ok()?;
        let mut names = entries.flatten().map(|entry| entry.path());
        names.find(|path| {
            path.file_name()
                .is_some_and(|name| name.to_string_lossy().starts_with("libnvrtc.so"))
        })
    });
    match found {
        Some(path) => Finding::good("nvrtc", path.display().to_string()),
        None => Finding::lack(
            "nvrtc",
            "libnvrtc.so is not found",
            "install CUDA's run-time compiler (package cuda-nvrtc) or put its folder in LD_LIBRARY_PATH",
        ),
    }
}

/// The run-time compiler reads CUDA's headers.
fn headers(roots: &[PathBuf]) -> Finding {
    let folder = roots
        .iter()
        .map(|root| root.join("include"))
        .find(|folder| folder.join("cuda_fp16.h").is_file());
    match folder {
        Some(folder) => Finding::good("cuda headers", folder.display().to_string()),
        None => Finding::lack(
            "cuda headers",
            "cuda_fp16.h is not found",
            "install CUDA's headers (package cuda-cudart-dev) or set CUDA_PATH to the toolkit",
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::super::Health;
    use super::*;
    use std::fs;

    #[test]
    fn a_machine_without_a_driver_is_told_that_none_is_needed() {
        let finding = without(&NvmlError::LibraryNotFound);
        assert_eq!(finding.health, Health::Note);
        assert!(!finding.found.is_empty() && !finding.remedy.is_empty());
        assert!(!look().is_empty());
    }

    #[test]
    fn compiler_and_headers_are_found_where_they_are() {
        let root = tempfile::tempdir().unwrap();
        let (lib, include) = (root.path().join("lib64"), root.path().join("include"));
        assert_eq!(compiler(std::slice::from_ref(&lib)).health, Health::Lack);
        assert_eq!(headers(&[root.path().to_owned()]).health, Health::Lack);
        fs::create_dir(&lib).unwrap();
        fs::create_dir(&include).unwrap();
        fs::write(lib.join("libnvrtc.so.13"), "").unwrap();
        fs::write(include.join("cuda_fp16.h"), "").unwrap();
        assert_eq!(compiler(&[lib]).health, Health::Good);
        assert_eq!(headers(&[root.path().to_owned()]).health, Health::Good);
    }
}
