//! The steps of an LSTM in time, one direction, some clips: what cannot be one large product.

use pulp::{Simd, WithSimd};

/// Units are counted in whole groups of this many: every vector length of every processor divides it.
pub const GROUP: usize = 32;

/// Sizes of a batch of sequences.
#[derive(Debug, Clone, Copy)]
pub struct Sizes {
    /// Clips.
    pub batch: usize,
    /// Steps in time.
    pub steps: usize,
    /// Numbers per step that come in.
    pub inputs: usize,
    /// Numbers per step and direction that go out, a multiple of [`GROUP`].
    pub units: usize,
}

/// A matrix (inner, outer) as panels of [`GROUP`] columns, so that a product reads it from end to end.
///
/// Its product is a small one at every step: with the general [`crate::layers::kernels::product`] on the same panels
/// the numbers were the same, but short sequences of few units took 1.4 times as long.
pub struct Packed {
    inner: usize,
    outer: usize,
    values: Vec<f32>,
}

impl Packed {
    /// From `value(row, column)`.
    pub fn new(inner: usize, outer: usize, value: impl Fn(usize, usize) -> f32) -> Self {
        let mut values = Vec::with_capacity(inner * outer);
        for first in (0..outer).step_by(GROUP) {
            for row in 0..inner {
                values.extend((first..first + GROUP).map(|column| value(row, column)));
            }
        }
        Self { inner, outer, values }
    }

    /// `output = left * self`, with `left` (rows, inner) and `output` (rows, outer).
    #[inline(always)]
    fn product<S: Simd>(&self, simd: S, left: &[f32], output: &mut [f32]) {
        for (index, panel) in self.values.chunks_exact(self.inner * GROUP).enumerate() {
            let mut rest = (left, &mut *output);
            rest = self.tiles::<S, 6>(simd, panel, index, rest);
            rest = self.tiles::<S, 4>(simd, panel, index, rest);
            rest = self.tiles::<S, 2>(simd, panel, index, rest);
            self.tiles::<S, 1>(simd, panel, index, rest);
        }
    }

    /// As many rows as `R` at a time will do; the rest is left.
    #[inline(always)]
    fn tiles<'a, S: Simd, const R: usize>(
        &self,
        simd: S,
        panel: &[f32],
        index: usize,
        (left, output): (&'a [f32], &'a mut [f32]),
    ) -> (&'a [f32], &'a mut [f32]) {
        let tiles = left.len() / self.inner / R;
        let (now, later) = left.split_at(tiles * R * self.inner);
        let (out, out_later) = output.split_at_mut(tiles * R * self.outer);
        for (left, output) in now
            .chunks_exact(R * self.inner)
            .zip(out.chunks_exact_mut(R * self.outer))
        {
            for pair in 0..GROUP / (2 * S::F32_LANES) {
                self.tile::<S, R>(simd, left, panel, pair, index * GROUP, output);
            }
        }
        (later, out_later)
    }

    /// `R` rows by two vectors, in registers.
    #[inline(always)]
    fn tile<S: Simd, const R: usize>(
        &self,
        simd: S,
        left: &[f32],
        panel: &[f32],
        pair: usize,
        column: usize,
        output: &mut [f32],
    ) {
        let mut sums = [[simd.splat_f32s(0.0); 2]; R];
        let rows: [&[f32]; R] = std::array::from_fn(|row| &left[row * self.inner..][..self.inner]);
        let first = pair * 2 * S::F32_LANES;
        for (index, weights) in panel.chunks_exact(GROUP).enumerate() {
            let (weights, _) = S::as_simd_f32s(&weights[first..first + 2 * S::F32_LANES]);
            for (row, sums) in rows.iter().zip(&mut sums) {
                let factor = simd.splat_f32s(row[index]);
                sums[0] = simd.mul_add_f32s(factor, weights[0], sums[0]);
                sums[1] = simd.mul_add_f32s(factor, weights[1], sums[1]);
            }
        }
        for (row, sums) in sums.iter().enumerate() {
            let (output, _) = S::as_mut_simd_f32s(&mut output[row * self.outer + column + first..][..2 * S::F32_LANES]);
            output.copy_from_slice(sums);
        }
    }
}

