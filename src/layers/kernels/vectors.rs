//! Channels a vector at a time.

use pulp::Simd;

/// The channels of a vector: from the first, as many as there are left or fit.
#[derive(Debug, Clone, Copy)]
pub struct Lanes {
    /// The first channel.
    pub first: usize,
    /// How many: fewer than fit only at the end.
    pub width: usize,
}

/// All channels, a vector at a time.
#[inline(always)]
pub fn lanes<S: Simd>(_: S, channels: usize) -> impl Iterator<Item = Lanes> {
    (0..channels.div_ceil(S::F32_LANES)).map(
        #[inline(always)]
        move |index| {
            let first = index * S::F32_LANES;
            let width = S::F32_LANES.min(channels - first);
            Lanes { first, width }
        },
    )
}

/// These channels of the position that begins at `at`.
#[inline(always)]
pub fn load<S: Simd>(simd: S, values: &[f32], at: usize, lanes: Lanes) -> S::f32s {
    let values = &values[at + lanes.first..][..lanes.width];
    match S::as_simd_f32s(values).0.first() {
        Some(vector) => *vector,
        None => simd.partial_load_f32s(values),
    }
}

/// Writes these channels of the position that begins at `at`.
#[inline(always)]
pub fn store<S: Simd>(simd: S, values: &mut [f32], at: usize, lanes: Lanes, vector: S::f32s) {
    let values = &mut values[at + lanes.first..][..lanes.width];
    if lanes.width == S::F32_LANES {
        S::as_mut_simd_f32s(values).0.iter_mut().for_each(|to| *to = vector);
    } else {
        simd.partial_store_f32s(values, vector);
    }
}

/// The bytes of these channels of the position that begins at `at`, widened.
#[inline(always)]
pub fn load_bytes<S: Simd>(_: S, bytes: &[u8], at: usize, lanes: Lanes) -> S::u32s {
    let mut wide = [0; MOST];
    for (wide, byte) in wide.iter_mut().zip(&bytes[at + lanes.first..][..lanes.width]) {
        *wide = u32::from(*byte);
    }
    S::as_simd_u32s(&wide).0[0]
}

/// Writes numbers below 256 as bytes.
#[inline(always)]
pub fn store_bytes<S: Simd>(_: S, bytes: &mut [u8], at: usize, lanes: Lanes, vector: S::u32s) {
    let mut wide = [0; MOST];
    S::as_mut_simd_u32s(&mut wide).0[0] = vector;
    for (byte, wide) in bytes[at + lanes.first..][..lanes.width].iter_mut().zip(wide) {
        *byte = wide as u8;
    }
}

/// Lanes of the widest vectors.
const MOST: usize = 16;
