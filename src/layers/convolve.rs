//! The operation behind the convolutions: matrix products on the CPU.

use super::{Operation, Pullback, Values};
use crate::layers::kernels::convolution::{self, Geometry};
use std::sync::Arc;

/// A convolution with bias, and ReLU if asked for; the inputs are images or sequences, kernel, bias.
#[derive(Debug)]
pub(super) struct Convolve {
    pub geometry: Geometry,
    pub relu: bool,
}

impl Operation<3> for Convolve {
    fn forward(self: Box<Self>, inputs: [Values; 3], tracked: bool) -> (Values, Option<Arc<dyn Pullback<3>>>) {
        let [input, kernel, bias] = inputs;
        let output = convolution::forward(self.geometry, input.slice(), kernel.slice(), bias.slice(), self.relu);
        let mut shape = input.shape().to_vec();
        let axes = shape.len();
        shape[axes - 1] = self.geometry.channels[1];
        shape[axes - 2] = self.geometry.output[1];
        if axes == 4 {
            shape[1] = self.geometry.output[0];
        }
        let output = Values::new(output, shape);
        let pullback = tracked.then(|| {
            let output = self.relu.then(|| output.clone());
            let geometry = self.geometry;
            Arc::new(ConvolveBack {
                geometry,
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
    input: Values,
    kernel: Values,
    output: Option<Values>,
}

impl Pullback<3> for ConvolveBack {
    fn backward(&self, mut gradient: Values, wanted: [bool; 3]) -> [Option<Values>; 3] {
        let output = self.output.as_ref().map(Values::slice);
        let (input, kernel) = (self.input.slice(), self.kernel.slice());
        let found = convolution::backward(self.geometry, input, kernel, output, gradient.slice_mut(), wanted[0]);
        let bias = found.bias.len();
        [
            found
                .input
                .map(|values| Values::new(values, self.input.shape().to_vec())),
            wanted[1].then(|| Values::new(found.kernel, self.kernel.shape().to_vec())),
            wanted[2].then(|| Values::new(found.bias, [bias])),
        ]
    }
}
