//! Operations of our own: forward and backward by hand, joined to Burn's tensors and graph.
//!
//! A layer whose arithmetic is better written by hand asks [`runs_here`] about its input; if so, it hands an [`Operation`] to
//! [`unary`], [`binary`], [`ternary`] or [`quaternary`]. Otherwise it asks [`super::gpu`], whose operations take the same
//! way; and where those do not take the input either, it composes Burn's own operations.

use super::Values;
#[cfg(any(feature = "cuda", feature = "wgpu"))]
use super::buffer::Buffer;
use super::spans::{Pass, span};
#[cfg(any(feature = "cuda", feature = "wgpu"))]
use burn::backend::Cube;
use burn::backend::autodiff::checkpoint::{base::Checkpointer, strategy::CheckpointStrategy};
use burn::backend::autodiff::grads::Gradients;
use burn::backend::autodiff::ops::{Backward, Ops, OpsKind};
use burn::backend::{Autodiff, Backend, Dispatch, DispatchTensor, Flex, backend_extension, tensor::FloatTensor};
use burn::tensor::{DType, Tensor};
use std::any::type_name;
use std::fmt::Debug;
use std::sync::Arc;

/// The output, and the backward pass when it is tracked.
pub type Outcome<const N: usize, V = Values> = (V, Option<Arc<dyn Pullback<N, V>>>);

/// A differentiable operation on `N` inputs: [`Values`] of the CPU, or those of another device.
pub trait Operation<const N: usize, V = Values>: Send {
    /// What profiles call it.
    fn name(&self) -> &'static str {
        type_name::<Self>()
    }

    /// The output. When `tracked`, the backward pass as well; otherwise nothing need be kept for it.
    fn forward(self: Box<Self>, inputs: [V; N], tracked: bool) -> Outcome<N, V>;
}

/// The backward pass of an operation: what it kept of its forward pass.
pub trait Pullback<const N: usize, V = Values>: Debug + Send + Sync {
    /// What profiles call it.
    fn name(&self) -> &'static str {
        type_name::<Self>()
    }

    /// The gradients of the inputs from the output's, for those that are `wanted`.
    fn backward(&self, gradient: V, wanted: [bool; N]) -> [Option<V>; N];
}

/// Whether [`Operation`]s on [`Values`] can take this tensor: those kernels are written for the CPU and 32 bits.
pub fn runs_here<const D: usize>(input: &Tensor<D>) -> bool {
    input.device() == crate::device::cpu() && input.dtype() == DType::F32
}

/// Applies an operation on one tensor, which must lie where the operation runs.
pub fn unary<V: Home, const I: usize, const O: usize>(
    input: Tensor<I>,
    operation: impl Operation<1, V> + 'static,
) -> Tensor<O> {
    Tensor::from_dispatch(V::unary(input.into_dispatch(), Box::new(operation)))
}

/// Applies an operation on two tensors, which must lie where the operation runs.
pub fn binary<V: Home, const I: usize, const J: usize, const O: usize>(
    first: Tensor<I>,
    second: Tensor<J>,
    operation: impl Operation<2, V> + 'static,
) -> Tensor<O> {
    let output = V::binary(first.into_dispatch(), second.into_dispatch(), Box::new(operation));
    Tensor::from_dispatch(output)
}

/// Applies an operation on an input and two parameters, which must lie where the operation runs.
pub fn ternary<V: Home, const I: usize, const W: usize, const B: usize, const O: usize>(
    input: Tensor<I>,
    weight: Tensor<W>,
    bias: Tensor<B>,
    operation: impl Operation<3, V> + 'static,
) -> Tensor<O> {
    let output = V::ternary(
        input.into_dispatch(),
        weight.into_dispatch(),
        bias.into_dispatch(),
        Box::new(operation),
    );
    Tensor::from_dispatch(output)
}

/// Applies an operation on an input and three parameters, which must lie where the operation runs.
pub fn quaternary<V: Home, const I: usize, const T: usize, const W: usize, const B: usize, const O: usize>(
    input: Tensor<I>,
    weight: Tensor<T>,
    recurrent: Tensor<W>,
    bias: Tensor<B>,
    operation: impl Operation<4, V> + 'static,
) -> Tensor<O> {
    let output = V::quaternary(
        input.into_dispatch(),
        weight.into_dispatch(),
        recurrent.into_dispatch(),
        bias.into_dispatch(),
        Box::new(operation),
    );
    Tensor::from_dispatch(output)
}

