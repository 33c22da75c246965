//! Whisper's encoder (Radford et al. 2022): log-mel bands, two convolutions, sinusoidal positions, pre-norm transformer
//! layers and a last norm.

mod config;
mod log_mel;
mod network;
#[cfg(test)]
mod tests;

pub(super) use config::WhisperConfig;
pub(super) use network::Whisper;
