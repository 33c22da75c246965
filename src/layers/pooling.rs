//! Fewer positions.

#[cfg(any(feature = "cuda", feature = "wgpu"))]
use super::gpu;
use super::summary::{note, with_relu};
use super::{Operation, Pullback, Values, runs_here, unary};
use crate::layers::kernels::pooling::{self, Windows};
use burn::nn::PaddingConfig2d;
use burn::nn::pool::MaxPool2dConfig;
use burn::tensor::{Tensor, activation};
use std::sync::Arc;

/// The largest of every window of positions, channel by channel. Sequences are (batch, frames,
/// channels), images (batch, height, width, channels).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct MaxPool {
    /// Height and width of a window; for sequences frames and 1.
    size: [usize; 2],
    stride: [usize; 2],
    same: bool,
}

impl MaxPool {
    /// Windows of `size` frames, positions that fill none dropped: Keras `MaxPooling1D(size, stride)`.
    pub fn over_frames(size: usize, stride: usize) -> Self {
        Self {
            size: [size, 1],
            stride: [stride, 1],
            same: false,
        }
    }

    /// Windows side by side: Keras `MaxPooling2D(size)`.
    pub fn over_image(size: [usize; 2]) -> Self {
        Self {
            size,
            stride: size,
            same: false,
        }
    }

    /// One output for every stride begun; of an odd number of positions beyond the ends the last lies
    /// behind: Keras `padding="same"`.
    pub fn same(self) -> Self {
        Self { same: true, ..self }
    }

    /// The windows of an input of this shape; none where one is too large for our own operations.
    pub(super) fn windows(&self, shape: &[usize]) -> Option<Windows> {
        let (input, channels) = match *shape {
            [_, frames, channels] => ([frames, 1], channels),
            [_, height, width, channels] => ([height, width], channels),
            _ => return None,
        };
        let make = if self.same { Windows::same } else { Windows::valid };
        (self.size[0] * self.size[1] <= Windows::MOST).then(|| make(input, self.size, self.stride, channels))
    }

    /// The pooled batch.
    pub fn forward<const D: usize>(&self, input: Tensor<D>) -> Tensor<D> {
        self.apply(input, false)
    }

    /// The same, negative results replaced by zero: ReLU before or after pooling is the same, after it
    /// there is less to do.
    pub fn forward_relu<const D: usize>(&self, input: Tensor<D>) -> Tensor<D> {
        self.apply(input, true)
    }

    fn apply<const D: usize>(&self, input: Tensor<D>, relu: bool) -> Tensor<D> {
        let output = self.pooled(input, relu);
        self.note(&output.dims(), relu);
        output
    }

    /// Notes that a clip passed it; `output` is the shape of the batch that came out.
    pub(super) fn note(&self, output: &[usize], relu: bool) {
        note(output, || {
            let of = |[height, width]: [usize; 2]| match output.len() {
                3 => height.to_string(),
                _ => format!("{height} x {width}"),
            };
            let step = if self.stride == self.size {
                String::new()
            } else {
                format!(", step {}", of(self.stride))
            };
            with_relu(format!("max pooling {}{step}", of(self.size)), relu)
        });
    }

    fn pooled<const D: usize>(&self, input: Tensor<D>, relu: bool) -> Tensor<D> {
        let windows = self.windows(&input.dims());
        #[cfg(any(feature = "cuda", feature = "wgpu"))]
        if let Some(output) = windows.and_then(|windows| {
            let shape = pooled_shape(&input.dims(), &windows);
            gpu::pool(&input, windows, relu, shape)
        }) {
            return output;
        }
        match windows {
            Some(windows) if runs_here(&input) => unary(input, Pool { windows, relu }),
            _ if relu => activation::relu(self.composed(input)),
            _ => self.composed(input),
        }
    }

