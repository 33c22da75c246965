//! Operations of our own on the CPU: forward and backward on slices, joined to Burn's tensors and graph.
//!
//! A layer whose arithmetic is better written by hand asks [`runs_here`] about its input; if so, it
//! hands an [`Operation`] to [`unary`], [`binary`], [`ternary`] or [`quaternary`], otherwise it composes Burn's
//! own operations.

use super::Values;
use super::spans::{Pass, span};
use burn::backend::autodiff::checkpoint::{base::Checkpointer, strategy::CheckpointStrategy};
use burn::backend::autodiff::grads::Gradients;
use burn::backend::autodiff::ops::{Backward, Ops, OpsKind};
use burn::backend::{Autodiff, Backend, Dispatch, Flex, backend_extension, tensor::FloatTensor};
use burn::tensor::{DType, Tensor};
use burn_flex::FlexTensor;
use std::any::type_name;
use std::fmt::Debug;
use std::sync::Arc;

/// A differentiable operation on `N` inputs.
pub trait Operation<const N: usize>: Send {
    /// What profiles call it.
    fn name(&self) -> &'static str {
        type_name::<Self>()
    }

    /// The output. When `tracked`, the backward pass as well; otherwise nothing need be kept for it.
    fn forward(self: Box<Self>, inputs: [Values; N], tracked: bool) -> (Values, Option<Arc<dyn Pullback<N>>>);
}

/// The backward pass of an operation: what it kept of its forward pass.
pub trait Pullback<const N: usize>: Debug + Send + Sync {
    /// What profiles call it.
    fn name(&self) -> &'static str {
        type_name::<Self>()
    }

    /// The gradients of the inputs from the output's, for those that are `wanted`.
    fn backward(&self, gradient: Values, wanted: [bool; N]) -> [Option<Values>; N];
}

/// Whether [`Operation`]s can take this tensor. The one place where layers choose by device: the
/// kernels are written for the CPU and 32 bits, and every other device runs Burn's own operations.
pub fn runs_here<const D: usize>(input: &Tensor<D>) -> bool {
    input.device() == crate::device::cpu() && input.dtype() == DType::F32
}

/// Applies an operation on one tensor. The input must satisfy [`runs_here`].
pub fn unary<const I: usize, const O: usize>(input: Tensor<I>, operation: impl Operation<1> + 'static) -> Tensor<O> {
    let output = <Dispatch as Operations>::unary(input.into_dispatch(), Box::new(operation));
    Tensor::from_dispatch(output)
}

/// Applies an operation on two tensors. Both must satisfy [`runs_here`].
pub fn binary<const I: usize, const J: usize, const O: usize>(
    first: Tensor<I>,
    second: Tensor<J>,
    operation: impl Operation<2> + 'static,
) -> Tensor<O> {
    let output = <Dispatch as Operations>::binary(first.into_dispatch(), second.into_dispatch(), Box::new(operation));
    Tensor::from_dispatch(output)
}

/// Applies an operation on an input and two parameters. The input must satisfy [`runs_here`].
pub fn ternary<const I: usize, const W: usize, const B: usize, const O: usize>(
    input: Tensor<I>,
    weight: Tensor<W>,
    bias: Tensor<B>,
    operation: impl Operation<3> + 'static,
) -> Tensor<O> {
    let output = <Dispatch as Operations>::ternary(
        input.into_dispatch(),
        weight.into_dispatch(),
        bias.into_dispatch(),
        Box::new(operation),
    );
    Tensor::from_dispatch(output)
}

/// Applies an operation on an input and three parameters. The input must satisfy [`runs_here`].
pub fn quaternary<const I: usize, const V: usize, const W: usize, const B: usize, const O: usize>(
    input: Tensor<I>,
    weight: Tensor<V>,
    recurrent: Tensor<W>,
    bias: Tensor<B>,
    operation: impl Operation<4> + 'static,
) -> Tensor<O> {
    let output = <Dispatch as Operations>::quaternary(
        input.into_dispatch(),
        weight.into_dispatch(),
        recurrent.into_dispatch(),
        bias.into_dispatch(),
        Box::new(operation),
    );
    Tensor::from_dispatch(output)
}

