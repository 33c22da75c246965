//! Samples: decoding, resampling, levels, the short-time Fourier transform.

mod chunks;
mod coded;
mod container;
mod decode;
mod error;
mod far_rates;
mod level;
mod ogg_header;
mod overlap_save;
mod pcm;
mod real_power;
mod resample;
mod stft;
mod vector;
mod wave;

pub use decode::{Decoded, Header, decode, read_header};
pub use error::AudioError;
pub use level::{Level, level};
pub use resample::{resample, resample_range, resampled_length};
pub use stft::{Spectrogram, power_frames, power_spectrogram};
pub(crate) use vector::vectorised;
pub use wave::Wave;
