//! Files of tensors: safetensors, and what PyTorch pickles, of which nothing is executed.

use super::values;
use crate::encoders::EncoderError;
use crate::encoders::json::{refusal, unreadable};
use burn::store::pytorch::PytorchReader;
use burn::store::pytorch_reader::{DType, Tensor};
use safetensors::Dtype;
use safetensors::tensor::{Metadata, TensorInfo};
use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;
use std::sync::Arc;

/// Longer headers are refused, as the format's own library does.
const LONGEST_HEADER: u64 = 100_000_000;

/// A tensor in a file, not yet read.
#[derive(Debug)]
pub(super) enum Stored {
    /// So far from the beginning of the file.
    Safetensors(Arc<File>, u64, TensorInfo),
    /// Read by its library.
    Pickled(Tensor),
}

impl Stored {
    /// Lengths of the axes.
    pub fn shape(&self) -> &[usize] {
        match self {
            Self::Safetensors(.., info) => &info.shape,
            Self::Pickled(tensor) => tensor.shape(),
        }
    }

    /// Its values in 32 bits.
    pub fn read(&self) -> Result<Vec<f32>, String> {
        match self {
            Self::Safetensors(file, offset, info) => {
                let widen = match info.dtype {
                    Dtype::F32 => values::from_f32,
                    Dtype::F16 => values::from_f16,
                    Dtype::BF16 => values::from_bf16,
                    other => return Err(values::unknown(&format!("{other:?}"))),
                };
                let (from, to) = info.data_offsets;
                let bytes = bytes(file, offset + from as u64, to - from).map_err(|error| error.to_string())?;
                Ok(widen(&bytes))
            }
            Self::Pickled(tensor) => {
                let widen = match tensor.dtype() {
                    DType::F32 => values::from_f32,
                    DType::F16 => values::from_f16,
                    DType::BF16 => values::from_bf16,
                    other => return Err(values::unknown(&format!("{other:?}"))),
                };
                tensor
                    .read()
                    .map(|bytes| widen(&bytes))
                    .map_err(|error| error.to_string())
            }
        }
    }
}

fn bytes(mut file: &File, offset: u64, length: usize) -> io::Result<Vec<u8>> {
    let mut bytes = vec![0; length];
    file.seek(SeekFrom::Start(offset))?;
    file.read_exact(&mut bytes)?;
    Ok(bytes)
}

/// The tensors of a file by name.
pub(super) fn read(path: &Path) -> Result<BTreeMap<String, Stored>, EncoderError> {
    let found = if path.extension().is_some_and(|extension| extension == "safetensors") {
        safetensors(path)
    } else {
        pickled(path)
    };
    found.map_err(|problem| refusal(path, problem))
}

fn safetensors(path: &Path) -> Result<BTreeMap<String, Stored>, String> {
    let damaged = |problem: &str| format!("is damaged or no safetensors file ({problem}); get the encoder again");
    let mut file = File::open(path).map_err(|error| unreadable(&error))?;
    let size = file.metadata().map_err(|error| unreadable(&error))?.len();
    let mut length = [0; 8];
    file.read_exact(&mut length)
        .map_err(|_| damaged("it ends within its first number"))?;
    let length = u64::from_le_bytes(length);
    if length > LONGEST_HEADER.min(size.saturating_sub(8)) {
        return Err(damaged(&format!("a header of {length} bytes in a file of {size}")));
    }
    let header = bytes(&file, 8, length as usize).map_err(|error| unreadable(&error))?;
    let metadata: Metadata = serde_json::from_slice(&header).map_err(|error| damaged(&error.to_string()))?;
    let whole = (metadata.data_len() as u64).checked_add(8 + length);
    if whole != Some(size) {
        let whole = whole.unwrap_or(u64::MAX);
        return Err(damaged(&format!("it has {size} bytes and must have {whole}")));
    }
    let file = Arc::new(file);
    let stored =
        |(name, info): (String, &TensorInfo)| (name, Stored::Safetensors(file.clone(), 8 + length, info.clone()));
    Ok(metadata.tensors().into_iter().map(stored).collect())
}

fn pickled(path: &Path) -> Result<BTreeMap<String, Stored>, String> {
    let reader = PytorchReader::new(path).map_err(|error| {
        format!(
            "is damaged or no PyTorch checkpoint of plain tensors ({error}); nothing in it was executed; \
             get the encoder as model.safetensors"
        )
    })?;
    let tensors = reader.into_tensors().into_iter();
    Ok(tensors.map(|(name, tensor)| (name, Stored::Pickled(tensor))).collect())
}
