//! The device to compute on, by name.

mod cuda;
mod error;
#[cfg(any(test, feature = "cuda", feature = "wgpu"))]
mod kernels;
#[cfg(all(unix, any(test, feature = "cuda", feature = "wgpu")))]
mod local_folder;
mod toolkit;
mod wgpu;

#[cfg(feature = "cuda")]
pub use cuda::point_to_cuda_headers;
pub use cuda::{CudaLack, CudaPart, cuda_parts};
pub use error::DeviceError;
pub use wgpu::{Adapter, adapters};

use burn::tensor::Device;
use std::fmt;
use std::str::FromStr;

/// What `device` may say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Name {
    /// The first CUDA device when there is one, else the CPU.
    Auto,
    Cpu,
    /// A second, independent implementation to compare with, for as long as Burn ships it.
    NdArray,
    Cuda(usize),
    Wgpu(usize),
}

impl FromStr for Name {
    type Err = DeviceError;

    fn from_str(name: &str) -> Result<Self, DeviceError> {
        let numbered = |prefix: &str| name.strip_prefix(prefix)?.parse().ok();
        let known = match name {
            "auto" => Some(Self::Auto),
            // What it was called before there were others.
            "cpu" | "flex" => Some(Self::Cpu),
            "ndarray" => Some(Self::NdArray),
            "cuda" => Some(Self::Cuda(0)),
            "wgpu" => Some(Self::Wgpu(0)),
            _ => {
                let cuda = numbered("cuda:").map(Self::Cuda);
                cuda.or_else(|| numbered("wgpu:").map(Self::Wgpu))
            }
        };
        known.ok_or_else(|| DeviceError {
            name: name.to_owned(),
            problem: "there is no such device; set `device` to auto, cpu, ndarray, cuda, cuda:1 and so on, or wgpu, \
                      wgpu:1 and so on"
                .to_owned(),
        })
    }
}

impl fmt::Display for Name {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Auto => write!(formatter, "auto"),
            Self::Cpu => write!(formatter, "cpu"),
            Self::NdArray => write!(formatter, "ndarray"),
            Self::Cuda(index) => write!(formatter, "cuda:{index}"),
            Self::Wgpu(index) => write!(formatter, "wgpu:{index}"),
        }
    }
}

/// A device of this machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChosenDevice {
    /// `cpu`, `ndarray`, `cuda:0`, ...: one name for each device, whatever it was asked for by.
    pub key: String,
    /// Why `auto` is the CPU.
    pub note: Option<String>,
}

/// What [`device`] understands, on this machine or on another: `auto`, `cpu` (or `flex`), `ndarray` (CPU, deprecated
/// by Burn), `cuda` and `cuda:1`, in the order of the driver (`CUDA_VISIBLE_DEVICES` counts), `wgpu` and `wgpu:1`.
///
/// # Errors
/// [`DeviceError`] with the names that there are.
pub fn check_device_name(name: &str) -> Result<(), DeviceError> {
    Name::from_str(name).map(|_| ())
}

/// The device of this machine that a name stands for.
///
/// # Errors
/// [`DeviceError`] with what is missing and the remedy.
pub fn choose_device(name: &str) -> Result<ChosenDevice, DeviceError> {
    choose(name, cuda::usable(), adapters)
}

/// With what is known about CUDA, how many devices, or what is missing; and what else there is, looked for only where it
/// matters.
fn choose<'a>(
    name: &str,
    cuda: Result<usize, &CudaLack>,
    adapters: impl Fn() -> &'a [Adapter],
) -> Result<ChosenDevice, DeviceError> {
    let refuse = |problem: String| DeviceError {
        name: name.to_owned(),
        problem,
    };
    let chosen = |name: Name, note| ChosenDevice {
        key: name.to_string(),
        note,
    };
    match (name.parse()?, cuda) {
        (Name::Auto, Ok(_)) => Ok(chosen(Name::Cuda(0), None)),
        (Name::Auto, Err(lack)) => Ok(match adapters().iter().position(|adapter| !adapter.software) {
            Some(card) => chosen(Name::Wgpu(card), None),
            None => {
                let note = format!("device `auto` is the CPU here: {}", lack.found);
                chosen(Name::Cpu, Some(note))
            }
        }),
        (Name::Cuda(_), Err(lack)) => Err(refuse(format!(
            "{}; {}, or set `device` to auto or cpu",
            lack.found, lack.remedy
        ))),
        (Name::Cuda(index), Ok(count)) if index >= count => Err(refuse(format!(
            "the last of the {count} CUDA devices here is cuda:{}; name one of them (CUDA_VISIBLE_DEVICES hides devices)",
            count.saturating_sub(1)
        ))),
        (Name::Wgpu(index), _) => match adapters() {
            found if index < found.len() => Ok(chosen(Name::Wgpu(index), None)),
            [] if wgpu::BUILT => Err(refuse(
                "no graphics processor is found through Vulkan, Metal or DirectX; install its driver, or set `device` to \
                 auto or cpu"
                    .to_owned(),
            )),
            [] => Err(refuse(
                "this build has no wgpu; build with `cargo build --release --features wgpu`, or set `device` to auto or cpu"
                    .to_owned(),
            )),
            found => Err(refuse(format!(
                "the last of the {} here is wgpu:{}; name one of them",
                found.len(),
                found.len() - 1
            ))),
        },
        (known, _) => Ok(chosen(known, None)),
    }
}

