//! Small checkpoints with a classification head, as `tests/golden/classifiers.py` draws them.

use safetensors::tensor::{Dtype, TensorView, serialize_to_file};
use serde_json::Value;
use std::path::Path;

/// Writes the case of this name, whose `config.json` has these keys on top.
pub fn write(name: &str, folder: &Path, changes: &Value) {
    let cases: Vec<Value> = serde_json::from_str(include_str!("../golden/classifiers.json")).unwrap();
    let case = cases.iter().find(|case| case["name"] == name).unwrap();
    let mut config = case["config"].clone();
    for (key, value) in changes.as_object().unwrap() {
        config[key] = value.clone();
    }
    std::fs::create_dir_all(folder).unwrap();
    std::fs::write(folder.join("config.json"), config.to_string()).unwrap();
    let preprocessor = case["preprocessor"].to_string();
    std::fs::write(folder.join("preprocessor_config.json"), preprocessor).unwrap();
    let mut state = case["seed"].as_u64().unwrap() as u32;
    let mut next = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 8) as f32 / 16_777_216.0 - 0.5
    };
    let tensors: Vec<(String, Vec<usize>, Vec<u8>)> = case["tensors"]
        .as_array()
        .unwrap()
        .iter()
        .map(|tensor| {
            let shape: Vec<usize> = serde_json::from_value(tensor[1].clone()).unwrap();
            let [scale, offset] = [2, 3].map(|index| tensor[index].as_f64().unwrap() as f32);
            let bytes = (0..shape.iter().product()).flat_map(|_: usize| (next() * scale + offset).to_le_bytes());
            (tensor[0].as_str().unwrap().to_owned(), shape.clone(), bytes.collect())
        })
        .collect();
    let views = tensors
        .iter()
        .map(|(name, shape, bytes)| (name, TensorView::new(Dtype::F32, shape.clone(), bytes).unwrap()));
    serialize_to_file(views, None, &folder.join("model.safetensors")).unwrap();
}