/// `tanh`, as a quotient of polynomials (the coefficients of Eigen's `ptanh`): within a few units in the
/// last place, and not a number for what is none.
#[inline(always)]
fn tanh<S: Simd>(simd: S, x: S::f32s) -> S::f32s {
    let number = |value: f32| simd.splat_f32s(value);
    // In this order the processor hands on what is no number.
    let x = simd.max_f32s(number(-7.905_311), simd.min_f32s(number(7.905_311), x));
    let square = simd.mul_f32s(x, x);
    let series = |coefficients: &[f32]| {
        let mut sum = number(0.0);
        for coefficient in coefficients {
            sum = simd.mul_add_f32s(sum, square, number(*coefficient));
        }
        sum
    };
    let above = series(&[
        -2.760_768_5e-16,
        2.000_188e-13,
        -8.604_672e-11,
        5.122_297_2e-8,
        1.485_722_4e-5,
        6.372_619_4e-4,
        4.893_524_6e-3,
    ]);
    let below = series(&[1.198_258_4e-6, 1.185_347e-4, 2.268_434_6e-3, 4.893_525_3e-3]);
    simd.div_f32s(simd.mul_f32s(x, above), below)
}

/// `1 / (1 + exp(-x))`.
#[inline(always)]
fn sigmoid<S: Simd>(simd: S, x: S::f32s) -> S::f32s {
    let half = simd.splat_f32s(0.5);
    simd.mul_add_f32s(half, tanh(simd, simd.mul_f32s(half, x)), half)
}

/// One direction of some clips, forwards. Every slice is (clips, steps, ...).
pub struct Forward<'a> {
    /// Steps and units.
    pub sizes: Sizes,
    /// Whether the last step comes first.
    pub reverse: bool,
    /// The recurrent weights (units, 4 units).
    pub recurrent: &'a Packed,
    /// The bias (4 units).
    pub bias: &'a [f32],
    /// In: the input's part of each gate, (…, 4 units). Out: the gates after their activation.
    pub gates: &'a mut [f32],
    /// Out: the cells, (…, units).
    pub cells: &'a mut [f32],
    /// Out: the hidden state, (…, units).
    pub hidden: &'a mut [f32],
}

impl WithSimd for Forward<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let Sizes { steps, units, .. } = self.sizes;
        let clips = self.cells.len() / (steps * units);
        let (bias, _) = S::as_simd_f32s(self.bias);
        let mut state = vec![0.0; clips * units];
        let mut cell = vec![0.0; clips * units];
        let mut product = vec![0.0; clips * 4 * units];
        let lanes = units / S::F32_LANES;
        for index in 0..steps {
            let step = if self.reverse { steps - 1 - index } else { index };
            if index > 0 {
                self.recurrent.product(simd, &state, &mut product);
            }
            for clip in 0..clips {
                let at = clip * steps + step;
                let (gates, _) = S::as_mut_simd_f32s(&mut self.gates[at * 4 * units..][..4 * units]);
                let (product, _) = S::as_simd_f32s(&product[clip * 4 * units..][..4 * units]);
                let (cell, _) = S::as_mut_simd_f32s(&mut cell[clip * units..][..units]);
                let (state, _) = S::as_mut_simd_f32s(&mut state[clip * units..][..units]);
                let (cells, _) = S::as_mut_simd_f32s(&mut self.cells[at * units..][..units]);
                let (hidden, _) = S::as_mut_simd_f32s(&mut self.hidden[at * units..][..units]);
                for unit in 0..lanes {
                    let sum = |gate: usize| {
                        let index = gate * lanes + unit;
                        simd.add_f32s(simd.add_f32s(gates[index], product[index]), bias[index])
                    };
                    let input = sigmoid(simd, sum(0));
                    let forget = sigmoid(simd, sum(1));
                    let candidate = tanh(simd, sum(2));
                    let output = sigmoid(simd, sum(3));
                    let value = simd.mul_add_f32s(forget, cell[unit], simd.mul_f32s(input, candidate));
                    gates[unit] = input;
                    gates[lanes + unit] = forget;
                    gates[2 * lanes + unit] = candidate;
                    gates[3 * lanes + unit] = output;
                    cell[unit] = value;
                    cells[unit] = value;
                    state[unit] = simd.mul_f32s(output, tanh(simd, value));
                    hidden[unit] = state[unit];
                }
            }
        }
    }
}

