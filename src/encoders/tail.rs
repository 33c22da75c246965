//! The upper layers of an encoder, which fine-tuning changes.

use super::checkpoint::Checkpoint;
use super::config::Details;
use super::parts::{LayerSizes, StackNames, TransformerLayer};
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
        let sizes = match &self.details {
            Details::Whisper(config) => config.layer_sizes(),
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

    fn sizes(&self) -> LayerSizes {
        LayerSizes {
            width: self.width,
            heads: self.heads,
            feed_forward: self.feed_forward,
            epsilon: self.epsilon,
            pre_norm: self.pre_norm,
        }
    }

    fn names(&self) -> Result<StackNames, EncoderError> {
        match self.family {
            Family::Whisper => Ok(whisper::STACK),
            Family::Wav2vec2 | Family::Hubert | Family::Wavlm | Family::Data2vecAudio => Err(EncoderError::Settings {
                key: "encoder",
                problem: "its layers cannot be fine-tuned yet".to_owned(),
            }),
        }
    }
}

/// The upper transformer layers of an encoder, and the norm behind the last where the family has one: from a hidden state
/// to the last.
#[derive(Module, Debug)]
pub struct Tail {
    layers: Vec<TransformerLayer>,
    norm: Option<LayerNorm>,
}

impl Tail {
    /// All weights zero, for weights that are read later.
    pub fn silent(config: &TailConfig, device: &Device) -> Self {
        let layer = |_| TransformerLayer::silent(config.sizes(), device);
        Self {
            layers: (0..config.layers).map(layer).collect(),
            norm: config
                .pre_norm
                .then(|| LayerNorm::new(config.width, config.epsilon, device)),
        }
    }

    /// With the weights in an encoder's folder.
    ///
    /// # Errors
    /// [`EncoderError::File`] for a file that is missing or damaged, and for a tensor that is missing or of another shape.
    pub fn read(folder: &Path, config: &TailConfig, device: &Device) -> Result<Self, EncoderError> {
        let names = config.names()?;
        let mut checkpoint = Checkpoint::open(folder, device)?;
        checkpoint.under(names.prefixes, names.known)?;
        let layer = |index: usize| {
            let name = format!("{}.{}", names.layers, config.below + index);
            TransformerLayer::read(&mut checkpoint, &name, names.layer, config.sizes())
        };
        let layers = (0..config.layers).map(layer).collect::<Result<_, _>>()?;
        let norm = config
            .pre_norm
            .then(|| checkpoint.layer_norm(names.norm, config.width, config.epsilon));
        Ok(Self {
            layers,
            norm: norm.transpose()?,
        })
    }

    /// A state (clips, frames, width) to the last one. In training each layer is left out of a pass with a probability of
    /// `layer_drop`, and is a segment whose activations need not be kept ([`Mode::segment`]).
    pub fn forward(&self, state: Tensor<3>, mask: &KeyMask, layer_drop: f64, mode: &mut Mode) -> Tensor<3> {
        let mut hidden = state;
        for layer in &self.layers {
            if mode.leaves_out(layer_drop) {
                continue;
            }
            let mask = mask.clone();
            hidden = mode.segment(layer, hidden, move |layer, hidden| layer.forward(hidden, &mask, None));
        }
        match &self.norm {
            Some(norm) => norm.forward(hidden),
            None => hidden,
        }
    }
}
