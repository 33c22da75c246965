//! A training step and inference of every architecture, at sizes that a small machine repeats often:
//! `cargo bench --bench model`. `undertone bench model NAME` measures the published sizes.

// A bench stops at the first surprise, as a test does.
#![allow(clippy::unwrap_used, missing_docs)]

use burn::tensor::Tensor;
use divan::Bencher;
use undertone::device::device;
use undertone::engine::load_settings;
use undertone::models::{ModelSettings, architecture_names};
use undertone::training::{StepBenchmark, clips_of, infer};

fn main() {
    divan::main();
}

/// The layers as they ship, with few channels.
fn settings(name: &str) -> ModelSettings {
    let mut model = load_settings(None, &[]).unwrap().model;
    model.name = name.to_owned();
    model.conv1d.filters = vec![32, 64];
    model.deep_conv1d.filters = vec![64, 64, 32, 32, 16];
    model.deep_mel_conv2d.filters = vec![8, 16, 16, 16, 32, 32];
    (model.crnn.filters1, model.crnn.filters2, model.crnn.lstm_units) = (8, 16, 32);
    model
}

const INPUT: (usize, usize) = (64, 64);
const CLIPS: usize = 8;

#[divan::bench(args = architecture_names())]
fn training_step(bencher: Bencher, name: &str) {
    let mut step_benchmark = StepBenchmark::new(&settings(name), INPUT, 8, CLIPS, "flex").unwrap();
    bencher.bench_local(|| step_benchmark.step());
}

#[divan::bench(args = architecture_names())]
fn inference_of_one_clip(bencher: Bencher, name: &str) {
    let network = StepBenchmark::new(&settings(name), INPUT, 8, 1, "flex")
        .unwrap()
        .network();
    let clip: Tensor<3> = clips_of(1, INPUT, &device("flex").unwrap());
    bencher.bench_local(|| infer(&network, &clip));
}
