//! Operations of our own for the devices of CubeCL: NVIDIA's by CUDA, any maker's by Vulkan, Metal or DirectX.
//!
//! The kernels are written once, in CubeCL's Rust, for all of these. Sizes reach them when they run, so that a kernel is
//! compiled once per kind, and not per shape. Everything is 32-bit floating point, and sums are taken in an order that
//! the sizes alone decide (no atomic additions): the same input gives the same bits again. What an operation does not
//! take, layers compose from Burn's own.

#![allow(
    clippy::too_many_arguments,
    clippy::collapsible_if,
    clippy::eq_op,
    clippy::manual_div_ceil,
    clippy::neg_cmp_op_on_partial_ord,
    reason = "kernels are handed buffers and sizes one by one, and are written in the part of Rust that CubeCL compiles"
)]

mod columns;
mod convolve;
mod dropout;
mod lstm;
mod norm;
mod pooling;
mod product;
mod update;

pub use update::{Factor, Squares, adam};

use super::buffer::Buffer;
use super::kernels::convolution::Geometry;
use super::kernels::pooling::Windows;
use super::{quaternary, ternary, unary};
use burn::backend::{Cube, DispatchDevice};
use burn::tensor::{DType, Tensor};
use std::sync::{Arc, OnceLock};

/// Switches them off, to compare a card with and without them: `UNDERTONE_GPU_KERNELS=backend`.
fn are_wanted() -> bool {
    static WANTED: OnceLock<bool> = OnceLock::new();
    *WANTED.get_or_init(|| std::env::var_os("UNDERTONE_GPU_KERNELS").is_none_or(|kernels| kernels != "backend"))
}

/// Whether these operations can take this tensor: 32-bit values, as many as an index of 32 bits counts, on a device of
/// CubeCL.
fn runs<const D: usize>(input: &Tensor<D>) -> bool {
    let numbers = input.shape().num_elements();
    let fits = numbers > 0 && u32::try_from(numbers).is_ok() && input.dtype() == DType::F32;
    fits && are_wanted() && matches!(input.device().inner().as_dispatch(), DispatchDevice::Cube(_))
}

/// A convolution with bias, and ReLU if asked for, of images, sequences or rows (channels last); the output's shape is
/// the input's but for `sizes`, its last axes.
pub fn convolution<const D: usize, const S: usize>(
    input: &Tensor<D>,
    (kernel, bias): (Tensor<2>, Tensor<1>),
    geometry: Geometry,
    sizes: [usize; S],
    relu: bool,
) -> Option<Tensor<D>> {
    let mut shape = input.dims().to_vec();
    let image: usize = geometry.input.iter().product::<usize>() * geometry.channels[0];
    let clips = input.shape().num_elements() / image.max(1);
    shape.splice(D - S.., sizes);
    let largest = shape.iter().product::<usize>().max(kernel.shape().num_elements());
    if !runs(input) || largest == 0 || u32::try_from(largest).is_err() {
        return None;
    }
    let operation = convolve::Convolve {
        geometry,
        clips,
        relu,
        shape,
    };
    Some(ternary(input.clone(), kernel, bias, operation))
}

/// Rows times a matrix, with bias, and ReLU if asked for.
pub fn dense(input: &Tensor<2>, kernel: Tensor<2>, bias: Tensor<1>, relu: bool) -> Option<Tensor<2>> {
    let channels = kernel.dims();
    let geometry = Geometry::valid([1, 1], [1, 1], channels);
    convolution(input, (kernel, bias), geometry, [channels[1]], relu)
}

/// Max pooling, and ReLU if asked for; the output in this shape.
pub fn pool<const D: usize>(input: &Tensor<D>, windows: Windows, relu: bool, shape: Vec<usize>) -> Option<Tensor<D>> {
    let empty = shape.contains(&0);
    (runs(input) && !empty).then(|| unary(input.clone(), pooling::Pool { windows, relu, shape }))
}

/// Batch normalisation by the statistics of the batch, or by those given; and where running ones move, the new ones.
pub fn normalise<const D: usize>(
    input: &Tensor<D>,
    [gamma, beta]: [Tensor<1>; 2],
    statistics: Statistics,
    epsilon: f32,
) -> Option<(Tensor<D>, Option<[Tensor<1>; 2]>)> {
    if !runs(input) {
        return None;
    }
    let new = Arc::new(OnceLock::new());
    let source = match statistics {
        Statistics::Known(moments) => norm::Source::Known(buffers(moments)?),
        Statistics::Batch(None) => norm::Source::Batch(None),
        Statistics::Batch(Some((kept, running))) => norm::Source::Batch(Some(norm::Running {
            old: buffers(running)?,
            kept,
            new: Arc::clone(&new),
        })),
    };
    let output = ternary(input.clone(), gamma, beta, norm::Normalise { source, epsilon });
    let tensor = |new: &Buffer| Tensor::from_primitive::<Cube>(new.clone().into_tensor());
    Some((output, new.get().map(|new| new.each_ref().map(tensor))))
}

/// What values are normalised by, mean and variance of each channel.
pub enum Statistics {
    /// Of the batch; running ones move towards them, and keep that share.
    Batch(Option<(f32, [Tensor<1>; 2])>),
    /// Those of training, or of a checkpoint.
    Known([Tensor<1>; 2]),
}

fn buffers(tensors: [Tensor<1>; 2]) -> Option<[Buffer; 2]> {
    let [first, second] = tensors.map(|tensor| {
        let plain = if tensor.device().is_autodiff() {
            tensor.inner()
        } else {
            tensor
        };
        Some(Buffer::from_tensor(plain.try_into_primitive::<Cube>().ok()?))
    });
    Some([first?, second?])
}

/// Both directions of an LSTM.
pub fn lstm(input: &Tensor<3>, weights: [&Tensor<3>; 2], bias: &Tensor<2>) -> Option<Tensor<3>> {
    let DispatchDevice::Cube(device) = input.device().inner().as_dispatch().clone() else {
        return None;
    };
    let [kernel, recurrent] = weights;
    let gates = input.dims()[0] * input.dims()[1] * 2 * kernel.dims()[2];
    if !runs(input) || u32::try_from(gates).is_err() || !lstm::fits(&device.client(), recurrent.dims()[1]) {
        return None;
    }
    let (kernel, recurrent) = (kernel.clone(), recurrent.clone());
    Some(quaternary(input.clone(), kernel, recurrent, bias.clone(), lstm::Lstm))
}

/// Dropout with the CPU's masks.
pub fn dropout<const D: usize>(input: &Tensor<D>, rate: f64, key: u64) -> Option<Tensor<D>> {
    runs(input).then(|| unary(input.clone(), dropout::Drop { rate, key }))
}
