//! Checkpoints in every form that they are published in, and in some that nobody should trust.

use crate::device::device;
use crate::encoders::fixture::{Drawn, Named, clip, largest_share, open, safetensors};
use crate::encoders::{Encoder, EncoderError, Frames, fingerprint, passed_over};
use safetensors::Dtype;
use serde_json::json;
use std::fs;
use std::path::Path;

fn drawn() -> Drawn {
    let all: Vec<Drawn> = serde_json::from_str(include_str!("../../../tests/golden/encoders/whisper.json")).unwrap();
    all.into_iter().next().unwrap()
}

fn states(folder: &Path) -> Vec<Vec<Frames>> {
    open(folder).hidden_states(&[&clip("sound", 5000)], false).unwrap()
}

/// What a folder is refused with: the file and the problem.
fn refusal(folder: &Path) -> (String, String) {
    match Encoder::open(folder, &device("cpu").unwrap()) {
        Err(EncoderError::File { path, problem }) => {
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            (name, problem)
        }
        other => panic!("{other:?}"),
    }
}

fn refused(folder: &Path, file: &str, word: &str) {
    let (name, problem) = refusal(folder);
    assert!(name == file && problem.contains(word), "{name}: {problem}");
}

#[test]
fn every_prefix_and_kind_of_number_is_the_same_encoder_and_what_is_beside_it_is_passed_over() {
    let drawn = drawn();
    let expected = states(drawn.folder().path());
    let beside: Vec<Named> = ["decoder.layers.0.fc1.bias", "proj_out.weight", "quantizer.codevectors"]
        .map(|name| (name.to_owned(), vec![2], vec![1.0, 2.0]))
        .into();
    for (prefix, dtype, within) in [
        ("model.encoder.", Dtype::F32, 0.0),
        ("encoder.", Dtype::F32, 0.0),
        ("", Dtype::F16, 0.02),
        ("", Dtype::BF16, 0.2),
    ] {
        let mut tensors = drawn.weights(prefix);
        tensors.extend(beside.clone());
        let folder = drawn.folder_with("model.safetensors", &safetensors(&tensors, dtype));
        let off = largest_share(&states(folder.path()), &expected);
        assert!(off <= within, "{prefix} {dtype:?}: {off}");
        let mut passed = open(folder.path()).passed_over().to_vec();
        passed.sort();
        assert_eq!(
            passed,
            ["decoder.layers.0.fc1.bias", "proj_out.weight", "quantizer.codevectors"]
        );
        assert_eq!(
            passed_over(folder.path()).unwrap(),
            ["decoder", "proj_out", "quantizer"]
        );
    }
}

#[test]
fn sharded_weights_are_the_same_encoder_and_every_shard_counts_in_the_fingerprint() {
    let drawn = drawn();
    let whole = drawn.folder();
    let (first, second) = drawn
        .weights("")
        .into_iter()
        .partition::<Vec<Named>, _>(|(name, ..)| name < &"layers.1".to_owned());
    let place = |part: &[Named], file: &str| -> Vec<(String, serde_json::Value)> {
        part.iter().map(|(name, ..)| (name.clone(), json!(file))).collect()
    };
    let places = place(&first, "a.safetensors")
        .into_iter()
        .chain(place(&second, "b.safetensors"));
    let map: serde_json::Map<_, _> = places.collect();
    let index = json!({ "metadata": { "total_size": 1 }, "weight_map": map });
    let folder = drawn.folder_with("model.safetensors.index.json", index.to_string().as_bytes());
    let write =
        |name: &str, part: &[Named]| fs::write(folder.path().join(name), safetensors(part, Dtype::F32)).unwrap();
    write("a.safetensors", &first);
    refused(folder.path(), "b.safetensors", "cannot be read");
    write("b.safetensors", &second);
    assert_eq!(states(folder.path()), states(whole.path()));
    let before = fingerprint(folder.path()).unwrap();
    assert_ne!(before, fingerprint(whole.path()).unwrap());
    write("b.safetensors", &second[1..]);
    assert_ne!(before, fingerprint(folder.path()).unwrap());
    refused(folder.path(), "b.safetensors", &second[0].0);
    let mut foreign = map_of(&index);
    foreign.insert("conv1.bias".to_owned(), json!("../a.safetensors"));
    let index = json!({ "weight_map": foreign }).to_string();
    fs::write(folder.path().join("model.safetensors.index.json"), index).unwrap();
    refused(folder.path(), "model.safetensors.index.json", "../a.safetensors");
}

