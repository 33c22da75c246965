//! Decibels of many values at once.

use crate::audio::vectorised;
use std::f32::consts::{LN_10, LOG10_2, SQRT_2};

vectorised! {
/// Replaces every value by `10 log10(max(floor, x)) - zero`; `floor` must be a normal number above 0.
///
/// The logarithm is Cephes' `logf` (Moshier): `x = 2^e m` with `m` from `sqrt(1/2)` to `sqrt(2)`, and a polynomial
/// in `m - 1`; within 1.2e-7 of the true one, relative to it or to 1.
pub(super) fn to_decibels<'a>(values: &'a mut [f32], floor: f32, zero: f32) {
    for value in values.iter_mut() {
        *value = 10.0 * log10(if *value > floor { *value } else { floor }) - zero;
    }
}
}

/// Of a normal number above 0; infinity stays infinite.
#[inline(always)]
fn log10(x: f32) -> f32 {
    const MANTISSA: u32 = 0x007f_ffff;
    const HALF: u32 = 0x3f00_0000;
    let bits = x.to_bits();
    let mantissa = f32::from_bits(bits & MANTISSA | HALF);
    let exponent = (bits >> 23) as i32 - 126;
    let low = mantissa < SQRT_2 / 2.0;
    let m = if low { 2.0 * mantissa - 1.0 } else { mantissa - 1.0 };
    let e = (exponent - i32::from(low)) as f32;
    let square = m * m;
    let mut sum = 7.037_683_6e-2;
    for coefficient in [
        -1.151_461e-1,
        1.167_699_9e-1,
        -1.242_014_1e-1,
        1.424_932_3e-1,
        -1.666_805_8e-1,
        2.000_071_5e-1,
        -2.499_999_4e-1,
        3.333_333e-1,
    ] {
        sum = sum * m + coefficient;
    }
    let ln = m + (m * square * sum - 0.5 * square);
    let log = ln / LN_10 + e * LOG10_2;
    if x == f32::INFINITY { x } else { log }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_the_logarithm_over_the_whole_range() {
        let values: Vec<f32> = (1..200_000u32)
            .map(|n| f32::from_bits(0x0080_0000 + n * 10_600))
            .collect();
        let mut decibels = values.clone();
        to_decibels(&mut decibels, f32::MIN_POSITIVE, 0.0);
        for (value, ours) in values.iter().zip(decibels) {
            let theirs = 10.0 * f64::from(*value).log10();
            assert!(
                (f64::from(ours) - theirs).abs() < 3e-7 * theirs.abs().max(1.0),
                "{value}: {ours} {theirs}"
            );
        }
    }

    #[test]
    fn what_is_no_number_is_the_floor_and_what_is_too_large_stays_so() {
        let mut values = [1.0, 100.0, 0.0, -1.0, f32::NAN, f32::INFINITY];
        to_decibels(&mut values, 1e-10, 0.0);
        for (ours, theirs) in values
            .into_iter()
            .zip([0.0, 20.0, -100.0, -100.0, -100.0, f32::INFINITY])
        {
            assert!(ours == theirs || (ours - theirs).abs() < 3e-5, "{ours} {theirs}");
        }
    }
}
