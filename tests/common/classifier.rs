//! Small checkpoints with a classification head, as `tests/golden/classifiers.py` draws them.

use super::encoder::write_tensors;
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
    let tensors = case["tensors"].as_array().unwrap().iter().map(|tensor| {
        let shape: Vec<usize> = serde_json::from_value(tensor[1].clone()).unwrap();
        let [factor, offset] = [2, 3].map(|index| tensor[index].as_f64().unwrap() as f32);
        (tensor[0].as_str().unwrap().to_owned(), shape, factor, offset)
    });
    write_tensors(folder, case["seed"].as_u64().unwrap() as u32, tensors);
}
