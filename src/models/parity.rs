//! Every architecture beside the same network in PyTorch, at its published sizes and on the same weights.

use super::fixture::settings;
use super::{ModelSettings, Network, Norms, architectures, published};
use crate::device::{device, device_names};
use crate::layers::lcg::{Lcg, Levelled};
use burn::module::Module;
use burn::tensor::{Device, Tensor, TensorData};
use serde::Deserialize;
use std::collections::BTreeMap;

/// Of two clips.
#[derive(Deserialize)]
struct Golden {
    parameters: usize,
    logits: Vec<f32>,
}

fn golden() -> BTreeMap<String, Golden> {
    serde_json::from_str(include_str!("../../tests/golden/networks.json")).unwrap()
}

/// A network of these settings with the weights of the golden file, and the numbers that come after them.
fn network(settings: &ModelSettings, input: (usize, usize), classes: usize, device: &Device) -> (Network, Lcg) {
    let network = Network::new(settings, input, classes, 1, device).unwrap();
    let mut weights = Levelled::new(Lcg(7));
    (network.map(&mut weights), weights.draw)
}

fn logits(network: &Network, values: Vec<f32>, shape: [usize; 3]) -> Vec<f32> {
    let input = Tensor::from_data(TensorData::new(values, shape), &network.device());
    network.forward(input).into_data().try_into_vec::<f32>().unwrap()
}

fn are_close(found: &[f32], expected: &[f32], what: &str) {
    assert_eq!(found.len(), expected.len());
    for (found, expected) in found.iter().zip(expected) {
        assert!(
            (found - expected).abs() < 1e-5 * expected.abs().max(1.0),
            "{what}: {found} {expected}"
        );
    }
}

#[test]
fn logits_are_those_of_pytorch_on_the_same_weights() {
    let golden = golden();
    let mut first = settings("mlp");
    first.mlp.norms = Norms::First;
    let shipped = architectures()
        .into_iter()
        .map(|of| (of.name.to_owned(), settings(of.name), of));
    let cases = shipped.chain([("mlp, norms first".to_owned(), first, published("mlp").unwrap())]);
    for (name, settings, of) in cases {
        let Golden {
            parameters,
            logits: expected,
        } = &golden[&name];
        let (frames, coefficients) = of.input;
        for device_name in device_names() {
            let (network, mut draw) = network(&settings, of.input, of.classes, &device(&device_name).unwrap());
            assert_eq!(network.parameters(), *parameters, "{name}");
            let values = draw.values(2 * frames * coefficients);
            let found = logits(&network, values, [2, frames, coefficients]);
            are_close(&found, expected, &format!("{name} on {device_name}"));
        }
    }
}

#[test]
fn clips_of_unequal_length_have_the_logits_that_they_have_alone() {
    let golden = golden();
    for (name, width) in [("attentive_pooling", 768), ("emobox", 768), ("fine_tuned", 384)] {
        let Golden { logits: expected, .. } = &golden[&format!("{name}, unequal")];
        for device_name in device_names() {
            let device = device(&device_name).unwrap();
            let (network, mut draw) = network(&settings(name), (0, width), 8, &device);
            let clips = [7, 12].map(|frames| draw.values(frames * width));
            let padded = |values: &[f32], frames: usize| {
                let own = values.chunks_exact(width).map(|row| [row, &[1.0]].concat());
                let mut rows = own.collect::<Vec<_>>().concat();
                rows.resize(frames * (width + 1), 0.0);
                rows
            };
            let what = format!("{name} on {device_name}");
            let batch = [padded(&clips[0], 12), padded(&clips[1], 12)].concat();
            let together = logits(&network, batch, [2, 12, width + 1]);
            are_close(&together, expected, &what);
            let alone = [
                logits(&network, padded(&clips[0], 7), [1, 7, width + 1]),
                logits(&network, padded(&clips[1], 12), [1, 12, width + 1]),
            ];
            are_close(&alone.concat(), &together, &what);
        }
    }
}

#[test]
fn networks_that_need_one_length_refuse_unequal_ones_and_name_those_that_do_not() {
    let device = device("flex").unwrap();
    for of in architectures() {
        let built = Network::new(&settings(of.name), (0, 768), 3, 1, &device);
        let unequal = ["attentive_pooling", "emobox", "fine_tuned"].contains(&of.name);
        match built {
            Ok(network) => assert!(unequal && network.is_masked()),
            Err(error) => {
                let message = error.to_string();
                assert!(!unequal && message.starts_with("model.name"), "{message}");
                assert!(message.contains("attentive_pooling, emobox, fine_tuned"), "{message}");
            }
        }
    }
}
