//! Numbers as they lie in files.

use half::{bf16, f16};

/// Little-endian float32.
pub(super) fn from_f32(bytes: &[u8]) -> Vec<f32> {
    bytes
        .as_chunks()
        .0
        .iter()
        .map(|bytes| f32::from_le_bytes(*bytes))
        .collect()
}

/// Little-endian float16.
pub(super) fn from_f16(bytes: &[u8]) -> Vec<f32> {
    let number = |bytes: &[u8; 2]| f16::from_le_bytes(*bytes).to_f32();
    bytes.as_chunks().0.iter().map(number).collect()
}

/// Little-endian bfloat16.
pub(super) fn from_bf16(bytes: &[u8]) -> Vec<f32> {
    let number = |bytes: &[u8; 2]| bf16::from_le_bytes(*bytes).to_f32();
    bytes.as_chunks().0.iter().map(number).collect()
}

/// Why numbers of another kind are not read.
pub(super) fn unknown(kind: &str) -> String {
    format!("its numbers are {kind}; only float32, float16 and bfloat16 are known here")
}
