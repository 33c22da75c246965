//! What a step of training does to parameters: their gradients' common norm, and Adam.

use super::columns::{THREADS, of_column};
use super::runs;
use crate::layers::buffer::Buffer;
use crate::layers::buffer::cubes_for;
use burn::backend::Cube;
use burn::tensor::Tensor;
use cubecl::prelude::*;

/// Cubes that sum the squares of one gradient.
const CUBES: usize = 64;

/// Sums of squares of one gradient, a cube each, from `place` on in `parts`.
#[cube(launch)]
fn squares(gradient: &[f32], parts: &mut [f32], place: u32) {
    let mut shared = Shared::<[f32]>::new_slice(THREADS);
    let mut sum = 0.0f32;
    let mut index = CUBE_POS_X as usize * THREADS + UNIT_POS_X as usize;
    while index < gradient.len() {
        sum += gradient[index] * gradient[index];
        index += CUBES * THREADS;
    }
    shared[UNIT_POS_X as usize] = sum;
    sync_cube();
    if UNIT_POS_X == 0 {
        parts[(place + CUBE_POS_X) as usize] = of_column(&shared, 1u32);
    }
}

/// `limit / norm` where the root of the sum of `parts` is above the limit, otherwise 1.
#[cube(launch)]
fn factor(parts: &[f32], output: &mut [f32], limit: f32) {
    let mut shared = Shared::<[f32]>::new_slice(THREADS);
    let mut sum = 0.0f32;
    let mut index = UNIT_POS_X as usize;
    while index < parts.len() {
        sum += parts[index];
        index += THREADS;
    }
    shared[UNIT_POS_X as usize] = sum;
    sync_cube();
    if UNIT_POS_X == 0 {
        let norm = f32::sqrt(of_column(&shared, 1u32));
        let mut value = 1.0f32;
        if norm > limit {
            value = limit / norm;
        }
        output[0] = value;
    }
}

#[cube(launch)]
fn scale(gradient: &[f32], factor: &[f32], output: &mut [f32]) {
    if ABSOLUTE_POS < output.len() {
        output[ABSOLUTE_POS] = gradient[ABSOLUTE_POS] * factor[0];
    }
}

fn buffer<const D: usize>(tensor: Tensor<D>) -> Option<Buffer> {
    tensor.try_into_primitive::<Cube>().ok().map(Buffer::from_tensor)
}

/// The squares of gradients, added up where those lie.
#[derive(Debug)]
pub struct Squares {
    parts: Buffer,
    place: usize,
}

impl Squares {
    /// For so many gradients on the same device as this one, if it is one of these devices.
    pub fn new<const D: usize>(like: &Tensor<D>, count: usize) -> Option<Self> {
        let parts = runs(like).then(|| buffer(like.clone()))??.empty([count * CUBES]);
        Some(Self { parts, place: 0 })
    }

    /// Adds one; `None` where it lies elsewhere.
    pub fn add<const D: usize>(&mut self, gradient: Tensor<D>) -> Option<()> {
        let gradient = buffer(gradient)?;
        squares::launch(
            gradient.client(),
            CubeCount::Static(CUBES as u32, 1, 1),
            CubeDim::new_1d(THREADS as u32),
            gradient.arg(),
            self.parts.arg(),
            self.place as u32,
        );
        self.place += CUBES;
        Some(())
    }

    /// What all of them must be multiplied by so that the root of the sum is at most `limit`.
    pub fn factor(self, limit: f32) -> Factor {
        let output = self.parts.empty([1]);
        factor::launch(
            output.client(),
            CubeCount::Static(1, 1, 1),
            CubeDim::new_1d(THREADS as u32),
            self.parts.arg(),
            output.arg(),
            limit,
        );
        Factor(output)
    }
}

/// A number that lies on the device.
#[derive(Debug)]
pub struct Factor(Buffer);

impl Factor {
    /// The gradient times it.
    pub fn times<const D: usize>(&self, gradient: Tensor<D>) -> Tensor<D> {
        let shape = gradient.shape();
        let Some(gradient) = buffer(gradient.clone()) else {
            return gradient;
        };
        let output = gradient.empty(shape);
        let (cubes, threads) = output.each();
        scale::launch(
            output.client(),
            cubes,
            threads,
            gradient.arg(),
            self.0.arg(),
            output.arg(),
        );
        Tensor::from_primitive::<Cube>(output.into_tensor())
    }
}

/// The numbers of a step of Adam, as `training::adam` means them.
#[derive(CubeType, CubeLaunch, Clone, Copy)]
struct Numbers {
    beta_1: f32,
    beta_2: f32,
    rate: f32,
    correction: f32,
    epsilon: f32,
    pull: f32,
    keep: f32,
}

#[cube(launch)]
fn step(
    weights: &[f32],
    gradient: &[f32],
    first: &[f32],
    second: &[f32],
    new_weights: &mut [f32],
    new_first: &mut [f32],
    new_second: &mut [f32],
    numbers: Numbers,
) {
    let index = ABSOLUTE_POS;
    if index < new_weights.len() {
        let weight = weights[index];
        let slope = gradient[index] + numbers.pull * weight;
        let mean = first[index] + (1.0f32 - numbers.beta_1) * (slope - first[index]);
        let square = second[index] + (1.0f32 - numbers.beta_2) * (slope * slope - second[index]);
        new_first[index] = mean;
        new_second[index] = square;
        let size = f32::sqrt(square) * numbers.correction + numbers.epsilon;
        new_weights[index] = weight * numbers.keep - numbers.rate * mean / size;
    }
}

/// Weights and both moments after a step of Adam, from weights, gradient and both moments.
pub fn adam(before: [&Tensor<1>; 4], numbers: [f32; 7]) -> Option<[Tensor<1>; 3]> {
    if !before.iter().all(|tensor| runs(tensor)) {
        return None;
    }
    let [weights, gradient, first, second] = before.map(|tensor| buffer(tensor.clone()));
    let (weights, gradient, first, second) = (weights?, gradient?, first?, second?);
    let new = [(); 3].map(|()| weights.empty([weights.numbers()]));
    let (cubes, threads) = cubes_for(weights.client(), weights.numbers());
    let [beta_1, beta_2, rate, correction, epsilon, pull, keep] = numbers;
    step::launch(
        weights.client(),
        cubes,
        threads,
        weights.arg(),
        gradient.arg(),
        first.arg(),
        second.arg(),
        new[0].arg(),
        new[1].arg(),
        new[2].arg(),
        NumbersLaunch::new(beta_1, beta_2, rate, correction, epsilon, pull, keep),
    );
    Some(new.map(|new| Tensor::from_primitive::<Cube>(new.into_tensor())))
}
