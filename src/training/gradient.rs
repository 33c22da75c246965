//! Gradient clipping by the norm over all parameters together.

use burn::module::{Module, ModuleVisitor, Param};
use burn::optim::GradientsParams;
use burn::tensor::Tensor;

/// Multiplies all gradients by `limit / norm` when `norm`, the root of the sum of the squares of every
/// gradient of every parameter, is above `limit`: Keras `global_clipnorm`, PyTorch `clip_grad_norm_`.
/// A limit of 0 changes nothing. (Burn's own clipping takes each tensor by itself.)
pub fn clip_by_global_norm<M: Module>(module: &M, mut gradients: GradientsParams, limit: f64) -> GradientsParams {
    if limit > 0.0 {
        #[cfg(any(feature = "cuda", feature = "wgpu"))]
        if on_gpu::clipped(module, &mut gradients, limit) {
            return gradients;
        }
        let norm = global_norm(module, &gradients);
        if norm > limit {
            let (factor, gradients) = (limit / norm, &mut gradients);
            module.visit(&mut Scale { factor, gradients });
        }
    }
    gradients
}

/// The same where the gradients lie, so that nothing waits for them.
#[cfg(any(feature = "cuda", feature = "wgpu"))]
mod on_gpu {
    use crate::layers::gpu::{Factor, Squares};
    use burn::module::{Module, ModuleVisitor, Param};
    use burn::optim::GradientsParams;
    use burn::tensor::Tensor;

    /// Whether they lie on such a device; then they are clipped.
    pub fn clipped<M: Module>(module: &M, gradients: &mut GradientsParams, limit: f64) -> bool {
        let mut sum = Sum {
            squares: None,
            left: gradients.len(),
            gradients,
        };
        module.visit(&mut sum);
        let (0, Some(squares)) = (sum.left, sum.squares) else {
            return false;
        };
        let factor = squares.factor(limit as f32);
        module.visit(&mut Scale { factor, gradients });
        true
    }

    struct Sum<'a> {
        squares: Option<Squares>,
        /// Gradients that are not among the squares yet.
        left: usize,
        gradients: &'a GradientsParams,
    }

    impl ModuleVisitor for Sum<'_> {
        fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
            let Some(gradient) = self.gradients.get::<D>(param.id) else {
                return;
            };
            let squares = self.squares.take().or_else(|| Squares::new(&gradient, self.left));
            self.squares = squares.and_then(|mut squares| {
                squares.add(gradient)?;
                self.left -= 1;
                Some(squares)
            });
        }
    }

    struct Scale<'a> {
        factor: Factor,
        gradients: &'a mut GradientsParams,
    }

    impl ModuleVisitor for Scale<'_> {
        fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
            if let Some(gradient) = self.gradients.remove::<D>(param.id) {
                self.gradients.register(param.id, self.factor.times(gradient));
            }
        }
    }
}

fn global_norm<M: Module>(module: &M, gradients: &GradientsParams) -> f64 {
    let mut squares = Squares { sum: 0.0, gradients };
    module.visit(&mut squares);
    squares.sum.sqrt()
}

/// Sums in the order of the module's parameters, so that two runs round alike.
struct Squares<'a> {
    sum: f64,
    gradients: &'a GradientsParams,
}

impl ModuleVisitor for Squares<'_> {
    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        if let Some(gradient) = self.gradients.get::<D>(param.id) {
            // Along one dimension first: the sum of a whole large tensor is dealt to threads, whose order varies.
            let sum = gradient.square().sum_dim(0).sum().into_data();
            self.sum += sum.iter::<f64>().sum::<f64>();
        }
    }
}

struct Scale<'a> {
    factor: f64,
    gradients: &'a mut GradientsParams,
}

impl ModuleVisitor for Scale<'_> {
    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        if let Some(gradient) = self.gradients.remove::<D>(param.id) {
            self.gradients.register(param.id, gradient.mul_scalar(self.factor));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::device::device;
    use crate::layers::{Dense, Init};

    /// Gradients of a loss whose gradient is known: (kernel [[3, 0], [0, 0]], bias [0, 4]) has norm 5.
    fn example() -> (Dense, GradientsParams) {
        let device = device("flex").unwrap().autodiff();
        let dense = Dense::new(2, 2, &mut Init::new(1, &device));
        let kernel = Tensor::<2>::from_data([[3.0, 0.0], [0.0, 0.0]], &device);
        let bias = Tensor::<1>::from_data([0.0, 4.0], &device);
        let loss = (dense.kernel.val() * kernel).sum() + (dense.bias.val() * bias).sum();
        let gradients = GradientsParams::from_grads(loss.backward(), &dense);
        (dense, gradients)
    }

    fn values(dense: &Dense, gradients: &GradientsParams) -> Vec<f32> {
        let kernel = gradients.get::<2>(dense.kernel.id).unwrap().into_data();
        let bias = gradients.get::<1>(dense.bias.id).unwrap().into_data();
        kernel.iter::<f32>().chain(bias.iter::<f32>()).collect()
    }

    #[test]
    fn gradients_shrink_together_to_the_limit() {
        let (dense, gradients) = example();
        assert!((global_norm(&dense, &gradients) - 5.0).abs() < 1e-6);
        let clipped = clip_by_global_norm(&dense, gradients, 1.0);
        assert!((global_norm(&dense, &clipped) - 1.0).abs() < 1e-6);
        let expected = [0.6, 0.0, 0.0, 0.0, 0.0, 0.8];
        for (got, expected) in values(&dense, &clipped).iter().zip(expected) {
            assert!((got - expected).abs() < 1e-6, "{got} {expected}");
        }
    }

    #[test]
    fn small_gradients_and_a_limit_of_zero_change_nothing() {
        for limit in [0.0, 5.001, 100.0] {
            let (dense, gradients) = example();
            let clipped = clip_by_global_norm(&dense, gradients, limit);
            assert_eq!(values(&dense, &clipped), [3.0, 0.0, 0.0, 0.0, 0.0, 4.0]);
        }
    }
}
