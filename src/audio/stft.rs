//! The short-time Fourier transform.

/// Power per frame and frequency bin.
#[derive(Debug, Clone, PartialEq)]
pub struct Spectrogram {
    /// Number of frames.
    pub frames: usize,
    /// Number of frequency bins, `n_fft / 2 + 1`.
    pub bins: usize,
    /// Power, frame after frame (`frames * bins`).
    pub power: Vec<f32>,
}

/// `|STFT|^2` with a periodic Hann window of `n_fft` samples, frames centred with zeros at both ends:
/// `1 + len / hop_length` frames, as `numpy.abs(librosa.stft(y, n_fft, hop_length)) ** 2`.
pub fn power_spectrogram(_samples: &[f32], _n_fft: usize, _hop_length: usize) -> Spectrogram {
    unimplemented!()
}
