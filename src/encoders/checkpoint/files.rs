//! Which files of a folder hold the weights.

use super::container::{self, Stored};
use crate::encoders::EncoderError;
use crate::encoders::json::{Json, refusal};
use std::collections::BTreeMap;
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
        files.extend(shards(&path)?.into_keys().map(|name| folder.join(name)));
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
    for (shard, names) in shards(&path)? {
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

fn is_index(path: &Path) -> bool {
    path.to_string_lossy().ends_with(INDEX)
}

/// The files that an index names, and the tensors in each.
fn shards(index: &Path) -> Result<BTreeMap<String, Vec<String>>, EncoderError> {
    let mut shards: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (name, file) in Json::read(index)?.texts("weight_map")? {
        if Path::new(file).file_name() != Some(file.as_ref()) {
            return Err(refusal(
                index,
                format!("places {name} in {file}, which is no name of a file beside it; get the encoder again"),
            ));
        }
        shards.entry(file.to_owned()).or_default().push(name.to_owned());
    }
    Ok(shards)
}