/// What `device` may be set to on this machine. `cuda` is there without one, too: asked for, it says what is missing.
pub fn device_choices() -> Vec<String> {
    let others = (1..cuda::shown()).map(|index| Name::Cuda(index).to_string());
    let first = ["auto", "cpu", "cuda"].map(str::to_owned);
    let last = wgpu::BUILT.then_some("wgpu").into_iter().chain(["ndarray"]);
    first.into_iter().chain(others).chain(last.map(str::to_owned)).collect()
}

/// The keys of all devices of this machine, the CPU first.
pub fn device_names() -> Vec<String> {
    let cuda = (0..cuda::usable().unwrap_or(0)).map(Name::Cuda);
    let wgpu = (0..adapters().len()).map(Name::Wgpu);
    let all = [Name::Cpu, Name::NdArray].into_iter().chain(cuda).chain(wgpu);
    all.map(|name| name.to_string()).collect()
}

/// The device that a name stands for, to be computed on.
///
/// # Errors
/// As [`choose_device`].
pub fn device(name: &str) -> Result<Device, DeviceError> {
    match choose_device(name)?.key.parse()? {
        #[allow(deprecated)]
        Name::NdArray => Ok(Device::ndarray()),
        #[cfg(feature = "cuda")]
        Name::Cuda(index) => Ok(Device::cuda(index)),
        #[cfg(feature = "wgpu")]
        Name::Wgpu(index) => wgpu::device(index).ok_or_else(|| DeviceError {
            name: name.to_owned(),
            problem: "it is gone; see `undertone doctor`".to_owned(),
        }),
        _ => Ok(cpu()),
    }
}

/// The PCI address of a card, by which others know it too; opens the device.
pub fn device_address(name: &str) -> Option<String> {
    match name.parse() {
        Ok(Name::Cuda(index)) => cuda::address(index),
        Ok(Name::Wgpu(index)) => adapters().get(index)?.address.clone(),
        _ => None,
    }
}

/// The CPU device that our own operations are written for.
pub(crate) fn cpu() -> Device {
    Device::flex()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lack() -> CudaLack {
        CudaLack {
            found: "no driver".to_owned(),
            remedy: "install one".to_owned(),
        }
    }

    fn key(name: &str, cuda: Result<usize, &CudaLack>) -> Result<String, String> {
        choose(name, cuda, || &[])
            .map(|chosen| chosen.key)
            .map_err(|error| error.to_string())
    }

    fn adapter(software: bool) -> Adapter {
        Adapter {
            name: "an adapter".to_owned(),
            software,
            address: None,
        }
    }

    #[test]
    fn every_device_here_has_a_name_of_its_own_and_can_be_had_by_it() {
        for name in device_names() {
            assert_eq!(choose_device(&name).unwrap().key, name);
            device(&name).unwrap();
        }
        assert!(device_names().starts_with(&["cpu".to_owned(), "ndarray".to_owned()]));
    }

    #[test]
    fn names_mean_the_same_device_wherever_they_are_written() {
        for (name, meant) in [
            ("cpu", "cpu"),
            ("flex", "cpu"),
            ("cuda", "cuda:0"),
            ("cuda:1", "cuda:1"),
            ("wgpu", "wgpu:0"),
            ("wgpu:1", "wgpu:1"),
        ] {
            let adapters = [adapter(false), adapter(true)];
            assert_eq!(choose(name, Ok(2), || &adapters).unwrap().key, meant);
        }
        for name in ["gpu9", "cuda:", "cuda:x", "cuda:-1", "wgpu:", "wgpu:x", "CPU", ""] {
            let message = check_device_name(name).unwrap_err().to_string();
            assert!(
                message.starts_with(&format!(
                    "device `{name}`: there is no such device; set `device` to auto"
                )),
                "{message}"
            );
        }
    }

    #[test]
    fn auto_is_the_first_gpu_or_says_why_it_is_the_cpu() {
        assert_eq!(choose("auto", Ok(1), || &[]).unwrap().note, None);
        assert_eq!(key("auto", Ok(1)).unwrap(), "cuda:0");
        let cards = [adapter(true), adapter(false)];
        assert_eq!(choose("auto", Ok(1), || &cards).unwrap().key, "cuda:0");
        assert_eq!(choose("auto", Err(&lack()), || &cards).unwrap().key, "wgpu:1");
        for adapters in [vec![], vec![adapter(true)]] {
            let chosen = choose("auto", Err(&lack()), || &adapters).unwrap();
            assert_eq!(chosen.key, "cpu", "never a program that plays a card");
            assert_eq!(chosen.note.unwrap(), "device `auto` is the CPU here: no driver");
        }
    }

    #[test]
    fn a_card_that_is_not_there_is_refused_with_what_would_help() {
        let cards = [adapter(true), adapter(false)];
        let message = choose("wgpu:2", Err(&lack()), || &cards).unwrap_err().to_string();
        assert!(message.contains("wgpu:2") && message.contains("is wgpu:1"), "{message}");
        let message = key("wgpu", Ok(1)).unwrap_err();
        let remedy = if wgpu::BUILT { "driver" } else { "--features wgpu" };
        assert!(message.contains(remedy), "{message}");
    }

    #[test]
    fn cuda_says_what_is_missing_and_what_would_help() {
        assert_eq!(
            key("cuda", Err(&lack())).unwrap_err(),
            "device `cuda`: no driver; install one, or set `device` to auto or cpu"
        );
        let message = key("cuda:2", Ok(2)).unwrap_err();
        assert!(message.contains("cuda:2") && message.contains("is cuda:1"), "{message}");
    }
}