#[backend_extension(Flex, Autodiff)]
trait Operations: Backend {
    fn unary(a: FloatTensor<Self>, operation: Box<dyn Operation<1>>) -> FloatTensor<Self>;
    fn binary(a: FloatTensor<Self>, b: FloatTensor<Self>, operation: Box<dyn Operation<2>>) -> FloatTensor<Self>;
    fn ternary(
        a: FloatTensor<Self>,
        b: FloatTensor<Self>,
        c: FloatTensor<Self>,
        operation: Box<dyn Operation<3>>,
    ) -> FloatTensor<Self>;
    fn quaternary(
        a: FloatTensor<Self>,
        b: FloatTensor<Self>,
        c: FloatTensor<Self>,
        d: FloatTensor<Self>,
        operation: Box<dyn Operation<4>>,
    ) -> FloatTensor<Self>;
}

/// The output, and the backward pass when it is `tracked`.
type Outcome<const N: usize> = (Values, Option<Arc<dyn Pullback<N>>>);

fn forward<const N: usize>(operation: Box<dyn Operation<N>>, inputs: [Values; N], tracked: bool) -> Outcome<N> {
    let shape = |(output, _): &Outcome<N>| output.shape().to_vec();
    span(operation.name(), shape, Pass::Forward, || {
        operation.forward(inputs, tracked)
    })
}

/// The same few lines for each number of inputs: Burn wants a function of its own for each.
macro_rules! operations {
    ($($name:ident($($input:ident),+) of $count:literal)+) => {
        impl Operations for Flex {
            $(fn $name($($input: FlexTensor),+, operation: Box<dyn Operation<$count>>) -> FlexTensor {
                forward(operation, [$(Values::from_tensor($input)),+], false).0.into_tensor()
            })+
        }

        impl<C: CheckpointStrategy> Operations for Autodiff<Flex, C> {
            $(fn $name($($input: FloatTensor<Self>),+, operation: Box<dyn Operation<$count>>) -> FloatTensor<Self> {
                let nodes = [$($input.node()),+];
                let inputs = [$(Values::from_tensor($input.into_primitive())),+];
                match Step.prepare::<C>(nodes).compute_bound().stateful() {
                    OpsKind::Tracked(graph) => {
                        let (output, pullback) = forward(operation, inputs, true);
                        graph.finish(pullback, output.into_tensor())
                    }
                    OpsKind::UnTracked(graph) => graph.finish(forward(operation, inputs, false).0.into_tensor()),
                }
            })+
        }
    };
}

operations! {
    unary(a) of 1
    binary(a, b) of 2
    ternary(a, b, c) of 3
    quaternary(a, b, c, d) of 4
}

/// The step in Burn's graph that leads back through a [`Pullback`].
#[derive(Debug)]
struct Step;

impl<const N: usize> Backward<Flex, N> for Step {
    type State = Option<Arc<dyn Pullback<N>>>;

    fn backward(self, ops: Ops<Self::State, N>, gradients: &mut Gradients, _: &mut Checkpointer) {
        let gradient = Values::from_tensor(gradients.consume::<Flex>(&ops.node));
        let Some(pullback) = ops.state else { return };
        let wanted = ops.parents.each_ref().map(Option::is_some);
        let shape = gradient.shape().to_vec();
        let backward = span(
            pullback.name(),
            |_| shape,
            Pass::Backward,
            || pullback.backward(gradient, wanted),
        );
        for (parent, gradient) in ops.parents.into_iter().zip(backward) {
            if let (Some(parent), Some(gradient)) = (parent, gradient) {
                gradients.register::<Flex>(parent.id, gradient.into_tensor());
            }
        }
    }
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
