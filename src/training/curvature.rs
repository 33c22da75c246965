//! What L-BFGS knows of a function's curvature.

use super::lanes::{Eight, add, dot, scale_by};
use std::collections::VecDeque;

/// Steps that the curvature is taken from.
const MEMORY: usize = 10;

/// What the steps so far say of the curvature.
#[derive(Default)]
pub(super) struct Curvature {
    /// Step, change of the gradient, and one over their product.
    pairs: VecDeque<(Vec<Eight>, Vec<Eight>, f64)>,
}

impl Curvature {
    /// `-H g`, where H is what the curvature's inverse is taken for (Nocedal 1980: two loops).
    pub fn direction(&self, gradient: &[Eight]) -> Vec<Eight> {
        let mut direction = gradient.to_vec();
        let mut shares = Vec::with_capacity(self.pairs.len());
        for (step, change, inverse) in self.pairs.iter().rev() {
            let share = inverse * dot(step, &direction);
            add(&mut direction, change, -share);
            shares.push(share);
        }
        let scale = match self.pairs.back() {
            Some((_, change, inverse)) => 1.0 / (inverse * dot(change, change)),
            None => 1.0 / dot(gradient, gradient).sqrt(),
        };
        scale_by(&mut direction, scale);
        for ((step, change, inverse), share) in self.pairs.iter().zip(shares.into_iter().rev()) {
            let other = inverse * dot(change, &direction);
            add(&mut direction, step, share - other);
        }
        scale_by(&mut direction, -1.0);
        direction
    }

    /// Whether the step changed the gradient as that of a convex function.
    pub fn learn(&mut self, mut step: Vec<Eight>, length: f64, before: &[Eight], after: &[Eight]) -> bool {
        scale_by(&mut step, length);
        let mut change = after.to_vec();
        add(&mut change, before, -1.0);
        let product = dot(&step, &change);
        if !(product.is_finite() && product > 0.0) {
            return false;
        }
        if self.pairs.len() == MEMORY {
            self.pairs.pop_front();
        }
        self.pairs.push_back((step, change, 1.0 / product));
        true
    }
}
