//! The convolutions that tell a frame where it stands.

use super::config::{PositionKind, PositionSizes, Wav2vec2Config};
use crate::encoders::EncoderError;
use crate::encoders::checkpoint::Checkpoint;
use crate::layers::{GroupedConvolution, KeyMask, LayerNorm, gelu};
use burn::module::{Module, Param};
use burn::tensor::Tensor;

/// Added to the variance: PyTorch's default.
const EPSILON: f64 = 1e-5;

/// What is added to the front's output: one wide convolution in groups, or data2vec's several.
#[derive(Module, Debug)]
pub(super) struct Position {
    layers: Vec<PositionLayer>,
}

/// A convolution, what may stand before and behind it, and GELU.
#[derive(Module, Debug)]
struct PositionLayer {
    statistics: Option<Statistics>,
    convolution: GroupedConvolution,
    norm: Option<LayerNorm>,
}

/// Batch normalisation by its running statistics: `scale x + shift` for each channel.
#[derive(Module, Debug)]
struct Statistics {
    /// (1, 1, channels).
    scale: Param<Tensor<3>>,
    /// (1, 1, channels).
    shift: Param<Tensor<3>>,
}

impl Position {
    /// Reads the weights.
    pub fn read(config: &Wav2vec2Config, checkpoint: &mut Checkpoint) -> Result<Self, EncoderError> {
        let (width, sizes) = (config.width, config.position);
        let name = "encoder.pos_conv_embed";
        let layers = match sizes.kind {
            PositionKind::WeightNorm => vec![PositionLayer {
                statistics: None,
                convolution: weight_normed(checkpoint, &format!("{name}.conv"), width, sizes)?,
                norm: None,
            }],
            PositionKind::BatchNorm => vec![PositionLayer {
                statistics: Some(Statistics::read(checkpoint, &format!("{name}.batch_norm"), width)?),
                convolution: plain(checkpoint, &format!("{name}.conv"), width, sizes)?,
                norm: None,
            }],
            PositionKind::Stack(count) => {
                let layer = |index| -> Result<PositionLayer, EncoderError> {
                    Ok(PositionLayer {
                        statistics: None,
                        convolution: plain(checkpoint, &format!("{name}.layers.{index}.conv"), width, sizes)?,
                        // Without weights of its own.
                        norm: Some(LayerNorm {
                            gamma: checkpoint.to_param(vec![1.0; width], [width]),
                            beta: checkpoint.to_param(vec![0.0; width], [width]),
                            epsilon: EPSILON,
                        }),
                    })
                };
                (0..count).map(layer).collect::<Result<_, _>>()?
            }
        };
        Ok(Self { layers })
    }

    /// (clips, frames, width) with zeros behind each clip's own frames, to what is added to it.
    pub fn forward(&self, input: Tensor<3>, mask: &KeyMask) -> Tensor<3> {
        let mut hidden = input;
        for layer in &self.layers {
            if let Some(statistics) = &layer.statistics {
                hidden = mask.cleared(hidden * statistics.scale.val() + statistics.shift.val());
            }
            hidden = layer.convolution.forward(hidden);
            if let Some(norm) = &layer.norm {
                hidden = norm.forward(hidden);
            }
            // What the next one sees behind a clip must be zeros, as it is for the clip alone.
            hidden = mask.cleared(gelu(hidden));
        }
        hidden
    }
}

impl Statistics {
    fn read(checkpoint: &mut Checkpoint, name: &str, width: usize) -> Result<Self, EncoderError> {
        let mut take = |part: &str| checkpoint.take(&format!("{name}.{part}"), &[width]);
        let (gamma, beta, mean) = (take("weight")?, take("bias")?, take("running_mean")?);
        let variance = take("running_var")?;
        checkpoint.pass_over(&format!("{name}.num_batches_tracked"));
        let scale: Vec<f32> = gamma
            .iter()
            .zip(&variance)
            .map(|(gamma, variance)| (f64::from(*gamma) / (f64::from(*variance) + EPSILON).sqrt()) as f32)
            .collect();
        let moved = beta.iter().zip(&mean).zip(&scale);
        let shift: Vec<f32> = moved.map(|((beta, mean), scale)| beta - mean * scale).collect();
        Ok(Self {
            scale: checkpoint.to_param(scale, [1, 1, width]),
            shift: checkpoint.to_param(shift, [1, 1, width]),
        })
    }
}

fn plain(
    checkpoint: &mut Checkpoint,
    name: &str,
    width: usize,
    sizes: PositionSizes,
) -> Result<GroupedConvolution, EncoderError> {
    let shape = [width, width / sizes.groups, sizes.kernel];
    let weights = checkpoint.take(&format!("{name}.weight"), &shape)?;
    let bias = checkpoint.bias(name, width, true)?;
    let device = &checkpoint.device;
    Ok(GroupedConvolution::from_torch(
        &weights,
        bias,
        sizes.groups,
        sizes.kernel,
        device,
    ))
}

/// The same from weights whose length and direction lie apart (Salimans and Kingma 2016), `g v / |v|` for each place of
/// the kernel, under PyTorch's older or newer names.
fn weight_normed(
    checkpoint: &mut Checkpoint,
    name: &str,
    width: usize,
    sizes: PositionSizes,
) -> Result<GroupedConvolution, EncoderError> {
    let PositionSizes { kernel, groups, .. } = sizes;
    let old = checkpoint.has(&format!("{name}.weight_v"));
    let [length, direction] = if old {
        ["weight_g", "weight_v"]
    } else {
        ["parametrizations.weight.original0", "parametrizations.weight.original1"]
    }
    .map(|part| format!("{name}.{part}"));
    let lengths = checkpoint.take(&length, &[1, 1, kernel])?;
    let mut weights = checkpoint.take(&direction, &[width, width / groups, kernel])?;
    let mut squares = vec![0.0; kernel];
    for row in weights.chunks_exact(kernel) {
        let sums = squares.iter_mut().zip(row);
        sums.for_each(|(sum, weight): (&mut f64, _)| *sum += f64::from(*weight).powi(2));
    }
    if squares.contains(&0.0) {
        return Err(checkpoint.refuse(format!(
            "the tensor {direction} is zero at a place of the kernel, where it has no direction; get the encoder again"
        )));
    }
    let scales = lengths.iter().zip(&squares);
    let scales: Vec<f64> = scales
        .map(|(length, square)| f64::from(*length) / square.sqrt())
        .collect();
    for row in weights.chunks_exact_mut(kernel) {
        for (weight, scale) in row.iter_mut().zip(&scales) {
            *weight = (f64::from(*weight) * scale) as f32;
        }
    }
    let bias = checkpoint.bias(name, width, true)?;
    Ok(GroupedConvolution::from_torch(
        &weights,
        bias,
        groups,
        kernel,
        &checkpoint.device,
    ))
}