/// The same few lines for each home and each number of inputs: Burn wants functions of its own for each.
macro_rules! operations {
    ($trait:ident for $values:ty, $backend:ident, in $module:ident:
        $($name:ident($($input:ident),+) of $count:literal)+) => {
        mod $module {
            use super::*;

            #[backend_extension($backend, Autodiff)]
            pub trait $trait: Backend {
                $(fn $name(
                    $($input: FloatTensor<Self>,)+
                    operation: Box<dyn Operation<$count, $values>>,
                ) -> FloatTensor<Self>;)+
            }

            impl $trait for $backend {
                $(fn $name(
                    $($input: FloatTensor<Self>,)+
                    operation: Box<dyn Operation<$count, $values>>,
                ) -> FloatTensor<Self> {
                    forward(operation, [$(<$values>::from_tensor($input)),+], false).0.into_tensor()
                })+
            }

            impl<C: CheckpointStrategy> $trait for Autodiff<$backend, C> {
                $(fn $name(
                    $($input: FloatTensor<Self>,)+
                    operation: Box<dyn Operation<$count, $values>>,
                ) -> FloatTensor<Self> {
                    let nodes = [$($input.node()),+];
                    let inputs = [$(<$values>::from_tensor($input.into_primitive())),+];
                    match Step.prepare::<C>(nodes).compute_bound().stateful() {
                        OpsKind::Tracked(graph) => {
                            let (output, pullback) = forward(operation, inputs, true);
                            graph.finish(pullback, output.into_tensor())
                        }
                        OpsKind::UnTracked(graph) => graph.finish(forward(operation, inputs, false).0.into_tensor()),
                    }
                })+
            }

            impl Home for $values {
                $(fn $name(
                    $($input: DispatchTensor,)+
                    operation: Box<dyn Operation<$count, Self>>,
                ) -> DispatchTensor {
                    <Dispatch as $trait>::$name($($input,)+ operation)
                })+

                fn shape(&self) -> Vec<usize> {
                    <$values>::shape(self).to_vec()
                }
            }

            /// The step in Burn's graph that leads back through a [`Pullback`].
            #[derive(Debug)]
            struct Step;

            impl<const N: usize> Backward<$backend, N> for Step {
                type State = Option<Arc<dyn Pullback<N, $values>>>;

                fn backward(self, ops: Ops<Self::State, N>, gradients: &mut Gradients, _: &mut Checkpointer) {
                    let gradient = <$values>::from_tensor(gradients.consume::<$backend>(&ops.node));
                    let Some(pullback) = ops.state else { return };
                    let wanted = ops.parents.each_ref().map(Option::is_some);
                    let found = backward(&*pullback, gradient, wanted);
                    for (parent, gradient) in ops.parents.into_iter().zip(found) {
                        if let (Some(parent), Some(gradient)) = (parent, gradient) {
                            gradients.register::<$backend>(parent.id, gradient.into_tensor());
                        }
                    }
                }
            }
        }
    };
}

fn forward<V: Home, const N: usize>(
    operation: Box<dyn Operation<N, V>>,
    inputs: [V; N],
    tracked: bool,
) -> Outcome<N, V> {
    let shape = |(output, _): &Outcome<N, V>| output.shape();
    span(operation.name(), shape, Pass::Forward, || {
        operation.forward(inputs, tracked)
    })
}

fn backward<V: Home, const N: usize>(pullback: &dyn Pullback<N, V>, gradient: V, wanted: [bool; N]) -> [Option<V>; N] {
    let shape = gradient.shape();
    span(
        pullback.name(),
        |_| shape,
        Pass::Backward,
        || pullback.backward(gradient, wanted),
    )
}

