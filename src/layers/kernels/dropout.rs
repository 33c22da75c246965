//! Dropout whose mask is a function of a key and the index, so that it need not be stored.

use pulp::Arch;
use rayon::prelude::*;

/// Values that share a block key; also a task.
const BLOCK: usize = 1 << 14;

/// Multiplies each value by 0 with probability `rate`, otherwise by `1 / (1 - rate)`. The same key
/// gives the same mask. The rate counts in steps of 2⁻³².
pub fn apply(values: &mut [f32], rate: f64, key: u64) {
    let (dropped, kept) = share(rate);
    values.par_chunks_mut(BLOCK).enumerate().for_each(|(block, values)| {
        let key = split_mix(key ^ split_mix(block as u64));
        let (low, high) = (key as u32, (key >> 32) as u32);
        Arch::new().dispatch(
            #[inline(always)]
            || {
                for (index, value) in values.iter_mut().enumerate() {
                    let factor = if mixed(index as u32 ^ low, high) < dropped {
                        0.0
                    } else {
                        kept
                    };
                    *value *= factor;
                }
            },
        );
    });
}

/// Values of 2³² that are dropped, and the factor of those that are not.
pub fn share(rate: f64) -> (u32, f32) {
    let dropped = (rate * 2f64.powi(32)).round().clamp(0.0, f64::from(u32::MAX)) as u32;
    (dropped, (1.0 / (1.0 - rate)) as f32)
}

/// SplitMix64's output function (Steele, Lea and Flood 2014): keys of neighbouring blocks have nothing in common.
fn split_mix(state: u64) -> u64 {
    let state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
    let state = (state ^ (state >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let state = (state ^ (state >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    state ^ (state >> 31)
}

/// 32 even bits of a counter and a key: MurmurHash3's finaliser, twice, in operations that every
/// vector unit has.
#[inline(always)]
fn mixed(counter: u32, key: u32) -> u32 {
    finalise(finalise(counter).wrapping_add(key))
}

#[inline(always)]
fn finalise(x: u32) -> u32 {
    let x = (x ^ (x >> 16)).wrapping_mul(0x85EB_CA6B);
    let x = (x ^ (x >> 13)).wrapping_mul(0xC2B2_AE35);
    x ^ (x >> 16)
}