    /// Burn's own pooling.
    pub(super) fn composed<const D: usize>(&self, input: Tensor<D>) -> Tensor<D> {
        let shape = input.dims();
        let (batch, channels) = (shape[0], shape[D - 1]);
        let (height, width) = if D == 3 { (shape[1], 1) } else { (shape[1], shape[2]) };
        let padding = if self.same {
            PaddingConfig2d::Same
        } else {
            PaddingConfig2d::Valid
        };
        let pool = MaxPool2dConfig::new(self.size)
            .with_strides(self.stride)
            .with_padding(padding)
            .init();
        let image: Tensor<4> = input.reshape([batch, height, width, channels]);
        let pooled = pool.forward(image.permute([0, 3, 1, 2])).permute([0, 2, 3, 1]);
        let [_, height, width, _] = pooled.dims();
        let mut shape = shape;
        shape[1] = height;
        if D == 4 {
            shape[2] = width;
        }
        pooled.reshape(shape)
    }
}

/// The shape after pooling.
pub(super) fn pooled_shape(shape: &[usize], windows: &Windows) -> Vec<usize> {
    let mut shape = shape.to_vec();
    let images = shape.len() == 4;
    shape[1] = windows.output[0];
    if images {
        shape[2] = windows.output[1];
    }
    shape
}

#[derive(Debug)]
struct Pool {
    windows: Windows,
    relu: bool,
}

impl Operation<1> for Pool {
    fn forward(self: Box<Self>, [input]: [Values; 1], tracked: bool) -> (Values, Option<Arc<dyn Pullback<1>>>) {
        let (output, chosen) = pooling::forward(self.windows, input.slice(), None, self.relu);
        let output = Values::new(output, pooled_shape(input.shape(), &self.windows));
        let shape = input.shape().to_vec();
        let windows = self.windows;
        (
            output,
            tracked.then(|| Arc::new(PoolBack { windows, shape, chosen }) as _),
        )
    }
}

/// Kept for the backward pass: a byte for each output.
#[derive(Debug)]
struct PoolBack {
    windows: Windows,
    shape: Vec<usize>,
    chosen: Vec<u8>,
}

impl Pullback<1> for PoolBack {
    fn backward(&self, gradient: Values, _: [bool; 1]) -> [Option<Values>; 1] {
        let values = pooling::backward(self.windows, gradient.slice(), &self.chosen);
        [Some(Values::new(values, self.shape.clone()))]
    }
}

/// The mean over all frames: Keras `GlobalAveragePooling1D`. (batch, frames, channels) to (batch, channels).
pub fn global_average(input: Tensor<3>) -> Tensor<2> {
    let average: Tensor<2> = input.mean_dim(1).squeeze_dim(1);
    note(&average.dims(), || "average over frames".to_owned());
    average
}