fn map_of(index: &serde_json::Value) -> serde_json::Map<String, serde_json::Value> {
    index["weight_map"].as_object().unwrap().clone()
}

#[test]
fn a_fingerprint_is_that_of_the_files_wherever_they_lie() {
    let drawn = drawn();
    let (one, other) = (drawn.folder(), drawn.folder());
    let found = fingerprint(one.path()).unwrap();
    assert_eq!(found.len(), 32);
    assert_eq!(found, fingerprint(other.path()).unwrap());
    for name in ["config.json", "preprocessor_config.json", "model.safetensors"] {
        let folder = drawn.folder();
        let path = folder.path().join(name);
        let mut bytes = fs::read(&path).unwrap();
        bytes.push(b' ');
        fs::write(&path, bytes).unwrap();
        assert_ne!(found, fingerprint(folder.path()).unwrap(), "{name}");
        fs::remove_file(&path).unwrap();
        assert!(fingerprint(folder.path()).is_err(), "{name}");
    }
}

#[test]
fn missing_foreign_and_misshapen_tensors_are_named() {
    let drawn = drawn();
    let change = |change: &dyn Fn(&mut Vec<Named>)| {
        let mut tensors = drawn.weights("model.encoder.");
        change(&mut tensors);
        drawn.folder_with("model.safetensors", &safetensors(&tensors, Dtype::F32))
    };
    for (index, (name, ..)) in drawn.weights("model.encoder.").iter().enumerate() {
        let folder = change(&|tensors| drop(tensors.remove(index)));
        refused(folder.path(), "model.safetensors", name);
        let folder = change(&|tensors| {
            let (_, shape, values) = &mut tensors[index];
            shape[0] += 1;
            values.extend(vec![0.0; values.len() / (shape[0] - 1)]);
        });
        refused(folder.path(), "model.safetensors", name);
        let folder = change(&|tensors| tensors[index].2[0] = f32::INFINITY);
        refused(folder.path(), "model.safetensors", name);
    }
    let foreign = ("model.encoder.layers.3.fc1.bias".to_owned(), vec![1], vec![1.0]);
    let folder = change(&|tensors| tensors.push(foreign.clone()));
    refused(folder.path(), "model.safetensors", &foreign.0);
}

#[test]
fn damaged_and_lying_safetensors_are_refused() {
    let drawn = drawn();
    let whole = safetensors(&drawn.weights(""), Dtype::F32);
    let header = |text: &str| {
        let mut bytes = (text.len() as u64).to_le_bytes().to_vec();
        bytes.extend(text.as_bytes());
        bytes
    };
    let mut longer = whole.clone();
    longer.push(0);
    let mut endless = whole.clone();
    endless[..8].copy_from_slice(&u64::MAX.to_le_bytes());
    let lies = [
        r#"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}"#,
        r#"{"a":{"dtype":"F32","shape":[4294967296,4294967296,4294967296],"data_offsets":[0,8]}}"#,
        r#"{"a":{"dtype":"F32","shape":[1000000000],"data_offsets":[0,4000000000]}}"#,
        r#"{"a":{"dtype":"F32","shape":[1],"data_offsets":[8,4]}}"#,
        r#"{"a":{"dtype":"F99","shape":[1],"data_offsets":[0,4]}}"#,
        "[]",
        "",
    ];
    let cut = [0, 7, 8, 100, whole.len() / 2, whole.len() - 1].map(|length| whole[..length].to_vec());
    for bytes in cut
        .into_iter()
        .chain([longer, endless, b"<html>not found</html>".to_vec()])
    {
        refused(
            drawn.folder_with("model.safetensors", &bytes).path(),
            "model.safetensors",
            "damaged",
        );
    }
    for lie in lies {
        refused(
            drawn.folder_with("model.safetensors", &header(lie)).path(),
            "model.safetensors",
            "damaged",
        );
    }
    let mut integers = whole;
    let at = integers.windows(5).position(|window| window == b"\"F32\"").unwrap();
    integers[at..at + 5].copy_from_slice(b"\"I32\"");
    refused(
        drawn.folder_with("model.safetensors", &integers).path(),
        "model.safetensors",
        "I32",
    );
}

