//! A small encoder on disk, for tests.

use super::fixture::{Named, safetensors};
use crate::layers::lcg::Lcg;
use safetensors::Dtype;
use std::fs;
use std::path::Path;

/// Writes a Whisper encoder with every tensor drawn, gammas about 1: four bands, two heads, twice as many units as numbers
/// per frame.
pub fn whisper(folder: &Path, layers: usize, width: usize) {
    let units = 2 * width;
    let config = serde_json::json!({
        "model_type": "whisper", "encoder_layers": layers, "d_model": width, "encoder_attention_heads": 2,
        "encoder_ffn_dim": units, "max_source_positions": 1500, "num_mel_bins": 4,
    });
    let wave = serde_json::json!({ "sampling_rate": 16_000, "n_fft": 400, "hop_length": 160, "feature_size": 4 });
    fs::write(folder.join("config.json"), config.to_string()).unwrap();
    fs::write(folder.join("preprocessor_config.json"), wave.to_string()).unwrap();
    let mut tensors: Vec<(String, Vec<usize>)> = vec![
        ("conv1.weight".to_owned(), vec![width, 4, 3]),
        ("conv1.bias".to_owned(), vec![width]),
        ("conv2.weight".to_owned(), vec![width, width, 3]),
        ("conv2.bias".to_owned(), vec![width]),
        ("embed_positions.weight".to_owned(), vec![1500, width]),
        ("layer_norm.weight".to_owned(), vec![width]),
        ("layer_norm.bias".to_owned(), vec![width]),
    ];
    for layer in 0..layers {
        let mut put = |name: &str, shape: &[usize]| tensors.push((format!("layers.{layer}.{name}"), shape.to_vec()));
        for part in ["q_proj", "k_proj", "v_proj", "out_proj"] {
            put(&format!("self_attn.{part}.weight"), &[width, width]);
            if part != "k_proj" {
                put(&format!("self_attn.{part}.bias"), &[width]);
            }
        }
        for (name, shape) in [("fc1", [units, width]), ("fc2", [width, units])] {
            put(&format!("{name}.weight"), &shape);
            put(&format!("{name}.bias"), &shape[..1]);
        }
        for norm in ["self_attn_layer_norm", "final_layer_norm"] {
            put(&format!("{norm}.weight"), &[width]);
            put(&format!("{norm}.bias"), &[width]);
        }
    }
    let mut draw = Lcg(5);
    let tensors: Vec<Named> = tensors
        .into_iter()
        .map(|(name, shape)| {
            let offset = if name.ends_with("norm.weight") { 1.0 } else { 0.0 };
            let values = draw.values(shape.iter().product());
            let values = values.iter().map(|value| value + offset).collect();
            (name, shape, values)
        })
        .collect();
    let weights = safetensors(&tensors, Dtype::F32);
    fs::write(folder.join("model.safetensors"), weights).unwrap();
}
