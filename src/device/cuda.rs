//! What training on NVIDIA's processors needs, and whether it is here.
//!
//! Burn's CUDA backend opens the driver and NVRTC when they are first used and panics without them, as it does
//! without CUDA's headers: so everything is looked for before.

use super::toolkit::Toolkit;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

/// How to build with CUDA.
const BUILD: &str = "build with `cargo build --release --features cuda`";
/// The header that every kernel may include.
const HEADER: &str = "cuda_fp16.h";

/// What brings the run-time compiler and the headers to any machine with a driver.
const PACKAGES: &str = "`pip install nvidia-cuda-nvrtc-cu12 nvidia-cuda-runtime-cu12` in the active Python environment, or \
                        load or install CUDA's toolkit and set CUDA_HOME to its folder";

/// Something that is missing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CudaLack {
    /// What is missing.
    pub found: String,
    /// What would help.
    pub remedy: String,
}

impl CudaLack {
    fn new(found: &str, remedy: &str) -> Self {
        Self {
            found: found.to_owned(),
            remedy: remedy.to_owned(),
        }
    }
}

/// One thing that is needed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CudaPart {
    /// What it is (`cuda build`, `libcuda`, `cuda devices`, `nvrtc`, `cuda headers`).
    pub topic: &'static str,
    /// What was found, or what is missing.
    pub state: Result<String, CudaLack>,
}

/// Everything that is needed, in the order in which one would put it right. Looked at once in a process.
pub fn cuda_parts() -> &'static [CudaPart] {
    &looked().0
}

/// How many devices can be computed on, or the first thing that is missing.
pub(super) fn usable() -> Result<usize, &'static CudaLack> {
    let (parts, count) = looked();
    match parts.iter().find_map(|part| part.state.as_ref().err()) {
        Some(lack) => Err(lack),
        None => Ok(*count),
    }
}

/// How many devices the kernel shows. Unlike [`usable`] it wakes none of them, which takes a second; it does not
/// know CUDA_VISIBLE_DEVICES.
pub(super) fn shown() -> usize {
    let gpus = fs::read_dir("/proc/driver/nvidia/gpus").map_or(0, Iterator::count);
    if cfg!(feature = "cuda") { gpus } else { 0 }
}

/// The PCI address of a device, which is opened for it.
pub(super) fn address(index: usize) -> Option<String> {
    usable().ok().filter(|count| index < *count)?;
    loader::address(index)
}

fn looked() -> &'static (Vec<CudaPart>, usize) {
    static LOOKED: OnceLock<(Vec<CudaPart>, usize)> = OnceLock::new();
    LOOKED.get_or_init(look)
}

fn look() -> (Vec<CudaPart>, usize) {
    let driver = library("cuda", loader::has_driver());
    let count = driver.as_ref().map_or(0, |_| loader::devices());
    let state = [
        (
            "cuda build",
            loader::BUILT
                .then(|| "feature `cuda`".to_owned())
                .ok_or_else(|| CudaLack::new("this build has no CUDA", BUILD)),
        ),
        (
            "libcuda",
            driver.ok_or_else(|| {
                CudaLack::new(
                    "no NVIDIA driver: libcuda is not found",
                    "install the driver, or start the container with its GPUs (`--gpus all`)",
                )
            }),
        ),
        (
            "nvrtc",
            library("nvrtc", loader::has_nvrtc())
                .ok_or_else(|| CudaLack::new("libnvrtc is not found, which compiles kernels", PACKAGES)),
        ),
        ("cuda headers", headers(headers_root().as_deref())),
    ];
    let mut parts = state.map(|(topic, state)| CudaPart { topic, state }).to_vec();
    if loader::BUILT {
        let state = match count {
            0 => Err(CudaLack::new(
                "the driver gives no GPU to this process",
                "see `nvidia-smi`, and whether CUDA_VISIBLE_DEVICES hides it",
            )),
            1 => Ok("cuda:0".to_owned()),
            count => Ok(format!("cuda:0 to cuda:{}", count - 1)),
        };
        let topic = "cuda devices";
        parts.insert(2, CudaPart { topic, state });
        parts.push(CudaPart {
            topic: "cuda kernels",
            state: Ok(loader::kernels()),
        });
    }
    (parts, count)
}

