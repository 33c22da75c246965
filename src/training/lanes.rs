//! Numbers of eight classes at a time, and their products with rows of features.

use pulp::Arch;
use rayon::prelude::*;

/// Classes that are computed together, so that they fill the processor's vectors.
pub(super) const LANES: usize = 8;
/// Rows that share what is read of the weights.
const ROWS: usize = 4;
/// Rows, or columns, that make a task.
const BLOCK: usize = 128;
/// Numbers of eight classes.
pub(super) type Eight = [f64; LANES];

/// The sum of all products.
pub(super) fn dot(one: &[Eight], other: &[Eight]) -> f64 {
    let mut sums = [0.0; LANES];
    for (one, other) in one.iter().zip(other) {
        sums = std::array::from_fn(|lane| sums[lane] + one[lane] * other[lane]);
    }
    sums.iter().sum()
}

/// Adds a multiple.
pub(super) fn add(to: &mut [Eight], of: &[Eight], share: f64) {
    for (to, of) in to.iter_mut().zip(of) {
        *to = std::array::from_fn(|lane| to[lane] + share * of[lane]);
    }
}

/// Multiplies all.
pub(super) fn scale_by(values: &mut [Eight], factor: f64) {
    for value in values {
        *value = value.map(|value| value * factor);
    }
}

/// `X W + b`: of each row the groups of classes. `lines` hold of each group a line for each column, and one for the biases.
/// Which threads work on it changes nothing.
pub(super) fn products(rows: &[&[f32]], lines: &[Eight], columns: usize) -> Vec<Eight> {
    let groups = lines.len() / (columns + 1);
    let mut output = vec![[0.0; LANES]; rows.len() * groups];
    output
        .par_chunks_mut((BLOCK * groups).max(1))
        .zip(rows.par_chunks(BLOCK))
        .for_each(|(output, rows)| {
            Arch::new().dispatch(|| {
                for (output, rows) in output.chunks_mut(ROWS * groups).zip(rows.chunks(ROWS)) {
                    for (group, lines) in lines.chunks_exact(columns + 1).enumerate() {
                        let found = four_products(rows, lines);
                        for (output, found) in output.iter_mut().skip(group).step_by(groups).zip(found) {
                            *output = found;
                        }
                    }
                }
            });
        });
    output
}

/// Of up to [`ROWS`] rows with the lines of one group.
#[inline(always)]
fn four_products(rows: &[&[f32]], lines: &[Eight]) -> [Eight; ROWS] {
    let Some((bias, weights)) = lines.split_last() else {
        return [[0.0; LANES]; ROWS];
    };
    let mut found = [*bias; ROWS];
    let one = |row: &[f32], found: &mut Eight| {
        for (value, weights) in row.iter().zip(weights) {
            let value = f64::from(*value);
            for (found, weight) in found.iter_mut().zip(weights) {
                *found += value * weight;
            }
        }
    };
    let [a, b, c, d] = rows else {
        rows.iter().zip(&mut found).for_each(|(row, found)| one(row, found));
        return found;
    };
    for ((((a, b), c), d), weights) in a.iter().zip(*b).zip(*c).zip(*d).zip(weights) {
        for (value, found) in [a, b, c, d].into_iter().zip(&mut found) {
            let value = f64::from(*value);
            for (found, weight) in found.iter_mut().zip(weights) {
                *found += value * weight;
            }
        }
    }
    found
}

/// Adds `Xᵀ S` of one group: to each column the sum over the rows of what they have there, times their slopes.
pub(super) fn add_products(rows: &[&[f32]], slopes: &[Eight], columns: &mut [Eight]) {
    columns.par_chunks_mut(BLOCK).enumerate().for_each(|(block, out)| {
        let from = block * BLOCK;
        Arch::new().dispatch(|| {
            for (rows, slopes) in rows.chunks(ROWS).zip(slopes.chunks(ROWS)) {
                sums(rows, slopes, from, out);
            }
        });
    });
}

/// Adds to each column from `from` on what up to [`ROWS`] rows have there, times their slopes.
#[inline(always)]
fn sums(rows: &[&[f32]], slopes: &[Eight], from: usize, out: &mut [Eight]) {
    let one = |row: &[f32], slope: &Eight, out: &mut [Eight]| {
        for (value, out) in row[from..].iter().zip(out) {
            let value = f64::from(*value);
            for (out, slope) in out.iter_mut().zip(slope) {
                *out += value * slope;
            }
        }
    };
    let ([a, b, c, d], [ka, kb, kc, kd]) = (rows, slopes) else {
        rows.iter().zip(slopes).for_each(|(row, slope)| one(row, slope, out));
        return;
    };
    let values = a[from..].iter().zip(&b[from..]).zip(&c[from..]).zip(&d[from..]);
    for ((((a, b), c), d), out) in values.zip(out) {
        let [a, b, c, d] = [*a, *b, *c, *d].map(f64::from);
        for lane in 0..LANES {
            out[lane] += (a * ka[lane] + b * kb[lane]) + (c * kc[lane] + d * kd[lane]);
        }
    }
}
