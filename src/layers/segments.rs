//! Parts of a network whose activations are not kept for the backward pass, but computed a second time.

use burn::module::Module;
use burn::optim::{GradientsAccumulator, GradientsParams};
use burn::tensor::Tensor;
use std::fmt;

/// The segments of a forward pass, in their order (Chen et al. 2016, "Training deep nets with sublinear memory cost").
/// Of each only what went in is kept; on the way back it is passed again, and all that its backward pass needs lives no
/// longer than that. What goes in is the output of a segment, or of other operations that lead nowhere else.
#[derive(Default)]
pub(super) struct Segments(Vec<Segment>);

struct Segment {
    /// What came out: the end of no graph, since the segment was passed without one.
    output: Tensor<3>,
    /// Its gradient so far.
    gradient: Option<Tensor<3>>,
    /// The segment once more, joined to the graph of what went in.
    again: Box<dyn FnOnce() -> Tensor<3> + Send>,
}

impl fmt::Debug for Segments {
    fn fmt(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        write!(formatter, "Segments({})", self.0.len())
    }
}

impl Segments {
    /// Passes a segment, whose weights are those of `module`.
    pub fn pass<M: Module + 'static>(
        &mut self,
        module: &M,
        input: Tensor<3>,
        pass: impl Fn(&M, Tensor<3>) -> Tensor<3> + Send + 'static,
    ) -> Tensor<3> {
        let output = Tensor::from_inner(pass(&module.valid(), input.clone().inner())).require_grad();
        let module = module.clone();
        self.0.push(Segment {
            output: output.clone(),
            gradient: None,
            again: Box::new(move || pass(&module, input)),
        });
        output
    }

    /// The gradients of a network's parameters, from a loss that was computed by way of these segments. None are left.
    pub fn backward<M: Module>(&mut self, loss: Tensor<1>, network: &M) -> GradientsParams {
        let mut sum = GradientsAccumulator::new();
        let mut next = Some(loss);
        while let Some(end) = next {
            let mut gradients = end.backward();
            for segment in &mut self.0 {
                if let Some(more) = segment.output.grad_remove(&mut gradients) {
                    segment.gradient = Some(match segment.gradient.take() {
                        Some(gradient) => gradient + more,
                        None => more,
                    });
                }
            }
            sum.accumulate(network, GradientsParams::from_grads(gradients, network));
            next = self.last();
        }
        sum.grads()
    }

    /// What has the gradient of the last segment's output by that output for its own: their product, summed. Segments
    /// whose output is of no matter are left out.
    fn last(&mut self) -> Option<Tensor<1>> {
        loop {
            let segment = self.0.pop()?;
            if let Some(gradient) = segment.gradient {
                return Some(((segment.again)() * Tensor::from_inner(gradient)).sum());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Dense, Init, Mode, TrainingPass};
    use crate::device::{device, device_names};
    use crate::random::stream;
    use burn::module::Module;
    use burn::tensor::{Tensor, TensorData};

    #[derive(Module, Debug)]
    struct Stack {
        first: Dense,
        layers: Vec<Dense>,
        last: Dense,
    }

    /// The loss, and the gradients of all weights.
    fn run(device_name: &str, checkpointing: bool) -> Vec<Vec<f32>> {
        let device = device(device_name).unwrap().autodiff();
        let mut init = Init::new(1, &device);
        let network = Stack {
            first: Dense::new(3, 4, &mut init),
            layers: Dense::stack(4, &[4, 4, 4], &mut init),
            last: Dense::new(4, 2, &mut init),
        };
        let values: Vec<f32> = (0..30).map(|index| (index as f32 * 0.7).sin()).collect();
        let input = Tensor::<3>::from_data(TensorData::new(values, [2, 5, 3]), &device);
        let mut pass = TrainingPass::new(stream(1, "dropout", 0), 0).checkpointing(checkpointing);
        let mut hidden = network.first.forward_steps(input);
        let mut sum = hidden.zeros_like();
        let mut mode = Mode::Training(&mut pass);
        for layer in &network.layers {
            hidden = mode.segment(layer, hidden, |layer, hidden| {
                hidden.clone() + layer.forward_steps_relu(hidden.tanh())
            });
            // Every state is used twice.
            sum = sum + hidden.clone();
        }
        let loss = network.last.forward_steps(sum * hidden).powi_scalar(2).sum();
        let value = loss.clone().into_data().try_into_vec::<f32>().unwrap();
        let gradients = pass.backward(loss, &network);
        let of = |dense: &Dense| {
            let kernel = gradients.get::<2>(dense.kernel.id).unwrap().into_data();
            let bias = gradients.get::<1>(dense.bias.id).unwrap().into_data();
            kernel.iter::<f32>().chain(bias.iter::<f32>()).collect::<Vec<f32>>()
        };
        let layers = [&network.first]
            .into_iter()
            .chain(&network.layers)
            .chain([&network.last]);
        std::iter::once(value).chain(layers.map(of)).collect()
    }

    #[test]
    fn loss_and_gradients_are_those_of_a_pass_that_keeps_everything() {
        for name in device_names() {
            let (kept, again) = (run(&name, false), run(&name, true));
            assert_eq!(kept[0], again[0], "{name}");
            for (kept, again) in kept.iter().flatten().zip(again.iter().flatten()) {
                assert!(
                    (kept - again).abs() <= 1e-6 * kept.abs().max(1.0),
                    "{name}: {kept} {again}"
                );
            }
        }
    }
}
