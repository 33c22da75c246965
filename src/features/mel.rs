//! Mel filterbank and mel spectrogram.

use crate::audio::{Spectrogram, Wave};

/// Slaney mel filterbank, `n_mels` rows of `n_fft / 2 + 1` weights, as librosa.filters.mel.
pub fn mel_filterbank(_rate: u32, _n_fft: usize, _n_mels: usize) -> Vec<Vec<f32>> {
    unimplemented!()
}

/// `frames * n_mels` powers.
pub fn mel_spectrogram(_spectrogram: &Spectrogram, _filterbank: &[Vec<f32>]) -> Vec<f32> {
    unimplemented!()
}

/// `10 log10(max(amin, x))`, at most `top_db` below the maximum, as librosa.power_to_db(ref=1).
pub fn power_to_db(_power: &mut [f32], _amin: f32, _top_db: f32) {
    unimplemented!()
}

/// A mel spectrogram in dB for looking at: (`frames`, `n_mels`, values frame after frame, top frequency in Hz).
/// `columns` bounds the number of frames, so that a long clip costs no more than a short one to draw.
pub fn log_mel_preview(_wave: &Wave, _n_mels: usize, _columns: usize) -> (usize, Vec<f32>) {
    unimplemented!()
}
