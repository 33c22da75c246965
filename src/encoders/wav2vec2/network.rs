//! The network of an encoder of the family.

use super::config::Wav2vec2Config;
use super::front::{Front, waves};
use super::position::Position;
use super::relative::{Gate, RelativePosition};
use crate::encoders::checkpoint::Checkpoint;
use crate::encoders::network::Network;
use crate::encoders::parts::{LayerNames, LayerSizes, TransformerLayer};
use crate::encoders::{EncoderError, Family};
use crate::layers::LayerNorm;
use burn::module::Module;
use burn::tensor::{Device, Tensor};

const NAMES: LayerNames = LayerNames {
    attention: "attention",
    key_bias: true,
    attention_norm: "layer_norm",
    widen: "feed_forward.intermediate_dense",
    narrow: "feed_forward.output_dense",
    feed_forward_norm: "final_layer_norm",
};

/// An encoder of the family with its weights.
#[derive(Debug)]
pub(in crate::encoders) struct Wav2vec2 {
    config: Wav2vec2Config,
    weights: Weights,
    device: Device,
}

/// Everything with weights.
#[derive(Module, Debug)]
struct Weights {
    front: Front,
    position: Position,
    /// Before the first layer, or behind the last where norms stand before the parts of a layer.
    norm: LayerNorm,
    layers: Vec<TransformerLayer>,
    relative: Option<RelativePosition>,
    /// One for each layer where there is a relative position.
    gates: Vec<Gate>,
}

impl Wav2vec2 {
    /// Reads the weights.
    pub fn read(family: Family, config: &Wav2vec2Config, checkpoint: &mut Checkpoint) -> Result<Self, EncoderError> {
        let prefix = match family {
            Family::Hubert => "hubert.",
            Family::Wavlm => "wavlm.",
            Family::Data2vecAudio => "data2vec_audio.",
            Family::Wav2vec2 | Family::Whisper => "wav2vec2.",
        };
        checkpoint.under(&[prefix, ""], "feature_projection.projection.weight")?;
        let sizes = LayerSizes {
            width: config.width,
            heads: config.heads,
            feed_forward: config.feed_forward,
            epsilon: config.epsilon,
            pre_norm: config.pre_norm,
        };
        let name = |index: usize| format!("encoder.layers.{index}");
        let layers = (0..config.layers).map(|index| TransformerLayer::read(checkpoint, &name(index), NAMES, sizes));
        let layers = layers.collect::<Result<_, _>>()?;
        let gated = if config.relative.is_some() { config.layers } else { 0 };
        let gates = (0..gated).map(|index| Gate::read(config, &format!("{}.attention", name(index)), checkpoint));
        let gates = gates.collect::<Result<_, _>>()?;
        let weights = Weights {
            front: Front::read(config, checkpoint)?,
            position: Position::read(config, checkpoint)?,
            norm: checkpoint.layer_norm("encoder.layer_norm", config.width, config.epsilon)?,
            layers,
            relative: match config.relative {
                Some(sizes) => Some(RelativePosition::read(config, sizes, checkpoint)?),
                None => None,
            },
            gates,
        };
        Ok(Self {
            config: config.clone(),
            weights,
            device: checkpoint.device.clone(),
        })
    }
}

impl Network for Wav2vec2 {
    fn states(
        &self,
        clips: &[&[f32]],
        _padded: bool,
        last: usize,
        take: &mut dyn FnMut(usize, Tensor<3>),
    ) -> Result<Vec<usize>, EncoderError> {
        let Weights {
            front,
            position,
            norm,
            layers,
            relative,
            gates,
        } = &self.weights;
        let samples: Vec<usize> = clips.iter().map(|clip| clip.len()).collect();
        let (input, mask) = front.forward(waves(clips, self.config.normalise, &self.device), &samples);
        let mut hidden = input.clone() + position.forward(input, &mask);
        let pre_norm = self.config.pre_norm;
        if !pre_norm {
            hidden = norm.forward(hidden);
        }
        let bias = relative.as_ref().map(|relative| relative.bias(hidden.dims()[1]));
        for (index, layer) in layers.iter().enumerate().take(last) {
            take(index, hidden.clone());
            let gated = bias.as_ref().zip(gates.get(index)).map(|(bias, gate)| {
                let seen = hidden.clone();
                gate.forward(
                    if pre_norm {
                        layer.attention_norm.forward(seen)
                    } else {
                        seen
                    },
                    bias,
                )
            });
            hidden = layer.forward(hidden, &mask, gated);
        }
        if pre_norm && last == layers.len() {
            hidden = norm.forward(hidden);
        }
        take(last, hidden);
        Ok(mask.lengths().to_vec())
    }
}
