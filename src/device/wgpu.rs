//! Graphics processors of any maker, through the machine's own interface to them (Vulkan, Metal, DirectX 12).

use std::sync::OnceLock;

/// Something that kernels run on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Adapter {
    /// As it names itself.
    pub name: String,
    /// Whether it is a program that computes on the CPU, and no card.
    pub software: bool,
    /// The card's PCI address, where that is told.
    pub address: Option<String>,
}

/// What there is, in the order of `wgpu:0`, `wgpu:1`; opened when first asked for. Nothing in a build without it.
pub fn adapters() -> &'static [Adapter] {
    static ADAPTERS: OnceLock<Vec<Adapter>> = OnceLock::new();
    ADAPTERS.get_or_init(backend::adapters)
}

/// Whether this build has it.
pub const BUILT: bool = cfg!(feature = "wgpu");

#[cfg(feature = "wgpu")]
pub(super) use backend::device;

#[cfg(feature = "wgpu")]
mod backend {
    use super::Adapter;
    use burn::tensor::{Device, DeviceType};

    /// The device of that place in [`super::adapters`].
    pub fn device(index: usize) -> Option<Device> {
        super::super::kernels::keep();
        Device::enumerate(DeviceType::Wgpu).into_iter().nth(index)
    }

    pub fn adapters() -> Vec<Adapter> {
        super::super::kernels::keep();
        let found = Device::enumerate(DeviceType::Wgpu).into_iter();
        found
            .map(|device| match device.identity() {
                Some(identity) => Adapter {
                    name: identity.name,
                    software: identity.physical.is_none(),
                    address: identity.physical.and_then(|card| Some(card.pci_address?.to_string())),
                },
                None => Adapter {
                    name: format!("{device:?}"),
                    software: true,
                    address: None,
                },
            })
            .collect()
    }
}

#[cfg(not(feature = "wgpu"))]
mod backend {
    pub fn adapters() -> Vec<super::Adapter> {
        Vec::new()
    }
}
