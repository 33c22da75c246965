//! Against Burn's own LSTM, PyTorch's, and the definition in Burn's operations.

use super::*;
use crate::device::{device, device_names};
use crate::layers::lcg::Lcg;
use burn::module::ParamId;
use burn::nn::{BiLstmConfig, GateController, Linear};
use burn::tensor::Device;
use serde::Deserialize;

fn values<const D: usize>(tensor: Tensor<D>) -> Vec<f32> {
    tensor.into_data().try_into_vec().unwrap()
}

fn agree(one: &[f32], other: &[f32], tolerance: f32, what: &str) {
    assert_eq!(one.len(), other.len(), "{what}");
    for (one, other) in one.iter().zip(other) {
        assert!(
            (one - other).abs() <= tolerance * other.abs().max(1.0),
            "{what}: {one} {other}"
        );
    }
}

/// A layer with the generator's weights, an input, and a weight for each number of the output, whose sum is
/// the loss.
struct Case {
    layer: BiLstm,
    input: Tensor<3>,
    loss: Tensor<3>,
}

fn case([batch, steps, inputs, units]: [usize; 4], device: &Device) -> Case {
    let mut draw = Lcg(7);
    let layer = BiLstm::new(inputs, units, &mut Init::new(1, device)).map(&mut draw);
    let mut tensor = |shape: [usize; 3]| {
        let values = draw.values(shape.iter().product());
        Tensor::from_data(TensorData::new(values, shape), device)
    };
    Case {
        layer,
        input: match tensor([batch, steps, inputs]) {
            input if device.is_autodiff() => input.require_grad(),
            input => input,
        },
        loss: tensor([batch, steps, 2 * units]),
    }
}

/// Output, then the gradients of input, kernel, recurrent and bias.
fn run(case: &Case, states: Tensor<3>) -> [Vec<f32>; 5] {
    let gradients = (states.clone() * case.loss.clone()).sum().backward();
    [
        values(states),
        values(case.input.grad(&gradients).unwrap()),
        values(case.layer.kernel.val().grad(&gradients).unwrap()),
        values(case.layer.recurrent.val().grad(&gradients).unwrap()),
        values(case.layer.bias.val().grad(&gradients).unwrap()),
    ]
}

const WHAT: [&str; 5] = ["output", "input", "kernel", "recurrent", "bias"];

#[derive(Deserialize)]
struct Golden {
    sizes: [usize; 4],
    values: [Vec<f32>; 5],
}

#[test]
fn states_and_gradients_are_pytorchs_on_every_device() {
    let cases: Vec<Golden> = serde_json::from_str(include_str!("../../../tests/golden/lstm.json")).unwrap();
    for name in device_names() {
        for golden in &cases {
            let case = case(golden.sizes, &device(&name).unwrap().autodiff());
            let found = run(&case, case.layer.forward(case.input.clone()));
            for ((found, expected), what) in found.iter().zip(&golden.values).zip(WHAT) {
                let found = &found[..found.len().min(400)];
                agree(found, expected, 1e-5, &format!("{name} {:?} {what}", golden.sizes));
            }
        }
    }
}

#[test]
fn states_and_gradients_are_those_of_the_definition_for_any_sizes() {
    let device = device("flex").unwrap().autodiff();
    for sizes in [
        [1, 1, 1, 1],
        [2, 1, 3, 32],
        [7, 5, 4, 33],
        [13, 9, 40, 64],
        [32, 12, 20, 5],
    ] {
        let case = case(sizes, &device);
        let layer = &case.layer;
        let (kernel, recurrent, bias) = (layer.kernel.val(), layer.recurrent.val(), layer.bias.val());
        let expected = run(&case, composed(case.input.clone(), kernel, recurrent, bias));
        let found = run(&case, layer.forward(case.input.clone()));
        for ((found, expected), what) in found.iter().zip(&expected).zip(WHAT) {
            agree(found, expected, 2e-5, &format!("{sizes:?} {what}"));
        }
        assert_eq!(
            run(&case, layer.forward(case.input.clone())),
            found,
            "the same bits again"
        );
    }
}

/// Burn's layer with the weights of one gate.
fn gate(layer: &BiLstm, direction: usize, gate: usize, like: &GateController) -> GateController {
    let units = layer.recurrent.dims()[1];
    let columns = gate * units..(gate + 1) * units;
    let of = |weights: Tensor<3>| {
        let weights = weights.slice(s![direction..direction + 1, .., columns.clone()]);
        Param::initialized(ParamId::new(), weights.squeeze_dim::<2>(0).detach())
    };
    let bias = layer.bias.val().slice(s![direction..direction + 1, columns.clone()]);
    let bias = Param::initialized(ParamId::new(), bias.squeeze_dim::<1>(0).detach());
    let zero = Param::initialized(ParamId::new(), bias.val().zeros_like());
    let linear = |weight, bias, like: &Linear| {
        let mut linear = like.clone();
        (linear.weight, linear.bias) = (weight, Some(bias));
        linear
    };
    let mut controller = like.clone();
    controller.input_transform = linear(of(layer.kernel.val()), bias, &like.input_transform);
    controller.hidden_transform = linear(of(layer.recurrent.val()), zero, &like.hidden_transform);
    controller
}

#[test]
fn states_are_those_of_burns_own_layer() {
    let device = device("flex").unwrap();
    let sizes @ [_, _, inputs, units] = [5, 11, 6, 32];
    let Case { layer, input, .. } = case(sizes, &device);
    let mut own = BiLstmConfig::new(inputs, units, true).init(&device);
    for (direction, half) in [&mut own.forward, &mut own.reverse].into_iter().enumerate() {
        half.input_gate = gate(&layer, direction, 0, &half.input_gate);
        half.forget_gate = half.forget_gate.as_ref().map(|like| gate(&layer, direction, 1, like));
        half.cell_gate = gate(&layer, direction, 2, &half.cell_gate);
        half.output_gate = gate(&layer, direction, 3, &half.output_gate);
    }
    let (expected, _) = own.forward(input.clone(), None);
    agree(&values(layer.forward(input)), &values(expected), 1e-5, "output");
}

#[test]
fn the_last_states_are_those_after_each_directions_last_step() {
    let device = device("flex").unwrap();
    let states = Tensor::<3>::from_data([[[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]], &device);
    assert_eq!(values(BiLstm::last(states)), [5.0, 2.0]);
}

#[test]
fn first_weights_are_as_in_keras() {
    let layer = BiLstm::new(3, 4, &mut Init::new(1, &device("flex").unwrap()));
    let bias = values(layer.bias.val());
    let forget = [0.0, 1.0, 0.0, 0.0].map(|value| [value; 4]).concat();
    assert_eq!(bias, [forget.clone(), forget].concat());
    // The rows of each direction's recurrent weights are of length 1 and at right angles.
    let rows = layer.recurrent.val();
    let squares = values(rows.clone().matmul(rows.swap_dims(1, 2)));
    for (index, value) in squares.iter().enumerate() {
        let one = f32::from(u8::from(index / 4 % 4 == index % 4));
        assert!((value - one).abs() < 1e-5, "{squares:?}");
    }
}

#[test]
fn what_is_no_number_stays_none() {
    let device = device("flex").unwrap();
    let Case { layer, input, .. } = case([1, 3, 2, 32], &device);
    let states = layer.forward(input.mul_scalar(f32::NAN));
    assert!(values(states).iter().all(|value| value.is_nan()));
}
