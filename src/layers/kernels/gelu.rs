//! The Gaussian error linear unit.

use super::exponential::exp;
use pulp::Arch;
use rayon::prelude::*;
use std::f32::consts::FRAC_1_SQRT_2;

/// Values of a task.
const TASK: usize = 1 << 14;
/// `1 / sqrt(2 pi)`.
const DENSITY: f32 = 0.398_942_3;

/// `x (1 + erf(x / sqrt 2)) / 2`, in place.
pub fn forward(values: &mut [f32]) {
    values.par_chunks_mut(TASK).for_each(|values| {
        Arch::new().dispatch(
            #[inline(always)]
            || {
                for value in values.iter_mut() {
                    *value = 0.5 * *value * (1.0 + erf(*value * FRAC_1_SQRT_2));
                }
            },
        );
    });
}

/// The output's gradient becomes the input's.
pub fn backward(input: &[f32], gradient: &mut [f32]) {
    gradient
        .par_chunks_mut(TASK)
        .zip(input.par_chunks(TASK))
        .for_each(|(gradient, input)| {
            Arch::new().dispatch(
                #[inline(always)]
                || {
                    for (gradient, &x) in gradient.iter_mut().zip(input) {
                        let share = 0.5 * (1.0 + erf(x * FRAC_1_SQRT_2));
                        *gradient *= share + x * DENSITY * exp(-0.5 * x * x);
                    }
                },
            );
        });
}

/// The error function within 4e-7 as a quotient of polynomials, without branches, so that loops over it become vector
/// instructions: the coefficients of Eigen's single-precision `erf`.
#[inline(always)]
#[allow(clippy::excessive_precision)]
fn erf(x: f32) -> f32 {
    let x = x.clamp(-4.0, 4.0);
    let square = x * x;
    let mut above = -2.726_142_258_013_06e-10;
    for coefficient in [
        2.770_681_424_959_02e-8,
        -2.101_024_020_825_08e-6,
        -5.692_506_394_623_46e-5,
        -7.349_906_303_268_55e-4,
        -2.954_599_808_540_25e-3,
        -1.609_603_332_624_15e-2,
    ] {
        above = above * square + coefficient;
    }
    let mut below = -1.456_607_184_649_96e-5;
    for coefficient in [
        -2.133_740_552_789_05e-4,
        -1.682_826_974_382_03e-3,
        -7.373_329_167_204_68e-3,
        -1.426_473_905_141_89e-2,
    ] {
        below = below * square + coefficient;
    }
    x * above / below
}

#[cfg(test)]
mod tests {
    use super::*;

    /// By its series, which loses fewer than nine digits within these bounds.
    fn exact(x: f64) -> f64 {
        let (mut term, mut sum) = (x, x);
        for n in 1..200 {
            term *= -x * x / f64::from(n);
            sum += term / f64::from(2 * n + 1);
        }
        sum * 2.0 / std::f64::consts::PI.sqrt()
    }

    #[test]
    fn the_error_function_is_that_of_its_series() {
        for step in -4000..=4000 {
            let x = step as f32 / 1000.0;
            let off = f64::from(erf(x)) - exact(f64::from(x));
            assert!(off.abs() < 4e-7, "{x}: {off}");
        }
        for x in [-1e30, -9.0, 9.0, 1e30] {
            assert!((erf(x) - x.signum()).abs() < 4e-7, "{x}");
        }
    }

    #[test]
    fn large_numbers_pass_or_vanish() {
        let mut values = [-1e10, -8.0, 0.0, 8.0, 1e10];
        forward(&mut values);
        for (value, expected) in values.iter().zip([0.0, 0.0, 0.0, 8.0, 1e10]) {
            assert!((value - expected).abs() <= 3e-6 * expected.max(1.0), "{values:?}");
        }
    }
}
