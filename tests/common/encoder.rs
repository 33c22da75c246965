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
    let mut state = seed;
    let mut next = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 8) as f32 / 16_777_216.0 - 0.5
    };
    let tensors: Vec<(String, Vec<usize>, Vec<u8>)> = tiny["tensors"]
        .as_array()
        .unwrap()
        .iter()
        .map(|tensor| {
            let number = |key: &str| tensor[key].as_f64().unwrap() as f32;
            let shape = tensor["shape"].as_array().unwrap().iter();
            let shape: Vec<usize> = shape.map(|size| size.as_u64().unwrap() as usize).collect();
            let values = (0..shape.iter().product::<usize>()).map(|_| next() * number("factor") + number("offset"));
            let bytes = values.flat_map(f32::to_le_bytes).collect();
            (tensor["name"].as_str().unwrap().to_owned(), shape, bytes)
        })
        .collect();
    let views = tensors.iter().map(|(name, shape, bytes)| {
        let view = TensorView::new(Dtype::F32, shape.clone(), bytes).unwrap();
        (name.clone(), view)
    });
    write("model.safetensors", &serialize(views, None).unwrap());
}

/// A published encoder in `UNDERTONE_ENCODERS`, where there is one.
pub fn published(name: &str) -> Option<PathBuf> {
    let folder = std::env::var_os("UNDERTONE_ENCODERS").map(|all| PathBuf::from(all).join(name));
    folder.filter(|folder| folder.is_dir())
}
