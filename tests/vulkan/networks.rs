//! Every network, from the same weights, some steps beside the CPU.

use crate::compare::{Draw, difference, gradients_of, weights_of};
use crate::{card, cpu};
use burn::module::Module;
use burn::tensor::activation::log_softmax;
use burn::tensor::{Device, Tensor};
use undertone::layers::{BatchNorm, TrainingPass};
use undertone::models::{ModelSettings, Network, architectures};
use undertone::random::stream;
use undertone::training::{Optimizer, clip_by_global_norm};

/// `[model]` as it ships, with few channels, so that a CPU that plays a card has little to do and few
/// values are so close to each other, or to 0, that rounding decides which is the larger; no size is a multiple of 4.
pub fn settings(name: &str) -> ModelSettings {
    let mut table = toml::Table::new();
    table.insert("name".to_owned(), name.into());
    for of in architectures() {
        table.insert(of.name.to_owned(), of.sizes.parse::<toml::Table>().unwrap().into());
    }
    let mut model: ModelSettings = table.try_into().unwrap();
    model.conv1d.filters = vec![13, 18];
    model.mel_conv2d.filters = vec![5, 7, 9];
    model.deep_conv1d.filters = vec![18, 17, 13, 11, 7];
    model.deep_mel_conv2d.filters = vec![5, 7, 9, 6, 11, 10];
    model.weighted_mlp.states = 3;
    (model.crnn.filters1, model.crnn.filters2, model.crnn.lstm_units) = (5, 7, 35);
    model
}

/// A network, and the frames and coefficients of its clips.
pub fn network(name: &str, device: &Device) -> (Network, [usize; 2]) {
    let unequal = ["attentive_pooling", "emobox", "fine_tuned"].contains(&name);
    let input = if unequal { (0, 66) } else { (67, 66) };
    let network = Network::new(&settings(name), input, CLASSES, 1, device).unwrap();
    // A last column says which frames are a clip's own.
    (network, if unequal { [23, 67] } else { [67, 66] })
}

const CLASSES: usize = 3;

/// Batches of one epoch, the last of which is odd.
const BATCHES: [usize; 4] = [6, 6, 6, 1];

/// The losses of steps on the same batches, and gradients of the first.
pub struct Steps {
    pub losses: Vec<f32>,
    pub gradients: Vec<Vec<f32>>,
    pub weights: Vec<Vec<f32>>,
}

/// One step of training as a run makes it: backwards, clipped, and Adam.
pub fn step(
    network: Network,
    optimizer: &mut Optimizer,
    pass: &mut TrainingPass,
    batch: Tensor<3>,
    gradients: &mut Vec<Vec<f32>>,
) -> (Network, Tensor<1>) {
    let clips = batch.dims()[0];
    let device = batch.device();
    let targets = (0..clips * CLASSES).map(|index| f32::from(u8::from(index % CLASSES == index / CLASSES % CLASSES)));
    let targets = Tensor::<1>::from_data(&targets.collect::<Vec<f32>>()[..], &device).reshape([clips, CLASSES]);
    let output = log_softmax(network.forward_training(batch, pass), 1);
    let mut loss = -(output * targets).sum() / clips as f32;
    let told = loss.clone().inner();
    if let Some(penalty) = network.penalty() {
        loss = loss + penalty;
    }
    let found = pass.backward(loss, &network);
    if gradients.is_empty() {
        *gradients = gradients_of(&network, &found);
    }
    let found = clip_by_global_norm(&network, found, 0.5);
    (optimizer.step(1e-3, network, found), told)
}

fn steps(name: &str, device: &Device) -> Steps {
    let device = device.clone().autodiff();
    let (mut network, [frames, columns]) = network(name, &device);
    let mut optimizer = Optimizer::default();
    let mut pass = TrainingPass::new(stream(1, "dropout", 0), 0);
    let mut draw = Draw(9);
    let mut made = Steps {
        losses: Vec::new(),
        gradients: Vec::new(),
        weights: Vec::new(),
    };
    for clips in BATCHES {
        let mut batch = draw.tensor([clips, frames, columns], &device);
        if network.is_masked() {
            let last = Tensor::ones([clips, frames, 1], &device);
            batch = Tensor::cat(vec![batch.narrow(2, 0, columns - 1), last], 2);
        }
        let (next, loss) = step(network, &mut optimizer, &mut pass, batch, &mut made.gradients);
        network = next;
        made.losses.push(loss.into_scalar());
    }
    made.weights = weights_of(&network);
    made
}

#[test]
fn networks_learn_as_on_the_cpu() {
    let Some(card) = card() else { return };
    for of in architectures() {
        let (expected, found) = (steps(of.name, &cpu()), steps(of.name, &card));
        let losses = found.losses.iter().zip(&expected.losses);
        let losses = losses.map(|(found, expected)| (found - expected).abs() / expected.abs().max(1e-3));
        let losses = losses.fold(0.0f32, |most, off| if off <= most { most } else { off });
        let norm = |values: &mut dyn Iterator<Item = f32>| values.map(|value| value * value).sum::<f32>().sqrt();
        let (one, other) = (found.gradients.concat(), expected.gradients.concat());
        assert_eq!(one.len(), other.len());
        let gradients =
            norm(&mut one.iter().zip(&other).map(|(one, other)| one - other)) / norm(&mut other.iter().copied());
        eprintln!("{}: losses {losses:.1e}, gradients {gradients:.1e}", of.name);
        assert!(losses < 1e-3, "{}: {:?} {:?}", of.name, found.losses, expected.losses);
        assert!(gradients < 1e-4, "{}: {gradients:.1e}", of.name);
        let again = steps(of.name, &card);
        assert!(
            again.losses == found.losses && again.weights == found.weights,
            "{}: the same bits again",
            of.name
        );
    }
}

#[test]
fn gradients_are_clipped_to_the_same_norm() {
    let Some(card) = card() else { return };
    let clipped = |device: &Device, limit: f64| {
        let device = device.clone().autodiff();
        let norm = BatchNorm::new(70, &device).map(&mut Draw(7));
        let output = norm.forward(Draw(3).tensor([90, 70], &device), Some(0));
        let gradients = TrainingPass::new(stream(1, "dropout", 0), 0).backward((output.clone() * output).sum(), &norm);
        gradients_of(&norm, &clip_by_global_norm(&norm, gradients, limit)).concat()
    };
    for limit in [0.0, 0.1, 1e6] {
        let off = difference(&clipped(&card, limit), &clipped(&cpu(), limit), 1e-3);
        assert!(off < 2e-5, "{limit}: {off:.1e}");
    }
}
