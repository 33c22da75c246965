//! The layers that a clip passes in a network, recorded one by one during [`layers_passed`].

use burn::module::{Module, ModuleVisitor, Param};
use burn::tensor::Tensor;
use serde::{Deserialize, Serialize};
use std::cell::RefCell;

/// One layer as a clip passes it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LayerSummary {
    /// What it is and its sizes: `convolution 32, kernel 3, ReLU`.
    pub layer: String,
    /// Shape of what comes out for one clip.
    pub output: Vec<usize>,
    /// Parameters that training changes by their gradient.
    pub trainable: usize,
    /// Parameters that it does not: running statistics.
    pub fixed: usize,
    /// Multiply-adds of its products for one clip, forwards.
    pub multiply_adds: usize,
}

impl LayerSummary {
    /// The output's shape as it is written: `143 x 40 x 32`.
    pub fn shape(&self) -> String {
        let sizes: Vec<String> = self.output.iter().map(ToString::to_string).collect();
        sizes.join(" x ")
    }
}

thread_local! {
    static PASSED: RefCell<Option<Vec<LayerSummary>>> = const { RefCell::new(None) };
}

/// The layers that are passed during `work`, in their order. `work` must stay on this thread.
pub fn layers_passed<T>(work: impl FnOnce() -> T) -> (T, Vec<LayerSummary>) {
    PASSED.set(Some(Vec::new()));
    let result = work();
    (result, PASSED.take().unwrap_or_default())
}

/// Notes a layer without parameters; `output` is the shape of a batch.
pub(super) fn note(output: &[usize], layer: impl FnOnce() -> String) {
    PASSED.with_borrow_mut(|passed| {
        if let Some(passed) = passed {
            passed.push(LayerSummary {
                layer: layer(),
                output: output[1..].to_vec(),
                trainable: 0,
                fixed: 0,
                multiply_adds: 0,
            });
        }
    });
}

/// Notes a layer without parameters that makes products; `multiply_adds` are those of one clip.
pub(super) fn note_products(output: &[usize], multiply_adds: usize, layer: impl FnOnce() -> String) {
    note(output, layer);
    PASSED.with_borrow_mut(|passed| {
        if let Some(last) = passed.as_mut().and_then(|passed| passed.last_mut()) {
            last.multiply_adds = multiply_adds;
        }
    });
}

/// Notes a layer with parameters; `multiply_adds` are those of one clip.
pub(super) fn note_module<M: Module>(
    module: &M,
    output: &[usize],
    multiply_adds: usize,
    layer: impl FnOnce() -> String,
) {
    note_products(output, multiply_adds, layer);
    PASSED.with_borrow_mut(|passed| {
        if let Some(last) = passed.as_mut().and_then(|passed| passed.last_mut()) {
            last.trainable = trainable(module);
            last.fixed = module.num_params() - last.trainable;
        }
    });
}

/// Parameters of a module on a training device that training changes by their gradient.
pub fn trainable<M: Module>(module: &M) -> usize {
    struct Trainable(usize);
    impl ModuleVisitor for Trainable {
        fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
            if param.is_require_grad() {
                self.0 += param.shape().num_elements();
            }
        }
    }
    let mut count = Trainable(0);
    module.visit(&mut count);
    count.0
}

/// What a layer that may cut negative numbers off is called.
pub(super) fn with_relu(layer: String, relu: bool) -> String {
    if relu { layer + ", ReLU" } else { layer }
}

#[cfg(test)]
mod tests {
    use super::super::{BatchNorm, Convolution2d, Dense, Init, MaxPool, Mode, dropout};
    use super::*;
    use crate::device::device;

    #[test]
    fn layers_note_themselves_in_their_order_while_somebody_asks() {
        let device = device("flex").unwrap().autodiff();
        let mut init = Init::new(1, &device);
        let convolution = Convolution2d::new(2, 3, 5, &mut init);
        let norm = BatchNorm::new(3, &device);
        let dense = Dense::new(3 * 2 * 4, 7, &mut init);
        let run = || {
            let hidden = convolution.forward_relu(Tensor::ones([1, 4, 8, 2], &device));
            let hidden = norm.forward_pool(hidden, MaxPool::over_image([2, 2]), None);
            dense.forward(dropout(hidden, 0.25, &mut Mode::Inference).flatten(1, 3))
        };
        run();
        let (_, layers) = layers_passed(run);
        let row = |layer: &LayerSummary| {
            let numbers = (layer.trainable, layer.fixed, layer.multiply_adds);
            (layer.layer.clone(), layer.output.clone(), numbers)
        };
        let expected = [
            (
                "convolution 3, kernel 5 x 5, ReLU",
                vec![4, 8, 3],
                (5 * 5 * 2 * 3 + 3, 0, 4 * 8 * 5 * 5 * 2 * 3),
            ),
            ("batch normalisation", vec![4, 8, 3], (6, 6, 0)),
            ("max pooling 2 x 2", vec![2, 4, 3], (0, 0, 0)),
            ("dropout 0.25", vec![2, 4, 3], (0, 0, 0)),
            ("dense 7", vec![7], (24 * 7 + 7, 0, 24 * 7)),
        ];
        let expected = expected.map(|(layer, output, numbers)| (layer.to_owned(), output, numbers));
        assert_eq!(layers.iter().map(row).collect::<Vec<_>>(), expected);
        assert_eq!(layers_passed(|| ()).1, []);
    }
}