/// One direction of some clips, backwards in time. Every slice is (clips, steps, ...).
pub struct Backward<'a> {
    /// Steps and units.
    pub sizes: Sizes,
    /// Whether the last step came first.
    pub reverse: bool,
    /// The recurrent weights transposed, (4 units, units).
    pub recurrent: &'a Packed,
    /// The gradient of what went out, rows of `outgoing_width` numbers, of which this direction's units
    /// begin at `outgoing_from`.
    pub outgoing: &'a [f32],
    /// See `outgoing`.
    pub outgoing_width: usize,
    /// See `outgoing`.
    pub outgoing_from: usize,
    /// In: the gates after their activation. Out: the gradient of what went into it, (…, 4 units).
    pub gates: &'a mut [f32],
    /// The cells, (…, units).
    pub cells: &'a [f32],
}

impl WithSimd for Backward<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let Sizes { steps, units, .. } = self.sizes;
        let clips = self.cells.len() / (steps * units);
        let zeros = vec![0.0; units];
        let mut state = vec![0.0; clips * units];
        let mut cell = vec![0.0; clips * units];
        let mut product = vec![0.0; clips * 4 * units];
        let lanes = units / S::F32_LANES;
        let one = simd.splat_f32s(1.0);
        for index in (0..steps).rev() {
            let step = if self.reverse { steps - 1 - index } else { index };
            for clip in 0..clips {
                let at = clip * steps + step;
                let before = if self.reverse { at + 1 } else { at.wrapping_sub(1) };
                let before = if index > 0 {
                    &self.cells[before * units..][..units]
                } else {
                    &zeros[..]
                };
                let outgoing = &self.outgoing[at * self.outgoing_width + self.outgoing_from..][..units];
                let (outgoing, _) = S::as_simd_f32s(outgoing);
                let (before, _) = S::as_simd_f32s(before);
                let (cells, _) = S::as_simd_f32s(&self.cells[at * units..][..units]);
                let (gates, _) = S::as_mut_simd_f32s(&mut self.gates[at * 4 * units..][..4 * units]);
                let (product, _) = S::as_mut_simd_f32s(&mut product[clip * 4 * units..][..4 * units]);
                let (cell, _) = S::as_mut_simd_f32s(&mut cell[clip * units..][..units]);
                let (state, _) = S::as_simd_f32s(&state[clip * units..][..units]);
                for unit in 0..lanes {
                    let [input, forget, candidate, output] = std::array::from_fn(|gate| gates[gate * lanes + unit]);
                    let gradient = simd.add_f32s(outgoing[unit], state[unit]);
                    let squashed = tanh(simd, cells[unit]);
                    let slope = |value| simd.mul_f32s(value, simd.sub_f32s(one, value));
                    let slope_tanh = |value| simd.sub_f32s(one, simd.mul_f32s(value, value));
                    let through = simd.mul_f32s(simd.mul_f32s(gradient, output), slope_tanh(squashed));
                    let into_cell = simd.add_f32s(cell[unit], through);
                    cell[unit] = simd.mul_f32s(into_cell, forget);
                    let into = [
                        simd.mul_f32s(simd.mul_f32s(into_cell, candidate), slope(input)),
                        simd.mul_f32s(simd.mul_f32s(into_cell, before[unit]), slope(forget)),
                        simd.mul_f32s(simd.mul_f32s(into_cell, input), slope_tanh(candidate)),
                        simd.mul_f32s(simd.mul_f32s(gradient, squashed), slope(output)),
                    ];
                    for (gate, value) in into.into_iter().enumerate() {
                        gates[gate * lanes + unit] = value;
                        product[gate * lanes + unit] = value;
                    }
                }
            }
            if index > 0 {
                self.recurrent.product(simd, &product, &mut state);
            }
        }
    }
}
