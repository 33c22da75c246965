//! Attention of all frames of a clip to each other.

use super::super::EncoderError;
use super::super::checkpoint::Checkpoint;
use crate::layers::{Dense, KeyMask, self_attention};
use burn::module::Module;
use burn::tensor::Tensor;

/// Multi-head attention: `softmax(q kᵀ / sqrt(depth) + bias) v` per head, then a dense layer over all heads.
#[derive(Module, Debug)]
pub struct Attention {
    /// Width to queries, keys and values side by side: one product instead of three.
    pub projection: Dense,
    /// What all heads found back to the width.
    pub output: Dense,
    /// Parts of the width that attend by themselves.
    pub heads: usize,
}

impl Attention {
    /// `{name}.q_proj`, `k_proj` (with a bias or without), `v_proj` and `out_proj` of a checkpoint.
    pub(in super::super) fn read(
        checkpoint: &mut Checkpoint,
        name: &str,
        (width, heads): (usize, usize),
        key_bias: bool,
    ) -> Result<Self, EncoderError> {
        let (mut weights, mut biases) = (Vec::new(), Vec::new());
        for (part, biased) in [("q_proj", true), ("k_proj", key_bias), ("v_proj", true)] {
            weights.extend(checkpoint.take(&format!("{name}.{part}.weight"), &[width, width])?);
            biases.extend(checkpoint.bias(&format!("{name}.{part}"), width, biased)?);
        }
        Ok(Self {
            projection: Dense::from_rows(&weights, biases, &checkpoint.device),
            output: checkpoint.linear(&format!("{name}.out_proj"), width, width, true)?,
            heads,
        })
    }

    /// (clips, frames, width) to the same. What is added to the scores before the softmax is (clips, heads, frames,
    /// frames).
    pub fn forward(&self, input: Tensor<3>, mask: &KeyMask, bias: Option<Tensor<4>>) -> Tensor<3> {
        let parts = self.projection.forward_steps(input);
        self.output.forward_steps(self_attention(parts, self.heads, mask, bias))
    }
}
