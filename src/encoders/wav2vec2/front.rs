//! From the wave to the input of the transformer.

use super::config::Wav2vec2Config;
use crate::encoders::EncoderError;
use crate::encoders::checkpoint::Checkpoint;
use crate::layers::{ChannelNorm, Dense, KeyMask, LayerNorm, StridedConvolution, gelu};
use burn::module::Module;
use burn::tensor::{Device, Tensor, TensorData};

/// Added to the variance in the norms of the convolutions: PyTorch's default.
const EPSILON: f64 = 1e-5;
/// Added to a clip's variance: the constant of `Wav2Vec2FeatureExtractor`.
const CLIP_EPSILON: f64 = 1e-7;

/// Convolutions without zeros beyond the ends, each followed by GELU, then a dense layer to the width.
#[derive(Module, Debug)]
pub(super) struct Front {
    layers: Vec<FrontLayer>,
    norm: Option<LayerNorm>,
    projection: Dense,
}

/// A convolution and, between it and GELU, the norm that it may have.
#[derive(Module, Debug)]
struct FrontLayer {
    convolution: StridedConvolution,
    channel_norm: Option<ChannelNorm>,
    layer_norm: Option<LayerNorm>,
}

impl Front {
    /// Reads the weights.
    pub fn read(config: &Wav2vec2Config, checkpoint: &mut Checkpoint) -> Result<Self, EncoderError> {
        let mut inputs = 1;
        let mut layers = Vec::with_capacity(config.front.len());
        for (index, sizes) in config.front.iter().enumerate() {
            let name = |part: &str| format!("feature_extractor.conv_layers.{index}.{part}");
            let outputs = sizes.channels;
            layers.push(FrontLayer {
                convolution: checkpoint.convolution(
                    &name("conv"),
                    [inputs, outputs],
                    [sizes.kernel, sizes.stride, 0],
                    config.front_bias,
                )?,
                channel_norm: match config.norm_each {
                    false if index == 0 => Some(ChannelNorm {
                        gamma: checkpoint.param(&name("layer_norm.weight"), [outputs])?,
                        beta: checkpoint.param(&name("layer_norm.bias"), [outputs])?,
                        epsilon: EPSILON,
                    }),
                    _ => None,
                },
                layer_norm: match config.norm_each {
                    true => Some(checkpoint.layer_norm(&name("layer_norm"), outputs, EPSILON)?),
                    false => None,
                },
            });
            inputs = outputs;
        }
        let norm = match config.projection_norm {
            true => Some(checkpoint.layer_norm("feature_projection.layer_norm", inputs, config.epsilon)?),
            false => None,
        };
        Ok(Self {
            layers,
            norm,
            projection: checkpoint.linear("feature_projection.projection", inputs, config.width, true)?,
        })
    }

    /// Waves (clips, samples, 1) with so many own samples each, to (clips, frames, width), zeros behind each clip's own
    /// frames, and those.
    pub fn forward(&self, waves: Tensor<3>, samples: &[usize]) -> (Tensor<3>, KeyMask) {
        let mut hidden = waves;
        let mut own = samples.to_vec();
        for layer in &self.layers {
            hidden = layer.convolution.forward(hidden);
            // The kernel looks ahead only, so that a clip's own frames see nothing of what stands behind it.
            own.iter_mut().for_each(|own| *own = layer.convolution.frames(*own));
            if let Some(norm) = &layer.channel_norm {
                let mask = KeyMask::new(&own, hidden.dims()[1]);
                hidden = norm.forward(hidden, &mask);
            }
            if let Some(norm) = &layer.layer_norm {
                hidden = norm.forward(hidden);
            }
            hidden = gelu(hidden);
        }
        if let Some(norm) = &self.norm {
            hidden = norm.forward(hidden);
        }
        let mask = KeyMask::new(&own, hidden.dims()[1]);
        (mask.cleared(self.projection.forward_steps(hidden)), mask)
    }
}

/// Clips side by side (clips, samples, 1), shorter ones filled up with zeros; where asked for, each brought to mean 0
/// and variance 1 over its own samples.
pub(super) fn waves(clips: &[&[f32]], normalise: bool, device: &Device) -> Tensor<3> {
    let most = clips.iter().map(|clip| clip.len()).max().unwrap_or(0);
    let mut values = Vec::with_capacity(clips.len() * most);
    for clip in clips {
        let from = values.len();
        if normalise {
            values.extend(normalised(clip));
        } else {
            values.extend_from_slice(clip);
        }
        values.resize(from + most, 0.0);
    }
    Tensor::from_data(TensorData::new(values, [clips.len(), most, 1]), device)
}

/// `(x - mean) / sqrt(variance + 1e-7)`.
fn normalised(clip: &[f32]) -> impl Iterator<Item = f32> {
    let count = clip.len().max(1) as f64;
    let mean = clip.iter().map(|sample| f64::from(*sample)).sum::<f64>() / count;
    let square = |sample: &f32| (f64::from(*sample) - mean).powi(2);
    let deviation = (clip.iter().map(square).sum::<f64>() / count + CLIP_EPSILON).sqrt();
    clip.iter()
        .map(move |sample| ((f64::from(*sample) - mean) / deviation) as f32)
}