#[test]
fn configurations_that_are_missing_incomplete_or_foreign_are_refused() {
    let drawn = drawn();
    let folder = drawn.folder();
    fs::remove_file(folder.path().join("model.safetensors")).unwrap();
    assert!(refusal(folder.path()).1.contains("model.safetensors"));
    for (file, config) in [
        ("config.json", &drawn.config),
        ("preprocessor_config.json", &drawn.preprocessor),
    ] {
        let folder = drawn.folder();
        let write = |text: &str| fs::write(folder.path().join(file), text).unwrap();
        for key in config.as_object().unwrap().keys() {
            // Without these the published values hold.
            if ["activation_function", "feature_size"].contains(&key.as_str()) {
                continue;
            }
            let mut without = config.clone();
            without.as_object_mut().unwrap().remove(key);
            write(&without.to_string());
            refused(folder.path(), file, &format!("`{key}`"));
            for foreign in [json!(-1), json!(1e300), json!([]), json!("relu"), json!(0)] {
                let mut with = config.clone();
                with[key] = foreign;
                write(&with.to_string());
                assert_eq!(refusal(folder.path()).0, file, "{key}");
            }
        }
        for text in ["", "{", "[]", "null", "\u{0}"] {
            write(text);
            assert_eq!(refusal(folder.path()).0, file);
        }
        fs::remove_file(folder.path().join(file)).unwrap();
        assert_eq!(refusal(folder.path()).0, file);
    }
    for (key, value) in [
        ("encoder_attention_heads", json!(3)),
        ("activation_function", json!("relu")),
    ] {
        let mut drawn = super::tests::drawn();
        drawn.config[key] = value;
        refused(drawn.folder().path(), "config.json", key);
    }
    let mut drawn = drawn;
    drawn.preprocessor["feature_size"] = json!(128);
    refused(drawn.folder().path(), "preprocessor_config.json", "feature_size");
}

#[test]
fn nothing_of_a_pickle_is_executed() {
    let drawn = drawn();
    let mark = std::env::temp_dir().join(format!("undertone-pickle-{}", std::process::id()));
    // What `pickle.loads` would run: os.system("touch MARK").
    let program = format!("cposix\nsystem\n(S'touch {}'\ntR.", mark.display());
    // The same as a value of a dictionary of tensors.
    let inside = format!("(dS'conv1.weight'\ncposix\nsystem\n(S'touch {}'\ntRs.", mark.display());
    for program in [program, inside] {
        let folder = drawn.folder_with("pytorch_model.bin", program.as_bytes());
        assert_eq!(refusal(folder.path()).0, "pytorch_model.bin");
    }
    for bytes in [&b""[..], b"PK\x03\x04", b"\x80\x02.", b"garbage"] {
        let folder = drawn.folder_with("pytorch_model.bin", bytes);
        assert_eq!(refusal(folder.path()).0, "pytorch_model.bin");
    }
    assert!(!mark.exists());
}

#[test]
fn what_pytorch_pickled_is_read() {
    let drawn: Drawn = serde_json::from_str(include_str!("../../../tests/golden/encoders/pickled.json")).unwrap();
    let pickled = drawn.folder_with(
        "pytorch_model.bin",
        include_bytes!("../../../tests/golden/encoders/pickled.bin"),
    );
    let plain = drawn.folder_with("model.safetensors", &safetensors(&drawn.weights(""), Dtype::F16));
    assert_eq!(states(pickled.path()), states(plain.path()));
    assert_eq!(open(pickled.path()).passed_over(), ["model.decoder.layer_norm.weight"]);
    assert_eq!(passed_over(pickled.path()).unwrap(), ["decoder"]);
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(100))]

    /// Damage anywhere is an error or another encoder, and never a crash.
    #[test]
    fn no_damage_crashes(at in 0.0..1.0f64, byte in 0u8..=255, cut in 0.5..1.5f64, pickle in proptest::bool::ANY) {
        let drawn: Drawn = serde_json::from_str(include_str!("../../../tests/golden/encoders/pickled.json")).unwrap();
        let (name, mut bytes) = if pickle {
            let bytes = include_bytes!("../../../tests/golden/encoders/pickled.bin").to_vec();
            ("pytorch_model.bin", bytes)
        } else {
            ("model.safetensors", safetensors(&drawn.weights(""), Dtype::F16))
        };
        // Most of a safetensors file are numbers: its header is more likely to be hit.
        let reach = if pickle { bytes.len() } else { 2500.min(bytes.len()) };
        bytes[(at * reach as f64) as usize] = byte;
        bytes.truncate((cut * bytes.len() as f64) as usize);
        let folder = drawn.folder_with(name, &bytes);
        let opened = Encoder::open(folder.path(), &device("cpu").unwrap());
        if let Ok(encoder) = opened {
            proptest::prop_assert_eq!(encoder.config().layers, 1);
        }
    }
}