/// The same over a clip's own frames, where `mask` (batch, frames, 1) is 1; where it is 0, frames pad it.
pub fn own_average(input: Tensor<3>, mask: Option<Tensor<3>>) -> Tensor<2> {
    let Some(mask) = mask else {
        return global_average(input);
    };
    let frames = mask.clone().sum_dim(1);
    let average: Tensor<2> = ((input * mask).sum_dim(1) / frames).squeeze_dim(1);
    note(&average.dims(), || "average over a clip's own frames".to_owned());
    average
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::device::device;
    use burn::tensor::TensorData;

    fn input() -> Tensor<3> {
        let frames = [[1.0, -1.0], [3.0, -2.0], [5.0, 9.0], [4.0, 0.0], [7.0, 7.0]];
        Tensor::from_data([frames], &device("flex").unwrap())
    }

    #[test]
    fn pooling_keeps_the_largest_of_each_window_and_drops_the_rest() {
        let values = |pool: MaxPool| pool.forward(input()).into_data().try_into_vec::<f32>().unwrap();
        assert_eq!(
            values(MaxPool::over_frames(1, 1)),
            input().into_data().try_into_vec::<f32>().unwrap()
        );
        assert_eq!(values(MaxPool::over_frames(2, 2)), [3.0, -1.0, 5.0, 9.0]);
        assert_eq!(values(MaxPool::over_frames(3, 3)), [5.0, 9.0]);
        assert_eq!(
            values(MaxPool::over_frames(3, 2).same()),
            [3.0, -1.0, 5.0, 9.0, 7.0, 7.0]
        );
        let cut = MaxPool::over_frames(2, 2).forward_relu(input());
        assert_eq!(cut.into_data().try_into_vec::<f32>().unwrap(), [3.0, 0.0, 5.0, 9.0]);
    }

    #[test]
    fn the_gradient_flows_to_the_largest_only() {
        let device = device("flex").unwrap().autodiff();
        let input = Tensor::<3>::from_data([[[1.0], [3.0], [5.0], [4.0], [7.0]]], &device).require_grad();
        let gradients = MaxPool::over_frames(2, 2).forward(input.clone()).sum().backward();
        let gradient = input
            .grad(&gradients)
            .unwrap()
            .into_data()
            .try_into_vec::<f32>()
            .unwrap();
        assert_eq!(gradient, [0.0, 1.0, 1.0, 0.0, 0.0]);
    }

    #[test]
    fn a_value_that_is_no_number_is_not_hidden() {
        let input = Tensor::<3>::from_data([[[1.0], [f32::NAN], [5.0]]], &device("flex").unwrap());
        let output = MaxPool::over_frames(3, 3).forward_relu(input);
        assert!(output.into_scalar::<f32>().is_nan());
    }

    #[test]
    fn values_and_gradients_are_those_of_burns_pooling() {
        let device = device("flex").unwrap().autodiff();
        for (pool, shape) in [
            (MaxPool::over_image([2, 2]), [3, 8, 6, 16]),
            (MaxPool::over_image([1, 2]), [2, 5, 7, 3]),
            (MaxPool::over_image([2, 3]).same(), [2, 5, 7, 20]),
            (
                MaxPool {
                    size: [5, 4],
                    stride: [2, 3],
                    same: true,
                },
                [1, 12, 11, 33],
            ),
            (
                MaxPool {
                    size: [3, 3],
                    stride: [2, 1],
                    same: false,
                },
                [1, 6, 6, 2],
            ),
        ] {
            let values: Vec<f32> = (0..shape.iter().product())
                .map(|i: usize| (i as f32 * 0.7).sin())
                .collect();
            let run = |forward: &dyn Fn(Tensor<4>) -> Tensor<4>| {
                let input: Tensor<4> = Tensor::from_data(TensorData::new(values.clone(), shape), &device);
                let input = input.require_grad();
                let output = forward(input.clone());
                let gradients = output.clone().exp().sum().backward();
                [output.inner(), input.grad(&gradients).unwrap()]
                    .map(|tensor| (tensor.dims(), tensor.into_data().try_into_vec::<f32>().unwrap()))
            };
            let ours = run(&|input| pool.forward_relu(input));
            let composed = run(&|input| activation::relu(pool.composed(input)));
            assert_eq!(ours[0], composed[0], "{pool:?}");
            for (ours, composed) in ours[1].1.iter().zip(&composed[1].1) {
                assert!((ours - composed).abs() < 1e-5, "{pool:?}: {ours} {composed}");
            }
        }
    }

    #[test]
    fn the_global_average_is_the_mean_over_frames() {
        let values = global_average(input()).into_data().try_into_vec::<f32>().unwrap();
        assert!(
            (values[0] - 4.0).abs() < 1e-6 && (values[1] - 2.6).abs() < 1e-6,
            "{values:?}"
        );
        let mask = Tensor::from_data([[[1.0], [1.0], [0.0], [1.0], [0.0]]], &device("flex").unwrap());
        let own = own_average(input(), Some(mask))
            .into_data()
            .try_into_vec::<f32>()
            .unwrap();
        assert!(
            (own[0] - 8.0 / 3.0).abs() < 1e-6 && (own[1] + 1.0).abs() < 1e-6,
            "{own:?}"
        );
    }
}
