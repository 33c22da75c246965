//! Heads against `transformers` and the forms in which they were published; scripts and values in `tests/golden`.

use super::*;
use crate::device::cpu;
use crate::layers::lcg::Lcg;
use safetensors::tensor::{Dtype, TensorView, serialize_to_file};
use serde::Deserialize;
use serde_json::{Value, json};
use std::fs;

#[derive(Deserialize)]
struct Case {
    name: String,
    config: Value,
    preprocessor: Value,
    seed: u32,
    tensors: Vec<(String, Vec<usize>, f32, f32)>,
    clips: Vec<GoldenClip>,
}

#[derive(Deserialize)]
struct GoldenClip {
    seed: u32,
    samples: usize,
    outputs: Vec<f32>,
}

impl Case {
    fn all() -> Vec<Self> {
        serde_json::from_str(include_str!("../../../tests/golden/classifiers.json")).unwrap()
    }

    fn named(name: &str) -> Self {
        Self::all().into_iter().find(|case| case.name == name).unwrap()
    }

    /// Writes the checkpoint.
    fn write(&self, folder: &Path) {
        let mut draw = Lcg(self.seed);
        let tensors: Vec<(&String, &Vec<usize>, Vec<u8>)> = self
            .tensors
            .iter()
            .map(|(name, shape, scale, offset)| {
                let values = draw.values(shape.iter().product());
                let bytes = values.iter().flat_map(|value| (value * scale + offset).to_le_bytes());
                (name, shape, bytes.collect())
            })
            .collect();
        let views = tensors
            .iter()
            .map(|(name, shape, bytes)| (name, TensorView::new(Dtype::F32, shape.to_vec(), bytes).unwrap()));
        serialize_to_file(views, None, &folder.join("model.safetensors")).unwrap();
        fs::write(folder.join("config.json"), self.config.to_string()).unwrap();
        fs::write(folder.join("preprocessor_config.json"), self.preprocessor.to_string()).unwrap();
    }

    fn open(&self) -> Result<Classifier, EncoderError> {
        let folder = tempfile::tempdir().unwrap();
        self.write(folder.path());
        Classifier::open(folder.path(), &cpu())
    }
}

/// Noise on a saw, as in `tests/golden/wav2vec2.py`.
fn clip(seed: u32, samples: usize) -> Vec<f32> {
    let noise = Lcg(seed).values(samples);
    let part = |at: usize, of: usize| (at % of) as f32 / of as f32;
    let sample = |(at, noise): (usize, f32)| noise * 0.125 + (part(at, 160) - 0.5) * part(at, 4000) * 0.5 + 0.0625;
    noise.into_iter().enumerate().map(sample).collect()
}

fn worst(ours: &[f32], theirs: &[f32]) -> f32 {
    let largest = theirs.iter().fold(0.0f32, |largest, value| largest.max(value.abs()));
    assert_eq!(ours.len(), theirs.len());
    ours.iter()
        .zip(theirs)
        .map(|(one, other)| (one - other).abs() / largest)
        .fold(0.0, f32::max)
}

#[test]
fn outputs_are_those_of_the_reference_alone_and_in_a_batch() {
    for case in Case::all() {
        let classifier = case.open().unwrap();
        let clips: Vec<Vec<f32>> = case.clips.iter().map(|clip_| clip(clip_.seed, clip_.samples)).collect();
        let mut alone = Vec::new();
        for (wave, golden) in clips.iter().zip(&case.clips) {
            let outputs = classifier.forward(&[wave]).unwrap().remove(0);
            let worst = worst(&outputs, &golden.outputs);
            assert!(worst < 1e-4, "{}, {} samples: {worst}", case.name, golden.samples);
            alone.push(outputs);
        }
        let mut shuffled: Vec<&[f32]> = clips.iter().map(Vec::as_slice).collect();
        shuffled.rotate_left(1);
        alone.rotate_left(1);
        for (outputs, alone) in classifier.forward(&shuffled).unwrap().iter().zip(&alone) {
            assert!(worst(outputs, alone) < 1e-5, "{}", case.name);
        }
        assert!(classifier.forward(&[]).unwrap().is_empty());
    }
}

#[test]
fn labels_and_kind_come_from_the_configuration() {
    let classifier = Case::named("whisper-weighted").open().unwrap();
    assert_eq!(classifier.labels(), ["neu", "hap", "ang", "sad"]);
    assert_eq!(classifier.outputs(), Outputs::Classes);
    let mut dimensions = Case::named("whisper-last");
    dimensions.config["id2label"] = json!({"0": "Arousal", "2": "valence", "1": "dominance"});
    dimensions.tensors.retain(|(name, ..)| !name.starts_with("classifier."));
    dimensions
        .tensors
        .push(("classifier.weight".to_owned(), vec![3, 12], 1.0, 0.0));
    dimensions
        .tensors
        .push(("classifier.bias".to_owned(), vec![3], 1.0, 0.0));
    let classifier = dimensions.open().unwrap();
    assert_eq!(classifier.labels(), ["Arousal", "dominance", "valence"]);
    assert_eq!(classifier.outputs(), Outputs::Dimensions);
}

/// What a change makes of the case is refused, in words that hold these.
fn refused(change: impl FnOnce(&mut Case), words: &[&str]) {
    let mut case = Case::named("whisper-weighted");
    change(&mut case);
    let message = case.open().unwrap_err().to_string();
    for word in words {
        assert!(message.contains(word), "{word}: {message}");
    }
}

