//! Mel-frequency cepstral coefficients.

/// `frames * n_mfcc` coefficients from a mel spectrogram in dB (`frames * n_mels`): orthonormal DCT-II over the mel bands, as librosa.feature.mfcc.
pub fn mfcc(_mel_db: &[f32], _n_mels: usize, _n_mfcc: usize) -> Vec<f32> {
    unimplemented!()
}