/// Values that operations of our own read and write, and with them the devices that those run on.
pub trait Home: Sized {
    /// [`unary`] on Burn's tensors of any device.
    fn unary(a: DispatchTensor, operation: Box<dyn Operation<1, Self>>) -> DispatchTensor;
    /// [`binary`] on Burn's tensors of any device.
    fn binary(a: DispatchTensor, b: DispatchTensor, operation: Box<dyn Operation<2, Self>>) -> DispatchTensor;
    /// [`ternary`] on Burn's tensors of any device.
    fn ternary(
        a: DispatchTensor,
        b: DispatchTensor,
        c: DispatchTensor,
        operation: Box<dyn Operation<3, Self>>,
    ) -> DispatchTensor;
    /// [`quaternary`] on Burn's tensors of any device.
    fn quaternary(
        a: DispatchTensor,
        b: DispatchTensor,
        c: DispatchTensor,
        d: DispatchTensor,
        operation: Box<dyn Operation<4, Self>>,
    ) -> DispatchTensor;
    /// The lengths of the axes.
    fn shape(&self) -> Vec<usize>;
}

operations! {
    OnCpu for Values, Flex, in on_cpu:
    unary(a) of 1
    binary(a, b) of 2
    ternary(a, b, c) of 3
    quaternary(a, b, c, d) of 4
}

#[cfg(any(feature = "cuda", feature = "wgpu"))]
operations! {
    OnGpu for Buffer, Cube, in on_gpu:
    unary(a) of 1
    binary(a, b) of 2
    ternary(a, b, c) of 3
    quaternary(a, b, c, d) of 4
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::device::device;

    /// `a b + c`, element by element.
    struct MultiplyAdd;

    #[derive(Debug)]
    struct Factors([Values; 2]);

    fn product(a: &Values, b: &Values) -> Vec<f32> {
        a.slice().iter().zip(b.slice()).map(|(a, b)| a * b).collect()
    }

    impl Operation<3> for MultiplyAdd {
        fn forward(self: Box<Self>, [a, b, c]: [Values; 3], tracked: bool) -> (Values, Option<Arc<dyn Pullback<3>>>) {
            let sum = product(&a, &b).iter().zip(c.slice()).map(|(x, c)| x + c).collect();
            let output = Values::new(sum, a.shape().to_vec());
            (output, tracked.then(|| Arc::new(Factors([a, b])) as _))
        }
    }

    impl Pullback<3> for Factors {
        fn backward(&self, gradient: Values, wanted: [bool; 3]) -> [Option<Values>; 3] {
            let Self([a, b]) = self;
            let times = |other| Values::new(product(&gradient, other), gradient.shape().to_vec());
            [
                wanted[0].then(|| times(b)),
                wanted[1].then(|| times(a)),
                wanted[2].then(|| gradient.clone()),
            ]
        }
    }

    fn numbers(tensor: Tensor<1>) -> Vec<f32> {
        tensor.into_data().try_into_vec().unwrap()
    }

    #[test]
    fn gradients_flow_through_an_operation_into_what_wants_them() {
        let device = device("flex").unwrap().autodiff();
        let a = Tensor::<1>::from_data([1.0, 2.0], &device).require_grad();
        let b = Tensor::<1>::from_data([3.0, 5.0], &device);
        let c = Tensor::<1>::from_data([0.5, 0.25], &device).require_grad();
        assert!(runs_here(&a));
        // Twice, so that gradients add up, and on a view with gaps.
        let once: Tensor<1> = ternary(a.clone(), b.clone(), c.clone(), MultiplyAdd);
        assert_eq!(numbers(once.clone()), [3.5, 10.25]);
        let twice: Tensor<1> = ternary(once.flip([0]), b, c.clone(), MultiplyAdd);
        assert_eq!(numbers(twice.clone()), [31.25, 17.75]);
        let gradients = twice.sum().backward();
        assert_eq!(numbers(a.grad(&gradients).unwrap()), [15.0, 15.0]);
        assert_eq!(numbers(c.grad(&gradients).unwrap()), [6.0, 4.0]);
    }

    #[test]
    fn other_devices_compose_burns_own_operations() {
        for name in crate::device::device_names() {
            let input = Tensor::<1>::zeros([1], &device(&name).unwrap());
            assert_eq!(runs_here(&input), name == "cpu", "{name}");
        }
    }
}