#[test]
fn labels_that_do_not_name_the_outputs_are_refused() {
    let labels = |labels: Value| move |case: &mut Case| case.config["id2label"] = labels;
    refused(labels(Value::Null), &["config.json", "id2label"]);
    refused(labels(json!({})), &["id2label"]);
    refused(
        labels(json!({"0": "a", "1": "b", "2": "c"})),
        &["3 labels", "classifier", "4 outputs"],
    );
    refused(labels(json!({"0": "a", "1": "b", "2": "c", "4": "d"})), &["none for 3"]);
    refused(
        labels(json!({"0": "a", "1": "b", "2": "A ", "3": "d"})),
        &["output 0", "output 2"],
    );
    refused(labels(json!({"0": "a", "1": " ", "2": "c", "3": "d"})), &["output 1"]);
    refused(labels(json!({"zero": "a"})), &["zero"]);
    refused(
        labels(json!({"0": "a", "1": "b", "2": "c", "3": "valence"})),
        &["mixes"],
    );
    refused(labels(json!({"0": "a"})), &["single output"]);
    refused(
        |case| case.config["problem_type"] = json!("regression"),
        &["regression"],
    );
    refused(
        |case| case.config["problem_type"] = json!("multi_label_classification"),
        &["multi_label"],
    );
}

#[test]
fn a_head_that_would_have_to_be_guessed_is_refused() {
    let drop = |part: &'static str| move |case: &mut Case| case.tensors.retain(|(name, ..)| !name.starts_with(part));
    let add = |name: &'static str, shape: &'static [usize]| {
        move |case: &mut Case| case.tensors.push((name.to_owned(), shape.to_vec(), 1.0, 0.0))
    };
    refused(drop("projector"), &["classifier.weight"]);
    refused(
        |case| {
            case.tensors
                .retain(|(name, ..)| !name.starts_with("projector") && !name.starts_with("classifier"))
        },
        &["layer_weights"],
    );
    refused(drop("layer_weights"), &["layer_weights"]);
    refused(
        |case| case.config["use_weighted_layer_sum"] = json!(false),
        &["use_weighted_layer_sum"],
    );
    refused(drop("projector.bias"), &["projector.bias"]);
    refused(add("classifier.dense.weight", &[4, 4]), &["classifier.dense.weight"]);
    refused(add("tdnn.0.kernel.weight", &[4, 4]), &["tdnn.0.kernel.weight"]);
    refused(add("objective.weight", &[4, 4]), &["objective.weight"]);
    let reshape = |name: &'static str, shape: &'static [usize]| {
        move |case: &mut Case| {
            let tensor = case.tensors.iter_mut().find(|(of, ..)| of == name).unwrap();
            tensor.1 = shape.to_vec();
        }
    };
    refused(reshape("projector.weight", &[12, 23]), &["projector.weight", "24"]);
    refused(reshape("projector.weight", &[12]), &["projector.weight", "matrix"]);
    refused(reshape("classifier.weight", &[4, 11]), &["classifier.weight", "12"]);
    refused(reshape("classifier.bias", &[3]), &["classifier.bias"]);
    refused(reshape("layer_weights", &[2]), &["layer_weights", "[3]"]);
    let kept = add("decoder.layers.0.fc1.weight", &[2, 2]);
    let mut case = Case::named("whisper-weighted");
    kept(&mut case);
    case.open().unwrap();
}

#[test]
fn only_the_mean_over_frames_is_known_of_dense_heads() {
    let dense = |change: fn(&mut Case)| {
        let mut case = Case::named("whisper-last");
        case.tensors
            .retain(|(name, ..)| !name.starts_with("projector") && !name.starts_with("classifier"));
        for (name, shape) in [
            ("classifier.dense.weight", vec![6, 24]),
            ("classifier.dense.bias", vec![6]),
            ("classifier.out_proj.weight", vec![8, 6]),
            ("classifier.out_proj.bias", vec![8]),
        ] {
            case.tensors.push((name.to_owned(), shape, 1.0, 0.0));
        }
        change(&mut case);
        case.open()
    };
    dense(|case| case.config["pooling_mode"] = json!("mean")).unwrap();
    for (change, word) in [
        (
            (|case| case.config["pooling_mode"] = json!("max")) as fn(&mut Case),
            "pooling_mode",
        ),
        (
            |case| case.tensors.push(("layer_weights".to_owned(), vec![3], 1.0, 0.0)),
            "layer_weights",
        ),
        (
            |case| {
                case.tensors
                    .push(("classifier.output.weight".to_owned(), vec![8, 6], 1.0, 0.0))
            },
            "classifier.output.weight",
        ),
    ] {
        let message = dense(change).unwrap_err().to_string();
        assert!(message.contains(word), "{word}: {message}");
    }
}

#[test]
fn files_that_are_missing_or_damaged_are_named() {
    for (file, text) in [
        ("config.json", None),
        ("preprocessor_config.json", None),
        ("model.safetensors", Some("no tensors")),
        ("config.json", Some("[")),
    ] {
        let folder = tempfile::tempdir().unwrap();
        Case::named("whisper-last").write(folder.path());
        match text {
            None => fs::remove_file(folder.path().join(file)).unwrap(),
            Some(text) => fs::write(folder.path().join(file), text).unwrap(),
        }
        let message = Classifier::open(folder.path(), &cpu()).unwrap_err().to_string();
        assert!(message.contains(file), "{message}");
    }
}
