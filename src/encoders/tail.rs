//! The upper layers of an encoder, which fine-tuning changes.

use super::checkpoint::Checkpoint;
use super::config::Details;
use super::parts::{LayerSizes, StackNames, TransformerLayer};
use super::wav2vec2::{self, Gate, RelativePosition, RelativeSizes};
use super::{EncoderConfig, EncoderError, Family, Layer, whisper};
use crate::layers::{KeyMask, LayerNorm, Mode};
use burn::module::Module;
use burn::tensor::{Device, Tensor};
use serde::{Deserialize, Serialize};
use std::path::Path;

/// Sizes of the upper transformer layers of an encoder.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TailConfig {
    /// How the encoder is built.
    pub family: Family,
    /// Layers below, which stay as they are.
    pub below: usize,
    /// Its own layers, up to the last.
    pub layers: usize,
    /// Numbers per frame.
    pub width: usize,
    /// Attention heads, which divide the width.
    pub heads: usize,
    /// Units of the feed-forward part of a layer.
    pub feed_forward: usize,
    /// Added to the variance in norms.
    pub epsilon: f64,
    /// Whether norms stand before the parts of a layer, and one behind the last layer; otherwise after the sums.
    pub pre_norm: bool,
    /// WavLM's bias of the attention.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub relative: Option<RelativeSizes>,
}

impl EncoderConfig {
    /// The layers above a hidden state: what turns it into the last one.
    ///
    /// # Errors
    /// [`EncoderError::Settings`] for a state that no layer stands above, and for several states.
    pub fn tail(&self, state: Layer) -> Result<TailConfig, EncoderError> {
        let refuse = |problem: String| {
            Err(EncoderError::Settings {
                key: "layer",
                problem: format!(
                    "{problem}; the layers above it are what is fine-tuned: 0 leaves all {}, {} the last one",
                    self.layers,
                    self.layers - 1
                ),
            })
        };
        let below = match state {
            Layer::Index(below) if below < self.layers => below,
            Layer::Index(below) => return refuse(format!("{below} leaves no layer of the encoder's {}", self.layers)),
            Layer::Last => return refuse("\"last\" leaves no layer".to_owned()),
            Layer::All => return refuse("\"all\" is more than one state".to_owned()),
        };
        let (sizes, relative) = match &self.details {
            Details::Whisper(config) => (config.layer_sizes(), None),
            Details::Wav2vec2(config) => (config.layer_sizes(), config.relative),
        };
        Ok(TailConfig {
            family: self.family,
            below,
            layers: self.layers - below,
            width: self.width,
            heads: sizes.heads,
            feed_forward: sizes.feed_forward,
            epsilon: sizes.epsilon,
            pre_norm: sizes.pre_norm,
            relative,
        })
    }
}

impl TailConfig {
    /// What no layer can be built of, if anything is.
    pub fn problem(&self) -> Option<String> {
        let (width, heads) = (self.width, self.heads);
        if width == 0 || heads == 0 || !width.is_multiple_of(heads) {
            return Some(format!("{width} numbers per frame cannot be dealt to {heads} heads"));
        }
        if self.relative.is_some_and(|relative| !relative.can_be()) {
            return Some("its relative positions tell no distances apart".to_owned());
        }
        let fine = self.layers > 0 && self.feed_forward > 0 && self.epsilon.is_finite() && self.epsilon > 0.0;
        (!fine).then(|| {
            format!(
                "{} layers with {} units and {} added to variances are none",
                self.layers, self.feed_forward, self.epsilon
            )
        })
    }

    /// Weights of all layers together.
    pub fn weights(&self) -> usize {
        let layer = (4 * self.width).saturating_add(2 * self.feed_forward);
        self.width.saturating_mul(layer).saturating_mul(self.layers)
    }

    /// One for each layer.
    fn each<T>(&self, make: impl FnMut(usize) -> T) -> impl Iterator<Item = T> {
        (0..self.layers).map(make)
    }

    /// One for each layer whose attention has a gated bias.
    fn each_gate<T>(&self, make: impl FnMut(usize) -> T) -> impl Iterator<Item = T> {
        (0..if self.relative.is_some() { self.layers } else { 0 }).map(make)
    }

