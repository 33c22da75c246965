//! Attention of a sequence to itself.

use super::summary::note_products;
use super::{KeyMask, Operation, Pullback, Values, binary, runs_here, unary};
use crate::layers::kernels::self_attention::{self as kernel, Sequences};
use burn::tensor::{Tensor, activation::softmax};
use std::sync::Arc;

/// Scaled dot-product attention (Vaswani et al. 2017) of each head, `softmax(q kᵀ / sqrt(depth) + bias) v`: from
/// queries, keys and values side by side (clips, frames, 3 width) to (clips, frames, width). Nothing attends to frames
/// that the mask hides. What is added to the scores is (clips, heads, frames, frames).
pub fn self_attention(input: Tensor<3>, heads: usize, mask: &KeyMask, bias: Option<Tensor<4>>) -> Tensor<3> {
    let [clips, frames, triple] = input.dims();
    let width = triple / 3;
    note_products(&[clips, frames, width], 2 * frames * frames * width, || {
        format!("self-attention, {heads} heads")
    });
    if runs_here(&input) {
        let attend = Attend {
            heads,
            lengths: mask.lengths().into(),
        };
        return match bias {
            Some(bias) => binary(input, bias, attend),
            None => unary(input, attend),
        };
    }
    composed(input, heads, mask, bias)
}

/// In Burn's own operations.
fn composed(input: Tensor<3>, heads: usize, mask: &KeyMask, bias: Option<Tensor<4>>) -> Tensor<3> {
    let [clips, frames, triple] = input.dims();
    let width = triple / 3;
    let depth = width / heads;
    let parts = input.reshape([clips, frames, 3, heads, depth]).permute([2, 0, 3, 1, 4]);
    let part = |index: usize| -> Tensor<4> { parts.clone().narrow(0, index, 1).squeeze_dim(0) };
    let mut scores = part(0).matmul(part(1).transpose()) / (depth as f64).sqrt();
    if let Some(bias) = bias {
        scores = scores + bias;
    }
    if let Some(hidden) = mask.hidden(&scores.device()) {
        scores = scores + hidden;
    }
    let attended = softmax(scores, 3).matmul(part(2));
    attended.swap_dims(1, 2).reshape([clips, frames, width])
}

#[derive(Debug, Clone)]
struct Attend {
    heads: usize,
    lengths: Arc<[usize]>,
}

impl Attend {
    fn sequences(&self, input: &Values) -> Sequences<'_> {
        Sequences {
            frames: input.shape()[1],
            width: input.shape()[2] / 3,
            heads: self.heads,
            lengths: &self.lengths,
        }
    }

    fn attend(&self, input: &Values, bias: Option<&Values>) -> Values {
        let sequences = self.sequences(input);
        let output = kernel::forward(input.slice(), bias.map(Values::slice), sequences);
        Values::new(output, [input.shape()[0], sequences.frames, sequences.width])
    }
}

impl Operation<1> for Attend {
    fn forward(self: Box<Self>, [input]: [Values; 1], tracked: bool) -> (Values, Option<Arc<dyn Pullback<1>>>) {
        let output = self.attend(&input, None);
        let back = AttendBack {
            attend: *self,
            input,
            bias: None,
        };
        (output, tracked.then(|| Arc::new(back) as _))
    }
}

impl Operation<2> for Attend {
    fn forward(self: Box<Self>, [input, bias]: [Values; 2], tracked: bool) -> (Values, Option<Arc<dyn Pullback<2>>>) {
        let output = self.attend(&input, Some(&bias));
        let back = AttendBack {
            attend: *self,
            input,
            bias: Some(bias),
        };
        (output, tracked.then(|| Arc::new(back) as _))
    }
}

/// Kept for the backward pass.
#[derive(Debug)]
struct AttendBack {
    attend: Attend,
    input: Values,
    bias: Option<Values>,
}

impl AttendBack {
    fn gradients(&self, gradient: &Values, bias_wanted: bool) -> (Values, Option<Values>) {
        let sequences = self.attend.sequences(&self.input);
        let bias = self.bias.as_ref();
        let (input, to_bias) = kernel::backward(
            self.input.slice(),
            bias.map(Values::slice),
            gradient.slice(),
            sequences,
            bias_wanted,
        );
        let to_bias = to_bias
            .zip(bias)
            .map(|(values, bias)| Values::new(values, bias.shape().to_vec()));
        (Values::new(input, self.input.shape().to_vec()), to_bias)
    }
}

impl Pullback<1> for AttendBack {
    fn backward(&self, gradient: Values, wanted: [bool; 1]) -> [Option<Values>; 1] {
        [wanted[0].then(|| self.gradients(&gradient, false).0)]
    }
}

impl Pullback<2> for AttendBack {
    fn backward(&self, gradient: Values, wanted: [bool; 2]) -> [Option<Values>; 2] {
        let (input, bias) = self.gradients(&gradient, wanted[1]);
        [wanted[0].then_some(input), bias]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::device::device;
    use crate::layers::lcg::Lcg;
    use burn::tensor::TensorData;

    type Attend<'a> = &'a dyn Fn(Tensor<3>, usize, &KeyMask, Option<Tensor<4>>) -> Tensor<3>;

    /// Output of own frames, and gradients of the input and of the bias.
    fn run(shape: [usize; 3], heads: usize, lengths: &[usize], biased: bool, attend: Attend) -> Vec<Vec<f32>> {
        let device = device("flex").unwrap().autodiff();
        let [clips, frames, width] = shape;
        let mut draw = Lcg(11);
        let mut values = |count: usize| -> Vec<f32> { draw.values(count).iter().map(|value| 4.0 * value).collect() };
        let input = TensorData::new(values(clips * frames * 3 * width), [clips, frames, 3 * width]);
        let bias = TensorData::new(values(clips * heads * frames * frames), [clips, heads, frames, frames]);
        let input = Tensor::<3>::from_data(input, &device).require_grad();
        let bias = Tensor::<4>::from_data(bias, &device).require_grad();
        let mask = KeyMask::new(lengths, frames);
        let output = attend(input.clone(), heads, &mask, biased.then(|| bias.clone()));
        let output = mask.cleared(output);
        let gradients = output.clone().sin().sum().backward();
        let numbers = |tensor: Tensor<1>| tensor.into_data().try_into_vec::<f32>().unwrap();
        let mut found = vec![
            numbers(output.inner().flatten(0, 2)),
            numbers(input.grad(&gradients).unwrap().flatten(0, 2)),
        ];
        if biased {
            found.push(numbers(bias.grad(&gradients).unwrap().flatten(0, 3)));
        }
        found
    }

    #[test]
    fn values_and_gradients_are_those_of_burns_operations() {
        for (shape, heads, lengths) in [
            ([1, 1, 4], 2, vec![1]),
            ([1, 70, 24], 3, vec![70]),
            ([3, 41, 16], 2, vec![41, 7, 1]),
            ([1, 300, 8], 1, vec![300]),
        ] {
            for biased in [false, true] {
                let ours = run(shape, heads, &lengths, biased, &self_attention);
                let theirs = run(shape, heads, &lengths, biased, &composed);
                for (ours, theirs) in ours.iter().zip(&theirs) {
                    let scale = theirs.iter().fold(1e-3f32, |most, value| most.max(value.abs()));
                    for (ours, theirs) in ours.iter().zip(theirs) {
                        assert!(
                            (ours - theirs).abs() < 1e-5 * scale,
                            "{shape:?} {biased}: {ours} {theirs}"
                        );
                    }
                }
            }
        }
    }
}
