//! A transformer layer.

use super::super::EncoderError;
use super::super::checkpoint::Checkpoint;
use super::Attention;
use crate::layers::{Dense, KeyMask, LayerNorm, gelu};
use burn::module::Module;
use burn::tensor::Tensor;

/// Attention, then a dense layer with GELU and one back, each added to what went in (Vaswani et al. 2017). Norms stand
/// before each of the two (`pre_norm`), or after each sum.
#[derive(Module, Debug)]
pub struct TransformerLayer {
    /// All frames see each other.
    pub attention: Attention,
    /// The norm of the attention.
    pub attention_norm: LayerNorm,
    /// Width to units, GELU after it.
    pub widen: Dense,
    /// Units back to the width.
    pub narrow: Dense,
    /// The norm of the feed-forward part.
    pub feed_forward_norm: LayerNorm,
    /// Whether norms stand before the parts instead of after the sums.
    pub pre_norm: bool,
}

/// Sizes of a transformer layer.
#[derive(Debug, Clone, Copy)]
pub(in super::super) struct LayerSizes {
    /// Numbers per frame.
    pub width: usize,
    /// Attention heads.
    pub heads: usize,
    /// Units of the feed-forward part.
    pub feed_forward: usize,
    /// Added to the variance in norms.
    pub epsilon: f64,
    /// Where the norms stand.
    pub pre_norm: bool,
}

/// What a family calls the parts of its layers.
#[derive(Debug, Clone, Copy)]
pub(in super::super) struct LayerNames {
    /// The attention.
    pub attention: &'static str,
    /// Whether its keys have a bias.
    pub key_bias: bool,
    /// Its norm.
    pub attention_norm: &'static str,
    /// The first dense layer.
    pub widen: &'static str,
    /// The second.
    pub narrow: &'static str,
    /// The norm of the feed-forward part.
    pub feed_forward_norm: &'static str,
}

impl TransformerLayer {
    /// The layer of that name in a checkpoint, such as `layers.0`.
    pub(in super::super) fn read(
        checkpoint: &mut Checkpoint,
        name: &str,
        names: LayerNames,
        sizes: LayerSizes,
    ) -> Result<Self, EncoderError> {
        let LayerSizes {
            width,
            heads,
            feed_forward,
            epsilon,
            pre_norm,
        } = sizes;
        let full = |part: &str| format!("{name}.{part}");
        Ok(Self {
            attention: Attention::read(checkpoint, &full(names.attention), (width, heads), names.key_bias)?,
            attention_norm: checkpoint.layer_norm(&full(names.attention_norm), width, epsilon)?,
            widen: checkpoint.linear(&full(names.widen), width, feed_forward, true)?,
            narrow: checkpoint.linear(&full(names.narrow), feed_forward, width, true)?,
            feed_forward_norm: checkpoint.layer_norm(&full(names.feed_forward_norm), width, epsilon)?,
            pre_norm,
        })
    }

    /// (clips, frames, width) to the same. What is added to the scores of the attention is (clips, heads, frames,
    /// frames).
    pub fn forward(&self, input: Tensor<3>, mask: &KeyMask, bias: Option<Tensor<4>>) -> Tensor<3> {
        let feed_forward = |input| self.narrow.forward_steps(gelu(self.widen.forward_steps(input)));
        if self.pre_norm {
            let attended = self
                .attention
                .forward(self.attention_norm.forward(input.clone()), mask, bias);
            let input = input + attended;
            return input.clone() + feed_forward(self.feed_forward_norm.forward(input));
        }
        let attended = self.attention.forward(input.clone(), mask, bias);
        let input = self.attention_norm.forward(input + attended);
        self.feed_forward_norm.forward(input.clone() + feed_forward(input))
    }
}
