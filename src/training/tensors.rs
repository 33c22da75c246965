//! Further tensors in a safetensors file of weights.

use crate::models::BESIDE_WEIGHTS;
use burn::tensor::{Device, Tensor, TensorData};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use std::io::{self, Read};

/// Rows of 32-bit numbers by name, and words by name.
#[derive(Debug, Clone, Default)]
pub(super) struct Tensors {
    /// The rows; in the file their names begin with [`BESIDE_WEIGHTS`].
    pub rows: BTreeMap<String, Tensor<1>>,
    /// The words, among the file's metadata.
    pub words: BTreeMap<String, String>,
}

impl Tensors {
    /// A safetensors file of these weights (itself one) and what is here. The same numbers give the same bytes.
    /// Nothing when the weights are no safetensors file.
    pub fn beside(&self, weights: &[u8]) -> Option<Vec<u8>> {
        let (mut header, values) = split(weights)?;
        let mut metadata = match header.remove("__metadata__") {
            Some(Value::Object(metadata)) => metadata,
            _ => Map::new(),
        };
        for (name, word) in &self.words {
            metadata.insert(name.clone(), json!(word));
        }
        header.insert("__metadata__".to_owned(), Value::Object(metadata));
        let mut end = values.len();
        for (name, row) in &self.rows {
            let from = end;
            end += 4 * row.shape().num_elements();
            let entry = json!({ "dtype": "F32", "shape": row.dims(), "data_offsets": [from, end] });
            header.insert(format!("{BESIDE_WEIGHTS}{name}"), entry);
        }
        let mut text = Value::Object(header).to_string();
        // Readers that map the file into memory want the numbers to begin at a multiple of 8.
        text.extend(std::iter::repeat_n(' ', text.len().next_multiple_of(8) - text.len()));
        let mut bytes = Vec::with_capacity(8 + text.len() + end);
        bytes.extend((text.len() as u64).to_le_bytes());
        bytes.extend(text.as_bytes());
        bytes.extend(values);
        for row in self.rows.values() {
            let data = row.to_data();
            data.iter::<f32>().for_each(|value| bytes.extend(value.to_le_bytes()));
        }
        Some(bytes)
    }

    /// What stands beside the weights of a file, on `device` without its gradients; nothing when it is damaged.
    pub fn read(bytes: &[u8], device: &Device) -> Option<Self> {
        let device = device.clone().inner();
        let (header, values) = split(bytes)?;
        let mut found = Self::default();
        for (name, entry) in &header {
            if let (true, Some(words)) = (name == "__metadata__", entry.as_object()) {
                let words = words
                    .iter()
                    .filter_map(|(name, word)| Some((name.clone(), word.as_str()?.to_owned())));
                found.words.extend(words);
            }
            let Some(name) = name.strip_prefix(BESIDE_WEIGHTS) else {
                continue;
            };
            let offsets = entry.get("data_offsets")?;
            let offset = |index: usize| usize::try_from(offsets.get(index)?.as_u64()?).ok();
            let numbers: Vec<f32> = values
                .get(offset(0)?..offset(1)?)?
                .chunks_exact(4)
                .map(|four| f32::from_le_bytes([four[0], four[1], four[2], four[3]]))
                .collect();
            let count = numbers.len();
            let row = Tensor::<1>::from_data(TensorData::new(numbers, [count]), &device);
            found.rows.insert(name.to_owned(), row);
        }
        Some(found)
    }
}

/// A word of a file's metadata, without reading its numbers; nothing when it is damaged or has no such word.
///
/// # Errors
/// What the file system says.
pub(super) fn word(mut file: impl Read, name: &str) -> io::Result<Option<String>> {
    let mut length = [0; 8];
    let mut header = Vec::new();
    let whole = file.read(&mut length)? == length.len();
    let length = u64::from_le_bytes(length);
    file.take(length).read_to_end(&mut header)?;
    let parse = || {
        let header: Map<String, Value> = serde_json::from_slice(&header).ok()?;
        Some(header.get("__metadata__")?.get(name)?.as_str()?.to_owned())
    };
    Ok(parse().filter(|_| whole))
}

fn split(bytes: &[u8]) -> Option<(Map<String, Value>, &[u8])> {
    let (length, rest) = bytes.split_first_chunk()?;
    let (header, values) = rest.split_at_checked(usize::try_from(u64::from_le_bytes(*length)).ok()?)?;
    Some((serde_json::from_slice(header).ok()?, values))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::device::device;
    use crate::models::{Network, fixture};

    #[test]
    fn rows_and_words_come_back_and_the_weights_stay_readable() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("last.safetensors");
        let device = device("flex").unwrap();
        let network = Network::new(&fixture::settings("conv1d"), (12, 4), 3, 1, &device).unwrap();
        let row = [1.5f32, -0.0, f32::MIN_POSITIVE, 1e30];
        let extra = Tensors {
            rows: BTreeMap::from([("a.b".to_owned(), Tensor::from_data(row, &device))]),
            words: BTreeMap::from([("epoch".to_owned(), "3".to_owned())]),
        };
        let bytes = extra.beside(&network.to_bytes().unwrap()).unwrap();
        std::fs::write(&path, &bytes).unwrap();
        let other = Network::new(&fixture::settings("conv1d"), (12, 4), 3, 2, &device).unwrap();
        let loaded = other.load(&path).unwrap();
        assert_eq!(loaded.to_bytes().unwrap(), network.to_bytes().unwrap());

        let read = Tensors::read(&bytes, &device).unwrap();
        assert_eq!(read.words["epoch"], "3");
        assert_eq!(read.words["architecture"], "conv1d");
        assert_eq!(word(&*bytes, "epoch").unwrap().as_deref(), Some("3"));
        assert_eq!(word(&*bytes, "data").unwrap(), None);
        assert_eq!(word(&bytes[..60], "epoch").unwrap(), None);
        let values: Vec<u32> = read.rows["a.b"].to_data().iter::<f32>().map(f32::to_bits).collect();
        assert_eq!(values, row.map(f32::to_bits));
        for length in [0, 7, 60, bytes.len() - 1] {
            assert!(Tensors::read(&bytes[..length], &device).is_none(), "{length}");
        }
    }
}
