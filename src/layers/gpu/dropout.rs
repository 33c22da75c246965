//! Dropout with the CPU's masks, bit for bit (`kernels/dropout.rs`), found where the values lie.

use crate::layers::buffer::Buffer;
use crate::layers::operation::Outcome;
use crate::layers::{Operation, Pullback};
use cubecl::prelude::*;
use std::sync::Arc;

/// Values that share a block key, as a power of two.
const BLOCK: u32 = 14;

/// 64 bits in two words: WGSL knows no more.
#[derive(CubeType, Clone, Copy)]
struct Wide {
    low: u32,
    high: u32,
}

#[cube]
fn plus(a: Wide, b: Wide) -> Wide {
    let low = a.low + b.low;
    let mut high = a.high + b.high;
    if low < a.low {
        high += 1u32;
    }
    Wide { low, high }
}

/// Exclusive or with itself, moved down by 1 to 31 bits.
#[cube]
fn folded(a: Wide, #[comptime] by: u32) -> Wide {
    Wide {
        low: a.low ^ ((a.low >> by) | (a.high << comptime!(32 - by))),
        high: a.high ^ (a.high >> by),
    }
}

#[cube]
fn times(a: Wide, b: Wide) -> Wide {
    Wide {
        low: a.low * b.low,
        high: u32::mul_hi(a.low, b.low) + a.low * b.high + a.high * b.low,
    }
}

/// SplitMix64's output function.
#[cube]
fn split_mix(state: Wide) -> Wide {
    let state = plus(
        state,
        Wide {
            low: 0x7F4A_7C15u32,
            high: 0x9E37_79B9u32,
        },
    );
    let state = times(
        folded(state, 30u32),
        Wide {
            low: 0x1CE4_E5B9u32,
            high: 0xBF58_476Du32,
        },
    );
    let state = times(
        folded(state, 27u32),
        Wide {
            low: 0x1331_11EBu32,
            high: 0x94D0_49BBu32,
        },
    );
    folded(state, 31u32)
}

/// MurmurHash3's finaliser.
#[cube]
fn finalised(x: u32) -> u32 {
    let x = (x ^ (x >> 16u32)) * 0x85EB_CA6Bu32;
    let x = (x ^ (x >> 13u32)) * 0xC2B2_AE35u32;
    x ^ (x >> 16u32)
}

#[cube(launch)]
fn masked(input: &[f32], output: &mut [f32], low: u32, high: u32, dropped: u32, kept: f32) {
    if ABSOLUTE_POS < output.len() {
        let index = ABSOLUTE_POS as u32;
        let block = split_mix(Wide {
            low: index >> BLOCK,
            high: 0u32,
        });
        let key = split_mix(Wide {
            low: low ^ block.low,
            high: high ^ block.high,
        });
        let within = index & ((1u32 << BLOCK) - 1u32);
        let mixed = finalised(finalised(within ^ key.low) + key.high);
        let mut factor = kept;
        if mixed < dropped {
            factor = 0.0f32;
        }
        output[index as usize] = input[index as usize] * factor;
    }
}

/// Also the backward pass: the gradient goes through the same mask, which is drawn again, not kept.
#[derive(Debug, Clone, Copy)]
pub struct Drop {
    pub rate: f64,
    pub key: u64,
}

impl Drop {
    fn apply(self, input: &Buffer) -> Buffer {
        let output = input.empty(input.shape().to_vec());
        let (cubes, threads) = output.each();
        let (dropped, kept) = crate::layers::kernels::dropout::share(self.rate);
        masked::launch(
            input.client(),
            cubes,
            threads,
            input.arg(),
            output.arg(),
            self.key as u32,
            (self.key >> 32) as u32,
            dropped,
            kept,
        );
        output
    }
}

impl Operation<1, Buffer> for Drop {
    fn forward(self: Box<Self>, [input]: [Buffer; 1], tracked: bool) -> Outcome<1, Buffer> {
        (self.apply(&input), tracked.then(|| Arc::new(*self) as _))
    }
}

impl Pullback<1, Buffer> for Drop {
    fn backward(&self, gradient: Buffer, _: [bool; 1]) -> [Option<Buffer>; 1] {
        [Some(self.apply(&gradient))]
    }
}
