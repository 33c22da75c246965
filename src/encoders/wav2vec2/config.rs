//! Sizes of an encoder of the family.

use crate::encoders::json::Json;
use crate::encoders::parts::LayerSizes;
use crate::encoders::{EncoderError, Family};
use serde::{Deserialize, Serialize};

/// Seconds of sound that go through at once.
const WINDOW: usize = 30;
/// Convolutions of the front at most.
const DEEPEST: usize = 32;

/// Sizes of an encoder of the family.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::encoders) struct Wav2vec2Config {
    /// Transformer layers.
    pub layers: usize,
    /// Numbers per frame.
    pub width: usize,
    /// Attention heads, which divide the width.
    pub heads: usize,
    /// Units of the feed-forward part.
    pub feed_forward: usize,
    /// Added to the variance in the norms of the transformer.
    pub epsilon: f64,
    /// Whether norms stand before the parts of a layer, and one behind the last layer.
    pub pre_norm: bool,
    /// Convolutions over the wave.
    pub front: Vec<FrontSizes>,
    /// Whether each of them has a norm over channels; otherwise the first has one over the clip.
    pub norm_each: bool,
    /// Whether they have a bias.
    pub front_bias: bool,
    /// Whether a norm stands before the front's output is brought to the width.
    pub projection_norm: bool,
    /// What tells positions.
    pub position: PositionSizes,
    /// WavLM's bias of the attention.
    pub relative: Option<RelativeSizes>,
    /// Sampling rate (Hz).
    pub rate: u32,
    /// Whether a clip is brought to mean 0 and variance 1 beforehand.
    pub normalise: bool,
}

/// Sizes of a convolution over the wave.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::encoders) struct FrontSizes {
    /// Channels that come out.
    pub channels: usize,
    /// Frames under the kernel.
    pub kernel: usize,
    /// Frames from one place of the kernel to the next.
    pub stride: usize,
}

/// Sizes of the convolutions that tell positions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::encoders) struct PositionSizes {
    /// Frames under the kernel.
    pub kernel: usize,
    /// Groups of channels that do not see each other.
    pub groups: usize,
    /// How they are built.
    pub kind: PositionKind,
}

/// How the convolutions that tell positions are built.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::encoders) enum PositionKind {
    /// One, its weights apart in length and direction.
    WeightNorm,
    /// One, behind a normalisation by running statistics.
    BatchNorm,
    /// data2vec's so many, each with a norm of its output.
    Stack(usize),
}

/// Sizes of WavLM's bias of the attention.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RelativeSizes {
    /// Kinds of distance that are told apart.
    pub buckets: usize,
    /// Frames from which on distances are all the same.
    pub furthest: usize,
}

impl RelativeSizes {
    /// Whether the buckets can tell distances apart: a quarter of them are single distances, the others grow from there to
    /// the furthest.
    pub(in crate::encoders) fn can_be(self) -> bool {
        self.buckets >= 4 && self.furthest > self.buckets / 4
    }
}

impl Wav2vec2Config {
    /// From `config.json` and `preprocessor_config.json`.
    pub fn read(family: Family, model: &Json, wave: &Json) -> Result<Self, EncoderError> {
        for key in ["hidden_act", "feat_extract_activation"] {
            if let Some(other) = model.text(key)?.filter(|name| *name != "gelu") {
                return Err(model.refuse(format!("`{key}` is {other}; only the published gelu is known here")));
            }
        }
        let data2vec = family == Family::Data2vecAudio;
        let config = Self {
            layers: model.count("num_hidden_layers", 1 << 10)?,
            width: model.count("hidden_size", 1 << 16)?,
            heads: model.count("num_attention_heads", 1 << 10)?,
            feed_forward: model.count("intermediate_size", 1 << 18)?,
            epsilon: model.number("layer_norm_eps", 1e-5)?,
            pre_norm: !data2vec && model.flag("do_stable_layer_norm", false)?,
            front: front(model)?,
            norm_each: data2vec || norm_each(model)?,
            front_bias: model.flag("conv_bias", false)?,
            projection_norm: model.flag("feat_proj_layer_norm", true)?,
            position: position(family, model)?,
            relative: relative(family, model)?,
            rate: wave.count_or("sampling_rate", 1 << 20, Some(16_000))? as u32,
            normalise: wave.flag("do_normalize", true)?,
        };
        for (key, parts) in [
            ("num_attention_heads", config.heads),
            ("num_conv_pos_embedding_groups", config.position.groups),
        ] {
            if !config.width.is_multiple_of(parts) {
                return Err(model.refuse(format!(
                    "`hidden_size` is {} and must be a multiple of `{key}`, {parts}",
                    config.width
                )));
            }
        }
        if config.frames(config.window()) == 0 {
            return Err(model.refuse(format!(
                "`conv_kernel` and `conv_stride` leave no frame of {WINDOW} s; get the encoder again"
            )));
        }
        Ok(config)
    }

