//! Fewer frames.

use burn::tensor::{Tensor, s};

/// The largest of every `size` frames; frames that fill no window are dropped: Keras
/// `MaxPooling1D(size)`. (batch, frames, channels) to (batch, frames / size, channels).
pub fn max_pool(input: Tensor<3>, size: usize) -> Tensor<3> {
    let [batch, frames, channels] = input.dims();
    let pooled = frames / size;
    // A window's frames lie side by side in memory, so each frame of the window is a slice.
    let windows = input
        .slice(s![.., 0..pooled * size, ..])
        .reshape([batch, pooled, size * channels]);
    let frame = |index: usize| {
        windows
            .clone()
            .slice(s![.., .., index * channels..(index + 1) * channels])
    };
    (1..size).fold(frame(0), |largest, index| largest.max_pair(frame(index)))
}

/// The mean over all frames: Keras `GlobalAveragePooling1D`. (batch, frames, channels) to (batch, channels).
pub fn global_average(input: Tensor<3>) -> Tensor<2> {
    input.mean_dim(1).squeeze_dim(1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::models::device;

    fn input() -> Tensor<3> {
        let frames = [[1.0, -1.0], [3.0, -2.0], [5.0, 9.0], [4.0, 0.0], [7.0, 7.0]];
        Tensor::from_data([frames], &device("flex").unwrap())
    }

    #[test]
    fn pooling_keeps_the_largest_of_each_window_and_drops_the_rest() {
        let values = |size| max_pool(input(), size).into_data().try_into_vec::<f32>().unwrap();
        assert_eq!(values(1), input().into_data().try_into_vec::<f32>().unwrap());
        assert_eq!(values(2), [3.0, -1.0, 5.0, 9.0]);
        assert_eq!(values(3), [5.0, 9.0]);
    }

    #[test]
    fn the_gradient_flows_to_the_largest_only() {
        let device = device("flex").unwrap().autodiff();
        let input = Tensor::<3>::from_data([[[1.0], [3.0], [5.0], [4.0], [7.0]]], &device).require_grad();
        let gradients = max_pool(input.clone(), 2).sum().backward();
        let gradient = input
            .grad(&gradients)
            .unwrap()
            .into_data()
            .try_into_vec::<f32>()
            .unwrap();
        assert_eq!(gradient, [0.0, 1.0, 1.0, 0.0, 0.0]);
    }

    #[test]
    fn the_global_average_is_the_mean_over_frames() {
        let values = global_average(input()).into_data().try_into_vec::<f32>().unwrap();
        assert!(
            (values[0] - 4.0).abs() < 1e-6 && (values[1] - 2.6).abs() < 1e-6,
            "{values:?}"
        );
    }
}
