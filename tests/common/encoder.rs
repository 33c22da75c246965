//! Encoders to test with: a tiny one whose tensors are made up, and the published ones that are on this machine.

use safetensors::Dtype;
use safetensors::tensor::{TensorView, serialize};
use serde_json::Value;
use std::path::{Path, PathBuf};

/// Writes a Whisper encoder of three layers of 16 numbers into a folder, made if missing. Another seed is another encoder.
pub fn write_tiny(folder: &Path, seed: u32) {
    let golden = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/encoders/whisper.json");
    let all: Value = serde_json::from_slice(&std::fs::read(golden).unwrap()).unwrap();
    let tiny = &all[0];
    std::fs::create_dir_all(folder).unwrap();
    let write = |name: &str, bytes: &[u8]| std::fs::write(folder.join(name), bytes).unwrap();
    write("config.json", tiny["config"].to_string().as_bytes());
    write("preprocessor_config.json", tiny["preprocessor"].to_string().as_bytes());
    let tensors = tiny["tensors"].as_array().unwrap().iter().map(|tensor| {
        let number = |key: &str| tensor[key].as_f64().unwrap() as f32;
        let shape: Vec<usize> = serde_json::from_value(tensor["shape"].clone()).unwrap();
        let name = tensor["name"].as_str().unwrap().to_owned();
        (name, shape, number("factor"), number("offset"))
    });
    write_tensors(folder, seed, tensors);
}

/// Writes `model.safetensors` with tensors of (name, shape, factor, offset): numbers from -0.5 to 0.5 of the generator of
/// `src/layers/lcg.rs`, one tensor after the other, times the factor plus the offset.
pub fn write_tensors(folder: &Path, seed: u32, tensors: impl Iterator<Item = (String, Vec<usize>, f32, f32)>) {
    let mut state = seed;
    let mut next = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 8) as f32 / 16_777_216.0 - 0.5
    };
    let drawn: Vec<(String, Vec<usize>, Vec<u8>)> = tensors
        .map(|(name, shape, factor, offset)| {
            let values = (0..shape.iter().product::<usize>()).map(|_| next() * factor + offset);
            let bytes = values.flat_map(f32::to_le_bytes).collect();
            (name, shape, bytes)
        })
        .collect();
    let views = drawn.iter().map(|(name, shape, bytes)| {
        let view = TensorView::new(Dtype::F32, shape.clone(), bytes).unwrap();
        (name.clone(), view)
    });
    std::fs::write(folder.join("model.safetensors"), serialize(views, None).unwrap()).unwrap();
}

/// A published encoder in `UNDERTONE_ENCODERS`, where there is one.
pub fn published(name: &str) -> Option<PathBuf> {
    let folder = std::env::var_os("UNDERTONE_ENCODERS").map(|all| PathBuf::from(all).join(name));
    folder.filter(|folder| folder.is_dir())
}
