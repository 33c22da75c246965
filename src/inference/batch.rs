//! Matrices to a batch, and a network's log probabilities: the same for training and for predictions.

use super::InferenceError;
use super::dimension_head::dimension_values_of;
use crate::features::{FeatureMatrix, Scaler};
use crate::models::Network;
use burn::tensor::activation::log_softmax;
use burn::tensor::{Tensor, TensorData};

/// Clips predicted at once: enough to fill the processor, little enough to stay small.
pub const PREDICTION_BATCH: usize = 64;

/// Scaled copies of the matrices as one array (clips, frames, coefficients); the matrices stay as they are, so that a
/// data set lies in memory only once.
///
/// With `masked` the clips may be of unequal length: after scaling they are padded with zeros to the longest, and a last
/// column is appended that is 1 in a clip's own frames and 0 in those that pad it.
///
/// # Errors
/// [`InferenceError::Refused`] when the matrices differ in shape (with `masked` in width), have no frames, or do not fit
/// the scaler.
pub fn standardised(matrices: &[&FeatureMatrix], scaler: &Scaler, masked: bool) -> Result<TensorData, InferenceError> {
    let lengths = matrices.iter().map(|matrix| matrix.frames);
    let frames = if masked {
        lengths.max().unwrap_or(0)
    } else {
        matrices.first().map_or(0, |first| first.frames)
    };
    let coefficients = scaler.mean.len();
    let columns = coefficients + usize::from(masked);
    let mut values = vec![0.0; matrices.len() * frames * columns];
    let mut scaled = FeatureMatrix {
        frames: 0,
        coefficients,
        values: Vec::new(),
    };
    for (matrix, clip) in matrices.iter().zip(values.chunks_mut((frames * columns).max(1))) {
        let fits = matrix.coefficients == coefficients && matrix.values.len() == matrix.frames * coefficients;
        if !fits || (matrix.frames == 0 && masked) || (matrix.frames != frames && !masked) {
            let wanted = if masked {
                "any number of frames".to_owned()
            } else {
                frames.to_string()
            };
            return Err(InferenceError::Refused(format!(
                "features of {} x {} ({} numbers) do not fit a model for {wanted} x {coefficients}; extract them by the model's recipe",
                matrix.frames,
                matrix.coefficients,
                matrix.values.len(),
            )));
        }
        scaled.frames = matrix.frames;
        scaled.values.clone_from(&matrix.values);
        scaler.apply(&mut scaled);
        if masked {
            let own = scaled.values.chunks_exact(coefficients.max(1));
            for (row, own) in clip.chunks_exact_mut(columns).zip(own) {
                row[..coefficients].copy_from_slice(own);
                row[coefficients] = 1.0;
            }
        } else {
            clip.copy_from_slice(&scaled.values);
        }
    }
    let shape = [matrices.len(), frames, columns];
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
    in_batches(network, scaler, matrices, batch_log_probabilities)
}

/// The same of one batch, [`standardised`].
pub fn batch_log_probabilities(network: &Network, batch: TensorData) -> Vec<Vec<f32>> {
    let logits = network.forward(Tensor::from_data(batch, &network.device()));
    rows(log_softmax(logits, 1))
}

/// The value of every dimension on 0 to 1, one row per matrix, of a network that has learnt dimensions; without dropout.
///
/// # Errors
/// As [`standardised`].
pub fn dimension_rows(
    network: &Network,
    scaler: &Scaler,
    matrices: &[&FeatureMatrix],
) -> Result<Vec<Vec<f32>>, InferenceError> {
    in_batches(network, scaler, matrices, batch_dimension_rows)
}

/// The same of one batch, [`standardised`].
pub fn batch_dimension_rows(network: &Network, batch: TensorData) -> Vec<Vec<f32>> {
    let outputs = network.forward(Tensor::from_data(batch, &network.device()));
    rows(dimension_values_of(outputs))
}

fn in_batches(
    network: &Network,
    scaler: &Scaler,
    matrices: &[&FeatureMatrix],
    of_batch: fn(&Network, TensorData) -> Vec<Vec<f32>>,
) -> Result<Vec<Vec<f32>>, InferenceError> {
    let mut rows = Vec::with_capacity(matrices.len());
    for clips in matrices.chunks(PREDICTION_BATCH) {
        rows.extend(of_batch(network, standardised(clips, scaler, network.is_masked())?));
    }
    Ok(rows)
}

fn rows(values: Tensor<2>) -> Vec<Vec<f32>> {
    let columns = values.dims()[1];
    let values: Vec<f32> = values.into_data().iter::<f32>().collect();
    values.chunks_exact(columns).map(<[f32]>::to_vec).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn clip(frames: usize) -> FeatureMatrix {
        FeatureMatrix {
            frames,
            coefficients: 2,
            values: (0..2 * frames).map(|index| index as f32).collect(),
        }
    }

    fn scaler() -> Scaler {
        Scaler {
            mean: vec![2.0, 3.0],
            deviation: vec![2.0, 1.0],
        }
    }

    #[test]
    fn shorter_clips_are_padded_after_scaling_and_a_column_says_which_frames_are_their_own() {
        let (short, long) = (clip(1), clip(2));
        let batch = standardised(&[&short, &long], &scaler(), true).unwrap();
        assert_eq!(batch.shape().to_vec(), [2, 2, 3]);
        let values: Vec<f32> = batch.iter().collect();
        assert_eq!(values[..6], [-1.0, -2.0, 1.0, 0.0, 0.0, 0.0]);
        assert_eq!(values[6..], [-1.0, -2.0, 1.0, 0.0, 0.0, 1.0]);
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        let refused = |clips: &[&FeatureMatrix], masked| standardised(clips, &scaler(), masked).is_err();
        assert!(refused(&[&clip(1), &clip(2)], false) && !refused(&[&clip(1), &clip(2)], true));
        assert!(refused(&[&clip(2), &clip(0)], true) && refused(&[&clip(2), &clip(0)], false));
        let mut narrow = clip(2);
        narrow.coefficients = 1;
        assert!(refused(&[&narrow], true) && refused(&[&narrow], false));
    }
}