    /// Sizes of each transformer layer.
    pub fn layer_sizes(&self) -> LayerSizes {
        LayerSizes {
            width: self.width,
            heads: self.heads,
            feed_forward: self.feed_forward,
            epsilon: self.epsilon,
            pre_norm: self.pre_norm,
        }
    }

    /// Samples of a window.
    pub fn window(&self) -> usize {
        WINDOW * self.rate as usize
    }

    /// Frames of a clip no longer than a window; 0 where it is too short for one.
    pub fn frames(&self, samples: usize) -> usize {
        self.front.iter().fold(samples, |frames, layer| {
            let room = frames.checked_sub(layer.kernel);
            room.map_or(0, |room| room / layer.stride + 1)
        })
    }
}

fn front(model: &Json) -> Result<Vec<FrontSizes>, EncoderError> {
    let channels = model.counts("conv_dim", 1 << 14)?;
    let kernels = model.counts("conv_kernel", 1 << 12)?;
    let strides = model.counts("conv_stride", 1 << 12)?;
    let lengths = [channels.len(), kernels.len(), strides.len()];
    if lengths != [channels.len(); 3] || channels.is_empty() || channels.len() > DEEPEST {
        return Err(model.refuse(format!(
            "`conv_dim`, `conv_kernel` and `conv_stride` list {lengths:?} numbers and must list as many, \
             1 to {DEEPEST}; get the encoder again"
        )));
    }
    let sizes = channels.into_iter().zip(kernels).zip(strides);
    Ok(sizes
        .map(|((channels, kernel), stride)| FrontSizes {
            channels,
            kernel,
            stride,
        })
        .collect())
}

fn norm_each(model: &Json) -> Result<bool, EncoderError> {
    match model.text("feat_extract_norm")? {
        None | Some("group") => Ok(false),
        Some("layer") => Ok(true),
        Some(other) => Err(model.refuse(format!("`feat_extract_norm` is {other} and must be group or layer"))),
    }
}

fn position(family: Family, model: &Json) -> Result<PositionSizes, EncoderError> {
    let groups = model.count_or("num_conv_pos_embedding_groups", 1 << 14, Some(16))?;
    let count = |key, default| model.count_or(key, 1 << 12, Some(default));
    let (kernel, kind) = match family {
        Family::Data2vecAudio => (
            count("conv_pos_kernel_size", 19)?,
            PositionKind::Stack(count("num_conv_pos_embeddings", 5)?),
        ),
        _ if model.flag("conv_pos_batch_norm", false)? => {
            (count("num_conv_pos_embeddings", 128)?, PositionKind::BatchNorm)
        }
        _ => (count("num_conv_pos_embeddings", 128)?, PositionKind::WeightNorm),
    };
    Ok(PositionSizes { kernel, groups, kind })
}

fn relative(family: Family, model: &Json) -> Result<Option<RelativeSizes>, EncoderError> {
    if family != Family::Wavlm {
        return Ok(None);
    }
    let sizes = RelativeSizes {
        buckets: model.count_or("num_buckets", 1 << 16, Some(320))?,
        furthest: model.count_or("max_bucket_distance", 1 << 20, Some(800))?,
    };
    if !sizes.can_be() {
        return Err(model.refuse(format!(
            "`num_buckets` is {} and `max_bucket_distance` {}: there must be 4 or more, and the distance must be more \
             than a quarter of them",
            sizes.buckets, sizes.furthest
        )));
    }
    Ok(Some(sizes))
}
