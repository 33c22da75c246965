//! The published networks beside the same in Burn's own layers, and their weights on disk.

// Helpers of tests are no tests to clippy.
#![allow(clippy::unwrap_used, clippy::print_stdout)]

mod before;
mod reference;

use burn::module::Module;
use burn::optim::GradientsParams;
use burn::tensor::activation::log_softmax;
use burn::tensor::{Tensor, TensorData};
use rand::RngExt;
use reference::Duplicate;
use undertone::device::device;
use undertone::engine::load_settings;
use undertone::layers::TrainingPass;
use undertone::models::{ModelSettings, Network, published};
use undertone::random::stream;
use undertone::training::Optimizer;

const NAMES: [&str; 3] = ["deep_conv1d", "deep_mel_conv2d", "crnn"];

/// The shipped sizes, without dropout.
fn full(name: &str) -> ModelSettings {
    let mut model = load_settings(None, &[]).unwrap().model;
    model.name = name.to_owned();
    model.deep_conv1d.dropout = 0.0;
    (model.crnn.conv_dropout, model.crnn.lstm_dropout) = (0.0, 0.0);
    model
}

/// Every architecture with a small input.
const ALL: [(&str, (usize, usize)); 13] = [
    ("conv1d", (12, 5)),
    ("deep_conv1d", (10, 6)),
    ("mel_conv2d", (17, 12)),
    ("time_conv1d", (16, 2)),
    ("deep_mel_conv2d", (17, 12)),
    ("crnn", (12, 9)),
    ("mlp", (1, 20)),
    ("attentive_crnn", (9, 20)),
    ("logistic", (1, 20)),
    ("weighted_mlp", (1, 20)),
    ("attentive_pooling", (7, 6)),
    ("emobox", (7, 6)),
    ("fine_tuned", (7, 12)),
];

/// The same layers, small.
fn small(name: &str) -> ModelSettings {
    let mut model = full(name);
    model.deep_conv1d.filters = vec![12, 10, 8, 8, 6];
    model.deep_conv1d.dense_units = 9;
    model.deep_mel_conv2d.filters = vec![6, 8, 5];
    model.deep_mel_conv2d.kernel_sizes = vec![3, 5, 7];
    model.deep_mel_conv2d.dense_units = vec![10, 7];
    (model.crnn.filters1, model.crnn.filters2, model.crnn.lstm_units) = (6, 8, 10);
    model.conv1d.filters = vec![6, 8];
    model.mel_conv2d.filters = vec![4, 6, 8];
    model.mlp.units = vec![12, 8];
    model
}

fn cross_entropy(logits: Tensor<2>) -> Tensor<1> {
    let [clips, classes] = logits.dims();
    let mut chosen = vec![0.0f32; clips * classes];
    for clip in 0..clips {
        chosen[clip * classes + class_of(clip, classes)] = -1.0 / clips as f32;
    }
    let chosen = Tensor::from_data(TensorData::new(chosen, [clips, classes]), &logits.device());
    (log_softmax(logits, 1) * chosen).sum()
}

/// The class of a clip of any batch.
fn class_of(clip: usize, classes: usize) -> usize {
    clip * 5 % 7 % classes
}

fn values<const D: usize>(tensor: Tensor<D>) -> Vec<f32> {
    tensor.into_data().try_into_vec().unwrap()
}

/// How two are compared.
struct Course {
    /// Of a batch.
    clips: usize,
    steps: usize,
    /// Steps that Burn's own layers are trained beside themselves, on inputs that are moved by their rounding (1e-7).
    moved: usize,
    /// Half the range of a pattern of each class below the noise of the clips (which has 1).
    pattern: f32,
    /// Whether both predict a batch in the end, by the running statistics that they have gathered.
    evaluated: bool,
}