    fn sizes(&self) -> LayerSizes {
        LayerSizes {
            width: self.width,
            heads: self.heads,
            feed_forward: self.feed_forward,
            epsilon: self.epsilon,
            pre_norm: self.pre_norm,
        }
    }

    fn names(&self) -> StackNames {
        match self.family {
            Family::Whisper => whisper::STACK,
            Family::Wav2vec2 | Family::Hubert | Family::Wavlm | Family::Data2vecAudio => wav2vec2::stack(self.family),
        }
    }
}

/// The upper transformer layers of an encoder, and the norm behind the last where the family has one: from a hidden state
/// to the last.
#[derive(Module, Debug)]
pub struct Tail {
    layers: Vec<TransformerLayer>,
    norm: Option<LayerNorm>,
    relative: Option<RelativePosition>,
    /// One for each layer where there is a relative position.
    gates: Vec<Gate>,
}

impl Tail {
    /// All weights zero, for weights that are read later.
    pub fn silent(config: &TailConfig, device: &Device) -> Self {
        let sizes = config.sizes();
        let norm = || LayerNorm::new(config.width, config.epsilon, device);
        Self {
            layers: config.each(|_| TransformerLayer::silent(sizes, device)).collect(),
            norm: config.pre_norm.then(norm),
            relative: config
                .relative
                .map(|relative| RelativePosition::silent(config.heads, relative, device)),
            gates: config.each_gate(|_| Gate::silent(sizes, device)).collect(),
        }
    }

    /// With the weights in an encoder's folder.
    ///
    /// # Errors
    /// [`EncoderError::File`] for a file that is missing or damaged, and for a tensor that is missing or of another shape.
    pub fn read(folder: &Path, config: &TailConfig, device: &Device) -> Result<Self, EncoderError> {
        let (names, sizes) = (config.names(), config.sizes());
        let mut checkpoint = Checkpoint::open(folder, device)?;
        checkpoint.under(names.prefixes, names.known)?;
        let name = |index: usize| format!("{}.{}", names.layers, config.below + index);
        let layer = |index| TransformerLayer::read(&mut checkpoint, &name(index), names.layer, sizes);
        let layers = config.each(layer).collect::<Result<_, _>>()?;
        let gate = |index| Gate::read(sizes, &name(index), &mut checkpoint);
        let gates = config.each_gate(gate).collect::<Result<_, _>>()?;
        let norm = config
            .pre_norm
            .then(|| checkpoint.layer_norm(names.norm, config.width, config.epsilon));
        let relative = config
            .relative
            .map(|relative| RelativePosition::read(config.heads, relative, &mut checkpoint));
        Ok(Self {
            layers,
            norm: norm.transpose()?,
            relative: relative.transpose()?,
            gates,
        })
    }

    /// A state (clips, frames, width) to the last one. In training each layer is left out of a pass with a probability of
    /// `layer_drop`, and is a segment whose activations need not be kept ([`Mode::segment`]).
    pub fn forward(&self, state: Tensor<3>, mask: &KeyMask, layer_drop: f64, mode: &mut Mode) -> Tensor<3> {
        let mut hidden = state;
        for (index, layer) in self.layers.iter().enumerate() {
            if mode.leaves_out(layer_drop) {
                continue;
            }
            let mask = mask.clone();
            // The bias is the same for all layers, and made anew in each: a segment is whole by itself.
            let part = (layer.clone(), self.gates.get(index).cloned(), self.relative.clone());
            hidden = mode.segment(&part, hidden, move |(layer, gate, relative), hidden| {
                let bias = relative.as_ref().zip(gate.as_ref());
                let bias = bias.map(|(relative, gate)| {
                    let bias = relative.bias(hidden.dims()[1]);
                    gate.of_layer(layer, &hidden, &bias)
                });
                layer.forward(hidden, &mask, bias)
            });
        }
        match &self.norm {
            Some(norm) => norm.forward(hidden),
            None => hidden,
        }
    }
}

#[cfg(test)]
mod tests;
