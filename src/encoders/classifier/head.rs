//! The head of a checkpoint: pooled states to one number per label.

use super::form::Form;
use crate::encoders::checkpoint::Checkpoint;
use crate::encoders::json::Json;
use crate::encoders::{EncoderConfig, EncoderError, Frames, Layer};
use crate::layers::Dense;
use burn::tensor::{Device, Tensor, TensorData};

/// Most units of the layer between states and labels: more than any published head has.
const MOST_UNITS: usize = 1 << 16;

/// A head with its weights. All that it does to single frames is linear and is done to their mean instead.
#[derive(Debug)]
pub(super) struct Head {
    /// The share of each state in the sum that is looked at; none where it is the last state alone.
    shares: Option<Vec<f64>>,
    first: Dense,
    /// Between the two.
    tanh: bool,
    last: Dense,
    width: usize,
    device: Device,
}

impl Head {
    /// Reads it, for so many labels.
    pub fn read(
        config: &Json,
        checkpoint: &mut Checkpoint,
        encoder: &EncoderConfig,
        labels: usize,
    ) -> Result<Self, EncoderError> {
        let form = Form::of(config, checkpoint)?;
        let (first, last) = match form {
            Form::Projected { .. } => ("projector", "classifier"),
            Form::Dense { last } => ("classifier.dense", last),
        };
        let units = rows(checkpoint, first)?;
        let outputs = rows(checkpoint, last)?;
        if outputs != labels {
            return Err(config.refuse(format!(
                "`id2label` has {labels} labels, but {last} of the checkpoint has {outputs} outputs; they belong to two \
                 models, or labels are missing"
            )));
        }
        let shares = match form {
            Form::Projected { weighted: true } => {
                Some(softmax(&checkpoint.take("layer_weights", &[encoder.states()])?))
            }
            _ => None,
        };
        Ok(Self {
            shares,
            first: checkpoint.linear(first, encoder.width, units, true)?,
            tanh: matches!(form, Form::Dense { .. }),
            last: checkpoint.linear(last, units, outputs, true)?,
            width: encoder.width,
            device: checkpoint.device.clone(),
        })
    }

    /// Which states it looks at.
    pub fn layer(&self) -> Layer {
        if self.shares.is_some() { Layer::All } else { Layer::Last }
    }

    /// From the mean of each clip's states over its frames, those of [`Self::layer`] side by side.
    pub fn forward(&self, pooled: &[Frames]) -> Result<Vec<Vec<f32>>, EncoderError> {
        let rows: Vec<f32> = pooled.iter().flat_map(|clip| self.summed(&clip.values)).collect();
        let input = Tensor::<2>::from_data(TensorData::new(rows, [pooled.len(), self.width]), &self.device);
        let hidden = self.first.forward(input);
        let hidden = if self.tanh { hidden.tanh() } else { hidden };
        let output = self.last.forward(hidden);
        let labels = output.dims()[1];
        let values = output
            .into_data()
            .try_into_vec::<f32>()
            .map_err(|error| EncoderError::Clip(format!("the outputs of the head cannot be read: {error:?}")))?;
        Ok(values.chunks_exact(labels).map(<[f32]>::to_vec).collect())
    }

    fn summed(&self, states: &[f32]) -> Vec<f32> {
        let Some(shares) = &self.shares else {
            return states.to_vec();
        };
        let mut sum = vec![0.0; self.width];
        for (share, state) in shares.iter().zip(states.chunks_exact(self.width)) {
            sum.iter_mut()
                .zip(state)
                .for_each(|(sum, value)| *sum += share * f64::from(*value));
        }
        sum.into_iter().map(|value| value as f32).collect()
    }
}

/// Outputs of a layer, by its weights.
fn rows(checkpoint: &Checkpoint, layer: &str) -> Result<usize, EncoderError> {
    let name = format!("{layer}.weight");
    match checkpoint.shape(&name) {
        Some([outputs, _]) if (1..=MOST_UNITS).contains(outputs) => Ok(*outputs),
        shape => Err(checkpoint.refuse(format!(
            "the tensor {name} is {:?} and must be a matrix of outputs and inputs; get the encoder again",
            shape.unwrap_or_default()
        ))),
    }
}

fn softmax(logits: &[f32]) -> Vec<f64> {
    let largest = logits.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let parts: Vec<f64> = logits.iter().map(|logit| f64::from(logit - largest).exp()).collect();
    let sum: f64 = parts.iter().sum();
    parts.into_iter().map(|part| part / sum).collect()
}