/// The relative differences of the losses, step by step, on batches that both get: of our layers to Burn's own, and of
/// Burn's own to the same on moved inputs.
fn differences(
    settings: &ModelSettings,
    (input, classes): ((usize, usize), usize),
    history: &Course,
) -> (Vec<f32>, Vec<f32>) {
    let device = device("cpu").unwrap().autodiff();
    let mut ours = Network::new(settings, input, classes, 1, &device).unwrap();
    let (mut reference, mut moved) = (Duplicate::of(&ours, settings), Duplicate::of(&ours, settings));
    let mut adam: [Optimizer; 3] = std::array::from_fn(|_| Optimizer::default());
    let mut draw = stream(2, "clips", 0);
    let size = input.0 * input.1;
    let pattern = |class: usize| {
        let mut draw = stream(3, "patterns", class as u64);
        let values = (0..size).map(|_| history.pattern * (2.0 * draw.random::<f32>() - 1.0));
        values.collect::<Vec<f32>>()
    };
    let patterns: Vec<Vec<f32>> = (0..classes).map(pattern).collect();
    let mut noise = |clips: usize| {
        let mut values = Vec::with_capacity(clips * size);
        for clip in 0..clips {
            let pattern = patterns[class_of(clip, classes)].iter();
            values.extend(pattern.map(|value| value + 2.0 * draw.random::<f32>() - 1.0));
        }
        Tensor::<3>::from_data(TensorData::new(values, [clips, input.0, input.1]), &device)
    };
    let mut pass = TrainingPass::new(stream(1, "dropout", 0), 0);
    let (mut apart, mut moved_apart) = (Vec::new(), Vec::new());
    for step in 0..history.steps {
        let batch = noise(history.clips);
        let our_loss = cross_entropy(ours.forward_training(batch.clone(), &mut pass));
        (reference, moved) = (reference.after(step), moved.after(step));
        let twin_loss = cross_entropy(reference.forward(batch.clone()));
        let loss = values(twin_loss.clone())[0];
        let from_twin = |other: &Tensor<1>| (values(other.clone())[0] - loss).abs() / loss.abs();
        apart.push(from_twin(&our_loss));
        println!(
            "{}: step {}, loss {loss}, {:e} apart",
            settings.name,
            step + 1,
            apart[step]
        );
        let gradients = GradientsParams::from_grads(our_loss.backward(), &ours);
        ours = adam[0].step(1e-3, ours, gradients);
        if step < history.moved {
            let moved_loss = cross_entropy(moved.forward(batch * (1.0 + 1e-7)));
            moved_apart.push(from_twin(&moved_loss));
            println!("Burn's own on moved inputs: {:e} apart", moved_apart[step]);
            let gradients = GradientsParams::from_grads(moved_loss.backward(), &moved);
            moved = adam[2].step(1e-3, moved, gradients);
        }
        let gradients = GradientsParams::from_grads(twin_loss.backward(), &reference);
        reference = adam[1].step(1e-3, reference, gradients);
    }
    if history.evaluated {
        let batch = noise(3).inner();
        let pairs = values(ours.valid().forward(batch.clone()));
        for (a, b) in pairs.iter().zip(values(reference.valid().forward(batch))) {
            assert!((a - b).abs() < 1e-2 * b.abs().max(1.0), "{}: {a} {b}", settings.name);
        }
    }
    (apart, moved_apart)
}

fn worst(apart: &[f32]) -> f32 {
    apart.iter().copied().fold(0.0, f32::max)
}

/// Rounding grows from step to step, in the five-layer network a thousandfold at its published size: ours may part from
/// Burn's own by a thousandth, or no faster than ten times what Burn's own does from itself on inputs that are moved by
/// their rounding.
fn as_close_as_rounding_lets(name: &str, apart: &[f32], moved: &[f32]) {
    assert!(apart[0] < 1e-4, "{name}: {apart:?}");
    for step in 0..apart.len() {
        let rounding = 10.0 * worst(&moved[..=step]);
        assert!(
            apart[step] < rounding.max(1e-3),
            "{name}, step {step}: {apart:?} {moved:?}"
        );
    }
}

