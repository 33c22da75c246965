//! The published networks in Burn's own layers, channels first, with the weights of ours.

use burn::module::{Module, ModuleVisitor, Param};
use burn::nn::conv::{Conv1d, Conv1dConfig, Conv2d, Conv2dConfig};
use burn::nn::pool::{MaxPool1dConfig, MaxPool2dConfig};
use burn::nn::{
    BatchNorm, BatchNormConfig, BiLstm, BiLstmConfig, GateController, Linear, LinearConfig, PaddingConfig1d,
    PaddingConfig2d,
};
use burn::tensor::activation::relu;
use burn::tensor::{Device, Tensor, TensorData, s};
use std::collections::VecDeque;
use undertone::models::{ModelSettings, Network};

/// The weights of a network in the order of its layers.
struct Weights {
    tensors: VecDeque<(Vec<usize>, Vec<f32>)>,
    device: Device,
}

impl ModuleVisitor for Weights {
    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        let tensor = param.val();
        let values = tensor.to_data().iter::<f32>().collect();
        self.tensors.push_back((tensor.dims().to_vec(), values));
    }
}

fn leaf<const D: usize>(tensor: Tensor<D>) -> Param<Tensor<D>> {
    Param::from_tensor(tensor.detach())
}

impl Weights {
    fn next<const D: usize>(&mut self) -> Tensor<D> {
        let (shape, values) = self.tensors.pop_front().unwrap();
        assert_eq!(shape.len(), D);
        Tensor::from_data(TensorData::new(values, shape), &self.device)
    }

    fn conv1d(&mut self, kernel_size: usize) -> Conv1d {
        let (kernel, bias): (Tensor<2>, Tensor<1>) = (self.next(), self.next());
        let [rows, outputs] = kernel.dims();
        let inputs = rows / kernel_size;
        let mut layer = Conv1dConfig::new(inputs, outputs, kernel_size)
            .with_padding(PaddingConfig1d::Same)
            .init(&self.device);
        layer.weight = leaf(kernel.reshape([kernel_size, inputs, outputs]).permute([2, 1, 0]));
        layer.bias = Some(leaf(bias));
        layer
    }

    fn conv2d(&mut self, kernel_size: usize) -> Conv2d {
        let (kernel, bias): (Tensor<2>, Tensor<1>) = (self.next(), self.next());
        let [rows, outputs] = kernel.dims();
        let inputs = rows / kernel_size / kernel_size;
        let mut layer = Conv2dConfig::new([inputs, outputs], [kernel_size; 2])
            .with_padding(PaddingConfig2d::Same)
            .init(&self.device);
        let kernel = kernel.reshape([kernel_size, kernel_size, inputs, outputs]);
        layer.weight = leaf(kernel.permute([3, 2, 0, 1]));
        layer.bias = Some(leaf(bias));
        layer
    }

    fn norm(&mut self) -> BatchNorm {
        let [gamma, beta, ..]: [Tensor<1>; 4] = std::array::from_fn(|_| self.next());
        let config = BatchNormConfig::new(gamma.dims()[0]).with_epsilon(1e-3);
        let mut layer = config.init(&self.device);
        (layer.gamma, layer.beta) = (leaf(gamma), leaf(beta));
        layer
    }

    fn linear(&mut self) -> Linear {
        let (kernel, bias): (Tensor<2>, Tensor<1>) = (self.next(), self.next());
        let [inputs, outputs] = kernel.dims();
        let mut layer = LinearConfig::new(inputs, outputs).init(&self.device);
        (layer.weight, layer.bias) = (leaf(kernel), Some(leaf(bias)));
        layer
    }

    fn lstm(&mut self) -> BiLstm {
        let (kernel, recurrent, bias): (Tensor<3>, Tensor<3>, Tensor<2>) = (self.next(), self.next(), self.next());
        let ([_, inputs, _], [_, units, _]) = (kernel.dims(), recurrent.dims());
        let mut layer = BiLstmConfig::new(inputs, units, true).init(&self.device);
        for (direction, half) in [&mut layer.forward, &mut layer.reverse].into_iter().enumerate() {
            let fill = |gate: usize, controller: &mut GateController| {
                let columns = gate * units..(gate + 1) * units;
                let of = |weights: &Tensor<3>| {
                    let weights = weights.clone().slice(s![direction..direction + 1, .., columns.clone()]);
                    leaf(weights.squeeze_dim::<2>(0))
                };
                let bias = bias
                    .clone()
                    .slice(s![direction..direction + 1, columns.clone()])
                    .squeeze_dim::<1>(0);
                controller.input_transform.weight = of(&kernel);
                controller.hidden_transform.weight = of(&recurrent);
                // A second bias would be trained as well, and the sum move twice as fast.
                controller.hidden_transform.bias = Some(leaf(bias.zeros_like()).set_require_grad(false));
                controller.input_transform.bias = Some(leaf(bias));
            };
            fill(0, &mut half.input_gate);
            fill(1, half.forget_gate.as_mut().unwrap());
            fill(2, &mut half.cell_gate);
            fill(3, &mut half.output_gate);
        }
        layer
    }
}

/// Any of them.
#[allow(clippy::large_enum_variant, reason = "a test has but one")]
#[derive(Module, Debug)]
pub enum Duplicate {
    DeepConv1d(DeepConv1d),
    DeepMelConv2d(DeepMelConv2d),
    Crnn(Crnn),
}

#[derive(Module, Debug)]
pub struct DeepConv1d {
    convolutions: Vec<Conv1d>,
    norms: Vec<BatchNorm>,
    dense: Linear,
    dense_norm: BatchNorm,
    output: Linear,
    pool_sizes: Vec<usize>,
}

