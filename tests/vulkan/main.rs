//! What graphics processors compute, beside the CPU: every operation, every network, and how much a step launches.
//!
//! `cargo test --profile vulkan --features wgpu --test vulkan`, on any machine with Vulkan; Mesa's lavapipe plays a card on
//! the CPU. Without an adapter the tests say so and pass, unless `UNDERTONE_VULKAN` is set.

#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stderr)]

mod compare;
mod counts;
mod layers;
mod networks;

use burn::tensor::Device;
use std::ops::Deref;
use std::sync::{Mutex, MutexGuard, PoisonError};
use undertone::device::{adapters, device};

/// The first adapter, for one test at a time: what is launched is counted for the whole process.
struct Card {
    device: Device,
    _alone: MutexGuard<'static, ()>,
}

impl Deref for Card {
    type Target = Device;

    fn deref(&self) -> &Device {
        &self.device
    }
}

fn card() -> Option<Card> {
    let found = adapters();
    if found.is_empty() {
        assert!(
            std::env::var_os("UNDERTONE_VULKAN").is_none(),
            "UNDERTONE_VULKAN is set, and there is no adapter"
        );
        eprintln!("skipped: no adapter");
        return None;
    }
    static ALONE: Mutex<()> = Mutex::new(());
    Some(Card {
        _alone: ALONE.lock().unwrap_or_else(PoisonError::into_inner),
        device: device("wgpu").unwrap(),
    })
}

fn cpu() -> Device {
    device("cpu").unwrap()
}
