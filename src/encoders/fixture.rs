//! Encoders to test with: tiny ones, every tensor of which is drawn, and those that are on this machine.

use super::{Encoder, Frames};
use crate::device::device;
use crate::layers::lcg::Lcg;
use safetensors::Dtype;
use safetensors::tensor::{TensorView, serialize};
use serde::Deserialize;
use std::fs;
use std::path::{Path, PathBuf};

/// A tiny encoder and its states by `transformers`, as the scripts in tests/golden/encoders write them.
#[derive(Debug, Deserialize)]
pub struct Drawn {
    pub config: serde_json::Value,
    pub preprocessor: serde_json::Value,
    pub seed: u32,
    pub tensors: Vec<DrawnTensor>,
    pub cases: Vec<Case>,
}

/// A tensor whose numbers are the generator's, times a factor, plus an offset.
#[derive(Debug, Clone, Deserialize)]
pub struct DrawnTensor {
    pub name: String,
    pub shape: Vec<usize>,
    pub factor: f32,
    pub offset: f32,
}

/// A clip and its states.
#[derive(Debug, Deserialize)]
pub struct Case {
    pub clip: String,
    pub samples: usize,
    #[serde(default)]
    pub padded: bool,
    pub states: Vec<Sampled>,
}

/// Some numbers of a state, `step` apart.
#[derive(Debug, Deserialize)]
pub struct Sampled {
    pub frames: usize,
    pub largest: f32,
    pub step: usize,
    pub values: Vec<f32>,
}

/// A tensor by name.
pub type Named = (String, Vec<usize>, Vec<f32>);

impl Drawn {
    /// The tensors, names behind a prefix.
    pub fn weights(&self, prefix: &str) -> Vec<Named> {
        let tensor = |(index, tensor): (usize, &DrawnTensor)| {
            let drawn = Lcg(self.seed + index as u32).values(tensor.shape.iter().product());
            let values = drawn
                .iter()
                .map(|value| value * tensor.factor + tensor.offset)
                .collect();
            (format!("{prefix}{}", tensor.name), tensor.shape.clone(), values)
        };
        self.tensors.iter().enumerate().map(tensor).collect()
    }

    /// The folder of an encoder, weights as `model.safetensors`.
    pub fn folder(&self) -> tempfile::TempDir {
        self.folder_with("model.safetensors", &safetensors(&self.weights(""), Dtype::F32))
    }

    /// The same with weights of one's own.
    pub fn folder_with(&self, name: &str, weights: &[u8]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("config.json"), self.config.to_string()).unwrap();
        fs::write(
            folder.path().join("preprocessor_config.json"),
            self.preprocessor.to_string(),
        )
        .unwrap();
        fs::write(folder.path().join(name), weights).unwrap();
        folder
    }
}

/// Tensors as a safetensors file of float32, float16 or bfloat16.
pub fn safetensors(tensors: &[Named], dtype: Dtype) -> Vec<u8> {
    let bytes = |values: &Vec<f32>| -> Vec<u8> {
        match dtype {
            Dtype::F16 => values
                .iter()
                .flat_map(|value| half::f16::from_f32(*value).to_le_bytes())
                .collect(),
            Dtype::BF16 => values
                .iter()
                .flat_map(|value| half::bf16::from_f32(*value).to_le_bytes())
                .collect(),
            _ => values.iter().flat_map(|value| value.to_le_bytes()).collect(),
        }
    };
    let data: Vec<Vec<u8>> = tensors.iter().map(|(_, _, values)| bytes(values)).collect();
    let views = tensors.iter().zip(&data).map(|((name, shape, _), data)| {
        let view = TensorView::new(dtype, shape.clone(), data).unwrap();
        (name.clone(), view)
    });
    serialize(views, None).unwrap()
}

/// The wave of `clip` in tests/golden/encoders/drawn.py.
pub fn clip(kind: &str, samples: usize) -> Vec<f32> {
    if kind == "silence" {
        return vec![0.0; samples];
    }
    let noise = Lcg(99).values(samples);
    let sample = |(index, noise): (usize, f32)| {
        let swell = (index / 400 % 16) as f32 / 64.0;
        let buzz = (index % 133) as f32 / 1330.0 - 0.05;
        noise * swell + buzz
    };
    noise.into_iter().enumerate().map(sample).collect()
}

/// The encoder in a folder, on the CPU.
pub fn open(folder: &Path) -> Encoder {
    Encoder::open(folder, &device("cpu").unwrap()).unwrap()
}

/// A published encoder in `UNDERTONE_ENCODERS`, where there is one.
pub fn published(name: &str) -> Option<PathBuf> {
    let folder = std::env::var_os("UNDERTONE_ENCODERS").map(|all| PathBuf::from(all).join(name));
    let found = folder.filter(|folder| folder.is_dir());
    if found.is_none() {
        eprintln!("skipped: UNDERTONE_ENCODERS names no folder with {name}");
    }
    found
}

/// The largest difference from the reference in every state, as shares of the state's largest number.
pub fn differences(encoder: &Encoder, cases: &[Case]) -> Vec<(String, Vec<f32>)> {
    let differences = |case: &Case| {
        let samples = clip(&case.clip, case.samples);
        let states = encoder.hidden_states(&[&samples], case.padded).unwrap();
        let name = format!("{} of {} samples, padded {}", case.clip, case.samples, case.padded);
        assert_eq!(states[0].len(), case.states.len(), "{name}");
        assert_eq!(encoder.config().frames(case.samples), case.states[0].frames, "{name}");
        let off = states[0].iter().zip(&case.states).map(|(ours, theirs)| {
            assert_eq!(ours.frames, theirs.frames, "{name}");
            assert_eq!(ours.values.len(), ours.frames * encoder.config().width, "{name}");
            let ours: Vec<f32> = ours.values.iter().copied().step_by(theirs.step).collect();
            assert_eq!(ours.len(), theirs.values.len(), "{name}");
            largest_difference(&ours, &theirs.values) / theirs.largest
        });
        let off = off.collect();
        (name, off)
    };
    cases.iter().map(differences).collect()
}

/// The largest difference between numbers of both.
pub fn largest_difference(ours: &[f32], theirs: &[f32]) -> f32 {
    assert_eq!(ours.len(), theirs.len());
    let off = ours.iter().zip(theirs).map(|(ours, theirs)| (ours - theirs).abs());
    // A difference that is no number is larger than any.
    off.fold(0.0, |most, off| if off <= most { most } else { off })
}

/// The largest difference between all states of two encoders' clips, as a share of the state's largest number.
pub fn largest_share(ours: &[Vec<Frames>], theirs: &[Vec<Frames>]) -> f32 {
    let mut most = 0.0;
    for (ours, theirs) in ours.iter().flatten().zip(theirs.iter().flatten()) {
        assert_eq!((ours.frames, ours.width), (theirs.frames, theirs.width));
        let largest = theirs.values.iter().fold(0.0f32, |most, value| most.max(value.abs()));
        let share = largest_difference(&ours.values, &theirs.values) / largest;
        most = if share <= most { most } else { share };
    }
    most
}
