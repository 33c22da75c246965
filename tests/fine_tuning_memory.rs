//! What fine-tuning holds in memory, counted byte by byte as it is taken.

// A counting allocator cannot be had without it; helpers of tests are no tests to clippy.
#![allow(unsafe_code, clippy::unwrap_used, clippy::print_stdout)]

use burn::tensor::{Tensor, TensorData};
use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicUsize, Ordering};
use undertone::device::device;
use undertone::encoders::{Family, TailConfig};
use undertone::engine::load_settings;
use undertone::layers::TrainingPass;
use undertone::models::{ModelSettings, Network};
use undertone::random::stream;
use undertone::training::Optimizer;

static LIVE: AtomicUsize = AtomicUsize::new(0);
static MOST: AtomicUsize = AtomicUsize::new(0);

struct Counting;

#[global_allocator]
static ALLOCATOR: Counting = Counting;

// SAFETY: all is left to the system's allocator.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let live = LIVE.fetch_add(layout.size(), Ordering::Relaxed) + layout.size();
        MOST.fetch_max(live, Ordering::Relaxed);
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        LIVE.fetch_sub(layout.size(), Ordering::Relaxed);
        unsafe { System.dealloc(pointer, layout) }
    }
}

/// Layers of an encoder, and what goes into them.
#[derive(Clone, Copy)]
struct Sizes {
    layers: usize,
    width: usize,
    clips: usize,
    frames: usize,
}

impl Sizes {
    /// Units of the feed-forward part.
    fn units(self) -> usize {
        4 * self.width
    }

    /// Bytes of the layers' weights.
    fn weights(self) -> usize {
        let (width, units) = (self.width, self.units());
        let products = 4 * width * width + 2 * width * units;
        let rows = 4 * width + width + units + 4 * width;
        4 * (self.layers * (products + rows) + 2 * width)
    }

    /// Bytes that a layer keeps for the way back: what goes into both norms, into the products for queries, keys and values,
    /// into that of all heads and into the first dense layer; queries, keys and values; the units before and after GELU.
    fn kept(self) -> usize {
        4 * self.clips * self.frames * (8 * self.width + 2 * self.units())
    }

    /// Bytes that a layer keeps with checkpointing: what goes in.
    fn input(self) -> usize {
        4 * self.clips * self.frames * self.width
    }

    fn model(self) -> ModelSettings {
        let mut model = load_settings(None, &[]).unwrap().model;
        model.name = "fine_tuned".to_owned();
        model.fine_tuned.units = Vec::new();
        model.fine_tuned.tail = Some(TailConfig {
            family: Family::Wav2vec2,
            below: 0,
            layers: self.layers,
            width: self.width,
            heads: 4,
            feed_forward: self.units(),
            epsilon: 1e-5,
            pre_norm: true,
            relative: None,
        });
        model
    }
}

/// Bytes that a forward pass leaves behind for the way back, and the most that two steps take, weights included.
fn count(sizes: Sizes, checkpointing: bool) -> (usize, usize) {
    let Sizes {
        width, clips, frames, ..
    } = sizes;
    let device = device("cpu").unwrap().autodiff();
    let before = LIVE.load(Ordering::Relaxed);
    let mut network = Network::new(&sizes.model(), (0, width), 4, 1, &device).unwrap();
    let mut optimizer = Optimizer::default();
    let mut pass = TrainingPass::new(stream(1, "dropout", 0), 0).checkpointing(checkpointing);
    let mut left = 0;
    MOST.store(before, Ordering::Relaxed);
    // The second step has the optimiser's moments.
    for _ in 0..2 {
        let values: Vec<f32> = (0..clips * frames * (width + 1))
            .map(|index| {
                if index % (width + 1) == width {
                    1.0
                } else {
                    (index as f32).sin()
                }
            })
            .collect();
        let batch: Tensor<3> = Tensor::from_data(TensorData::new(values, [clips, frames, width + 1]), &device);
        let begun = LIVE.load(Ordering::Relaxed);
        let loss = network.forward_training(batch, &mut pass).square().sum();
        left = LIVE.load(Ordering::Relaxed) - begun;
        let gradients = pass.backward(loss, &network);
        // As the training loop does: the network that was is there until the new one is.
        network = optimizer.step(1e-3, network.clone(), gradients);
    }
    (left, MOST.load(Ordering::Relaxed) - before)
}

/// Weights, those of the next step, gradients and two moments.
const COPIES: usize = 5;

/// The most that a step takes by what its parts come to, and as much as one layer keeps for what is in flight.
fn most(sizes: Sizes, checkpointing: bool) -> usize {
    let kept = if checkpointing {
        sizes.layers * sizes.input() + sizes.kept()
    } else {
        sizes.layers * sizes.kept()
    };
    COPIES * sizes.weights() + kept + sizes.kept()
}

fn is_near(found: usize, expected: usize, what: &str) {
    let apart = found as f64 / expected as f64 - 1.0;
    assert!(apart.abs() < 0.03, "{what}: {found} bytes, {expected} by its parts");
}

/// A base model: 12 layers of 768 numbers; 8 clips of 4 s at 50 frames a second.
const BASE: Sizes = Sizes {
    layers: 12,
    width: 768,
    clips: 8,
    frames: 199,
};
const GIB: usize = 1 << 30;

#[test]
fn a_step_takes_what_its_parts_come_to_and_a_base_model_fits_into_16_gigabytes() {
    let sizes = |layers| Sizes {
        layers,
        width: 64,
        clips: 4,
        frames: 120,
    };
    for checkpointing in [false, true] {
        let [few, many] = [2, 6].map(|layers| count(sizes(layers), checkpointing));
        let of_layer = if checkpointing {
            sizes(1).input()
        } else {
            sizes(1).kept()
        };
        is_near(many.0 - few.0, 4 * of_layer, "kept of four layers");
        assert!(
            many.1 < most(sizes(6), checkpointing),
            "{} {}",
            many.1,
            most(sizes(6), checkpointing)
        );
        let base = most(BASE, checkpointing);
        println!(
            "base model, 8 clips of 4 s, float32, checkpointing {checkpointing}: weights {} MiB, five times; \
             a layer keeps {} MiB; at most {} MiB",
            BASE.weights() >> 20,
            (if checkpointing { BASE.input() } else { BASE.kept() }) >> 20,
            base >> 20
        );
        assert!(base < 16 * GIB);
    }
}

/// `cargo test --release --test fine_tuning_memory -- --ignored --nocapture`.
#[test]
#[ignore = "two steps of a base model take a minute"]
fn a_base_model_takes_no_more_than_that() {
    for checkpointing in [false, true] {
        let (kept, peak) = count(BASE, checkpointing);
        println!(
            "measured, checkpointing {checkpointing}: {} MiB kept for the way back, {} MiB at most",
            kept >> 20,
            peak >> 20
        );
        assert!(peak < most(BASE, checkpointing), "{peak} {}", most(BASE, checkpointing));
    }
}