#[test]
fn losses_fall_as_with_burns_own_layers() {
    for (name, input) in NAMES.into_iter().zip([(10, 6), (17, 12), (12, 9)]) {
        let noise = Course {
            // Norms over fewer make too much of rounding.
            clips: 12,
            steps: 50,
            moved: 0,
            pattern: 0.0,
            evaluated: true,
        };
        let (apart, _) = differences(&small(name), (input, 4), &noise);
        assert!(worst(&apart) < 1e-3, "{name}: {}", worst(&apart));
    }
}

/// Takes minutes: `cargo test --release --test networks -- --ignored --nocapture published_sizes`.
#[test]
#[ignore = "the published sizes take minutes"]
fn losses_fall_as_with_burns_own_layers_at_the_published_sizes() {
    for (name, clips, steps) in [("deep_mel_conv2d", 32, 50), ("crnn", 32, 50), ("deep_conv1d", 8, 6)] {
        let published = published(name).unwrap();
        let learnable = Course {
            clips,
            steps,
            moved: steps,
            pattern: 0.1,
            evaluated: false,
        };
        let (apart, moved) = differences(&full(name), (published.input, published.classes), &learnable);
        println!(
            "{name}: {:e}, Burn's own from itself {:e}",
            worst(&apart),
            worst(&moved)
        );
        as_close_as_rounding_lets(name, &apart, &moved);
    }
}

#[test]
fn weights_and_running_statistics_come_back_exactly() {
    let folder = tempfile::tempdir().unwrap();
    for (name, input) in ALL {
        let settings = small(name);
        let training = device("flex").unwrap().autodiff();
        let mut network = Network::new(&settings, input, 4, 1, &training).unwrap();
        let batch = Tensor::<3>::ones([5, input.0, input.1], &training);
        let noisy = batch * Tensor::random([5, input.0, input.1], burn::tensor::Distribution::Default, &training);
        let fresh = values(network.valid().forward(noisy.clone().inner()));
        let (mut adam, mut pass) = (Optimizer::default(), TrainingPass::new(stream(1, "dropout", 0), 0));
        for _ in 0..3 {
            let loss = cross_entropy(network.forward_training(noisy.clone(), &mut pass));
            let gradients = GradientsParams::from_grads(loss.backward(), &network);
            network = adam.step(1e-2, network, gradients);
        }
        let path = folder.path().join(format!("{name}.safetensors"));
        let trained = network.valid();
        trained.save(&path).unwrap();
        let loaded = Network::new(&settings, input, 4, 2, &device("flex").unwrap()).unwrap();
        let loaded = loaded.load(&path).unwrap();
        let expected = values(trained.forward(noisy.clone().inner()));
        assert_eq!(values(loaded.forward(noisy.inner())), expected, "{name}");
        assert_ne!(fresh, expected, "{name}");
    }
}

#[test]
fn all_architectures_are_looked_at() {
    assert_eq!(
        ALL.map(|(name, _)| name).to_vec(),
        undertone::models::architecture_names()
    );
}

#[test]
fn two_trainings_from_one_seed_end_in_the_same_bits() {
    for (name, input) in ALL {
        let settings = small(name);
        let train = || {
            let device = device("flex").unwrap().autodiff();
            let mut network = Network::new(&settings, input, 4, 1, &device).unwrap();
            let (mut adam, mut pass) = (Optimizer::default(), TrainingPass::new(stream(1, "dropout", 0), 0));
            let batch = Tensor::<3>::full([5, input.0, input.1], 0.3, &device);
            for _ in 0..3 {
                let loss = cross_entropy(network.forward_training(batch.clone(), &mut pass));
                let gradients = GradientsParams::from_grads(loss.backward(), &network);
                network = adam.step(1e-2, network, gradients);
            }
            values(network.valid().forward(batch.inner()))
        };
        assert_eq!(train(), train(), "{name}");
    }
}
