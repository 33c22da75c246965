//! The layers beside PyTorch's, put together as the networks do.

use super::{BatchNorm, Convolution, Convolution2d, Dense, Init, MaxPool};
use crate::device::{device, device_names};
use crate::layers::lcg::Lcg;
use burn::module::Param;
use burn::tensor::{Device, Tensor, TensorData};
use serde::Deserialize;

#[derive(Deserialize)]
struct Golden {
    network: String,
    shape: Vec<usize>,
    outputs: usize,
    kernel: usize,
    size: [usize; 2],
    stride: [usize; 2],
    values: Vec<Vec<f32>>,
}

fn drawn<const D: usize>(draw: &mut Lcg, shape: [usize; D], device: &Device) -> Tensor<D> {
    let values = draw.values(shape.iter().product());
    Tensor::from_data(TensorData::new(values, shape), device).require_grad()
}

fn numbers<const D: usize>(tensor: Tensor<D>) -> Vec<f32> {
    tensor.into_data().iter::<f32>().collect()
}

/// Output and gradients of input, kernel, bias, and of gamma and beta where there is a norm.
fn run(case: &Golden, device: &Device) -> Vec<Vec<f32>> {
    let mut draw = Lcg(7);
    let (outputs, k) = (case.outputs, case.kernel);
    let mut first = Init::new(1, device);
    if case.network == "dense" {
        let [rows, inputs] = [case.shape[0], case.shape[1]];
        let input = drawn(&mut draw, [rows, inputs], device);
        let mut layer = Dense::new(inputs, outputs, &mut first);
        layer.kernel = Param::from_tensor(drawn(&mut draw, [inputs, outputs], device));
        layer.bias = Param::from_tensor(drawn(&mut draw, [outputs], device));
        let output = layer.forward_relu(input.clone());
        let gradients = output.clone().sin().sum().backward();
        return vec![
            numbers(output),
            numbers(input.grad(&gradients).unwrap()),
            numbers(layer.kernel.val().grad(&gradients).unwrap()),
            numbers(layer.bias.val().grad(&gradients).unwrap()),
        ];
    }
    let shape: [usize; 4] = case.shape.clone().try_into().unwrap();
    let [batch, height, width, inputs] = shape;
    let sequence = height == 1;
    let input = drawn(&mut draw, shape, device);
    let rows = if sequence { k } else { k * k } * inputs;
    let kernel = drawn(&mut draw, [rows, outputs], device);
    let bias = drawn(&mut draw, [outputs], device);
    let mut norm = BatchNorm::new(outputs, device);
    if case.network == "norm" {
        norm.gamma = Param::from_tensor(drawn(&mut draw, [outputs], device));
        norm.beta = Param::from_tensor(drawn(&mut draw, [outputs], device));
    }
    let output = if sequence {
        let mut layer = Convolution::new(inputs, outputs, k, &mut first);
        (layer.kernel, layer.bias) = (Param::from_tensor(kernel.clone()), Param::from_tensor(bias.clone()));
        let hidden = layer.forward_relu(input.clone().reshape([batch, width, inputs]));
        let pool = MaxPool::over_frames(case.size[1], case.stride[1]).same();
        numbers_and_loss(norm.forward_pool(hidden, pool, Some(0)))
    } else {
        let mut layer = Convolution2d::new(inputs, outputs, k, &mut first);
        (layer.kernel, layer.bias) = (Param::from_tensor(kernel.clone()), Param::from_tensor(bias.clone()));
        let pool = MaxPool::over_image(case.size);
        numbers_and_loss(if case.network == "norm" {
            norm.forward_pool(layer.forward_relu(input.clone()), pool, Some(0))
        } else {
            pool.forward_relu(layer.forward(input.clone()))
        })
    };
    let gradients = output.1.backward();
    let mut found = vec![
        output.0,
        numbers(input.grad(&gradients).unwrap()),
        numbers(kernel.grad(&gradients).unwrap()),
        numbers(bias.grad(&gradients).unwrap()),
    ];
    if case.network == "norm" {
        found.push(numbers(norm.gamma.val().grad(&gradients).unwrap()));
        found.push(numbers(norm.beta.val().grad(&gradients).unwrap()));
    }
    found
}

fn numbers_and_loss<const D: usize>(output: Tensor<D>) -> (Vec<f32>, Tensor<1>) {
    (numbers(output.clone()), output.sin().sum())
}

#[test]
fn values_and_gradients_are_pytorchs_on_every_device() {
    let cases: Vec<Golden> = serde_json::from_str(include_str!("../../tests/golden/layers.json")).unwrap();
    for name in device_names() {
        for case in &cases {
            let found = run(case, &device(&name).unwrap().autodiff());
            assert_eq!(found.len(), case.values.len());
            for (what, (found, expected)) in found.iter().zip(&case.values).enumerate() {
                assert_eq!(found.len(), expected.len(), "{name} {} {what}", case.network);
                let scale = expected.iter().fold(1.0f32, |most, value| most.max(value.abs()));
                for (found, expected) in found.iter().zip(expected) {
                    let off = (found - expected).abs();
                    let at = format!("{name} {} {:?} {what}", case.network, case.shape);
                    assert!(off < 1e-5 * scale, "{at}: {found} {expected}");
                }
            }
        }
    }
}