/// Where a library is, or that the loader finds it; the loader's word counts when there is one.
fn library(name: &str, loads: Option<bool>) -> Option<String> {
    let beginning = format!("lib{name}.so");
    let path = || {
        let found = file(&folders(), &beginning);
        found.or_else(|| toolkit().nvrtc.clone().filter(|_| name == "nvrtc"))
    };
    let shown = |path: PathBuf| path.display().to_string();
    match loads {
        Some(false) => None,
        Some(true) => Some(
            mapped(&beginning)
                .or_else(path)
                .map_or_else(|| format!("lib{name}"), shown),
        ),
        None => path().map(shown),
    }
}

/// The library whose name begins so that this process has loaded.
fn mapped(beginning: &str) -> Option<PathBuf> {
    let maps = fs::read_to_string("/proc/self/maps").ok()?;
    let paths = maps
        .lines()
        .filter_map(|line| Some(Path::new(line.get(line.find('/')?..)?)));
    let is_it = |path: &&Path| {
        path.file_name()
            .is_some_and(|name| name.to_string_lossy().starts_with(beginning))
    };
    paths.filter(is_it).map(Path::to_owned).next()
}

fn toolkit() -> &'static Toolkit {
    static TOOLKIT: OnceLock<Toolkit> = OnceLock::new();
    TOOLKIT.get_or_init(Toolkit::of_process)
}

/// Points CubeCL to CUDA's headers where it would not find them itself, by `CUDA_PATH`.
///
/// # Safety
/// It changes the environment: no other thread may run yet.
#[cfg(feature = "cuda")]
#[allow(unsafe_code)]
pub unsafe fn point_to_cuda_headers() {
    if headers(headers_root().as_deref()).is_ok() {
        return;
    }
    if let Some(root) = &toolkit().root {
        // SAFETY: as the caller promises.
        unsafe { std::env::set_var("CUDA_PATH", root) };
    }
}

/// The first file in these folders whose name begins so.
fn file(folders: &[PathBuf], beginning: &str) -> Option<PathBuf> {
    folders.iter().find_map(|folder| {
        let mut paths = fs::read_dir(folder).ok()?.flatten().map(|entry| entry.path());
        paths.find(|path| {
            path.file_name()
                .is_some_and(|name| name.to_string_lossy().starts_with(beginning))
        })
    })
}

/// Where a loader looks as a rule, and where toolkits lie.
fn folders() -> Vec<PathBuf> {
    const USUAL: [&str; 6] = [
        "/usr/local/cuda/lib64",
        "/opt/cuda/lib64",
        "/usr/lib64",
        "/usr/lib/x86_64-linux-gnu",
        "/usr/lib/aarch64-linux-gnu",
        "/usr/lib/wsl/lib",
    ];
    let listed = std::env::var_os("LD_LIBRARY_PATH").unwrap_or_default();
    let own = std::env::var_os("CUDA_PATH").map(|root| Path::new(&root).join("lib64"));
    std::env::split_paths(&listed)
        .chain(own)
        .chain(USUAL.map(PathBuf::from))
        .collect()
}

/// The folder of CUDA's headers as cubecl-cuda 0.11 looks for it (`install::cuda_path`): the first that there is.
fn headers_root() -> Option<PathBuf> {
    let own = std::env::var_os("CUDA_PATH").map(PathBuf::from);
    let roots = [
        ("/usr/local/cuda", "/usr/local/cuda"),
        ("/opt/cuda", "/opt/cuda"),
        ("/usr/bin/nvcc", "/usr"),
    ];
    let usual = roots.iter().find(|(sign, _)| Path::new(sign).exists());
    own.or_else(|| usual.map(|(_, root)| PathBuf::from(root)))
}

fn headers(root: Option<&Path>) -> Result<String, CudaLack> {
    let folder = root.map(|root| root.join("include"));
    match folder {
        Some(folder) if folder.join(HEADER).is_file() => Ok(folder.display().to_string()),
        Some(folder) => Err(CudaLack::new(
            &format!(
                "CUDA's headers are not found: there is no {}",
                folder.join(HEADER).display()
            ),
            PACKAGES,
        )),
        None => Err(CudaLack::new(
            "CUDA's headers are not found: CUDA_PATH is not set, and there is no /usr/local/cuda, /opt/cuda or \
             /usr/bin/nvcc",
            PACKAGES,
        )),
    }
}

