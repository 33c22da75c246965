//! Matrices to a batch, and a network's log probabilities: the same for training and for predictions.

use super::InferenceError;
use crate::features::{FeatureMatrix, Scaler};
use crate::models::Network;
use burn::tensor::activation::log_softmax;
use burn::tensor::{Tensor, TensorData};

/// Clips predicted at once: enough to fill the processor, little enough to stay small.
pub const PREDICTION_BATCH: usize = 64;

/// Scaled copies of the matrices as one array (clips, frames, coefficients); the matrices stay as they are, so that a
/// data set lies in memory only once.
///
/// # Errors
/// [`InferenceError::Refused`] when the matrices differ in shape or do not fit the scaler.
pub fn standardised(matrices: &[&FeatureMatrix], scaler: &Scaler) -> Result<TensorData, InferenceError> {
    let (frames, coefficients) = matrices
        .first()
        .map_or((0, 0), |first| (first.frames, first.coefficients));
    let mut values = Vec::with_capacity(matrices.len() * frames * coefficients);
    for matrix in matrices {
        let shape = (matrix.frames, matrix.coefficients);
        if shape != (frames, coefficients)
            || coefficients != scaler.mean.len()
            || matrix.values.len() != frames * coefficients
        {
            return Err(InferenceError::Refused(format!(
                "features of {} x {} ({} numbers) do not fit a model for {frames} x {}; extract them by the model's recipe",
                matrix.frames,
                matrix.coefficients,
                matrix.values.len(),
                scaler.mean.len()
            )));
        }
        let mut scaled = (*matrix).clone();
        scaler.apply(&mut scaled);
        values.append(&mut scaled.values);
    }
    let shape = [matrices.len(), frames, coefficients];
    Ok(TensorData::new(values, shape))
}

/// Logarithm of the probability of every class, one row per matrix; without dropout.
///
/// # Errors
/// As [`standardised`].
pub fn log_probabilities(
    network: &Network,
    scaler: &Scaler,
    matrices: &[&FeatureMatrix],
) -> Result<Vec<Vec<f32>>, InferenceError> {
    let mut rows = Vec::with_capacity(matrices.len());
    for clips in matrices.chunks(PREDICTION_BATCH) {
        rows.extend(batch_log_probabilities(network, standardised(clips, scaler)?));
    }
    Ok(rows)
}

/// The same of one batch (clips, frames, coefficients), standardised.
pub fn batch_log_probabilities(network: &Network, batch: TensorData) -> Vec<Vec<f32>> {
    let logits = network.forward(Tensor::from_data(batch, &network.device()));
    let classes = logits.dims()[1];
    let values = log_softmax(logits, 1).into_data();
    let values: Vec<f32> = values.iter::<f32>().collect();
    values.chunks_exact(classes).map(<[f32]>::to_vec).collect()
}
