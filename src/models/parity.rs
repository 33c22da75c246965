//! Every architecture beside the same network in PyTorch, at its published sizes and on the same weights.

use super::fixture::settings;
use super::{Network, architectures};
use crate::device::{device, device_names};
use crate::layers::lcg::{Lcg, Levelled};
use burn::module::Module;
use burn::tensor::{Tensor, TensorData};
use serde::Deserialize;
use std::collections::BTreeMap;

/// Of two clips.
#[derive(Deserialize)]
struct Golden {
    parameters: usize,
    logits: Vec<f32>,
}

#[test]
fn logits_are_those_of_pytorch_on_the_same_weights() {
    let golden: BTreeMap<String, Golden> =
        serde_json::from_str(include_str!("../../tests/golden/networks.json")).unwrap();
    for architecture in architectures() {
        let Golden { parameters, logits } = &golden[architecture.name];
        let (frames, coefficients) = architecture.input;
        for device_name in device_names() {
            let settings = settings(architecture.name);
            let device = device(&device_name).unwrap();
            let network = Network::new(&settings, architecture.input, architecture.classes, 1, &device).unwrap();
            let mut weights = Levelled::new(Lcg(7));
            let network = network.map(&mut weights);
            assert_eq!(network.parameters(), *parameters, "{}", architecture.name);
            let input = weights.draw.values(2 * frames * coefficients);
            let input = Tensor::from_data(TensorData::new(input, [2, frames, coefficients]), &device);
            let found = network.forward(input).into_data().try_into_vec::<f32>().unwrap();
            assert_eq!(found.len(), logits.len());
            for (found, expected) in found.iter().zip(logits) {
                assert!(
                    (found - expected).abs() < 1e-5 * expected.abs().max(1.0),
                    "{} on {device_name}: {found} {expected}",
                    architecture.name
                );
            }
        }
    }
}
