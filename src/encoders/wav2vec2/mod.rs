//! The family of wav2vec 2.0 (Baevski et al. 2020), HuBERT (Hsu et al. 2021), WavLM (Chen et al. 2022) and data2vec for
//! speech (Baevski et al. 2022): convolutions over the wave, a convolution that tells positions, transformer layers.

mod config;
mod front;
mod network;
mod position;
mod relative;
#[cfg(test)]
mod tests;

pub(super) use config::Wav2vec2Config;
pub(super) use network::Wav2vec2;
