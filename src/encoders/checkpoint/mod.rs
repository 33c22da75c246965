//! Tensors of a published checkpoint, taken one by one: nothing missing, nothing of another shape, nothing left over.

mod container;
mod files;
#[cfg(test)]
mod tests;
mod values;

pub(super) use files::{WEIGHTS, is_index, shards, weight_files};

use super::EncoderError;
use super::json::refusal;
use crate::layers::{Dense, LayerNorm, StridedConvolution};
use burn::module::Param;
use burn::tensor::{Device, Tensor, TensorData};
use container::Stored;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// What the names of parameters begin with that are neither an encoder's nor a head's: decoders, and what only
/// pre-training or speech recognition uses.
pub(super) const NO_HEAD: [&str; 14] = [
    "aligner",
    "ctc_proj",
    "decoder",
    "dropout_features",
    "final_proj",
    "label_embs_concat",
    "lm_head",
    "mask_emb",
    "masked_spec_embed",
    "proj_out",
    "project_hid",
    "project_q",
    "quantizer",
    "target_glu",
];
/// The same of heads.
const HEADS: [&str; 4] = ["classifier", "layer_weights", "objective", "projector"];

/// The parts of a folder's weights that are no encoder's and are passed over: decoders, heads, what only pre-training
/// uses. Only names and shapes are read.
///
/// # Errors
/// [`EncoderError::File`] for weights that are missing or damaged.
pub fn passed_over(folder: &Path) -> Result<Vec<&'static str>, EncoderError> {
    let (_, tensors) = files::tensors(folder)?;
    let parts: BTreeSet<&str> = tensors.keys().flat_map(|name| name.split('.').take(2)).collect();
    Ok(parts.iter().filter_map(|part| beside(part)).collect())
}

/// The part of the name, where it is no encoder's.
fn beside(part: &str) -> Option<&'static str> {
    NO_HEAD.into_iter().chain(HEADS).find(|known| *known == part)
}

/// A checkpoint that is being read. Tensors become parameters on its device.
#[derive(Debug)]
pub(super) struct Checkpoint {
    /// The file or index that messages name.
    path: PathBuf,
    tensors: BTreeMap<String, Stored>,
    taken: BTreeSet<String>,
    prefix: String,
    /// Where parameters are put.
    pub device: Device,
}

impl Checkpoint {
    /// Reads the names and shapes of all tensors in the folder's `model.safetensors`, else `pytorch_model.bin`, whole
    /// or in several files with an index.
    pub fn open(folder: &Path, device: &Device) -> Result<Self, EncoderError> {
        let (path, tensors) = files::tensors(folder)?;
        Ok(Self {
            path,
            tensors,
            taken: BTreeSet::new(),
            prefix: String::new(),
            device: device.clone(),
        })
    }

    /// Looks for the encoder's own tensors under the first of these prefixes that has one of that name. Names are
    /// without it from now on.
    pub fn under(&mut self, prefixes: &[&str], name: &str) -> Result<(), EncoderError> {
        let found = prefixes
            .iter()
            .find(|prefix| self.tensors.contains_key(&format!("{prefix}{name}")));
        let Some(prefix) = found else {
            let looked: Vec<String> = prefixes.iter().map(|prefix| format!("{prefix}{name}")).collect();
            return Err(self.refuse(format!(
                "lacks {}: it holds no encoder of the family that config.json names, or only a part of one",
                looked.join(" and ")
            )));
        };
        self.prefix = (*prefix).to_owned();
        Ok(())
    }

    /// Whether the encoder has a tensor of that name.
    pub fn has(&self, name: &str) -> bool {
        self.tensors.contains_key(&self.full(name))
    }

    /// Lengths of the axes of the tensor of that name, where it is there.
    pub fn shape(&self, name: &str) -> Option<&[usize]> {
        self.tensors.get(&self.full(name)).map(Stored::shape)
    }

    /// Names of the tensors whose names begin with one of these parts.
    pub fn names_of(&self, parts: &[&str]) -> Vec<&str> {
        let begins = |name: &&str| parts.contains(&name.split('.').next().unwrap_or_default());
        self.tensors.keys().map(String::as_str).filter(begins).collect()
    }

