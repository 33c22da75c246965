//! The log-mel bands that go into Whisper.

use super::WhisperConfig;
use crate::audio::{MelFilterbank, PadMode, Stft, Window, mel_filterbank};

/// Weaker powers count as this one.
const FLOOR: f32 = 1e-10;
/// Powers of ten below the strongest number of a clip, at which what is weaker is cut off.
const RANGE: f32 = 8.0;

/// The log-mel bands of `transformers`' WhisperFeatureExtractor: power spectrum of Hann windows around every `hop`
/// samples, the wave mirrored at both ends and the last column dropped; Slaney's mel bands;
/// `(max(log10(max(power, 1e-10)), most - 8) + 4) / 4`, `most` being the largest logarithm of the clip.
#[derive(Debug)]
pub(super) struct LogMel {
    stft: Stft,
    bank: MelFilterbank,
}

impl LogMel {
    pub fn new(config: &WhisperConfig) -> Self {
        Self {
            stft: Stft {
                n_fft: config.n_fft,
                hop_length: config.hop,
                window: Window::Hann,
                centre: true,
                pad: PadMode::Reflect,
            },
            bank: mel_filterbank(config.rate, config.n_fft, config.bands),
        }
    }

    /// Bands of a column, column after column.
    pub fn bands(&self, samples: &[f32]) -> Vec<f32> {
        let bands = self.bank.bands();
        let columns = samples.len() / self.stft.hop_length;
        let mut values = vec![0.0; columns * bands];
        // In double precision as the reference does it: in single precision, the transform's noise reaches the weakest bands
        // that the range of 80 dB lets through.
        self.stft.each_power_exact(samples, |column, power| {
            if let Some(values) = values.get_mut(column * bands..(column + 1) * bands) {
                self.bank.apply(power, values);
            }
        });
        let mut most = f32::NEG_INFINITY;
        for value in &mut values {
            *value = value.max(FLOOR).log10();
            most = most.max(*value);
        }
        for value in &mut values {
            *value = (value.max(most - RANGE) + 4.0) / 4.0;
        }
        values
    }
}
