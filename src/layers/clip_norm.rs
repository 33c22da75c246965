//! Normalisation over all numbers of a clip.

use super::summary::note;
use burn::tensor::Tensor;

/// Added to the variance: the default of PyTorch's `layer_norm`.
const EPSILON: f64 = 1e-5;

/// `(x - mean) / sqrt(variance + 1e-5)` with the mean and (biased) variance of all frames and columns of a clip: PyTorch
/// `layer_norm(clip, clip.shape)` without weights. (batch, frames, columns) to the same. `mask` (batch, frames, 1) is 1 in
/// a clip's own frames; those that pad it take no part, and come out as 0.
pub fn clip_norm(input: Tensor<3>, mask: Option<Tensor<3>>) -> Tensor<3> {
    let shape = input.dims();
    let mask = mask.unwrap_or_else(|| Tensor::ones([shape[0], shape[1], 1], &input.device()));
    let frames = mask.clone().sum_dim(1);
    let mean_of = |values: Tensor<3>| (values.mean_dim(2) * mask.clone()).sum_dim(1) / frames.clone();
    let mean = mean_of(input.clone());
    let centred = input - mean;
    let variance = mean_of(centred.clone().square());
    let output = centred / (variance + EPSILON).sqrt() * mask.clone();
    note(&shape, || "normalisation over the clip".to_owned());
    output
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::device::device;
    use burn::tensor::TensorData;

    #[test]
    fn a_clips_own_numbers_have_mean_0_and_variance_1_whatever_pads_it() {
        let device = device("flex").unwrap();
        let own: Vec<f32> = (0..12).map(|i| 40.0 + 3.0 * (i as f32 * 1.3).sin()).collect();
        let padded = [own.clone(), vec![900.0; 6]].concat();
        let input = Tensor::<3>::from_data(TensorData::new(padded, [1, 6, 3]), &device);
        let mask = Tensor::from_data([[[1.0], [1.0], [1.0], [1.0], [0.0], [0.0]]], &device);
        let found = clip_norm(input, Some(mask)).into_data().try_into_vec::<f32>().unwrap();
        let mean = own.iter().sum::<f32>() / 12.0;
        let variance = own.iter().map(|x| (x - mean).powi(2)).sum::<f32>() / 12.0;
        for (found, value) in found.iter().zip(&own) {
            let expected = (value - mean) / (variance + 1e-5).sqrt();
            assert!((found - expected).abs() < 1e-4, "{found} {expected}");
        }
        assert_eq!(found[12..], [0.0; 6]);
        let alone = Tensor::<3>::from_data(TensorData::new(own, [1, 4, 3]), &device);
        let alone = clip_norm(alone, None).into_data().try_into_vec::<f32>().unwrap();
        assert!(
            alone
                .iter()
                .zip(&found)
                .all(|(alone, found)| (alone - found).abs() < 1e-5)
        );
    }
}
