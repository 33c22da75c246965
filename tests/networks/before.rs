//! Where a step's time goes in Burn's own layers: what ours are measured against.

use burn::nn::conv::{Conv1dConfig, Conv2dConfig};
use burn::nn::pool::{MaxPool1dConfig, MaxPool2dConfig};
use burn::nn::{BatchNormConfig, BiLstmConfig, DropoutConfig, LinearConfig, PaddingConfig1d, PaddingConfig2d};
use burn::tensor::activation::relu;
use burn::tensor::{Device, Distribution, Tensor};
use std::time::Instant;
use undertone::device::device;

const BATCH: usize = 32;
const ROUNDS: usize = 3;

/// Prints a layer's medians (ms) and gives what it makes of the input.
struct Profile {
    device: Device,
    sum: (f64, f64),
}

impl Profile {
    fn new(name: &str) -> Self {
        println!("\n{name}, batch {BATCH} (ms)                 forward  backward");
        Self {
            device: device("flex").unwrap().autodiff(),
            sum: (0.0, 0.0),
        }
    }

    fn input<const D: usize>(&self, shape: [usize; D]) -> Tensor<D> {
        Tensor::random(shape, Distribution::Normal(0.0, 1.0), &self.device)
    }

    fn layer<const I: usize, const O: usize>(
        &mut self,
        name: &str,
        input: Tensor<I>,
        layer: impl Fn(Tensor<I>) -> Tensor<O>,
    ) -> Tensor<O> {
        let (mut forward, mut backward) = (Vec::new(), Vec::new());
        let mut output = None;
        for _ in 0..=ROUNDS {
            let input = input.clone().require_grad();
            let begun = Instant::now();
            let made = layer(input);
            forward.push(begun.elapsed().as_secs_f64() * 1e3);
            let loss = made.clone().sum();
            let begun = Instant::now();
            drop(loss.backward());
            backward.push(begun.elapsed().as_secs_f64() * 1e3);
            output = Some(made.detach());
        }
        let median = |times: &mut Vec<f64>| {
            // The first of all wakes the threads.
            times.remove(0);
            times.sort_by(f64::total_cmp);
            times[times.len() / 2]
        };
        let (forward, backward) = (median(&mut forward), median(&mut backward));
        println!("{name:45} {forward:8.1} {backward:9.1}");
        self.sum = (self.sum.0 + forward, self.sum.1 + backward);
        output.unwrap()
    }
}

impl Drop for Profile {
    fn drop(&mut self) {
        println!("{:45} {:8.1} {:9.1}", "sum", self.sum.0, self.sum.1);
    }
}

fn deep_conv1d() {
    let mut profile = Profile::new("deep_conv1d");
    let device = profile.device.clone();
    let mut hidden = profile.input([BATCH, 1, 2_376]);
    for (place, (filters, (kernel, pool))) in [512, 512, 256, 256, 128]
        .into_iter()
        .zip([(5, 5), (5, 5), (5, 5), (3, 5), (3, 3)])
        .enumerate()
    {
        let [_, channels, length] = hidden.dims();
        let convolution = Conv1dConfig::new(channels, filters, kernel)
            .with_padding(PaddingConfig1d::Same)
            .init(&device);
        let name = format!("convolution {channels} to {filters}, kernel {kernel}, {length}");
        hidden = profile.layer(&name, hidden, |input| convolution.forward(input));
        hidden = profile.layer("  relu", hidden, relu);
        let norm = BatchNormConfig::new(filters).init(&device);
        hidden = profile.layer("  batch norm", hidden, |input| norm.forward(input));
        let pooling = MaxPool1dConfig::new(pool)
            .with_stride(2)
            .with_padding(PaddingConfig1d::Same)
            .init();
        hidden = profile.layer("  max pool", hidden, |input| pooling.forward(input));
        if [1, 3, 4].contains(&place) {
            let dropout = DropoutConfig::new(0.2).init();
            hidden = profile.layer("  dropout", hidden, |input| dropout.forward(input));
        }
    }
    let hidden: Tensor<2> = hidden.flatten(1, 2);
    let dense = LinearConfig::new(hidden.dims()[1], 512).init(&device);
    let hidden = profile.layer("dense 512", hidden, |input| dense.forward(input));
    let norm = BatchNormConfig::new(512).init(&device);
    let hidden = profile.layer("  relu, batch norm", hidden, |input| norm.forward(relu(input)));
    let output = LinearConfig::new(512, 7).init(&device);
    profile.layer("output 7", hidden, |input| output.forward(input));
}

fn deep_mel_conv2d() {
    let mut profile = Profile::new("deep_mel_conv2d");
    let device = profile.device.clone();
    let mut hidden = profile.input([BATCH, 1, 256, 64]);
    for (filters, kernel) in [16, 32, 64, 64, 128, 128].into_iter().zip([3, 3, 5, 5, 7, 7]) {
        let [_, channels, height, width] = hidden.dims();
        let convolution = Conv2dConfig::new([channels, filters], [kernel; 2])
            .with_padding(PaddingConfig2d::Same)
            .init(&device);
        let name = format!("convolution {channels} to {filters}, kernel {kernel}, {height} x {width}");
        hidden = profile.layer(&name, hidden, |input| convolution.forward(input));
        hidden = profile.layer("  relu", hidden, relu);
        let pooling = MaxPool2dConfig::new([2, 2]).with_strides([2, 2]).init();
        hidden = profile.layer("  max pool", hidden, |input| pooling.forward(input));
    }
    let mut hidden: Tensor<2> = hidden.flatten(1, 3);
    for units in [128, 64, 8] {
        let dense = LinearConfig::new(hidden.dims()[1], units).init(&device);
        hidden = profile.layer(&format!("dense {units}"), hidden, |input| dense.forward(input));
    }
}

fn crnn() {
    let mut profile = Profile::new("crnn");
    let device = profile.device.clone();
    let mut hidden = profile.input([BATCH, 1, 143, 40]);
    for filters in [32, 64] {
        let [_, channels, frames, width] = hidden.dims();
        let convolution = Conv2dConfig::new([channels, filters], [3, 3])
            .with_padding(PaddingConfig2d::Same)
            .init(&device);
        let name = format!("convolution {channels} to {filters}, kernel 3, {frames} x {width}");
        hidden = profile.layer(&name, hidden, |input| convolution.forward(input));
        hidden = profile.layer("  relu", hidden, relu);
        let norm = BatchNormConfig::new(filters).init(&device);
        hidden = profile.layer("  batch norm", hidden, |input| norm.forward(input));
        let pooling = MaxPool2dConfig::new([1, 2]).with_strides([1, 2]).init();
        hidden = profile.layer("  max pool", hidden, |input| pooling.forward(input));
        let dropout = DropoutConfig::new(0.2).init();
        hidden = profile.layer("  dropout", hidden, |input| dropout.forward(input));
    }
    let hidden: Tensor<3> = profile.layer("  to frames", hidden, |input| input.permute([0, 2, 3, 1]).flatten(2, 3));
    let lstm = BiLstmConfig::new(640, 128, true).init(&device);
    profile.layer("LSTM 128, both directions", hidden, |input| lstm.forward(input, None).0);
}

/// A table rather than a check: `cargo test --release --test networks -- --ignored --nocapture time_goes`.
#[test]
#[ignore = "it measures, and takes minutes"]
fn where_the_time_goes_in_burns_own_layers() {
    crnn();
    deep_mel_conv2d();
    deep_conv1d();
}
