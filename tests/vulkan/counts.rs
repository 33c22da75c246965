//! What a step of each network launches, and how many kernels it needs: fixed numbers, so that more of them are noticed
//! without a card. A card waits for each launch, and each process for each kernel that is compiled.

use crate::card;
use crate::compare::Draw;
use crate::networks::{network, step};
use burn::tensor::{Device, Tensor};
use cubecl::launched::LaunchedKernels;
use cubecl::logging::{LaunchObservation, LaunchObserver};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use undertone::layers::TrainingPass;
use undertone::models::architecture_names;
use undertone::random::stream;
use undertone::training::Optimizer;

#[derive(Default)]
struct Count(AtomicUsize);

impl LaunchObserver for Count {
    fn launched(&self, _: &'static str) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }
}

/// Launches of the second step, and kernels of both.
fn counted(name: &str, device: &Device) -> (usize, usize) {
    let device = device.clone().autodiff();
    let (mut network, [frames, columns]) = network(name, &device);
    let mut optimizer = Optimizer::default();
    let mut pass = TrainingPass::new(stream(1, "dropout", 0), 0);
    let batch: Tensor<3> = Draw(9).tensor([6, frames, columns], &device);
    let kernels = LaunchedKernels::new();
    let mut launches = 0;
    for _ in 0..2 {
        let count = Arc::new(Count::default());
        let watching = LaunchObservation::new(count.clone());
        let stepped = step(network, &mut optimizer, &mut pass, batch.clone(), &mut vec![Vec::new()]);
        network = stepped.0;
        device.sync().unwrap();
        drop(watching);
        launches = count.0.load(Ordering::Relaxed);
    }
    let kernels = kernels.finish().len();
    eprintln!("{name}: {launches} launches, {kernels} kernels");
    (launches, kernels)
}

/// (network, launches of a step, kernels), on Mesa's lavapipe.
const EXPECTED: [(&str, usize, usize); 13] = [
    ("conv1d", 84, 46),
    ("deep_conv1d", 212, 51),
    ("mel_conv2d", 100, 41),
    ("time_conv1d", 114, 41),
    ("deep_mel_conv2d", 146, 47),
    ("crnn", 132, 52),
    ("mlp", 121, 42),
    ("attentive_crnn", 330, 98),
    ("logistic", 39, 28),
    ("weighted_mlp", 86, 53),
    ("attentive_pooling", 138, 72),
    ("emobox", 76, 45),
    ("fine_tuned", 480, 98),
];

#[test]
fn steps_launch_no_more_than_they_did() {
    let Some(card) = card() else { return };
    let found: Vec<_> = architecture_names()
        .into_iter()
        .map(|name| (name, counted(name, &card)))
        .map(|(name, (launches, kernels))| (name, launches, kernels))
        .collect();
    assert_eq!(found, EXPECTED);
}