#[derive(Module, Debug)]
pub struct DeepMelConv2d {
    convolutions: Vec<Conv2d>,
    dense: Vec<Linear>,
    output: Linear,
}

#[derive(Module, Debug)]
pub struct Crnn {
    convolutions: Vec<Conv2d>,
    norms: Vec<BatchNorm>,
    lstm: BiLstm,
    output: Linear,
}

impl Duplicate {
    /// The same network, as it stands.
    pub fn of(network: &Network, settings: &ModelSettings) -> Self {
        let mut weights = Weights {
            tensors: VecDeque::new(),
            device: network.device(),
        };
        network.visit(&mut weights);
        let reference = match network {
            Network::DeepConv1d(_) => {
                let settings = &settings.deep_conv1d;
                let convolutions = settings.kernel_sizes.iter().map(|size| weights.conv1d(*size)).collect();
                let norms = settings.filters.iter().map(|_| weights.norm()).collect();
                Self::DeepConv1d(DeepConv1d {
                    convolutions,
                    norms,
                    dense: weights.linear(),
                    dense_norm: weights.norm(),
                    output: weights.linear(),
                    pool_sizes: settings.pool_sizes.clone(),
                })
            }
            Network::DeepMelConv2d(_) => {
                let settings = &settings.deep_mel_conv2d;
                let convolutions = settings.kernel_sizes.iter().map(|size| weights.conv2d(*size)).collect();
                let dense = settings.dense_units.iter().map(|_| weights.linear()).collect();
                Self::DeepMelConv2d(DeepMelConv2d {
                    convolutions,
                    dense,
                    output: weights.linear(),
                })
            }
            Network::Crnn(_) => {
                let size = settings.crnn.kernel_size;
                let convolutions = vec![weights.conv2d(size), weights.conv2d(size)];
                Self::Crnn(Crnn {
                    convolutions,
                    norms: vec![weights.norm(), weights.norm()],
                    lstm: weights.lstm(),
                    output: weights.linear(),
                })
            }
            _ => unreachable!("it has no twin"),
        };
        assert!(weights.tensors.is_empty());
        reference
    }

    /// With running statistics that move as ours do after so many steps.
    pub fn after(mut self, steps: usize) -> Self {
        let norms = match &mut self {
            Self::DeepConv1d(network) => network.norms.iter_mut().chain([&mut network.dense_norm]).collect(),
            Self::DeepMelConv2d(_) => Vec::new(),
            Self::Crnn(network) => network.norms.iter_mut().collect::<Vec<_>>(),
        };
        for norm in norms {
            norm.momentum = (9.0 / (10.0 + steps as f64)).max(0.01);
        }
        self
    }

    /// Logits; batch statistics where gradients are kept.
    pub fn forward(&self, batch: Tensor<3>) -> Tensor<2> {
        match self {
            Self::DeepConv1d(network) => network.forward(batch),
            Self::DeepMelConv2d(network) => network.forward(batch),
            Self::Crnn(network) => network.forward(batch),
        }
    }
}

impl DeepConv1d {
    fn forward(&self, batch: Tensor<3>) -> Tensor<2> {
        let [clips, frames, coefficients] = batch.dims();
        let mut hidden = batch.reshape([clips, 1, frames * coefficients]);
        for ((convolution, norm), pool) in self.convolutions.iter().zip(&self.norms).zip(&self.pool_sizes) {
            let pool = MaxPool1dConfig::new(*pool)
                .with_stride(2)
                .with_padding(PaddingConfig1d::Same)
                .init();
            hidden = pool.forward(norm.forward(relu(convolution.forward(hidden))));
        }
        // Ours hands the dense layer one position after the other.
        let hidden: Tensor<2> = hidden.swap_dims(1, 2).flatten(1, 2);
        let hidden = self.dense_norm.forward(relu(self.dense.forward(hidden)));
        self.output.forward(hidden)
    }
}

impl DeepMelConv2d {
    fn forward(&self, batch: Tensor<3>) -> Tensor<2> {
        let mut hidden: Tensor<4> = batch.unsqueeze_dim(1);
        let pool = MaxPool2dConfig::new([2, 2]).with_strides([2, 2]).init();
        for convolution in &self.convolutions {
            hidden = pool.forward(relu(convolution.forward(hidden)));
        }
        let mut hidden: Tensor<2> = hidden.permute([0, 2, 3, 1]).flatten(1, 3);
        for dense in &self.dense {
            hidden = relu(dense.forward(hidden));
        }
        self.output.forward(hidden)
    }
}

impl Crnn {
    fn forward(&self, batch: Tensor<3>) -> Tensor<2> {
        let mut hidden: Tensor<4> = batch.unsqueeze_dim(1);
        let pool = MaxPool2dConfig::new([1, 2]).with_strides([1, 2]).init();
        for (convolution, norm) in self.convolutions.iter().zip(&self.norms) {
            hidden = pool.forward(norm.forward(relu(convolution.forward(hidden))));
        }
        let hidden: Tensor<3> = hidden.permute([0, 2, 3, 1]).flatten(2, 3);
        let (states, _) = self.lstm.forward(hidden, None);
        let [_, steps, width] = states.dims();
        let forwards = states.clone().slice(s![.., steps - 1..steps, 0..width / 2]);
        let backwards = states.slice(s![.., 0..1, width / 2..width]);
        self.output
            .forward(Tensor::cat(vec![forwards, backwards], 2).squeeze_dim(1))
    }
}
