//! Which files of a folder hold the weights.

use super::container::{self, Stored};
use crate::encoders::EncoderError;
use crate::encoders::json::{refusal, unreadable};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// What may hold the weights, the first that is there: one file, or an index of several.
pub(in crate::encoders) const WEIGHTS: [&str; 4] = [
    "model.safetensors",
    "model.safetensors.index.json",
    "pytorch_model.bin",
    "pytorch_model.bin.index.json",
];
const INDEX: &str = ".index.json";

/// The files that hold the weights: one, or an index and the files that it names.
pub(in crate::encoders) fn weight_files(folder: &Path) -> Result<Vec<PathBuf>, EncoderError> {
    let path = main_file(folder)?;
    let mut files = vec![path.clone()];
    if is_index(&path) {
        files.extend(shards_of(&path)?.into_keys().map(|name| folder.join(name)));
    }
    Ok(files)
}

/// The file or index, and all tensors by name.
pub(super) fn tensors(folder: &Path) -> Result<(PathBuf, BTreeMap<String, Stored>), EncoderError> {
    let path = main_file(folder)?;
    if !is_index(&path) {
        let tensors = container::read(&path)?;
        return Ok((path, tensors));
    }
    let mut all = BTreeMap::new();
    for (shard, names) in shards_of(&path)? {
        let shard = folder.join(shard);
        let mut tensors = container::read(&shard)?;
        for name in names {
            let Some(tensor) = tensors.remove(&name) else {
                return Err(refusal(
                    &shard,
                    format!("lacks the tensor {name}, which the index places there; get the encoder again"),
                ));
            };
            all.insert(name, tensor);
        }
    }
    Ok((path, all))
}

fn main_file(folder: &Path) -> Result<PathBuf, EncoderError> {
    let found = WEIGHTS
        .map(|name| folder.join(name))
        .into_iter()
        .find(|path| path.exists());
    found.ok_or_else(|| {
        refusal(
            folder,
            format!(
                "holds no weights ({}); get the encoder with `undertone encoders get NAME`, or name a complete folder",
                WEIGHTS.join(", ")
            ),
        )
    })
}

/// Whether a file of weights is an index of several.
pub(in crate::encoders) fn is_index(path: &Path) -> bool {
    path.to_string_lossy().ends_with(INDEX)
}

fn shards_of(index: &Path) -> Result<BTreeMap<String, Vec<String>>, EncoderError> {
    let content = fs::read(index).map_err(|error| refusal(index, unreadable(&error)))?;
    shards(&content).map_err(|problem| refusal(index, format!("{problem}; get the encoder again")))
}

/// The files that the content of an index names, and the tensors in each.
///
/// # Errors
/// What is wrong with it, in words: it is damaged, names no file, or one that is not beside it.
pub(in crate::encoders) fn shards(index: &[u8]) -> Result<BTreeMap<String, Vec<String>>, String> {
    #[derive(Deserialize)]
    struct Index {
        weight_map: BTreeMap<String, String>,
    }
    let index: Index = serde_json::from_slice(index).map_err(|error| format!("is no index of weights ({error})"))?;
    let mut shards: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (name, file) in index.weight_map {
        if Path::new(&file).file_name() != Some(file.as_ref()) {
            return Err(format!(
                "places {name} in `{file}`, which is no name of a file beside it"
            ));
        }
        shards.entry(file).or_default().push(name);
    }
    if shards.is_empty() {
        return Err("names no files of weights".to_owned());
    }
    Ok(shards)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn an_index_names_its_files_and_nothing_elsewhere() {
        let index =
            br#"{"metadata": {}, "weight_map": {"a": "1.safetensors", "b": "2.safetensors", "c": "1.safetensors"}}"#;
        let found = shards(index).unwrap();
        assert_eq!(found["1.safetensors"], ["a", "c"]);
        assert_eq!(found["2.safetensors"], ["b"]);
        for index in [
            r#"{"weight_map": {"a": "../../.ssh/id"}}"#,
            r#"{"weight_map": {"a": "/etc/passwd"}}"#,
            r#"{"weight_map": {"a": ".."}}"#,
            r#"{"weight_map": {"a": ""}}"#,
            r#"{"weight_map": {}}"#,
            r#"{"weights": {"a": "1"}}"#,
            "[",
        ] {
            assert!(shards(index.as_bytes()).is_err(), "{index}");
        }
    }

    proptest! {
        #[test]
        fn any_index_is_read_without_a_crash(index in prop::collection::vec(any::<u8>(), 0..200), name in ".*") {
            let _ = shards(&index);
            let named = serde_json::json!({ "weight_map": { "a": name } }).to_string();
            if let Ok(shards) = shards(named.as_bytes()) {
                prop_assert!(shards.keys().all(|shard| !shard.contains('/') && shard != ".."));
            }
        }
    }
}
