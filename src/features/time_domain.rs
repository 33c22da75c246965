//! Zero-crossing rate and root mean square energy per frame.

/// As librosa.feature.zero_crossing_rate (centred frames, edge padding, threshold 1e-10).
pub fn zero_crossing_rate(_samples: &[f32], _frame_length: usize, _hop_length: usize) -> Vec<f32> {
    unimplemented!()
}

/// As librosa.feature.rms (centred frames, zero padding).
pub fn root_mean_square(_samples: &[f32], _frame_length: usize, _hop_length: usize) -> Vec<f32> {
    unimplemented!()
}