/// What the backend itself would find.
#[cfg(feature = "cuda")]
mod loader {
    use burn::tensor::{Device, DeviceType};
    use std::mem::ManuallyDrop;
    use std::path::PathBuf;

    pub const BUILT: bool = true;

    pub fn has_driver() -> Option<bool> {
        // SAFETY: opens and closes the library that the backend opens later; its initialisers may run twice.
        #[allow(unsafe_code)]
        Some(unsafe { cudarc::driver::sys::is_culib_present() })
    }

    /// Where the loader does not know it, that of the toolkit is loaded, and found by its name from then on.
    pub fn has_nvrtc() -> Option<bool> {
        // SAFETY: as above.
        #[allow(unsafe_code)]
        let is_there = || unsafe { cudarc::nvrtc::sys::is_culib_present() };
        let load = |path: &PathBuf| {
            // SAFETY: NVIDIA's library, by its own name, which is never unloaded.
            #[allow(unsafe_code)]
            let loaded = unsafe { libloading::Library::new(path) };
            loaded.map(ManuallyDrop::new).is_ok()
        };
        Some(is_there() || (super::toolkit().nvrtc.as_ref().is_some_and(load) && is_there()))
    }

    /// Needs the driver. Every other path to a device calls this first.
    pub fn devices() -> usize {
        super::super::kernels::keep();
        Device::enumerate(DeviceType::Cuda).len()
    }

    /// Where compiled kernels are kept.
    pub fn kernels() -> String {
        match super::super::kernels::kept() {
            Some(folder) => {
                let megabytes = crate::files::size(folder).unwrap_or(0) / 1_000_000;
                format!("kept in {} ({megabytes} MB)", folder.display())
            }
            None => "not kept, there is no folder for them: every process compiles again".to_owned(),
        }
    }

    pub fn address(index: usize) -> Option<String> {
        Some(Device::cuda(index).identity()?.physical?.pci_address?.to_string())
    }
}

/// Without the backend there is nobody to ask.
#[cfg(not(feature = "cuda"))]
mod loader {
    pub const BUILT: bool = false;

    pub fn has_driver() -> Option<bool> {
        None
    }

    pub fn has_nvrtc() -> Option<bool> {
        None
    }

    pub fn devices() -> usize {
        0
    }

    pub fn kernels() -> String {
        String::new()
    }

    pub fn address(_: usize) -> Option<String> {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_missing_is_told_with_a_remedy() {
        let lacks: Vec<&CudaLack> = cuda_parts()
            .iter()
            .filter_map(|part| part.state.as_ref().err())
            .collect();
        for lack in &lacks {
            assert!(!lack.found.is_empty() && !lack.remedy.is_empty(), "{lack:?}");
        }
        match usable() {
            Ok(count) => assert!(count > 0 && lacks.is_empty()),
            Err(first) => assert_eq!(first, lacks[0]),
        }
        if !loader::BUILT {
            assert_eq!(usable().unwrap_err().found, "this build has no CUDA");
        }
    }

    #[test]
    fn libraries_and_headers_are_found_where_they_are() {
        let root = tempfile::tempdir().unwrap();
        let (lib, include) = (root.path().join("lib64"), root.path().join("include"));
        assert_eq!(file(std::slice::from_ref(&lib), "libnvrtc.so"), None);
        let message = headers(Some(root.path())).unwrap_err().found;
        assert!(message.contains("include/cuda_fp16.h"), "{message}");
        assert!(headers(None).is_err());
        fs::create_dir(&lib).unwrap();
        fs::create_dir(&include).unwrap();
        fs::write(lib.join("libnvrtc.so.13"), "").unwrap();
        fs::write(include.join(HEADER), "").unwrap();
        assert_eq!(
            file(std::slice::from_ref(&lib), "libnvrtc.so"),
            Some(lib.join("libnvrtc.so.13"))
        );
        assert_eq!(headers(Some(root.path())), Ok(include.display().to_string()));
    }
}
