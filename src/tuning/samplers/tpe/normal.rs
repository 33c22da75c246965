//! The normal distribution far out in its tails, where only logarithms still distinguish values.

use std::f64::consts::{FRAC_1_SQRT_2, LN_2, PI};

/// Chebyshev coefficients of `ln(erfc(z) / t) + z²` over `t = 2 / (2 + z)` in (0, 1], fitted in 60-digit arithmetic
/// (`tests/golden/optuna_tpe.py` compares the result with Optuna's).
const ERFC: [f64; 26] = [
    -1.3026537197817094,
    0.6419697923564902,
    0.01947647320418592,
    -0.009561514786808726,
    -0.0009465953444819167,
    0.0003668394978527305,
    4.252332480695169e-05,
    -2.0278578112613107e-05,
    -1.6242900045580522e-06,
    1.3036558359458617e-06,
    1.5626441913301793e-08,
    -8.523809626653295e-08,
    6.529054399225421e-09,
    5.059343932870692e-09,
    -9.913640344765374e-10,
    -2.2736538142496999e-10,
    9.64684248890499e-11,
    2.3941402400704406e-12,
    -6.886179803886534e-12,
    8.942331146401925e-13,
    3.129942428975003e-13,
    -1.1296463807630657e-13,
    7.456049348330258e-16,
    6.810277103505954e-15,
    -1.523105085499984e-15,
    1.3397814631666612e-16,
];

/// Beyond so many sigmas on both sides lies less than a float can take from 1.
const ALL: f64 = 8.5;

/// `ln erfc(z)` for `z >= 0`, to about 1e-15.
fn ln_erfc(z: f64) -> f64 {
    let t = 2.0 / (2.0 + z);
    let x = 4.0 * t - 2.0;
    let (mut sum, mut before) = (0.0, 0.0);
    for coefficient in ERFC[1..].iter().rev() {
        (sum, before) = (x * sum - before + coefficient, sum);
    }
    t.ln() - z * z + 0.5 * (ERFC[0] + x * sum) - before
}

/// `ln Φ(x)`, the logarithm of the standard normal distribution function.
pub(in crate::tuning) fn ln_cdf(x: f64) -> f64 {
    let tail = ln_erfc(x.abs() * FRAC_1_SQRT_2) - LN_2;
    if x <= 0.0 { tail } else { (-tail.exp()).ln_1p() }
}

/// `ln(Φ(b) - Φ(a))` for `a <= b`.
pub(in crate::tuning) fn ln_mass(a: f64, b: f64) -> f64 {
    let left = |a: f64, b: f64| {
        let (a, b) = (ln_cdf(a), ln_cdf(b));
        b + (-(a - b).exp()).ln_1p()
    };
    if a < -ALL && b > ALL {
        0.0
    } else if b <= 0.0 {
        left(a, b)
    } else if a > 0.0 {
        left(-b, -a)
    } else {
        (-ln_cdf(a).exp() - ln_cdf(-b).exp()).ln_1p()
    }
}

/// The logarithm of the standard normal density.
pub(in crate::tuning) fn ln_density(x: f64) -> f64 {
    -0.5 * x * x - 0.5 * (2.0 * PI).ln()
}

#[cfg(test)]
mod tests {
    use super::*;
    use approx::assert_relative_eq;

    #[test]
    fn known_values() {
        // `_log_ndtr_single` of Optuna 5.0.
        for (x, expected) in [
            (0.0, -LN_2),
            (-1.0, -1.8410216450092634),
            (-10.0, -53.23128515051246),
            (-40.0, -804.6084420137538),
            (1.5, -0.069143455612234),
        ] {
            assert_relative_eq!(ln_cdf(x), expected, max_relative = 1e-12);
        }
    }

    #[test]
    fn a_mass_is_the_same_on_both_sides_and_adds_up() {
        assert_relative_eq!(ln_mass(3.0, 4.0), ln_mass(-4.0, -3.0), max_relative = 1e-14);
        let parts = ln_mass(-2.0, 1.0).exp() + ln_mass(1.0, 5.0).exp();
        assert_relative_eq!(parts, ln_mass(-2.0, 5.0).exp(), max_relative = 1e-13);
        assert!(ln_mass(30.0, 31.0).is_finite());
        assert_relative_eq!(ln_density(1.0), -1.418_938_533_204_672_7, max_relative = 1e-14);
    }
}