    /// The values of the encoder's tensor of that name and shape, row-major, in 32 bits.
    pub fn take(&mut self, name: &str, shape: &[usize]) -> Result<Vec<f32>, EncoderError> {
        let full = self.full(name);
        let Some(stored) = self.tensors.get(&full) else {
            return Err(self.refuse(format!(
                "lacks the tensor {full} {shape:?}: it is not the whole of what config.json describes; \
                 get the encoder again"
            )));
        };
        if stored.shape() != shape {
            return Err(self.refuse(format!(
                "the tensor {full} is {:?} and must be {shape:?} by config.json; get the encoder again",
                stored.shape()
            )));
        }
        let values = stored.read().map_err(|problem| {
            self.refuse(format!(
                "the tensor {full} cannot be read: {problem}; get the encoder again"
            ))
        })?;
        if !values.iter().all(|value| value.is_finite()) {
            return Err(self.refuse(format!(
                "the tensor {full} holds values that are no numbers; get the encoder again"
            )));
        }
        self.taken.insert(full);
        Ok(values)
    }

    /// Leaves the encoder's tensor of that name, if there is one, unread.
    pub fn pass_over(&mut self, name: &str) {
        self.taken.insert(self.full(name));
    }

    /// The same as a parameter.
    pub fn param<const D: usize>(&mut self, name: &str, shape: [usize; D]) -> Result<Param<Tensor<D>>, EncoderError> {
        let values = self.take(name, &shape)?;
        Ok(self.to_param(values, shape))
    }

    /// Values as a parameter.
    pub fn to_param<const D: usize>(&self, values: Vec<f32>, shape: [usize; D]) -> Param<Tensor<D>> {
        Param::from_tensor(Tensor::from_data(TensorData::new(values, shape), &self.device))
    }

    /// PyTorch's `Linear`, `{name}.weight` (outputs, inputs) and `{name}.bias`; zeros where it is made without bias.
    pub fn linear(&mut self, name: &str, inputs: usize, outputs: usize, bias: bool) -> Result<Dense, EncoderError> {
        let weight = self.take(&format!("{name}.weight"), &[outputs, inputs])?;
        let bias = self.bias(name, outputs, bias)?;
        Ok(Dense::from_rows(&weight, bias, &self.device))
    }

    /// PyTorch's `Conv1d`, `{name}.weight` (outputs, inputs, kernel) and `{name}.bias`; zeros where it is made without
    /// bias. `sizes` are kernel, stride and padding.
    pub fn convolution(
        &mut self,
        name: &str,
        [inputs, outputs]: [usize; 2],
        sizes: [usize; 3],
        bias: bool,
    ) -> Result<StridedConvolution, EncoderError> {
        let weight = self.take(&format!("{name}.weight"), &[outputs, inputs, sizes[0]])?;
        let bias = self.bias(name, outputs, bias)?;
        Ok(StridedConvolution::from_torch(&weight, bias, sizes, &self.device))
    }

    /// PyTorch's `LayerNorm`, `{name}.weight` and `{name}.bias`.
    pub fn layer_norm(&mut self, name: &str, width: usize, epsilon: f64) -> Result<LayerNorm, EncoderError> {
        Ok(LayerNorm {
            gamma: self.param(&format!("{name}.weight"), [width])?,
            beta: self.param(&format!("{name}.bias"), [width])?,
            epsilon,
        })
    }

    /// Ends the reading: the names of tensors that are known not to be the encoder's, and were passed over.
    ///
    /// # Errors
    /// A tensor under the encoder's own names that nothing has asked for.
    pub fn finish(self) -> Result<Vec<String>, EncoderError> {
        let mut passed = Vec::new();
        for name in self.tensors.keys().filter(|name| !self.taken.contains(*name)) {
            let own = name.strip_prefix(&self.prefix);
            let first = own.map(|own| own.split('.').next().unwrap_or_default());
            if first.is_some_and(|first| beside(first).is_none()) {
                return Err(self.refuse(format!(
                    "the tensor {name} is none that an encoder as config.json describes it has; \
                     it belongs to another kind of encoder, whose states would be wrong"
                )));
            }
            passed.push(name.clone());
        }
        Ok(passed)
    }

    /// That the checkpoint is no good, and why.
    pub fn refuse(&self, problem: String) -> EncoderError {
        refusal(&self.path, problem)
    }

    fn full(&self, name: &str) -> String {
        format!("{}{name}", self.prefix)
    }

    /// `{name}.bias`, or zeros where the layer is made without.
    pub fn bias(&mut self, name: &str, outputs: usize, there: bool) -> Result<Vec<f32>, EncoderError> {
        if there {
            self.take(&format!("{name}.bias"), &[outputs])
        } else {
            Ok(vec![0.0; outputs])
        }
    }
}
