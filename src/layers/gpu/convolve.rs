//! Convolutions and dense layers.

use super::columns::cut_and_summed;
use super::product::{Kind, Product};
use crate::layers::buffer::Buffer;
use crate::layers::kernels::convolution::Geometry;
use crate::layers::operation::Outcome;
use crate::layers::{Operation, Pullback};
use std::sync::Arc;

/// A convolution with bias, and ReLU if asked for; the inputs are images, sequences or rows, kernel, bias.
#[derive(Debug)]
pub struct Convolve {
    pub geometry: Geometry,
    pub clips: usize,
    pub relu: bool,
    /// Of the output.
    pub shape: Vec<usize>,
}

impl Operation<3, Buffer> for Convolve {
    fn forward(self: Box<Self>, [input, kernel, bias]: [Buffer; 3], tracked: bool) -> Outcome<3, Buffer> {
        let Self {
            geometry,
            clips,
            relu,
            shape,
        } = *self;
        let product = Product {
            kind: Kind::Output,
            geometry,
            clips,
            sets: 1,
            images: &input,
            right: &kernel,
            bias: Some(&bias),
            relu,
        };
        let output = product.find(shape);
        let pullback = tracked.then(|| {
            let output = relu.then(|| output.clone());
            Arc::new(ConvolveBack {
                geometry,
                clips,
                input,
                kernel,
                output,
            }) as _
        });
        (output, pullback)
    }
}

/// Kept for the backward pass; the output only where ReLU cut it.
#[derive(Debug)]
struct ConvolveBack {
    geometry: Geometry,
    clips: usize,
    input: Buffer,
    kernel: Buffer,
    output: Option<Buffer>,
}

impl Pullback<3, Buffer> for ConvolveBack {
    fn backward(&self, gradient: Buffer, wanted: [bool; 3]) -> [Option<Buffer>; 3] {
        let Self {
            geometry,
            clips,
            input,
            kernel,
            output,
        } = self;
        let (gradient, bias) = cut_and_summed(&gradient, output.as_ref(), geometry.channels[1]);
        let product = |kind, images, right| Product {
            kind,
            geometry: *geometry,
            clips: *clips,
            sets: 1,
            images,
            right,
            bias: None,
            relu: false,
        };
        let to_input = || product(Kind::InputGradient, &gradient, kernel).find(input.shape().to_vec());
        let to_kernel = || product(Kind::WeightGradient, input, &gradient).find(kernel.shape().to_vec());
        [
            wanted[0].then(to_input),
            wanted[1].then(to_kernel),
            wanted[2].then_some(bias),
        ]
    }
}
