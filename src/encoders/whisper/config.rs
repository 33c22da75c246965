//! Sizes of a Whisper encoder.

use super::super::EncoderError;
use super::super::json::Json;

/// Sizes of a Whisper encoder, and of the log-mel bands that it sees.
#[derive(Debug, Clone, PartialEq)]
pub(in super::super) struct WhisperConfig {
    /// Transformer layers.
    pub layers: usize,
    /// Numbers per frame.
    pub width: usize,
    /// Attention heads, which divide the width.
    pub heads: usize,
    /// Units of the feed-forward part.
    pub feed_forward: usize,
    /// Frames of a window: as many positions are known.
    pub positions: usize,
    /// Mel bands.
    pub bands: usize,
    /// Sampling rate (Hz).
    pub rate: u32,
    /// Samples per Fourier transform.
    pub n_fft: usize,
    /// Samples from one column of mel bands to the next.
    pub hop: usize,
}

/// Columns of mel bands to a frame: the stride of the second convolution.
pub(super) const STRIDE: usize = 2;

impl WhisperConfig {
    /// From `config.json` and `preprocessor_config.json`.
    pub fn read(model: &Json, wave: &Json) -> Result<Self, EncoderError> {
        let config = Self {
            layers: model.count("encoder_layers", 1 << 10)?,
            width: model.count("d_model", 1 << 16)?,
            heads: model.count("encoder_attention_heads", 1 << 10)?,
            feed_forward: model.count("encoder_ffn_dim", 1 << 18)?,
            positions: model.count("max_source_positions", 1 << 16)?,
            bands: model.count("num_mel_bins", 1 << 10)?,
            rate: wave.count("sampling_rate", 1 << 20)? as u32,
            n_fft: wave.count("n_fft", 1 << 16)?,
            hop: wave.count("hop_length", 1 << 16)?,
        };
        if !config.width.is_multiple_of(config.heads) {
            return Err(model.refuse(format!(
                "`d_model` is {} and must be a multiple of `encoder_attention_heads`, {}",
                config.width, config.heads
            )));
        }
        if let Some(other) = model.text("activation_function")?.filter(|name| *name != "gelu") {
            return Err(model.refuse(format!(
                "`activation_function` is {other}; only the published gelu is known here"
            )));
        }
        let size = wave.count_or("feature_size", 1 << 10, Some(config.bands))?;
        if size != config.bands {
            return Err(wave.refuse(format!(
                "`feature_size` is {size}, but `num_mel_bins` in config.json is {}; they belong to two encoders",
                config.bands
            )));
        }
        Ok(config)
    }

    /// Samples of a window.
    pub fn window(&self) -> usize {
        self.positions * STRIDE * self.hop
    }

    /// Frames of a clip no longer than a window: of its own columns of mel bands, the last of which is dropped.
    pub fn frames(&self, samples: usize) -> usize {
        (samples / self.hop).div_ceil(STRIDE)
    }
}
