//! The network of a Whisper encoder.

use super::WhisperConfig;
use super::config::STRIDE;
use super::log_mel::LogMel;
use crate::encoders::EncoderError;
use crate::encoders::checkpoint::Checkpoint;
use crate::encoders::network::Network;
use crate::encoders::parts::{LayerNames, LayerSizes, TransformerLayer};
use crate::layers::{KeyMask, LayerNorm, StridedConvolution, gelu};
use burn::module::{Module, Param};
use burn::tensor::{Device, Tensor, TensorData};

/// Added to the variance in all norms: PyTorch's default.
const EPSILON: f64 = 1e-5;
/// Where the encoder stands in a checkpoint: of the whole model, of the model without head, or alone.
const PREFIXES: [&str; 3] = ["model.encoder.", "encoder.", ""];
const NAMES: LayerNames = LayerNames {
    attention: "self_attn",
    key_bias: false,
    attention_norm: "self_attn_layer_norm",
    widen: "fc1",
    narrow: "fc2",
    feed_forward_norm: "final_layer_norm",
};

/// A Whisper encoder: the log-mel front, and the layers with weights.
#[derive(Debug)]
pub(in super::super) struct Whisper {
    config: WhisperConfig,
    log_mel: LogMel,
    pub(super) weights: Weights,
    device: Device,
}

/// Everything with weights.
#[derive(Module, Debug)]
pub(super) struct Weights {
    first: StridedConvolution,
    second: StridedConvolution,
    /// (positions, width).
    positions: Param<Tensor<2>>,
    layers: Vec<TransformerLayer>,
    norm: LayerNorm,
}

impl Whisper {
    /// Reads the weights.
    pub fn read(config: &WhisperConfig, checkpoint: &mut Checkpoint) -> Result<Self, EncoderError> {
        let width = config.width;
        checkpoint.under(&PREFIXES, "conv1.weight")?;
        let sizes = LayerSizes {
            width,
            heads: config.heads,
            feed_forward: config.feed_forward,
            epsilon: EPSILON,
            pre_norm: true,
        };
        let layer = |index: usize, checkpoint: &mut _| {
            TransformerLayer::read(checkpoint, &format!("layers.{index}"), NAMES, sizes)
        };
        let weights = Weights {
            first: checkpoint.convolution("conv1", [config.bands, width], [3, 1, 1], true)?,
            second: checkpoint.convolution("conv2", [width, width], [3, STRIDE, 1], true)?,
            positions: checkpoint.param("embed_positions.weight", [config.positions, width])?,
            layers: (0..config.layers)
                .map(|index| layer(index, checkpoint))
                .collect::<Result<_, _>>()?,
            norm: checkpoint.layer_norm("layer_norm", width, EPSILON)?,
        };
        Ok(Self {
            config: config.clone(),
            log_mel: LogMel::new(config),
            weights,
            device: checkpoint.device.clone(),
        })
    }

    /// The log-mel bands of clips (clips, columns, bands), and the columns of each.
    fn bands(&self, clips: &[&[f32]], padded: bool) -> (Tensor<3>, Vec<usize>) {
        let bands = self.config.bands;
        let of = |clip: &&[f32]| {
            if padded {
                let mut clip = clip.to_vec();
                clip.resize(self.config.window(), 0.0);
                self.log_mel.bands(&clip)
            } else {
                self.log_mel.bands(clip)
            }
        };
        let mut all: Vec<Vec<f32>> = clips.iter().map(of).collect();
        let columns: Vec<usize> = all.iter().map(|values| values.len() / bands).collect();
        let most = columns.iter().copied().max().unwrap_or(0);
        for values in &mut all {
            values.resize(most * bands, 0.0);
        }
        let shape = [clips.len(), most, bands];
        let values = if all.len() == 1 { all.remove(0) } else { all.concat() };
        (Tensor::from_data(TensorData::new(values, shape), &self.device), columns)
    }
}

impl Network for Whisper {
    fn states(
        &self,
        clips: &[&[f32]],
        padded: bool,
        last: usize,
        take: &mut dyn FnMut(usize, Tensor<3>),
    ) -> Result<Vec<usize>, EncoderError> {
        let own: Vec<usize> = clips.iter().map(|clip| self.config.frames(clip.len())).collect();
        let (bands, columns) = self.bands(clips, padded);
        let Weights {
            first,
            second,
            positions,
            layers,
            norm,
        } = &self.weights;
        let column_mask = KeyMask::new(&columns, bands.dims()[1]);
        // Behind a clip's last column the second convolution sees zeros, as it does at the end of a batch.
        let hidden = column_mask.cleared(gelu(first.forward(bands)));
        let hidden = gelu(second.forward(hidden));
        let frames = hidden.dims()[1];
        let mask = KeyMask::new(
            &columns.iter().map(|count| count.div_ceil(STRIDE)).collect::<Vec<_>>(),
            frames,
        );
        let positions: Tensor<2> = positions.val().narrow(0, 0, frames);
        let mut hidden = hidden + positions.unsqueeze();
        for (index, layer) in layers.iter().enumerate().take(last) {
            take(index, hidden.clone());
            hidden = layer.forward(hidden, &mask, None);
        }
        if last == layers.len() {
            hidden = norm.forward(hidden);
        }
        take(last, hidden);
        Ok(own)
    }
}
