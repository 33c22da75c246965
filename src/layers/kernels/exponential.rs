//! The exponential function without branches, so that loops over it become vector instructions.

use std::f32::consts::LOG2_E;

/// `e^x` within 2 units of the last place for `x` from -87 to 88; beyond them as at them.
#[inline(always)]
#[allow(clippy::excessive_precision)]
pub fn exp(x: f32) -> f32 {
    // 1.5 * 2^23: added, it rounds to a whole number, which stands in the last bits.
    const ROUND: f32 = 12_582_912.0;
    let x = x.clamp(-87.0, 88.0);
    let rounded = x * LOG2_E + ROUND;
    let whole = rounded - ROUND;
    // The logarithm of 2 in two parts, the first of which has few digits.
    let rest = x - whole * 0.693_359_375 + whole * 2.121_944_4e-4;
    let mut power = 1.987_569_15e-4;
    for coefficient in [
        1.398_199_95e-3,
        8.333_451_9e-3,
        4.166_579_6e-2,
        1.666_666_55e-1,
        5.000_000_1e-1,
    ] {
        power = power * rest + coefficient;
    }
    let power = power * rest * rest + rest + 1.0;
    power * f32::from_bits(rounded.to_bits().wrapping_add(127) << 23)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_the_exponential_function() {
        for step in -8700..=8800 {
            let x = step as f32 / 100.0;
            let exact = f64::from(x).exp();
            assert!((f64::from(exp(x)) - exact).abs() < 2.5e-7 * exact, "{x}");
        }
        assert!(exp(-1e30) < 1e-37 && exp(f32::NEG_INFINITY) < 1e-37);
        assert!(exp(1e30) > 1e38 && exp(1e30).is_finite());
    }
}
